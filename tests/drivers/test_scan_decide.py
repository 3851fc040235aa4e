"""`drivers.scan_judge`, `drivers.scan_decide`: every profile knows its own simulated device, look-alikes are not guessed."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from drivers.errors import ExceptionReply
from drivers.profile import load_profile
from drivers.profile_model import Profile
from drivers.reading import Quality
from drivers.scan_decide import Verdict, decide
from drivers.scan_judge import Candidate, Misfit, Seen, judge
from drivers.scan_line import Notebook, ScanLine
from drivers.scan_plan import modbus_profiles
from drivers.transport import Table
from simulators.cable import Station
from simulators.frames import RefusedByDevice
from tests.drivers.cables import station

NAMES = [profile.name for profile in modbus_profiles()]


class Paperback(Notebook):
    """A notebook that asks a simulated device without a wire."""

    def __init__(self, station: Station) -> None:
        self.station, self.unit = station, station.unit

    async def ask(self, table: Table, address: int, count: int) -> list[int]:
        """As the real one."""
        try:
            return list(self.station.shown(table, address, count))
        except RefusedByDevice as refusal:
            raise ExceptionReply(refusal.code) from None

    def cell(self, table: str, address: int) -> int | None:
        """As the real one."""
        try:
            return self.station.shown(Table(table), address, 1)[0]
        except RefusedByDevice:
            return None


async def verdict_on(one: Station, profiles: list[Profile]) -> Verdict:
    """What the scan says of a device."""
    return decide([c for profile in profiles for c in await judge(profile, Paperback(one), None)])


@pytest.mark.parametrize("name", NAMES)
async def test_no_other_profile_is_taken_for_a_device(name: str) -> None:
    """The simulated device of a profile is recognised as that, or several remain and the right one is among them."""
    profiles = list(modbus_profiles())
    verdict = await verdict_on(station(name, 9), profiles)
    remain = [verdict.chosen, *verdict.rivals, *verdict.also]
    assert name in [c.profile.name for c in remain if c is not None], [
        (c.label, c.misfit, c.why) for c in verdict.out if c.profile.name == name
    ]
    assert verdict.chosen is None or verdict.chosen.profile.name == name


async def test_most_devices_are_recognised() -> None:
    """At least a third of the library's simulated devices are decided outright: the caution is not an excuse."""
    profiles = list(modbus_profiles())
    chosen = [(await verdict_on(station(name, 9), profiles)).chosen is not None for name in NAMES]
    assert sum(chosen) >= len(NAMES) / 3, f"{sum(chosen)} of {len(NAMES)}"


async def test_one_register_that_could_be_anything_is_not_guessed() -> None:
    """281 at holding 0 of a single-register device is irradiance, rain or a level: all are named, with what each makes of it."""
    profiles = [load_profile(name) for name in ("rs-ra-pyranometer", "sn-3001-rain")]
    verdict = await verdict_on(station("rs-ra-pyranometer", 9, values={"irradiance_w_m2": 281.0}), profiles)
    assert verdict.chosen is None
    assert {c.label for c in verdict.rivals} == {"rs-ra-pyranometer", "sn-3001-rain"}
    (difference,) = verdict.differences
    assert (difference.table, difference.address, difference.raw) == ("holding", 0, (281,))
    said = {o.quantity: o.value for o in difference.opinions}
    assert said["irradiance_w_m2"] == pytest.approx(281.0)
    assert said["rain_mm"] == pytest.approx(28.1)


def candidate(name: str, bits: float, *seen: tuple[str, float, int], proven: bool = False) -> Candidate:
    """A profile that fits, reading (quantity, value, raw) from holding 0 on."""
    rows = [
        Seen(quantity, value, "", Quality.GOOD, (("holding", address),), (raw,))
        for address, (quantity, value, raw) in enumerate(seen)
    ]
    return Candidate(
        load_profile(name), bits=bits, proven=proven, answered=len(rows), plausible=len(rows), seen=rows
    )


SOIL = (("vwc", 0.281, 281), ("temp_c", 27.6, 276))
SWAPPED = (("temp_c", 28.1, 281), ("vwc", 0.276, 276))


def test_moisture_and_temperature_swapped_is_never_guessed() -> None:
    """Two soil maps that read 28.1 as moisture or as temperature stay open, though one has more evidence."""
    verdict = decide(
        [candidate("sn-3002-soil-7in1", 30.0, *SOIL), candidate("gemho-soil-7in1", 18.0, *SWAPPED)]
    )
    assert verdict.chosen is None
    assert [c.profile.name for c in verdict.rivals] == ["sn-3002-soil-7in1", "gemho-soil-7in1"]
    assert [d.address for d in verdict.differences] == [0, 1]


def test_identity_decides_between_look_alikes() -> None:
    """A look that is no accident outweighs a rival without one."""
    verdict = decide(
        [
            candidate("sn-3002-soil-7in1", 30.0, *SOIL),
            candidate("gemho-soil-7in1", 18.0, *SWAPPED, proven=True),
        ]
    )
    assert verdict.chosen is not None
    assert verdict.chosen.profile.name == "gemho-soil-7in1"


def test_a_smaller_map_with_the_same_values_is_no_rival() -> None:
    """A three-in-one whose registers are the first of the seven-in-one only fits as well."""
    verdict = decide(
        [candidate("sn-3002-soil-7in1", 30.0, *SOIL), candidate("cwt-soil-thc-s", 25.0, *SOIL[:1])]
    )
    assert verdict.chosen is not None
    assert [c.profile.name for c in verdict.also] == ["cwt-soil-thc-s"]


def test_thin_evidence_chooses_nobody() -> None:
    """The only profile that fits is not chosen when almost nothing speaks for it."""
    verdict = decide([candidate("sn-3001-rain", 2.0, ("rain_mm", 1.2, 12))])
    assert verdict.chosen is None
    assert len(verdict.rivals) == 1


async def test_impossible_values_exclude() -> None:
    """A device whose registers are there, but would be a pH of 1400 and the like, is not that model."""
    soil = load_profile("sn-3002-soil-7in1")
    one = station("growatt-tl-x", 9)
    one.device._memory.update(dict.fromkeys([*range(9), 0x07D0], 14000))
    (tried,) = await judge(soil, Paperback(one), None)
    assert tried.misfit in (Misfit.IMPLAUSIBLE, Misfit.IDENTITY)


async def test_a_closed_port_is_no_verdict(cleanup: AsyncExitStack) -> None:
    """A line that is never opened costs nothing and can be closed twice."""
    from drivers.modbus_url import Connection

    line = ScanLine(Connection("tcp", host="127.0.0.1", port=9), 0.1)
    line.close()
    line.close()
    assert line.asked == 0
