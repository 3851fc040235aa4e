"""An answer that is longer than it is waited for can never come: `tirta check` says so before the field does."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.check_buses import _patience, _sizes
from controller.core.site import Bus, DeviceEntry
from drivers.modbus_url import Connection, parse_connection
from drivers.profile import library, load_profile
from drivers.profile_model import Profile
from tests.controller.site_files import ROOT, copy_site, edit, load_english
from tests.controller.test_check import says

DEMO = ROOT / "config.yaml"


def told(profile: Profile, url: str, timeout_s: float | None = None) -> list[tuple[str, bool]]:
    """(key, whether the site is refused) of what is said of one device of the profile on this bus."""
    bus = Bus(id="bus", url=url, timeout_s=timeout_s)
    entry = DeviceEntry(id="it", profile=profile.name, bus="bus", unit=1)
    found = _patience(entry, profile, bus, parse_connection(url), ())
    return [(one.key, one.severity.value == "error") for one in found]


def test_every_profile_waits_long_enough() -> None:
    """In the whole library the longest answer comes in time at the speed that the device leaves the factory with."""
    late = []
    for name in library():
        profile = load_profile(name)
        if profile.transport == "modbus":
            late += [name for _ in told(profile, f"rtu:///dev/x?baud={profile.serial.baud}")]
    assert late == []


@pytest.mark.parametrize(
    ("url", "timeout_s", "finding"),
    [
        ("rtu:///dev/x?baud=9600", None, []),
        ("rtu:///dev/x?baud=9600", 0.05, [("answer-longer-than-time-out", True)]),
        ("rtu:///dev/x?baud=1200", 0.2, [("answer-longer-than-time-out", True)]),
        ("rtu+tcp://h:1", 0.05, [("answer-longer-than-time-out", False)]),  # its speed is not in the file
        ("tcp://h:1", 0.05, [("answer-longer-than-time-out", False)]),
    ],
)
def test_the_bus_decides(url: str, timeout_s: float | None, finding: list[tuple[str, bool]]) -> None:
    """The same meter in time, and not: slower bauds and shorter time-outs. A guess of ours refuses nothing."""
    assert told(load_profile("sdm120"), url, timeout_s) == finding


def test_a_port_of_its_own_has_no_baud() -> None:
    """A device on the network answers at once, however much."""
    profile = load_profile("huawei-sun2000")
    wire = Connection(kind="tcp", host="h", port=502)
    assert max(_sizes(profile, wire, "fast")) > 30
    assert told(profile, "tcp://h:502", 0.05) == []


def test_it_stands_at_the_device(tmp_path: Path) -> None:
    """The finding names the device's profile line, what it needs, and a time-out that is long enough."""
    path = copy_site(DEMO, tmp_path)
    edit(path, "url: tcp://127.0.0.1:15020", "url: tcp://127.0.0.1:15020\n    timeout_s: 0.04")
    found = [w for w in load_english(path).warnings if says(w.message, "answer-longer-than-time-out")]
    assert found
    assert "9600 baud, but it is waited for 0.04 s only" in found[0].message
    assert "timeout_ms in its profile" in (found[0].hint or "")
