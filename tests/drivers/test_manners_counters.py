"""Totals over nights, wake-ups, restarts of the device and restarts of ours: what a device shows, and what is told of it."""

from __future__ import annotations

import pytest

from drivers.device_modbus import ModbusDevice
from drivers.errors import BadReply
from drivers.reading import Quality, Value
from tests.drivers.test_counters import run, total
from tests.drivers.test_device_order import Port, profile

GOOD, SUSPECT = Quality.GOOD, Quality.SUSPECT

NIGHTS = {
    #                  shown:   dusk  night        wake-up  morning   told
    "zeros all night": ("never", [90.0, 0.0, 0.0, 0.0, 0.0, 90.1, 90.4], [90, 90, 90, 90, 90, 90.1, 90.4]),
    "zeros, and resets are known": ("restart", [90.0, 0.0, 0.0, 0.0, 90.1, 90.4], [90, 90, 90, 90, 90.1, 90.4]),
    "a true reset": ("restart", [90.0, 0.0, 0.1, 0.4], [90, 90, 90.1, 90.4]),
    "a reset and the same small number": ("restart", [0.0, 0.3, 0.6, 0.0, 0.3], [0, 0.3, 0.6, 0.6, 0.9]),
    "one tip, twice": ("restart", [0.0, 0.254, 0.0, 0.254], [0, 0.254, 0.254, 0.508]),
    "half a number at wake-up": ("never", [90.0, 0.0, 41.0, 90.1], [90, 90, 90, 90.1]),
    "another meter from 0": ("never", [90.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.5], [90, 90, 90, 90, 90, 90, 90.2]),
    "a new day": ("daily", [5.0, 0.0, 0.0, 0.2, 1.0], [5, 5, 5, 5.2, 6]),
}  # fmt: skip


@pytest.mark.parametrize("name", NIGHTS)
def test_a_zero_is_understood_with_the_number_after_it(name: str) -> None:
    """Neither zeros at night nor at wake-up are counted as a new beginning when the old number returns; true resets are."""
    resets, shown, told = NIGHTS[name]
    assert run(total(resets=resets), *shown) == pytest.approx(told)


def test_a_roll_over_that_lands_on_zero() -> None:
    """65,535 tips, 0, 3: the zero waits for the number after it and the total goes on over the end."""
    assert run(total(rolls_at=65536, width=65536.0), 65_535.0, 0.0, 3.0) == [65_535, 65_535, 65_539]


METER = """\
poll_s: {fast: 10}
points:
  - {name: power, address: 0, quantity: power_w}
  - {name: energy, address: 2, quantity: energy_wh, counter: COUNTER}
"""


def meter(counter: str, words: dict[int, int]) -> tuple[ModbusDevice, Port]:
    """A meter that shows these words."""
    port = Port({0: 0, 1: 0, 2: 0} | words)
    return ModbusDevice("meter", profile(METER.replace("COUNTER", counter)), port, 1, {}, {}), port


async def shown(device: ModbusDevice, port: Port, *values: int) -> list[tuple[Value | None, Quality]]:
    """What is told while it shows these numbers."""
    told = []
    for value in values:
        port.words[2] = value
        readings = {r.quantity: r for r in await device.read("fast")}
        assert readings["power_w"].quality is GOOD
        told.append((readings["energy_wh"].value, readings["energy_wh"].quality))
    return told


async def test_a_zero_at_night_is_no_value_and_no_new_meter() -> None:
    """However often it is read at night, the zero is never used, and the morning's number is the total."""
    device, port = meter("never", {})
    told = await shown(device, port, 5000, 0, 0, 0, 0, 0, 5000, 5010)
    assert told == [(5000, GOOD), *[(0, SUSPECT)] * 5, (5000, GOOD), (5010, GOOD)]


@pytest.mark.parametrize(
    ("counter", "before", "after", "told"),
    [
        #            the device shows,  we are away, it shows          told after
        ("restart", (5000, 100, 300), (350, 360), (5350, 5360)),  # it had begun again before
        ("restart", (5000, 5100), (40, 50), (5140, 5150)),  # it begins again while we are away
        ("daily", (800, 900), (900, 950), (900, 950)),  # nothing has happened
        ("never", (5000, 5100), (0, 0, 5150), (0, 0, 5150)),  # it wakes up with zeros
        ("never", (90, 50, 60, 70, 75), (80, 90), (100, 110)),  # another meter, installed before
    ],
)
async def test_totals_go_on_over_a_restart_of_ours(
    counter: str, before: tuple[int, ...], after: tuple[int, ...], told: tuple[int, ...]
) -> None:
    """A driver that is given what the one before it kept tells the total as if it had never been away."""
    old, port = meter(counter, {})
    await shown(old, port, *before)
    new, port = meter(counter, {})
    new.go_on(old.totals, 60.0)
    said = await shown(new, port, *after)
    assert [value for value, _ in said] == pytest.approx(list(told))
    assert all(quality is (SUSPECT if value == 0 else GOOD) for value, quality in said)


@pytest.mark.parametrize(("away_s", "quality"), [(10.0, SUSPECT), (3600.0, GOOD)])
async def test_what_can_be_counted_while_we_are_away(away_s: float, quality: Quality) -> None:
    """A largest step a poll allows as much growth as there were polls in the time that we were away."""
    counter = "{resets: restart, max_step: 20}"
    old, port = meter(counter, {})
    await shown(old, port, 100)
    new, port = meter(counter, {})
    new.go_on(old.totals, away_s)
    assert (await shown(new, port, 800))[0][1] is quality


async def test_a_device_that_is_met_late_goes_on_too() -> None:
    """What was kept waits until the device has said who it is, over a second restart of ours too."""
    old, port = meter("restart", {})
    await shown(old, port, 100, 5)
    text = "identify: [{address: 9, is: 7}]\n" + METER.replace("COUNTER", "restart")
    port = Port({})
    asleep = ModbusDevice("meter", profile(text), port, 1, {}, {})
    asleep.go_on(old.totals, 60.0)
    with pytest.raises(BadReply):
        await asleep.read("fast")
    device = ModbusDevice("meter", profile(text), port, 1, {}, {})
    device.go_on(asleep.totals, 60.0)
    port.words = {0: 0, 1: 0, 2: 0, 9: 7}
    assert await shown(device, port, 8) == [(108, GOOD)]
    assert dict(device.totals) == {"energy_wh": (8.0, 100.0)}
