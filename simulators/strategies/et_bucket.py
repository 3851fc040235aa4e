"""ET bucket: crop evapotranspiration less rain is summed up, and what is missing is given back when it is enough.

What weather-based controllers do (OpenSprinkler's ETo method, Home Assistant's Smart Irrigation). The bucket here knows the
exact reference evapotranspiration of the time gone by, the crop's coefficient and its own water meter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.site import Site
from simulators.limits import Wants
from simulators.strategies.farm import Farm, Plot
from simulators.view import View

DUSK: Final = 18 * 60
RAIN_SHARE: Final = 0.8
"""Part of the rain that counts (the usual effective share)."""


@dataclass(frozen=True, slots=True)
class Habits:
    """``trigger``: share of the plot's capacity that must be missing; ``hour``: local time from which it may run, to 18:00;
    ``grid``: whether the site's back-up may be used.
    """

    trigger: float = 0.3
    hour: float = 6.0
    grid: bool = True


class EtBucket:
    """See the module."""

    name = "et-bucket"

    def __init__(self, site: Site, habits: Habits | None = None) -> None:
        """``habits``: as tuned."""
        self._farm, self._habits = Farm(site), habits or Habits()
        self._missing = {plot.id: 0.1 * plot.capacity_mm for plot in self._farm.plots}
        self._metered = dict.fromkeys(self._missing, 0.0)
        self._open: set[str] = set()
        self._seen = (0.0, 0.0, 0.0)

    def wants(self, view: View) -> Wants:
        """Plots whose bucket is empty enough, until it is full."""
        self._book(view)
        by_day = 60.0 * self._habits.hour <= view.minute < DUSK
        for plot in self._farm.plots:
            missing = self._missing[plot.id]
            if not by_day or missing <= 0.0 or view.kc(plot.id) <= 0.0:
                self._open.discard(plot.id)
            elif missing >= self._habits.trigger * plot.capacity_mm:
                self._open.add(plot.id)
        zones = set(self._open)
        pumps = self._farm.float_switch(view, eager=not self._habits.grid) | self._farm.feeders(zones)
        return Wants(pumps, zones, self._habits.grid)

    def _book(self, view: View) -> None:
        now = (view.at_s, view.et0_mm, view.rain_mm)
        days = (now[0] - self._seen[0]) / 86400.0 if self._seen[0] else 0.0
        et0_mm, rain_mm = now[1] - self._seen[1], now[2] - self._seen[2]
        self._seen = now
        for plot in self._farm.plots:
            used = view.kc(plot.id) * et0_mm + plot.seep_mm_d * days - self._given(plot, view)
            used -= 0.0 if plot.is_roofed else RAIN_SHARE * rain_mm
            self._missing[plot.id] = min(plot.capacity_mm, max(0.0, self._missing[plot.id] + used))

    def _given(self, plot: Plot, view: View) -> float:
        """Net mm since the last look, by the plot's meter."""
        volume = view.irrigated_m3(plot.id)
        gross = 1000.0 * (volume - self._metered[plot.id]) / plot.area_m2
        self._metered[plot.id] = volume
        return gross * plot.efficiency
