"""Every pump drive of the library against its simulator: the words that start, renew, stop and reset it, in their order."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest

from drivers.codec import BlockCodec
from drivers.device import make_device
from drivers.device_modbus import ModbusDevice
from drivers.errors import DriverError, Refused
from drivers.packing import Block
from drivers.profile import load_profile
from drivers.reading import Command, Value
from drivers.transport import Timing, Write
from simulators.loopback import LoopbackPort
from simulators.registers import RegisterBank, RegisterDevice
from tests.simulators.paper import Paper, settings_of

UNIT = 7
Words = tuple[tuple[int, int], ...]
"""(address, value) of writes, in order."""


@dataclass(frozen=True, slots=True)
class Drive:
    """What goes on the wire. ``renew``: a start of a motor that runs already; ``setup``: before the first start, 0 s after."""

    start: Words
    renew: Words
    stop: Words
    reset: Words
    setup: Words = ()
    ends_s: float | None = None


def one_word(
    address: int, run: int, stop: int, reset: int, setup: Words = (), ends_s: float | None = None
) -> Drive:
    """A drive of single command words: the same word again does no harm."""
    start = ((address, run),)
    return Drive(start, start, ((address, stop),), ((address, reset),), setup, ends_s)


ALTIVAR = Drive(
    ((8501, 0x06), (8501, 0x07), (8501, 0x0F)), ((8501, 0x0F),), ((8501, 0x07),), ((8501, 0x00), (8501, 0x80)),
    ((6005, 300), (7010, 1)), 30.0,
)  # fmt: skip
FC = Drive(
    ((49999, 0x043C), (49999, 0x047C)), ((49999, 0x047C),), ((49999, 0x043C),), ((49999, 0x043C), (49999, 0x04BC))
)  # fmt: skip
DRIVES = {
    "invt-gd100-pv": one_word(0x2000, 1, 5, 7),
    "invt-goodrive": one_word(0x2000, 1, 5, 7, ((0x0E04, 200), (0x0E05, 3)), 20.0),
    "md-1000h": one_word(0x2000, 1, 6, 7),
    "inovance-md": one_word(0x2000, 1, 6, 7),
    "powtran-pi130": one_word(0x2000, 1, 6, 7),
    "scov-sv600": one_word(0x2000, 1, 6, 7),
    "weiken-u0": one_word(0x2000, 1, 6, 7),
    "veichi-ac310": one_word(0x2001, 1, 5, 7),
    "fuling-dzb": one_word(0x1000, 1, 5, 7),
    "abb-acs355": Drive(
        ((0, 0x0476), (0, 0x047F)), ((0, 0x047F),), ((0, 0x047E),), ((0, 0x0476), (0, 0x04F6)), ((3018, 300), (3017, 1)), 30.0,
    ),
    "schneider-atv320": ALTIVAR,
    "schneider-atv312": ALTIVAR,
    "danfoss-fc51": FC,
    "danfoss-fc102": Drive(FC.start, FC.renew, FC.stop, FC.reset, ((8039, 2),), 60.0),
    "vacon-10": Drive(((2000, 1),), ((2000, 1),), ((2000, 0),), ((2000, 0), (2000, 4)), ((813, 25),)),
    "siemens-v20": Drive(
        ((99, 0x047E), (99, 0x047E), (99, 0x047F)), ((99, 0x047F),), ((99, 0x047E),), ((99, 0x047E), (99, 0x04FE)), (), 30.0
    ),
    "grundfos-cim200": Drive(((100, 3),), ((100, 3),), ((100, 1),), ((100, 1), (100, 5))),
}  # fmt: skip


class Wire(LoopbackPort):
    """Notes every write; ``after_first``: a command that overtakes what is being written, after its first word."""

    def __init__(self, bank: RegisterBank) -> None:
        super().__init__(bank, "bus")
        self.sent: list[tuple[int, int]] = []
        self.after_first: tuple[ModbusDevice, Command] | None = None

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing | None = None) -> None:
        """See ``Port.write``."""
        self.sent += [(request.address, value) for value in request.values]
        await super().write(request, urgent=urgent, timing=timing)
        if self.after_first is not None:
            (device, command), self.after_first = self.after_first, None
            await device.command(command)


class Motor(Paper):
    """The state follows the motor; a fault stands until it is reset."""

    def apply(self, device: str, quantity: str, value: float, at: datetime) -> None:
        """See ``Paper.apply``."""
        super().apply(device, quantity, value, at)
        if quantity == "running" and self.values.get((device, "status")) != "fault":
            self.values[device, "status"] = "running" if value else "standby"


class Bench:
    """One simulated drive and its driver."""

    def __init__(self, name: str) -> None:
        self.world, self.profile = Motor(), load_profile(name)
        self.settings = settings_of(self.profile)
        simulated = RegisterDevice("it", self.profile, self.settings, self.world, self.world.clock.now)
        self.bank = RegisterBank({UNIT: simulated})
        self.port = Wire(self.bank)
        self.device = self.driver()
        reset = self.profile.commands["fault_reset"].verify
        assert reset is not None
        self.world.presses["it", "fault_reset"] = {
            ("it", "status"): "standby", ("it", "fault_code"): 0.0, ("it", reset.quantity): reset.equals[0],
        }  # fmt: skip

    def driver(self) -> ModbusDevice:
        """A driver that knows nothing yet, as after a restart of the daemon."""
        device = make_device("it", self.profile, self.port, UNIT, self.settings)
        assert isinstance(device, ModbusDevice)
        return device

    async def tell(self, quantity: str, value: float, device: ModbusDevice | None = None) -> Words:
        """Command it; what was written."""
        before = len(self.port.sent)
        await (device or self.device).command(Command("it", quantity, value, 15.0 if value else 0.0))
        return tuple(self.port.sent[before:])

    async def seen(self, quantity: str) -> Value | None:
        """What the drive shows."""
        readings = [r for poll in self.device.polls for r in await self.device.read(poll)]
        return next(r.value for r in readings if r.quantity == quantity)

    def runs(self) -> float:
        """What the motor was told last."""
        return [value for _, quantity, value in self.world.told if quantity == "running"][-1]


def test_every_drive_is_here() -> None:
    """No shipped pump drive goes untried, and none claims another end of its run than the one that is tried."""
    from drivers.profile import library

    drives = {name for name in library() if load_profile(name).kind == "pump_drive"}
    assert drives == set(DRIVES)
    assert {name: load_profile(name).fail_safe_s("running") for name in DRIVES} == {
        name: drive.ends_s for name, drive in DRIVES.items()
    }


@pytest.mark.parametrize("name", DRIVES)
async def test_started_renewed_and_stopped(name: str) -> None:
    """Set up once, started in order, renewed without a word that would disturb the motor (also by a new daemon), stopped."""
    bench, drive = Bench(name), DRIVES[name]
    assert await bench.tell("running", 1.0) == (*drive.setup, *drive.start)
    assert await bench.seen("running") == 1.0
    for device in (bench.device, bench.driver(), None):
        assert await bench.tell("running", 1.0, device) == drive.renew
        assert bench.runs() == 1.0
    assert await bench.tell("running", 0.0) == drive.stop
    assert (bench.runs(), await bench.seen("running")) == (0.0, 0.0)
    assert await bench.tell("running", 1.0) in (drive.start, drive.start[-2:])
    assert await bench.seen("running") == 1.0


@pytest.mark.parametrize("name", DRIVES)
async def test_a_stop_overtakes_a_start(name: str) -> None:
    """A stop that comes between the words of a start is the last word: nothing of the start follows it."""
    bench, drive = Bench(name), DRIVES[name]
    bench.port.after_first = (bench.device, Command("it", "running", 0.0))
    for address, value in drive.setup:  # already set up: the first word is the start's
        bench.bank.units[UNIT].write(6, address, (value,))
    if len(drive.start) > 1:
        with pytest.raises(Refused, match="overtaken by a stop"):
            await bench.tell("running", 1.0)
    else:
        await bench.tell("running", 1.0)
    assert bench.runs() == 0.0
    assert await bench.seen("running") == 0.0
    assert tuple(bench.port.sent) == (drive.start[0], *drive.stop)


@pytest.mark.parametrize("name", DRIVES)
async def test_refused_in_fault_and_reset(name: str) -> None:
    """In fault a start is refused before anything is written, a stop is not; a reset is an edge, and then it starts."""
    bench, drive = Bench(name), DRIVES[name]
    await bench.tell("running", 0.0)
    bench.world.values |= {("it", "status"): "fault", ("it", "fault_code"): 7.0}
    await bench.seen("running")
    with pytest.raises(Refused, match="would be taken and not done"):
        await bench.tell("running", 1.0)
    assert tuple(bench.port.sent) == drive.stop
    bench.bank.units[UNIT].write(6, *last(drive.start))  # somebody else tries: the drive stands still
    assert bench.runs() == 0.0
    assert await bench.tell("running", 0.0) == drive.stop
    assert await bench.tell("fault_reset", 1.0) == drive.reset
    await bench.seen("running")
    assert await bench.tell("fault_reset", 1.0) == (), "there is nothing to reset"
    await bench.tell("running", 1.0)
    assert await bench.seen("running") == 1.0


@pytest.mark.parametrize("name", [name for name, drive in DRIVES.items() if drive.ends_s])
async def test_stops_by_itself_and_says_so(name: str) -> None:
    """After its own time without a word the motor stands, the registers say so, and the next start goes through all steps."""
    bench, drive = Bench(name), DRIVES[name]
    assert drive.ends_s is not None
    await bench.tell("running", 1.0)
    bench.bank.expire(bench.world.clock.pass_(0.9 * drive.ends_s))
    assert await bench.seen("running") == 1.0
    bench.bank.expire(bench.world.clock.pass_(1.1 * drive.ends_s))
    assert bench.runs() == 0.0
    assert await bench.seen("running") == 0.0
    if bench.profile.commands["running"].fail_safe.fault is not None:  # it has tripped
        await bench.tell("running", 0.0)
        assert await bench.seen("status") == "fault"
        with pytest.raises(Refused, match="status is fault"):
            await bench.tell("running", 1.0)
        assert await bench.tell("fault_reset", 1.0) == drive.reset
        assert await bench.seen("status") != "fault"
    assert await bench.tell("running", 1.0) == drive.start


@pytest.mark.parametrize("name", ["invt-gd100-pv", "abb-acs355"])
async def test_a_fault_stands_until_its_reset(name: str) -> None:
    """The motor's fault stays in the drive when its cause has gone, and ends by the reset alone, not while the cause is there."""
    bench = Bench(name)
    await bench.tell("running", 1.0)
    healthy = dict(bench.world.values)
    bench.world.presses.clear()
    bench.world.values |= {("it", "status"): "fault", ("it", "fault_code"): 7.0}
    bench.bank.expire(bench.world.clock.pass_(1.0))
    assert bench.runs() == 0.0
    await bench.seen("status")
    await bench.tell("running", 0.0)
    with contextlib.suppress(DriverError):  # the driver waits for it in vain
        await bench.tell("fault_reset", 1.0)
    bench.world.values = healthy | {("it", "status"): "standby", ("it", "fault_code"): 0.0}
    assert await bench.seen("status") == "fault"
    await bench.tell("fault_reset", 1.0)
    assert await bench.seen("status") != "fault"


@pytest.mark.parametrize(
    "name", [name for name in DRIVES if "frequency_set_hz" in load_profile(name).commands]
)
@pytest.mark.parametrize("hertz", [0.0, 17.3, 45.0])
async def test_frequency_is_read_back(name: str, hertz: float) -> None:
    """A set-point in hertz, in parts of the maximum or of 0x4000, comes back as the same hertz."""
    bench = Bench(name)
    assert len(await bench.tell("frequency_set_hz", hertz)) == 1
    assert await bench.seen("frequency_set_hz") == pytest.approx(hertz, abs=0.06)


def last(words: Sequence[tuple[int, int]]) -> tuple[int, tuple[int]]:
    """The last word as a write."""
    address, value = words[-1]
    return address, (value,)


def test_words_of_the_dcu_come_low_first() -> None:
    """40033 and 40034 of an ACS355 are one number, its low word at the lower address."""
    point = next(p for p in load_profile("abb-acs355").points if p.name == "dcu_status")
    context: dict[str, Value] = {}
    codec = BlockCodec(Block("holding", point.start, 2, (point,)), {}, frozenset({"dcu_status"}))
    codec.decode((0x8123, 0x0001), context)
    assert (point.start, context["dcu_status"]) == (32, 0x18123)
