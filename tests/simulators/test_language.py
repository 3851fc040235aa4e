"""What the profile language says, done: the shipped driver against the simulated device made of the same profile."""

from __future__ import annotations

import pytest

from drivers.device import make_device
from drivers.device_modbus import ModbusDevice
from drivers.errors import BadReply, ExceptionReply, Refused, TimeOut
from drivers.profile import Profile
from drivers.readdress import readdress, writes_of
from drivers.reading import Command, Quality, Value
from drivers.transport import Read, Table, Write
from simulators.frames import crc16, rtu_request_size
from simulators.loopback import LoopbackPort
from simulators.registers import RegisterBank, RegisterDevice
from tests.drivers.devices import device as profile_of
from tests.simulators.paper import Paper, settings_of

GOOD, ABSENT, SUSPECT = Quality.GOOD, Quality.ABSENT, Quality.SUSPECT


class Bench:
    """One simulated device and the driver for it. ``settings`` of the driver; ``as_built``: those of the device itself."""

    def __init__(
        self, name: str, settings: dict[str, float | str] | None = None, **as_built: float | str
    ) -> None:
        self.world = Paper()
        self.profile: Profile = profile_of(name)
        known = settings_of(self.profile) | (settings or {})
        self.simulated = RegisterDevice(
            "it", self.profile, known | as_built, self.world, self.world.clock.now
        )
        self.bank = RegisterBank({7: self.simulated})
        self.port = LoopbackPort(self.bank, "bus")
        device = make_device("it", self.profile, self.port, 7, known)
        assert isinstance(device, ModbusDevice)
        self.device = device

    def set(self, **values: Value) -> None:
        """What the world is."""
        self.world.values |= {("it", name): value for name, value in values.items()}

    async def read(self) -> dict[str, tuple[Value | None, Quality]]:
        """Everything that the device tells now."""
        told = [
            r
            for poll in ("once", "slow", "fast")
            if poll in self.device.polls
            for r in await self.device.read(poll)
        ]
        return {r.quantity: (r.value, r.quality) for r in told}

    async def tell(self, quantity: str, value: float, lease_s: float = 30.0) -> None:
        """Command it."""
        await self.device.command(Command("it", quantity, value, lease_s if value else 0.0))

    def pass_(self, seconds: float) -> None:
        """Let plant time go by."""
        self.bank.expire(self.world.clock.pass_(seconds))


# ---------------------------------------------------------------------------------------------------- values that are linked


@pytest.mark.parametrize("watts", [-1500.0, 0.0, 1500.0, -7.0])
async def test_sign_from_a_register(watts: float) -> None:
    """The simulator shows magnitude and direction apart, the driver tells one signed number."""
    bench = Bench("solis")
    bench.set(battery_w=watts)
    assert (await bench.read())["battery_w"] == (watts, GOOD)
    magnitude = await bench.port.read(Read(7, Table.INPUT, 33149, 2))
    assert magnitude[1] == abs(watts)


async def test_zero_means_nothing_until_something_was_seen() -> None:
    """A register that always read 0 is not implemented; once it has shown a number, 0 is a number too."""
    bench = Bench("solis")
    seen = []
    for watts in (0.0, 25.0, 0.0):
        bench.set(genset_w=watts)
        seen.append((await bench.read())["genset_w"])
    assert seen == [(None, ABSENT), (25.0, GOOD), (0.0, GOOD)]


async def test_meaning_chosen_by_another_register() -> None:
    """One register is a phase voltage or a line voltage, as the output type says; the other quantity is absent then."""
    bench = Bench("sungrow")
    bench.set(voltage_v_1=231.0)
    told = await bench.read()
    assert (told["voltage_v_1"], told["line_voltage_v_1"]) == ((231.0, GOOD), (None, ABSENT))
    bench = Bench("sungrow")
    bench.set(line_voltage_v_1=400.0)
    told = await bench.read()
    assert (told["voltage_v_1"], told["line_voltage_v_1"]) == ((None, ABSENT), (400.0, GOOD))


async def test_valid_only_in_a_state() -> None:
    """The fault number stands only while the device is in fault."""
    bench = Bench("sungrow")
    bench.set(status="running")
    assert (await bench.read())["fault_code"] == (None, ABSENT)
    bench.set(status="fault", fault_code=10.0)
    assert (await bench.read())["fault_code"] == (10.0, GOOD)


