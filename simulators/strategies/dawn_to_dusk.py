"""Dawn to dusk: the pump runs whenever the sun lifts water, and the plots take their turns under it.

What most village solar irrigation does today: a drive that wakes and sleeps with the sun (the river schemes of South Sumatra run
from 09 to 14 h and longer), and a water master (ulu-ulu) who opens one inlet after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.site import Site
from simulators.limits import Wants
from simulators.strategies.farm import Farm, Plot
from simulators.view import View

DAWN, DUSK = 6 * 60, 18 * 60


@dataclass(frozen=True, slots=True)
class Habits:
    """``turn_h``: how long one plot has the water; ``every_days``: a plot is watered on each so-manieth day; ``brim``: the wetness
    (View.wetness) at which the water master closes a paddy, whose level anybody can see.
    """

    turn_h: float = 2.0
    every_days: int = 1
    brim: float = 1.0


class DawnToDusk:
    """See the module."""

    name = "dawn-to-dusk"

    def __init__(self, site: Site, habits: Habits | None = None) -> None:
        """``habits``: as tuned."""
        self._farm, self._habits = Farm(site), habits or Habits()

    def wants(self, view: View) -> Wants:
        """Pumps by day; the plot whose turn it is."""
        if not DAWN <= view.minute < DUSK:
            return Wants()
        zones = self._turn(view)
        pumps = self._farm.float_switch(view, eager=True) | self._farm.feeders(zones)
        return Wants(pumps, zones)

    def _turn(self, view: View) -> set[str]:
        """For each source one plot at a time."""
        thirsty: dict[str, list[Plot]] = {}
        every = self._habits.every_days
        for index, plot in enumerate(self._farm.plots):
            full = plot.is_paddy and view.wetness(plot.id) >= self._habits.brim
            if (view.day + index) % every == 0 and view.kc(plot.id) > 0.0 and not full:
                thirsty.setdefault(plot.pump or "", []).append(plot)
        turn = int((view.minute - DAWN) / (60.0 * self._habits.turn_h))
        return {plots[turn % len(plots)].id for plots in thirsty.values()}
