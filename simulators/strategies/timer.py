"""Timer: fixed minutes for each plot each day, a rain contact, and a float switch that fills the tank.

What a garden controller or a row of plug-in timers does. The minutes are set once, from what the crop takes at mid-season.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from controller.core.site import Site
from simulators.limits import Wants
from simulators.strategies.farm import Farm
from simulators.view import View

DESIGN_ET0_MM_D: Final = 4.0
"""Reference evapotranspiration that the minutes are set for (the wet tropics at low altitude have 3 to 5)."""

RAIN_SKIP_MM: Final = 5.0
"""Rain since the last watering time that makes the contact skip it: the usual setting of a rain switch."""


@dataclass(frozen=True, slots=True)
class Habits:
    """``share``: of the design need. ``hour``: local time of the first plot (minutes count in its windows only). ``grid``: whether
    the float switch and the plots may use the site's back-up (a timer does not know the sun), else they wait for sun.
    """

    share: float = 0.8
    hour: float = 6.0
    grid: bool = True


@dataclass(slots=True)
class Run:
    """What is left of a plot's minutes."""

    zone: str
    pump: str | None
    minutes: float = field(default=0.0)


class Timer:
    """See the module."""

    name = "timer"

    def __init__(self, site: Site, habits: Habits | None = None) -> None:
        """``habits``: as tuned."""
        self._farm, self._habits = Farm(site), habits or Habits()
        self._queue: list[Run] = []
        self._day, self._rain_mm = 0, 0.0

    def wants(self, view: View) -> Wants:
        """Plots one after the other under a pump, all at once below a tank."""
        if view.day != self._day and view.minute >= 60.0 * self._habits.hour:
            self._day = view.day
            self._queue = self._todays(view, view.rain_mm - self._rain_mm)
            self._rain_mm = view.rain_mm
        zones, busy = set(), set()
        for run in self._queue:
            if view.is_open(run.zone) and (run.pump is None or run.pump not in busy):
                busy.add(run.pump)
                zones.add(run.zone)
                run.minutes -= 1.0
        self._queue = [run for run in self._queue if run.minutes > 0.0]
        pumps = self._farm.float_switch(view, eager=not self._habits.grid) | self._farm.feeders(zones)
        return Wants(pumps, zones, self._habits.grid)

    def _todays(self, view: View, rain_mm: float) -> list[Run]:
        runs = []
        for plot in self._farm.plots:
            skipped = rain_mm >= RAIN_SKIP_MM and not plot.is_roofed
            if view.kc(plot.id) > 0.0 and not skipped:
                need = self._habits.share * (plot.kc * DESIGN_ET0_MM_D + plot.seep_mm_d) / plot.efficiency
                runs.append(Run(plot.id, plot.pump, 60.0 * need / plot.gross_mm_h))
        return runs
