"""What comes in a case whatever anybody does, minute by minute, read from the world's own tables: sun, rain, ET0, windows."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from schedules.windows import resolve
from simulators.field import Ground
from simulators.world import World

LATE_MIN: Final = 2
"""A valve may still be closing so long after its window."""

DAY_MIN: Final = 1440


@dataclass(frozen=True, slots=True)
class Traces:
    """Minutes since ``start_s`` (POSIX). ``day``: index into ``ordinals`` of each minute's local day; ``open``: by zone, 1
    while its windows allow water; ``grounds``: by zone, the ground as each day finds it (its limits and coefficient count,
    not its water). ``poa_w_m2``: light on the modules.
    """

    start_s: float
    potential_w: list[float]
    rain_mm: list[float]
    et0_mm: list[float]
    day: list[int]
    ordinals: list[int]
    open: dict[str, list[int]]
    grounds: dict[str, list[Ground]]
    poa_w_m2: list[float]

    @property
    def minutes(self) -> int:
        """How long the case is."""
        return len(self.day)

    def edges(self, first: int, last: int, longest_min: int) -> list[int]:
        """The borders of the steps from ``first`` to ``last``: midnights, ends of windows, and in daylight no step longer than
        ``longest_min``.
        """
        cuts = {first, last}
        masks = list(self.open.values())
        begun = first
        for minute in range(first + 1, last):
            sharp = self.day[minute] != self.day[minute - 1] or any(
                mask[minute] != mask[minute - 1] for mask in masks
            )
            bright = self.potential_w[minute] > 0.0 or any(mask[minute] for mask in masks)
            dawn = bright is not (
                self.potential_w[minute - 1] > 0.0 or any(mask[minute - 1] for mask in masks)
            )
            if (
                sharp
                or (dawn and minute - begun >= longest_min)
                or (bright and minute - begun >= longest_min)
            ):
                cuts.add(minute)
                begun = minute
        return _thinned(sorted(cuts), self.day)


def _thinned(cuts: Sequence[int], day: Sequence[int]) -> list[int]:
    """Without the borders that follow another within five minutes (but midnights stay)."""
    kept = [cuts[0]]
    for cut in cuts[1:-1]:
        if cut - kept[-1] > 5 or day[cut] != day[cut - 1]:
            kept.append(cut)
    return [*kept, cuts[-1]]


def traces_of(world: World, days: float) -> Traces:
    """The case's traces from the world's moment on. The world stays as it is."""
    minutes, sky = round(days * DAY_MIN), world.sky
    first = sky.ordinal(world.now_s)
    into = round((world.now_s - sky.midnight(first)) / 60.0)
    ordinals = [first + index for index in range((into + minutes + DAY_MIN - 1) // DAY_MIN)]
    potential: list[float] = []
    light: list[float] = []
    rain: list[float] = []
    et0: list[float] = []
    for ordinal in ordinals:
        day = world.weather.day(ordinal)
        sun = world.plant.day(sky.day(ordinal), day)
        potential += sun.potential_w
        light += sun.poa_w_m2
        rain += day.rain_mm
        et0 += day.et0_mm
    span = slice(into, into + minutes)
    return Traces(
        world.now_s,
        potential[span],
        rain[span],
        et0[span],
        [(into + minute) // DAY_MIN for minute in range(minutes)],
        ordinals,
        {zone: _mask(world, zone, minutes) for zone in world.zones},
        {ident: _grounds(zone.ground, ordinals) for ident, zone in world.zones.items()},
        light[span],
    )


def _mask(world: World, zone: str, minutes: int) -> list[int]:
    site = world.site
    program = site.programs[world.zones[zone].zone.program_name]
    zone_info = ZoneInfo(site.file.site.timezone)
    mask = [0] * minutes
    for begin, end in resolve(program.windows, zone_info, world.now_s, minutes * 60.0):
        low = int((begin - world.now_s) // 60.0)
        high = min(minutes, int(-(-(end - world.now_s) // 60.0)))
        mask[low:high] = [1] * (high - low)
    return mask


def _grounds(ground: Ground, ordinals: Sequence[int]) -> list[Ground]:
    """The ground as each day's beginning makes it; the first day has begun."""
    found, now = [deepcopy(ground)], ground
    for ordinal in ordinals[1:]:
        now = deepcopy(now)
        now.new_day(ordinal)
        found.append(now)
    return found


def totals(values: Sequence[float]) -> list[float]:
    """Running sums with a leading zero: ``totals(v)[b] - totals(v)[a]`` is the sum of ``v[a:b]``."""
    return list(accumulate(values, initial=0.0))