@pytest.mark.parametrize("code", [0, 1])
async def test_unit_by_register(code: int) -> None:
    """Celsius or Fahrenheit, as the device says: the temperature is the same."""
    bench = Bench("sensecap")
    await bench.port.write(Write(7, 6, 0x21, (code,)))
    word = {0: 2500, 1: 7700}[code]
    await bench.port.write(Write(7, 6, 0, (word,)))
    assert (await bench.read())["temp_c"] == (pytest.approx(25.0), GOOD)


@pytest.mark.parametrize(
    ("code", "level", "pressure"), [(16, 3.0, None), (17, 0.03, None), (1, None, 0.03), (19, 0.305916, None)]
)
async def test_a_unit_that_does_not_suit_makes_absent(
    code: int, level: float | None, pressure: float | None
) -> None:
    """One transmitter measures a level or a pressure, as its unit says; the other one is absent."""
    bench = Bench("qdy")
    await bench.port.write(Write(7, 16, 2, (code,)))
    await bench.port.write(Write(7, 16, 4, (300,)))
    told = await bench.read()
    assert told["level_m"] == ((pytest.approx(level), GOOD) if level is not None else (None, ABSENT))
    assert told["pressure_bar"] == (
        (pytest.approx(pressure), GOOD) if pressure is not None else (None, ABSENT)
    )


async def test_products_and_sums_of_what_is_there() -> None:
    """Of four strings the device has two: two powers, one sum, and nothing is asked for the others."""
    bench = Bench("huawei")
    bench.set(pv_voltage_v_1=400.0, pv_current_a_1=5.0, pv_voltage_v_2=300.0, pv_current_a_2=2.0)
    told = await bench.read()
    assert told["pv_power_w_1"] == (pytest.approx(2000.0), GOOD)
    assert told["pv_power_w"] == (pytest.approx(2600.0), GOOD)
    assert "pv_voltage_v_3" not in told
    assert max(r.address + r.count for r in bench.device.requests["fast"] if r.address < 33000) == 32020


async def test_joined_text_and_times() -> None:
    """Model name out of two registers, hours, minutes and seconds as one time."""
    bench = Bench("must")
    bench.set(running_s=3_723.0, pv_energy_wh=12_034_500.0)
    told = await bench.read()
    assert told["model"] == ("PV1800", GOOD)
    assert told["running_s"] == (3723.0, GOOD)
    assert told["pv_energy_wh"] == (12_034_500.0, GOOD)


@pytest.mark.parametrize("vwc", [0.0, 0.31, 0.6])
async def test_calibrated_by_the_site(vwc: float) -> None:
    """The curve's ends are what the site measured in air and in water."""
    bench = Bench("catnip", {"dry": 310.0, "wet": 701.0})
    bench.set(vwc=vwc)
    assert (await bench.read())["vwc"] == (pytest.approx(vwc, abs=0.002), GOOD)


# -------------------------------------------------------------------------------------------------------------- first contact


@pytest.mark.parametrize(("built", "address"), [("r4d8", 1), ("ryn4", 0)])
async def test_variant_is_found_out(built: str, address: int, caplog: pytest.LogCaptureFixture) -> None:
    """Which board it is shows at first contact, is told, and all addresses follow it."""
    caplog.set_level("INFO")
    bench = Bench("r4d8", variant=built)
    bench.set(switch_1=1.0)
    assert (await bench.read())["switch_1"] == (1.0, GOOD)
    assert bench.device.requests["fast"][0].address == address
    assert f"variant {built}" in caplog.text


async def test_variant_named_by_the_site() -> None:
    """A site that names its variant is believed."""
    bench = Bench("r4d8", {"variant": "ryn4"})
    assert (await bench.read())["version"] == ("1.05", GOOD)


async def test_a_stop_before_the_first_reading_goes_to_the_right_place() -> None:
    """A command as the very first word: the variant is found out before."""
    bench = Bench("r4d8", variant="ryn4")
    await bench.tell("switch_1", 0.0)
    assert bench.world.told == [("it", "switch_1", 0.0)]


