"""What found no place in a plan, and the first thing that stood in its way."""

from __future__ import annotations

from collections.abc import Mapping

from schedules.plan import Demand, Unmet
from schedules.planner_need import Need
from schedules.tank_sheet import TankSheet
from schedules.timeline import EPS, PumpSheet

SCARCE = frozenset({"plan_no_capacity", "plan_no_power", "plan_no_water"})
"""Where there is not enough for all, these are told as such, with the numbers."""


def unmet(
    demand: Demand, needs: list[Need], pumps: Mapping[str, PumpSheet], tanks: Mapping[str, TankSheet]
) -> Unmet | None:
    """What of a demand found no place, and why."""
    need = next((n for n in needs if n.demand is demand), None)
    if need is None:
        return Unmet(
            demand.zone, demand.volume_l, "plan_no_source", {"volume_l": demand.volume_l, "source": ""}
        )
    if need.left_l <= 0.0:
        return None
    source, litres = need.zone.source, round(need.left_l, 3)
    key = _why(need, pumps.get(source), tanks.get(source))
    params: dict[str, float | str] = {"volume_l": litres, "source": source, "flow_m3_h": need.zone.flow_m3_h}
    if need.scarce is not None and key in SCARCE:
        key = "plan_scarce"
        supply_l, wanted_l = (10.0 * round(one / 10.0) for one in need.scarce)
        params |= {
            "given_l": round(demand.volume_l - need.left_l, 3),
            "supply_l": supply_l,
            "wanted_l": wanted_l,
        }
    elif key == "plan_no_window" and need.zone.holder:
        key, params = "plan_waits_turn", params | {"holder": need.zone.holder}
    return Unmet(demand.zone, litres, key, params)


def _why(need: Need, pump: PumpSheet | None, tank: TankSheet | None) -> str:
    """The first thing that stood in the way."""
    if pump is None and tank is None:
        return "plan_no_source"
    if need.left_l < need.least_l:
        return "plan_too_small"
    if not any(b - a >= need.zone.min_run_s - EPS for a, b in need.windows):
        return "plan_no_window"
    if pump is None:
        return "plan_no_water"
    if not pump.can_start:
        return "plan_pump_locked" if pump.limits.locked else "plan_no_starts_left"
    if need.left_l * 3.6 / need.zone.flow_m3_h < pump.limits.min_run_s:
        return "plan_too_small"
    least = need.zone.least_flow_m3_h
    if pump.limits.rated_flow_m3_h < least:
        return "plan_no_capacity"
    steps = (i for w in need.windows for i in pump.grid.steps(*w))
    return "plan_no_capacity" if any(pump.capacity(i) >= least for i in steps) else "plan_no_power"
