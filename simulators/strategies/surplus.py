"""Surplus: on when the sun leaves enough, off when it does not; plots that are not full take what there is.

What an energy manager does with a pump (evcc, Solar-Log, an inverter's dry contact): tanks are filled and plots refilled whenever
there is surplus, before rain as well as before a dry week.
"""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.site import Site
from controller.core.wiring import needed_power
from simulators.limits import Wants
from simulators.strategies.farm import Farm
from simulators.view import View


@dataclass(frozen=True, slots=True)
class Habits:
    """``margin``: five-minute mean over the pump's need that switches on; ``below``: wetness (View.wetness) under which a plot is
    refilled when there is sun; ``top``: where it stops.
    """

    margin: float = 1.26
    below: float = 0.8
    top: float = 1.0


class Surplus:
    """See the module."""

    name = "surplus"

    def __init__(self, site: Site, habits: Habits | None = None) -> None:
        """``habits``: as tuned."""
        self._farm, self._habits = Farm(site), habits or Habits()
        self._need_w = min((needed_power(pump) for pump in site.file.pumps), default=0.0)
        power = site.file.power
        peak_w = (
            min(power.pv_kwp * 1000.0 * power.derate, power.inverter_w or float("inf")) - power.other_load_w
        )
        self._start_w = max(self._need_w, min(self._habits.margin * self._need_w, 0.85 * peak_w))
        self._on = False
        self._open: set[str] = set()

    def wants(self, view: View) -> Wants:
        """Nothing without surplus."""
        mean = view.mean_w if view.mean_w is not None else 0.0
        self._on = mean >= (self._need_w if self._on else self._start_w)
        for plot in self._farm.plots:
            wetness = view.wetness(plot.id)
            if view.kc(plot.id) <= 0.0 or wetness >= self._habits.top:
                self._open.discard(plot.id)
            elif wetness < self._habits.below:
                self._open.add(plot.id)
        if not self._on:
            return Wants()
        zones = set(self._open)
        return Wants(self._farm.float_switch(view, eager=True) | self._farm.feeders(zones), zones)