async def test_another_model_is_refused_with_what_was_seen() -> None:
    """A board that says it is something else is not read at all, and the message names place, value and expectation."""
    bench = Bench("r4d8")
    bench.simulated._fixed[0x20] = 9
    with pytest.raises(BadReply, match=r"no Test T: holding 32 reads 9, expected 1.* or 2") as failure:
        await bench.device.read("fast")
    assert "choose the profile" in failure.value.hint
    assert failure.value.device == "it"


# ------------------------------------------------------------------------------------------------------------------ commands


@pytest.mark.parametrize("rest", [0x0000, 0xFFFE, 0x00A4])
async def test_one_bit_changes_and_the_others_stay(rest: int) -> None:
    """Switching one bit of a register writes the others back as they were."""
    bench = Bench("deye")
    bench.simulated._memory[232] = rest
    bench.simulated._views.clear()
    for value in (1.0, 0.0):
        await bench.tell("grid_charge", value)
        (word,) = await bench.port.read(Read(7, Table.HOLDING, 232, 1))
        assert word == rest | int(value)
    assert bench.world.told == [("it", "grid_charge", 1.0), ("it", "grid_charge", 0.0)]


async def test_a_register_that_is_kept() -> None:
    """Of two registers that must be written together one keeps what it holds."""
    bench = Bench("slots")
    bench.simulated._memory |= {3038: 600, 3039: 1830}
    await bench.tell("slot_start_min", 390.0)
    assert await bench.port.read(Read(7, Table.HOLDING, 3039, 1)) == (1830,)
    assert bench.world.told == [("it", "slot_start_min", 390.0)]


async def test_functions_that_the_device_does_not_take() -> None:
    """A device that takes function 16 only refuses 6."""
    with pytest.raises(ExceptionReply) as refused:
        await Bench("deye").port.write(Write(7, 6, 232, (1,)))
    assert refused.value.code == 1


async def test_cia402_in_order_and_never_backwards() -> None:
    """Shutdown, switch on, run; a renewal of a running motor sends the last word only; a stop can be given at any time."""
    bench = Bench("altivar")
    sent: list[int] = []
    take = bench.simulated.write

    def watch(function: int, address: int, values: tuple[int, ...]) -> None:
        sent.append(values[0])
        take(function, address, values)

    bench.simulated.write = watch  # type: ignore[method-assign, assignment]
    await bench.tell("running", 1.0)
    assert sent == [0x06, 0x07, 0x0F]
    await bench.tell("running", 1.0)
    assert sent[3:] == [0x0F]
    assert (await bench.read())["running"] == (1.0, GOOD)
    await bench.tell("running", 0.0)
    assert sent[4:] == [0x07]
    assert (await bench.read())["running"] == (0.0, GOOD)
    await bench.tell("running", 1.0)
    assert sent[5:] == [0x07, 0x0F]  # it is switched on and only waits for the last word


async def test_set_up_before_the_first_start() -> None:
    """The communication time-out is set once, read back, and not again; a stop never waits for it."""
    bench = Bench("vacon")
    bench.simulated._memory[813] = 0
    await bench.tell("running", 0.0)
    assert bench.simulated._memory[813] == 0
    await bench.tell("running", 1.0)
    assert bench.simulated._memory[813] == 25
    bench.simulated._memory[813] = 3  # nobody looks again while the device is there
    await bench.tell("running", 1.0)
    assert bench.simulated._memory[813] == 3


async def test_set_up_again_after_silence() -> None:
    """A device that was away may have forgotten: the register is looked at again, and written so often as its memory stands."""
    bench = Bench("vacon")
    bench.simulated._memory[813] = 0
    for i in range(3):
        if i == 2:
            with pytest.raises(Refused, match="2 times in 24 hours"):
                await bench.tell("running", 1.0)
            break
        await bench.tell("running", 1.0)
        assert bench.simulated._memory[813] == 25
        bench.bank.silent.add("it")
        bench.pass_(20.0)
        with pytest.raises(TimeOut):
            await bench.device.read("fast")
        bench.bank.silent.clear()
        bench.simulated._memory[813] = 0
        await bench.device.read("fast")
    await bench.tell("running", 0.0)


