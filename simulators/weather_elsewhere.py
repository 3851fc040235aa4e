"""Weather of another place keeps its own noon: its file is moved by quarters of an hour until its sun stands highest when
the site's does. Without that, half of such a sun would shine into the night and be lost.
"""

from __future__ import annotations

from cmath import phase, rect
from collections.abc import Mapping
from dataclasses import replace
from math import ceil, isnan, pi
from statistics import fmean
from typing import Final

from controller.commands.console import t
from simulators.weather_files import IntervalTable

DAY_S = 86400.0

LEAST_SUN_S: Final = 80.0 * 3600.0
"""Less time with sun (a week near the equator) proves nothing: clouded mornings move the sun's middle as well."""

BRIGHT: Final = 0.9
"""Of all days, what a time of day reaches on the bright ones tells where the sun stands; the mean tells of clouds as well."""

DARK: Final = 0.25
"""Below this share of the brightest a part of the day is dark."""

LEAST_H: Final = 0.5
"""Less than this is clouds, the equation of time, and the width of a time zone."""

QUARTER_S: Final = 900.0


def moved(table: IntervalTable, longitude: float) -> IntervalTable:
    """The table on the site's solar time, with a note; the same where it fits already or is too short to tell. ``longitude``:
    degrees east.
    """
    lit_s = table.step_s * sum(value > 0.0 for value in table.columns["ghi_w_m2"])  # NaN is not
    late_h = hours_late(table, longitude)
    if lit_s < LEAST_SUN_S or abs(late_h) < LEAST_H:
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
    """How long after the site's mean solar noon the middle of the file's bright days lies, h, -12 to 12; 0 where nothing can be
    told: no sun, or days of which only a part was seen.
    """
    width = max(QUARTER_S, table.step_s)
    times: dict[int, list[tuple[float, float]]] = {}
    for slot, value in enumerate(table.columns["ghi_w_m2"]):
        if not isnan(value):
            at = (table.start_s + (slot + 0.5) * table.step_s) % DAY_S
            times.setdefault(int(at // width), []).append((value, at))
    bright = {part: sorted(seen)[int(BRIGHT * (len(seen) - 1))][0] for part, seen in times.items()}
    if _cut(bright, ceil(DAY_S / width)):
        return 0.0
    turn, noon_s = 2.0 * pi / DAY_S, 0.5 * DAY_S - 240.0 * longitude
    total = sum(
        rect(bright[part], turn * (fmean(at for _, at in seen) - noon_s)) for part, seen in times.items()
    )
    return phase(total) * 12.0 / pi


def _cut(bright: Mapping[int, float], parts: int) -> bool:
    """Whether the day's curve is not seen from dark to dark: beside a bright part of the day there is one that nobody saw."""
    light = DARK * max(bright.values(), default=0.0)
    return any(
        value > light and any((part + by) % parts not in bright for by in (-1, 1))
        for part, value in bright.items()
    )
