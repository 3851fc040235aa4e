"""`drivers.readdress_guard` on a real pty: an address is written only when that is safe, and believed only when it is proven."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from drivers.errors import BadReply, Refused
from drivers.profile import load_profile
from drivers.profile_model import Profile
from drivers.profile_variants import as_variant, ways_of
from drivers.readdress_guard import Move, carry_out, check
from drivers.scan_line import MoveLine
from drivers.scan_plan import Format, modbus_profiles
from simulators.cable import Cable, Station
from simulators.frames import Silent
from tests.drivers.cables import on_pty, rtu, station
from tests.drivers.devices import device
from tests.waiting import until

PATIENCE_S = 0.15


class Bench:
    """A line with stations, and what was told on the way."""

    def __init__(self, cable: Cable, line: MoveLine) -> None:
        self.cable, self.line = cable, line
        self.told: list[str] = []

    async def move(self, profile: Profile, old: int, new: int, wait_s: float = 5.0) -> None:
        """Check, then carry out."""
        move = Move(profile, old, new, wait_s)
        move = await check(self.line, move, self._tell)
        assert self.cable.writes == []
        await carry_out(self.line, move, self._tell)

    def _tell(self, step: str, _unit: int) -> None:
        self.told.append(step)


async def bench(stack: AsyncExitStack, folder: Path, *stations: Station) -> Bench:
    """An open line."""
    cable, path = await on_pty(stack, folder, *stations)
    line = MoveLine(rtu(path, Format(9600)), PATIENCE_S)
    await line.open()
    stack.callback(line.close)
    return Bench(cable, line)


SOIL = "sn-3002-soil-7in1"


async def test_an_address_is_given_and_proven(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """One write, then it answers at the new address and the old one is silent; a neighbour stays where it is."""
    on = await bench(cleanup, tmp_path, station(SOIL, 1), station("sdm120", 2))
    await on.move(load_profile(SOIL), 1, 11)
    assert [one.unit for one in on.cable.stations] == [11, 2]
    assert on.cable.writes == [(1, 6, 0x07D0, (11,))]
    assert on.told == ["old", "new", "model", "write", "proof"]


async def test_a_save_step_goes_to_the_new_address(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """The address outlives a power cut only because the save was written, there where the device is now."""
    profile = load_profile("qdy30a")
    assert profile.readdress is not None
    assert profile.readdress.save
    on = await bench(cleanup, tmp_path, station("qdy30a", 1))
    await on.move(profile, 1, 12)
    (one,) = on.cable.stations
    one.cut()
    one.restore()
    assert one.unit == 12
    assert [unit for unit, *_ in on.cable.writes] == [1, 12]


@pytest.mark.parametrize(
    ("stations", "old", "new", "case"),
    [
        (((SOIL, 1), (SOIL, 1)), 1, 11, "garbled"),
        (((SOIL, 2),), 1, 11, "nobody"),
        (((SOIL, 11),), 1, 11, "moved"),
        (((SOIL, 1), ("sdm120", 11)), 1, 11, "taken"),
        ((("sdm120", 1),), 1, 11, "stranger"),
        (((SOIL, 1),), 1, 1, "same"),
    ],
)
async def test_nothing_is_written_when_it_is_not_safe(
    stations: tuple[tuple[str, int], ...],
    old: int,
    new: int,
    case: str,
    tmp_path: Path,
    cleanup: AsyncExitStack,
) -> None:
    """Two on the address, nobody, a taken one, another model, no change: refused with the reason, and not one write."""
    on = await bench(cleanup, tmp_path, *(station(name, unit) for name, unit in stations))
    with pytest.raises(Refused) as refused:
        await on.move(load_profile(SOIL), old, new)
    assert refused.value.params["case"] == case
    assert refused.value.hint
    assert on.cable.writes == []


async def test_out_of_range_is_refused(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """An address that the model does not take is refused before anything is asked."""
    on = await bench(cleanup, tmp_path, station(SOIL, 1))
    with pytest.raises(Refused, match="takes addresses"):
        await on.move(load_profile(SOIL), 1, 255)
    assert on.line.asked == 0


async def test_a_second_device_that_hid_is_found_out(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """If the old address still answers after the write, that is said; it is no success."""
    on = await bench(cleanup, tmp_path, station(SOIL, 1))
    late = station(SOIL, 1)
    move = Move(load_profile(SOIL), 1, 11)
    await check(on.line, move, lambda *_: None)

    def plug_in(step: str, _unit: int) -> None:
        if step == "proof":
            on.cable.stations.append(late)

    with pytest.raises(BadReply) as failed:
        await carry_out(on.line, move, plug_in)
    assert failed.value.params["case"] == "still_old"


async def test_a_power_cycle_is_waited_for(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """Where the profile says that it counts after the supply was off, the tool waits for that; without it, it says so."""
    plain = load_profile(SOIL)
    assert plain.readdress is not None
    profile = plain.model_copy(update={"readdress": plain.readdress.model_copy(update={"power_cycle": True})})
    one = station(SOIL, 1)
    one.device.profile = one.device.profile.model_copy(update={"readdress": profile.readdress})
    on = await bench(cleanup, tmp_path, one)

    async def technician() -> None:
        await until(lambda: "power" in on.told)
        one.cut()
        await asyncio.sleep(0.2)
        one.restore()

    hands = asyncio.create_task(technician())
    await on.move(profile, 1, 11, wait_s=20.0)
    await hands
    assert one.unit == 11
    on.cable.writes.clear()
    with pytest.raises(BadReply) as failed:
        await on.move(profile, 11, 12, wait_s=0.3)
    assert failed.value.params["case"] == "not_there"


async def test_a_write_to_all_needs_a_cable_of_its_own(tmp_path: Path, cleanup: AsyncExitStack) -> None:
    """A model whose address is written to everybody is refused while another device hangs there."""
    plain = load_profile(SOIL)
    assert plain.readdress is not None
    profile = plain.model_copy(update={"readdress": plain.readdress.model_copy(update={"ask_unit": 0})})
    on = await bench(cleanup, tmp_path, station(SOIL, 1), station("sdm120", 3))
    with pytest.raises(Refused) as refused:
        await on.move(profile, 1, 11)
    assert refused.value.params["case"] == "neighbours"
    assert on.cable.writes == []


@pytest.mark.parametrize(("variant", "register"), [("hundredths", 0x0100), ("tenths", 0x0101)])
async def test_a_variant_is_readdressed_in_its_own_register(
    variant: str, register: int, tmp_path: Path, cleanup: AsyncExitStack
) -> None:
    """MD02 and XY-MD02 take the address in neighbouring registers: written is the one that shows the present address."""
    on = await bench(cleanup, tmp_path, _plain(as_variant(load_profile("xy-md02"), variant), 1, rh_pct=60.0))
    await on.move(load_profile("xy-md02"), 1, 11)
    assert on.cable.writes == [(1, 6, register, (11,))]
    assert [one.unit for one in on.cable.stations] == [11]


async def test_two_registers_that_show_the_address_decide_nothing(
    tmp_path: Path, cleanup: AsyncExitStack
) -> None:
    """At address 2 the baud code 2 looks like an address: nothing is written until the variant is named."""
    profile = load_profile("xy-md02")
    on = await bench(cleanup, tmp_path, _plain(as_variant(profile, "hundredths"), 2, rh_pct=60.0))
    with pytest.raises(Refused, match="Both of the registers 256 and 257") as refused:
        await on.move(profile, 2, 11)
    assert refused.value.params["case"] == "variant"
    assert on.cable.writes == []
    await on.move(as_variant(profile, "hundredths"), 2, 11)
    assert on.cable.writes == [(2, 6, 0x0100, (11,))]


def test_every_recipe_is_simulated_as_it_is_said() -> None:
    """For every profile with a recipe the simulated device ends at the new address, saved, after exactly these writes."""
    from drivers.readdress import recipe_of, writes_of

    shipped = [way for profile in (*modbus_profiles(), device("lc")) for way in ways_of(profile)]
    recipes = [profile for profile in shipped if profile.readdress is not None]
    assert len(recipes) >= 10
    for profile in recipes:
        recipe = recipe_of(profile, profile.readdress.maximum if profile.readdress else 0)
        old, new = (recipe.minimum + 1, recipe.minimum)
        cable = Cable([_plain(profile, old)])
        for write in writes_of(profile, old, new):
            with contextlib.suppress(Silent):  # a broadcast is not confirmed
                cable.write(write.unit, write.function, write.address, write.values)
        (one,) = cable.stations
        one.cut()
        one.restore()
        assert one.unit == new, profile.name


def _plain(profile: Profile, unit: int, **values: float) -> Station:
    from simulators.registers import RegisterDevice
    from tests.simulators.paper import Paper, settings_of

    world = Paper()
    world.values |= {("it", name): value for name, value in values.items()}
    return Station(RegisterDevice("it", profile, settings_of(profile), world, world.clock.now), unit)
