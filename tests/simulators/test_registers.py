"""Simulated Modbus devices: every shipped profile shows what the world says, and obeys like the real thing."""

from __future__ import annotations

import pytest

from drivers.codec import settings_for
from drivers.codec_command import encode_lease
from drivers.codec_links import leaves
from drivers.device import make_device
from drivers.device_modbus import ModbusDevice
from drivers.errors import ExceptionReply, TimeOut
from drivers.packing import HOLE_WORDS_RTU, HOLE_WORDS_TCP
from drivers.profile import Profile, library, load_profile
from drivers.profile_points import Point
from drivers.reading import Command, Quality, Reading, Value
from drivers.transport import Read, Table, Write
from simulators.loopback import LoopbackPort
from simulators.registers import RegisterBank, RegisterDevice
from tests.drivers.devices import TEXTS
from tests.drivers.devices import device as device_of
from tests.simulators.paper import Paper, sample, settings_of

SHIPPED = [name for name in library() if load_profile(name).mqtt is None]
MODBUS = [*SHIPPED, *(name for name in TEXTS if device_of(name).mqtt is None)]
HOLES = [HOLE_WORDS_RTU, HOLE_WORDS_TCP]


def profile_of(name: str) -> Profile:
    """A shipped profile, or a small one made for what it needs of the language."""
    return device_of(name) if name in TEXTS else load_profile(name)


class Bench:
    """One simulated device and the shipped driver for it, on a loopback bus."""

    def __init__(self, name: str, holes: int = HOLE_WORDS_RTU) -> None:
        self.world = Paper()
        profile = profile_of(name)
        settings = settings_of(profile)
        self.simulated = RegisterDevice("it", profile, settings, self.world, self.world.clock.now)
        self.bank = RegisterBank({7: self.simulated})
        self.port = LoopbackPort(self.bank, "bus", holes)
        device = make_device("it", profile, self.port, 7, settings)
        assert isinstance(device, ModbusDevice)
        self.device = device

    @property
    def profile(self) -> Profile:
        """As it was resolved against the simulated device."""
        return self.device.profile

    async def read(self) -> dict[str, Reading]:
        """Every reading of every class."""
        readings: dict[str, Reading] = {}
        for poll in self.device.polls:
            readings |= {reading.quantity: reading for reading in await self.device.read(poll)}
        return readings

    def pass_(self, seconds: float) -> None:
        """Let the device's own timers run."""
        self.bank.expire(self.world.clock.pass_(seconds))


def _of_itself(point: Point, profile: Profile) -> bool:
    """Whether its condition looks at its own register (a loop current in range), so that a plausible value fulfils it."""
    when = point.when
    return when is not None and any(
        p.name == when.point and p.addresses == point.addresses for p in profile.points
    )


def _wanted(profile: Profile) -> dict[str, Value]:
    """A value for everything that can be told at once: no second view of a register, no condition, no parts of a whole."""
    wanted: dict[str, Value] = {}
    answers = settings_for(profile, settings_of(profile))
    taken: set[tuple[str, int]] = set()
    for point in profile.points:
        value, cells = sample(point, answers), {(point.table, address) for address in point.addresses}
        told = point.access != "write" and point.poll != "on_demand"
        told = told and (point.when is None or _of_itself(point, profile))
        if value is not None and told and point.quantity is not None:
            if not cells & taken or point.mask:  # another view of the same register would contradict
                wanted[point.quantity] = value
            taken |= cells
    names = {p.name: p.quantity for p in profile.points}
    inner = {part for entry in profile.derived for part in entry.parts}
    for entry, parts in zip(profile.derived, leaves(profile.derived).values(), strict=True):
        if entry.name in inner or entry.join is not None or not parts & names.keys():
            continue
        wanted[entry.quantity] = 345_000.0 if entry.quantity.endswith("_wh") else 345.0
        for part in parts:
            wanted.pop(names.get(part) or "", None)
    return wanted


@pytest.mark.parametrize("holes", HOLES)
@pytest.mark.parametrize("name", MODBUS)
async def test_every_point_shows_what_the_world_says(name: str, holes: int) -> None:
    """World value -> words -> the driver's reading: every quantity of the profile, good, and the same within its resolution."""
    bench = Bench(name, holes)
    await bench.read()  # SunSpec finds its models
    wanted = _wanted(bench.profile)
    bench = Bench(name, holes)  # what is read once was read already
    bench.world.values = {("it", quantity): value for quantity, value in wanted.items()}
    for poll in ("once", "slow", "fast"):  # factors and conditions are known, and it is warm
        if poll in bench.device.polls:
            await bench.device.read(poll)
    bench.pass_(3600.0)
    seen = await bench.read()
    assert wanted, "nothing was checked"
    for quantity, value in wanted.items():
        assert seen[quantity].quality is Quality.GOOD, (quantity, seen[quantity])
        if isinstance(value, str):
            assert seen[quantity].value == value
        else:
            assert seen[quantity].value == pytest.approx(value, rel=0.02, abs=0.51 if value > 10 else 0.06), (
                quantity
            )


