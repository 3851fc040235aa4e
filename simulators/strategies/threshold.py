"""Threshold: a probe reads dry, water flows until it reads wet, with whatever power the site has, by night too.

What home-automation rules and most soil-moisture controllers do (OpenSprinkler sensors, Mycodo conditionals, Irrigation
Unlimited with an automation).
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.site import Site
from simulators.limits import Wants
from simulators.strategies.farm import Farm
from simulators.view import View


@dataclass(frozen=True, slots=True)
class Habits:
    """``dry`` and ``wet``: wetness (View.wetness) that opens and closes a plot; ``grid``: whether the back-up may be used."""

    dry: float = 0.5
    wet: float = 0.95
    grid: bool = True


class Threshold:
    """See the module."""

    name = "threshold"

    def __init__(self, site: Site, habits: Habits | None = None) -> None:
        """``habits``: as tuned."""
        self._farm, self._habits = Farm(site), habits or Habits()
        self._open: set[str] = set()

    def wants(self, view: View) -> Wants:
        """Each plot for itself."""
        for plot in self._farm.plots:
            wetness = view.wetness(plot.id)
            if view.kc(plot.id) <= 0.0 or wetness >= self._habits.wet:
                self._open.discard(plot.id)
            elif wetness < self._habits.dry:
                self._open.add(plot.id)
        zones = set(self._open)
        pumps = self._farm.float_switch(view, eager=False) | self._farm.feeders(zones)
        return Wants(pumps, zones, self._habits.grid)