async def test_a_latched_stop_is_told_and_not_driven_against() -> None:
    """While the drive forbids running a start is refused with the reason; after the permit it starts."""
    bench = Bench("vacon")
    bench.simulated._memory[813] = 25
    await bench.tell("run_permit", 0.0)
    await bench.device.read("fast")
    with pytest.raises(Refused, match="run_permit is 0"):
        await bench.tell("running", 1.0)
    await bench.port.write(
        Write(7, 6, 2000, (1,))
    )  # somebody else tries: the device takes it and stands still
    assert ("it", "running", 1.0) not in bench.world.told
    await bench.tell("run_permit", 1.0)
    await bench.device.read("fast")
    await bench.tell("running", 1.0)
    assert bench.world.told[-1] == ("it", "running", 1.0)


async def test_eeprom_is_spared() -> None:
    """A set-point in EEPROM is written where it differs, rounded to its step, counted, and refused beyond what it stands."""
    bench = Bench("vacon")
    bench.set(power_limit_pct=100.0)
    for percent in (50.0, 50.0, 51.0, 60.0, 60.0, 70.0):
        await bench.tell("power_limit_pct", percent)
    assert [value for *_, value in bench.world.told] == [50.0, 60.0, 70.0]
    with pytest.raises(Refused, match="3 times in 24 hours"):
        await bench.tell("power_limit_pct", 80.0)
    await bench.tell("power_limit_pct", 70.0)  # that is what it holds
    bench.pass_(86_401.0)
    await bench.tell("power_limit_pct", 80.0)
    assert bench.world.told[-1][2] == 80.0


async def test_off_that_the_board_ignores() -> None:
    """While the timer runs the plain off is taken and ignored; the profile's off ends it."""
    bench = Bench("r4d8", variant="r4d8")
    await bench.tell("switch_1", 1.0, 60.0)
    await bench.port.write(Write(7, 6, 1, (0x0200,)))
    assert bench.world.values["it", "switch_1"] == 1.0
    await bench.tell("switch_1", 0.0)
    assert bench.world.values["it", "switch_1"] == 0.0


async def test_a_function_of_the_makers_own() -> None:
    """The reset goes alone, four bytes with its checksum, and reaches the device."""
    bench = Bench("pzem")
    bench.set(energy_wh=0.0)
    await bench.tell("counter_reset", 1.0)
    assert bench.world.told == [("it", "counter_reset", 1.0)]
    frame = bytes((7, 0x42))
    assert rtu_request_size(frame + crc16(frame)) == 4


async def test_a_reset_that_changes_nothing_is_told() -> None:
    """A press must lead to what its profile says: the energy still stands there, and the driver says so."""
    bench = Bench("pzem")
    bench.set(energy_wh=5000.0)
    await bench.read()
    with pytest.raises(TimeOut, match="energy is 5000"):
        await bench.tell("counter_reset", 1.0)
    bench.set(energy_wh=0.0)
    await bench.tell("counter_reset", 1.0)
    told = [(await bench.read())["energy_wh"] for _ in range(3)]
    assert told[-1] == (5000.0, GOOD)  # the device began again, our total goes on


async def test_outputs_when_the_supply_returns() -> None:
    """A board that drops its relays without supply comes back with them off."""
    bench = Bench("r4d8", variant="r4d8")
    await bench.tell("switch_2", 1.0, 60.0)
    bench.simulated.restart()
    assert bench.world.values["it", "switch_2"] == 0.0


# ------------------------------------------------------------------------------------------------------------------- manners


async def test_exactly_eight() -> None:
    """A board that answers eight inputs only is asked for eight, and refuses anything else."""
    bench = Bench("lc")
    bench.set(input_3=1.0)
    assert (await bench.read())["input_3"] == (1.0, GOOD)
    assert bench.device.requests["fast"] == (Read(7, Table.DISCRETE, 0, 8),)
    with pytest.raises(ExceptionReply):
        await bench.port.read(Read(7, Table.DISCRETE, 0, 4))


async def test_a_request_that_only_wakes() -> None:
    """After silence the first request goes unanswered: the driver makes one for that, and the reading succeeds."""
    bench = Bench("rainwise")
    bench.set(rain_mm=25.4)
    with pytest.raises(TimeOut):
        await bench.port.read(Read(7, Table.HOLDING, 0, 1))
    bench.pass_(60.0)
    assert (await bench.device.read("fast"))[0].value == pytest.approx(25.4)
    bench.pass_(60.0)
    assert (await bench.device.read("fast"))[0].value == pytest.approx(25.4)


