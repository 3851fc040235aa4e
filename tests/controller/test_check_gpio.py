"""What `tirta check` says of the computer's own pins: no pump without a fail-safe, the right bus, pins that exist and are free."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.controller.site_files import SITES, copy_site, edit, load_english

BUS = "buses:\n"
PINS_BUS = BUS + "  - {id: pin, url: gpio://}\n"
DEVICES = "devices:\n"


def told(tmp_path: Path, devices: str, bus: str = PINS_BUS) -> list[tuple[str, str]]:
    """(place, message) of every problem of the paddy site with a bus of pins and these devices on top."""
    path = copy_site(SITES / "paddy.yaml", tmp_path)
    edit(path, BUS, bus)
    edit(path, DEVICES, DEVICES + devices)
    return [(problem.path, problem.message) for problem in load_english(path).problems]


RELAY = '  - {id: papan, profile: gpio-relay, bus: pin, unit: 1, settings: {pins: "5 6", active: low}}\n'


def test_a_board_on_pins_is_accepted(tmp_path: Path) -> None:
    """Relays, a pulse meter and a probe on an ADC are fine together; pins of an ADC are channels, not pins."""
    more = (
        "  - {id: debit-pin, profile: gpio-pulse-flow, bus: pin, unit: 2, settings: {pin: 17, pulses_per_litre: 10}}\n"
        "  - {id: sumur-pin, profile: gpio-analog-level, bus: pin, unit: 3, settings: {channel: 5, full_scale: 10}}\n"
    )
    ours = ("buses[0]", "devices[0]", "devices[1]", "devices[2]")
    assert not [row for row in told(tmp_path, RELAY + more) if row[0].startswith(ours)]


@pytest.mark.parametrize(
    ("device", "message"),
    [
        (RELAY.replace("bus: pin", "bus: sawah"), "hangs on pins of this computer"),
        (RELAY.replace("unit: 1, ", ""), "no number of its own"),
        (RELAY.replace("5 6", "5 28"), "there is no pin 28"),
        (RELAY.replace("5 6", "5 5"), "uses pin 5 twice"),
        (RELAY.replace("5 6", "lima"), "no list of pins"),
        (RELAY.replace('"5 6"', "5"), "is a text, not a number"),
        (RELAY + RELAY.replace("id: papan", "id: lain").replace("unit: 1", "unit: 2"), "both use pin 5"),
        ("  - {id: m, profile: sdm120, bus: pin, unit: 9}\n", "speaks Modbus"),
    ],
)
def test_mistakes_are_told(device: str, message: str, tmp_path: Path) -> None:
    """Each mistake with pins has its sentence."""
    assert any(message in text for _, text in told(tmp_path, device))


def test_the_pins_have_no_further_address(tmp_path: Path) -> None:
    """gpio://5 is no bus: which pins are used stands at the devices."""
    bus = PINS_BUS.replace("gpio://", "gpio://5")
    assert any("no further address" in text for _, text in told(tmp_path, RELAY, bus))