@pytest.mark.parametrize("name", MODBUS)
async def test_an_unknowing_world_is_no_lie(name: str) -> None:
    """Without a word from the world a device shows its profile's hint or nothing; it never crashes."""
    bench = Bench(name)
    hinted = {p.quantity for p in bench.simulated.points if p.simulate is not None}
    for quantity, reading in (await bench.read()).items():
        if reading.quality is Quality.GOOD and quantity not in hinted:
            assert reading.value in (0.0, 0, "", None) or isinstance(reading.value, str | float), quantity


@pytest.mark.parametrize("name", MODBUS)
async def test_every_command_is_obeyed_and_read_back(name: str) -> None:
    """On, a set-point and off reach the world, and the verification point reads them back."""
    bench = Bench(name)
    profile = profile_of(name)
    for quantity, entry in profile.commands.items():
        value = 1.0 if entry.value is None else min(entry.value.maximum, max(entry.value.minimum, 20.0))
        if entry.verify is not None and entry.verify.equals:
            result = (("it", entry.verify.quantity), entry.verify.equals[0])
            bench.world.presses["it", quantity] = {("it", "fault_code"): 0.0} | dict([result])
            bench.world.values |= {("it", "status"): "fault", ("it", "fault_code"): 7.0}
        await bench.device.command(Command("it", quantity, value, 60.0))
        assert bench.world.told[-1] == ("it", quantity, pytest.approx(value, rel=0.02))
        proof = entry.verify.quantity if entry.verify else None
        if proof == quantity:
            bench.pass_(3600.0 if entry.lease is None and entry.fail_safe.kind == "none" else 0.0)
            polled = (await bench.read()).get(quantity)  # else it is only read when a command asks
            shown = polled.value if polled is not None else await bench.device._look(quantity)
            assert shown == pytest.approx(value, rel=0.02)
        if entry.off or (entry.value is not None and entry.value.minimum <= 0.0):
            await bench.device.command(Command("it", quantity, 0.0))
            assert bench.world.told[-1] == ("it", quantity, 0.0)


async def test_a_lease_runs_out_in_plant_time_by_itself() -> None:
    """A relay that was switched on for 30 s is off after 30 s of plant time without a word, and not before."""
    bench = Bench("waveshare-relay-8ch")
    await bench.device.command(Command("it", "switch_3", 1.0, 30.0))
    bench.pass_(29.9)
    assert bench.world.told == [("it", "switch_3", 1.0)]
    bench.pass_(0.2)
    assert bench.world.told == [("it", "switch_3", 1.0), ("it", "switch_3", 0.0)]


async def test_a_renewed_lease_begins_again_and_a_stop_ends_it() -> None:
    """Renewing extends the time from then on; after OFF the old timer does nothing more."""
    bench = Bench("waveshare-relay-8ch")
    for _ in range(5):
        await bench.device.command(Command("it", "switch_1", 1.0, 30.0))
        bench.pass_(20.0)
    assert [value for *_, value in bench.world.told] == [1.0] * 5
    await bench.device.command(Command("it", "switch_1", 0.0))
    bench.pass_(100.0)
    assert [value for *_, value in bench.world.told] == [1.0] * 5 + [0.0]


@pytest.mark.parametrize(("name", "register"), [("r4d8-relay", 2), ("eletechsup-ryn4", 1)])
async def test_a_plain_off_is_ignored_while_the_timer_runs(name: str, register: int) -> None:
    """Channel 2 acknowledges 0x0200 and stays on until 0x0600 comes or the time is over; without a timer 0x0200 switches off."""
    bench = Bench(name)
    await bench.device.command(Command("it", "switch_2", 1.0, 60.0))
    await bench.port.write(Write(7, 6, register, (0x0200,)))
    assert bench.world.told == [("it", "switch_2", 1.0)]
    assert (await bench.read())["switch_2"].value == 1.0
    await bench.device.command(Command("it", "switch_2", 0.0))
    assert bench.world.told[-1] == ("it", "switch_2", 0.0)
    bench.simulated.outputs.set("switch_2", 1.0)
    await bench.port.write(Write(7, 6, register, (0x0200,)))
    assert bench.world.told[-1] == ("it", "switch_2", 0.0)


async def test_a_coil_by_hand_has_no_timer() -> None:
    """Function 5 on the coil itself (another master) switches for good; an impossible word is refused with code 3."""
    bench = Bench("waveshare-relay-8ch")
    await bench.port.write(Write(7, 5, 1, (0xFF00,)))
    bench.pass_(1e6)
    assert bench.world.told == [("it", "switch_2", 1.0)]
    assert (await bench.read())["switch_2"].value == 1.0
    with pytest.raises(ExceptionReply) as refused:
        await bench.port.write(Write(7, 5, 1, (0x1234,)))
    assert refused.value.code == 3


