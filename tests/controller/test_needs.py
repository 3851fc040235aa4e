"""Only what the site uses is asked for, and nothing that it uses is left out."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from controller import assembly
from controller.assembly import make_devices
from controller.config import load_site
from controller.core.site import Site
from controller.needs import needs, obeying, profiles_in_use, trimmed
from drivers.device_modbus import ModbusDevice
from drivers.profile import Profile, load_profile
from simulators.clock import SteppedClock
from simulators.rig import loopback_ports, make_rig
from simulators.season import Season
from simulators.world import World
from tests.end_to_end.sites import SITES


async def heard(site: Site, profiles: dict[str, Profile]) -> dict[str, set[str]]:
    """By device: what its polls bring, from a simulated site at noon."""
    start = datetime(2026, 8, 12, 12, tzinfo=ZoneInfo(site.file.site.timezone))
    clock = SteppedClock(start.timestamp(), 0.0)
    rig = make_rig(site, profiles, World(site, 1, start), clock.now)
    told: dict[str, set[str]] = {}
    for name, device in make_devices(site, profiles, loopback_ports(rig)).items():
        told[name] = {reading.quantity for poll in device.polls for reading in await device.read(poll)}
    return told


@pytest.mark.parametrize("kind", SITES)
async def test_everything_that_is_used_is_heard(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what whole devices would tell, the trimmed ones tell all that the site names or records, and less of the rest."""
    site, profiles = load_site(SITES[kind])
    less = await heard(site, dict(profiles))
    monkeypatch.setattr(assembly, "profiles_in_use", lambda _site, given: given)
    whole = await heard(site, dict(profiles))
    used = needs(site)
    for name, told in whole.items():
        assert {q for q in told if (name, q) in used} <= less[name], name
        assert less[name] <= told
    assert sum(map(len, less.values())) < sum(map(len, whole.values()))


@pytest.mark.parametrize("kind", ["nursery", "paddy"])
def test_decisions_do_not_notice(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day with everything asked for and a day with only what is used leave the same ledger."""
    site, profiles = load_site(SITES[kind])
    start = datetime(2026, 8, 12, tzinfo=ZoneInfo(site.file.site.timezone))
    states = []
    for _ in range(2):
        season = Season(site, profiles, World(site, 1, start), start, 1.0)
        states.append(season.run().cycle.state)
        monkeypatch.setattr(assembly, "profiles_in_use", lambda _site, given: given)
    assert states[0] == states[1]


def test_devices_that_obey_stay_whole() -> None:
    """What takes commands is asked for everything: their steps and proofs may look at any of it."""
    site, profiles = load_site(SITES["nursery"])
    used = profiles_in_use(site, profiles)
    assert obeying(site) == {"relay", "katup-jauh"}
    assert used["relay"] is profiles["relay"]
    assert len(used["meter-pln"].points) < len(profiles["meter-pln"].points)


def test_a_device_of_which_nothing_is_used_is_still_asked() -> None:
    """So that its silence is seen."""
    profile = load_profile("sdm120")
    assert trimmed(profile, frozenset()) is profile


def test_factors_stay_with_what_they_scale() -> None:
    """A SunSpec power keeps its scale factor; identity, which is asked once, stays."""
    profile = trimmed(load_profile("sunspec-inverter"), frozenset({"power_w"}))
    assert profile.sunspec is not None
    layout = next(entry for entry in profile.sunspec.models if 103 in entry.ids)
    power = next(point for point in layout.points if point.quantity == "power_w")
    names = {point.name for point in layout.points}
    assert set(power.helpers) <= names
    assert not any(point.quantity == "frequency_hz" for point in layout.points)
    common = next(entry for entry in profile.sunspec.models if 1 in entry.ids)
    assert {point.quantity for point in common.points} >= {"maker", "serial_number"}


def test_fewer_requests_on_a_slow_bus() -> None:
    """The pump's meter needs two requests a minute instead of four."""
    site, profiles = load_site(SITES["nursery"])
    counts = []
    for given in (profiles, profiles_in_use(site, profiles)):
        device = ModbusDevice("m", given["meter-pompa"], None, 1, {}, {})  # type: ignore[arg-type]
        counts.append(sum(len(requests) for requests in device.requests.values()))
    assert counts == [4, 2]
