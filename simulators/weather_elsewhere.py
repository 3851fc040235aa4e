"""Weather of another place keeps its own noon: its file is moved by quarters of an hour until its sun stands highest when
the site's does. Without that, half of such a sun would shine into the night and be lost.
"""

from __future__ import annotations

from cmath import phase, rect
from dataclasses import replace
from math import isnan, pi
from typing import Final

from controller.commands.console import t
from simulators.weather_files import IntervalTable

DAY_S = 86400.0

LEAST_DAYS: Final = 7.0
"""Fewer days prove nothing: clouded mornings move the sun's middle as well."""

BRIGHT: Final = 0.9
"""Of all days, what a time of day reaches on the bright ones tells where the sun stands; the mean tells of clouds as well."""

LEAST_H: Final = 0.5
"""Less than this is clouds, the equation of time, and the width of a time zone."""

QUARTER_S: Final = 900.0


def moved(table: IntervalTable, longitude: float) -> IntervalTable:
    """The table on the site's solar time, with a note; the same where it fits already or is too short to tell. ``longitude``:
    degrees east.
    """
    late_h = hours_late(table, longitude)
    if table.slots * table.step_s < LEAST_DAYS * DAY_S or abs(late_h) < LEAST_H:
        return table
    move_s = -QUARTER_S * round(late_h * 3600.0 / QUARTER_S)
    move_h = move_s / 3600.0
    table.notes.add(
        1,
        t(
            f"its sun is highest {late_h:+.1f} h from the site's noon: taken as weather of another place, moved by {move_h:+g} h",
            f"mataharinya tertinggi {late_h:+.1f} jam dari tengah hari lokasi: dianggap cuaca tempat lain, digeser {move_h:+g} jam",
        ),
    )
    return replace(table, start_s=table.start_s + move_s)


def hours_late(table: IntervalTable, longitude: float) -> float:
    """How long after the site's mean solar noon the middle of the file's bright days lies, h, -12 to 12; 0 without any sun."""
    width = max(QUARTER_S, table.step_s)
    times: dict[float, list[float]] = {}
    for slot, value in enumerate(table.columns["ghi_w_m2"]):
        if not isnan(value):
            at = (table.start_s + (slot + 0.5) * table.step_s) % DAY_S
            times.setdefault((at // width + 0.5) * width, []).append(value)
    turn = 2.0 * pi / DAY_S
    total = sum(
        rect(sorted(values)[int(BRIGHT * (len(values) - 1))], turn * (at + 240.0 * longitude - 0.5 * DAY_S))
        for at, values in times.items()
    )
    return phase(total) * 12.0 / pi
