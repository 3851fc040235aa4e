"""`drivers.scan_plan`: likely settings first, every promise kept by the full sweep, an honest estimate."""

from __future__ import annotations

from drivers.profile import load_profile
from drivers.scan_plan import (
    BAUDS,
    ENDINGS,
    Format,
    calls_at,
    formats,
    formats_of,
    modbus_profiles,
    network_ports,
    serial_stops,
    stand_in_settings,
)


def test_the_library_comes_first_and_the_full_sweep_has_everything() -> None:
    """Quick tries each setting that a profile ships with; full adds all six rates with 8N1, 8E1 and 8N2, each once."""
    profiles = modbus_profiles()
    quick, full = formats(profiles, full=False), formats(profiles, full=True)
    assert set(quick) == {one for p in profiles for one in formats_of(p)}
    assert quick[0] == Format(9600)
    assert full[: len(quick)] == quick
    assert set(full) >= {Format(b, parity, stop) for b in BAUDS for parity, stop in ENDINGS}
    assert len(full) == len(set(full))


def test_every_factory_address_is_called_on_its_line() -> None:
    """For each profile, its address and its any-address are called at each rate that it is sold with."""
    profiles = modbus_profiles()
    for profile in profiles:
        for line in formats_of(profile):
            called = {call.unit: call for call in calls_at(profiles, line, full=False)}
            serial = profile.serial
            assert serial.unit in called or serial.unit == 0, profile.name
            if serial.find_unit is not None:
                assert called[serial.find_unit].find, profile.name


def test_the_full_sweep_calls_every_address_once() -> None:
    """1 to 247 are all called, none twice."""
    units = [call.unit for call in calls_at(modbus_profiles(), Format(9600), full=True)]
    assert set(range(1, 248)) <= set(units)
    assert len(units) == len(set(units))


def test_the_estimate_is_bounded_and_grows_with_the_work() -> None:
    """Quick stays within three minutes for the whole library; full is told as what it is, longer."""
    profiles = modbus_profiles()
    quick = serial_stops(profiles, "/dev/x", formats(profiles, full=False), full=False)
    full = serial_stops(profiles, "/dev/x", formats(profiles, full=True), full=True)
    seconds = sum(one.longest_s for one in quick)
    assert 5.0 < seconds < 180.0
    assert sum(one.longest_s for one in full) > 5 * seconds


def test_network_ports_and_settings() -> None:
    """The usual ports are knocked at, and the library's; a profile with open questions can be tried all the same."""
    profiles = modbus_profiles()
    assert network_ports(profiles)[:4] == (502, 1502, 6607, 8899)
    assert stand_in_settings(load_profile("qdy30a"))["level_unit"] in ("m", "cm", "mm")
    for profile in profiles:
        stand_in_settings(profile)