async def test_registers_that_are_not_there_are_refused() -> None:
    """Reading and writing where the device has nothing gives exception 2."""
    bench = Bench("sdm120")
    with pytest.raises(ExceptionReply) as refused:
        await bench.port.read(Read(7, Table.HOLDING, 5000, 2))
    assert refused.value.code == 2
    with pytest.raises(ExceptionReply) as refused:
        await bench.port.write(Write(7, 6, 5000, (1,)))
    assert refused.value.code == 2


async def test_a_silent_or_absent_unit_times_out() -> None:
    """An unplugged device and a wrong address look the same: no answer."""
    bench = Bench("sdm120")
    with pytest.raises(TimeOut):
        await bench.port.read(Read(8, Table.INPUT, 0, 2))
    bench.bank.silent.add("it")
    with pytest.raises(TimeOut, match="no answer within"):
        await bench.device.read("fast")
    bench.bank.silent.clear()
    assert await bench.device.read("fast")


async def test_a_part_of_a_value_is_that_part() -> None:
    """Half of a float is the half that the whole shows, also when it is read alone or with registers beyond."""
    bench = Bench("sdm120")
    bench.world.values["it", "power_w"] = 1234.5
    bench.world.values["it", "voltage_v"] = 231.0
    both = list(await bench.port.read(Read(7, Table.INPUT, 12, 2)))
    assert list(await bench.port.read(Read(7, Table.INPUT, 13, 1))) == both[1:]
    wide = list(await bench.port.read(Read(7, Table.INPUT, 0, 16)))
    assert wide[12:14] == both


async def test_the_same_values_give_the_same_words_and_changes_show_at_once() -> None:
    """Words follow the world: nothing is kept from an earlier answer when a value, or only its kind, changes."""
    bench = Bench("sdm120")
    words = []
    for value in (100.0, 100.0, 101.0, 0.0, -0.0, 100.0):
        bench.world.values["it", "power_w"] = value
        words.append(tuple(await bench.port.read(Read(7, Table.INPUT, 12, 2))))
    assert words[0] == words[1] == words[5]
    assert len({words[0], words[2], words[3]}) == 3
    del bench.world.values["it", "power_w"]
    assert tuple(await bench.port.read(Read(7, Table.INPUT, 12, 2))) != words[0]


async def test_a_sunspec_device_is_walked() -> None:
    """The driver finds marker, models and end of the simulated chain, and reads scaled values through the scale factors."""
    bench = Bench("sunspec-inverter")
    bench.world.values = {
        ("it", "power_w"): 1789.0,
        ("it", "energy_wh"): 7_654_321.0,
        ("it", "status"): "running",
    }
    seen = await bench.read()
    assert seen["power_w"].value == pytest.approx(1789.0, abs=5.0)
    assert seen["energy_wh"].value == pytest.approx(7_654_321.0, rel=1e-3)
    assert seen["status"].value == "running"
    assert list(await bench.port.read(Read(7, Table.HOLDING, 40000, 2))) == [0x5375, 0x6E53]


async def test_a_drive_with_a_communication_time_out_stops_in_silence() -> None:
    """Where the profile says that the device stops without communication, it does; any question keeps it alive."""
    names = [
        (name, quantity)
        for name in SHIPPED
        for quantity, entry in load_profile(name).commands.items()
        if entry.fail_safe.kind == "comm_loss" and entry.fail_safe.max_s
    ]
    profile = load_profile(names[0][0]) if names else load_profile("invt-gd100-pv")
    quantity = names[0][1] if names else "running"
    bench = Bench(profile.name)
    bench.simulated.outputs.dead_s.setdefault(quantity, 10.0)
    limit = bench.simulated.outputs.dead_s[quantity]
    await bench.device.command(Command("it", quantity, 1.0, 60.0))
    for _ in range(5):
        bench.pass_(0.8 * limit)
        await bench.device.read(next(iter(bench.device.polls)))
    assert bench.world.told[-1] == ("it", quantity, 1.0)
    bench.pass_(1.1 * limit)
    assert bench.world.told[-1] == ("it", quantity, 0.0)


def test_a_lease_on_the_wire_is_never_shorter_than_asked() -> None:
    """The timer's raw number is rounded up, so that renewing at a third of it is always early."""
    entry = load_profile("waveshare-relay-8ch").commands["switch_1"]
    assert entry.lease is not None
    for seconds in (0.01, 0.1, 29.95, 30.0, 44.44):
        assert encode_lease(entry.lease, seconds) * 0.1 >= seconds - 1e-9