async def test_rain_over_restart_and_roll_over() -> None:
    """The total goes on over a restart of the station and over 65536 tips; a flood that cannot be is not counted."""
    bench = Bench("rainwise")
    seen = []
    for mm in (16_645.0, 16_646.0, 1.0, 2.0, 900.0, 3.0, 0.0, 1.0):
        bench.set(rain_mm=mm)
        bench.pass_(2.0)
        told = (await bench.device.read("fast"))[0]
        seen.append(told.value if told.quality is GOOD else None)
    width = 65536 * 0.254
    flood = seen.pop(4)
    assert flood is None
    assert seen == pytest.approx(
        [16_645, 16_646, 1 + width, 2 + width, 3 + width, 3 + width, 4 + width], abs=0.3
    )


async def test_warm_up_of_one_value() -> None:
    """The pH is suspect for five minutes after the probe appeared, also when its words do not change, then it is good."""
    bench = Bench("rainwise")
    assert [r.quality for r in await bench.device.read("fast") if r.quantity == "ph"] == [SUSPECT]
    bench.pass_(4.0)
    assert [r.quality for r in await bench.device.read("fast") if r.quantity == "ph"] == [SUSPECT]
    bench.pass_(300.0)
    assert [r.quality for r in await bench.device.read("fast") if r.quantity == "ph"] == [GOOD]


async def test_a_spike_spoils_its_packet_and_no_more() -> None:
    """64 kW from a small meter: everything in that answer is suspect, the next answer is good again."""
    bench = Bench("pzem")
    seen = []
    for watts in (1200.0, 64_000.0, 1300.0):
        bench.set(power_w=watts, energy_wh=5000.0)
        told = await bench.read()
        seen.append((told["power_w"][1], told["energy_wh"][1]))
    assert seen == [(GOOD, GOOD), (SUSPECT, SUSPECT), (GOOD, GOOD)]


async def test_one_bad_register_is_found_and_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    """A register that the device refuses is found by halving; the others go on, and after hours it is tried again."""
    bench = Bench("deye")
    bench.set(slot_start_min_1=60.0, slot_start_min_3=120.0)
    broken = {251}
    honest = bench.simulated.read
    asked: list[tuple[int, int]] = []

    def refusing(table: Table, address: int, count: int) -> object:
        asked.append((address, count))
        if broken & set(range(address, address + count)):
            from simulators.frames import RefusedByDevice

            raise RefusedByDevice(2)
        return honest(table, address, count)

    bench.simulated.read = refusing  # type: ignore[method-assign, assignment]
    await bench.device.read("fast")
    told = {r.quantity: r.value for r in await bench.device.read("fast")}
    assert (told["slot_start_min_1"], told["slot_start_min_3"], "slot_start_min_2" in told) == (
        60.0,
        120.0,
        False,
    )
    assert "slot2 set aside" in caplog.text
    assert "250..252" in str(bench.device.problems[0])
    asked.clear()
    await bench.device.read("fast")
    assert all(251 not in range(a, a + n) for a, n in asked)
    broken.clear()
    bench.pass_(4 * 3600.0 + 1)
    assert {r.quantity for r in await bench.device.read("fast")} >= {"slot_start_min_2"}
    assert bench.device.problems == ()


# ------------------------------------------------------------------------------------------------------------- another address


async def test_readdressing_as_the_recipe_says() -> None:
    """Unlock, write the address as the device wants it, save at the new address; refused out of range or without a recipe."""
    lc = profile_of("lc")
    assert list(writes_of(lc, 255, 5)) == [
        Write(255, 6, 9, (0x55AA,)),
        Write(255, 16, 0, (0x40A0, 0)),
        Write(5, 6, 15, (0,)),
    ]
    with pytest.raises(Refused, match="2 to 20"):
        list(writes_of(lc, 255, 21))
    with pytest.raises(Refused, match="no way"):
        list(writes_of(profile_of("must"), 4, 5))


async def test_a_new_address_is_proven() -> None:
    """The change counts when the device answers at the new address; else it says so."""
    world = Paper()
    lc = profile_of("lc")
    unit = RegisterDevice("it", lc, {}, world, world.clock.now)
    bank = RegisterBank({255: unit, 5: unit})
    assert await readdress(LoopbackPort(bank, "bus"), lc, 255, 5) is True
    with pytest.raises(TimeOut):
        await readdress(LoopbackPort(RegisterBank({255: unit}), "bus"), lc, 255, 5)
