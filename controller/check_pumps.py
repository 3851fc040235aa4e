"""Pumps against physics: power, head and flow together, limits, and what protects them."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.core.site import Pump
from controller.core.wiring import follows, needed_power
from drivers.marked_yaml import Loc

WH_PER_M3_M = 9.80665 * 998.0 / 3600.0
"""Hydraulic energy of 1 m3 lifted by 1 m, Wh (rho g H; water at 25 C)."""

BEST_EFFICIENCY = 0.80
"""No pump set turns more of its electric power into lifted water: best hydraulics (0.88) x best motor (0.91)."""

USUAL_EFFICIENCY = (0.17, 0.70)
"""Wire to water of sound pump sets: 4 to 15 Wh per m3 and m; outside, a number is probably wrong."""

MOST_PANELS = 3.0
"""Nobody hangs more than three times its power on an inverter; 1.0 to 1.5 is usual."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about pumps and the plant that feeds them."""
    yield from _plant(subject)
    for i, pump in enumerate(subject.file.pumps):
        loc: Loc = ("pumps", i)
        yield from _power(subject, pump, loc)
        yield from _head(pump, loc)
        yield from _limits(pump, loc)
        yield from _protect(pump, loc)
        yield from _clouds(subject, pump, loc)


def _plant(subject: Subject) -> Iterator[Finding]:
    power = subject.file.power
    if power.irradiance is None:
        if any(pump.supply == "pv" for pump in subject.file.pumps):
            yield error(("power",), "sun-hidden-by-drive")
        elif power.grid_power is None and subject.file.pumps:
            yield warning(("power",), "sun-hidden")
    if power.inverter_w is not None and not 0.2 < 1000.0 * power.pv_kwp / power.inverter_w < MOST_PANELS:
        for key in ("pv_kwp", "inverter_w"):
            yield error(("power", key), "panels-and-inverter", kwp=power.pv_kwp, inverter=power.inverter_w)


def _power(subject: Subject, pump: Pump, loc: Loc) -> Iterator[Finding]:
    peak, need = subject.sun_peak_w, needed_power(pump)
    here = (*loc, "rated_power_w")
    names: dict[str, float | str] = {
        "kwp": subject.file.power.pv_kwp,
        "peak": peak,
        "rated": pump.rated_power_w,
    }
    if need > peak or (pump.supply == "inverter" and pump.rated_power_w > 1.25 * peak):
        key = "pump-never-starts" if need > peak else "pump-above-sun"
        # A pump whose flow and head suit its power is believed: then the plant's numbers may be the wrong ones.
        believed = USUAL_EFFICIENCY[0] <= _efficiency(pump) <= USUAL_EFFICIENCY[1]
        for place in (here, _what_limits(subject)) if believed else (here,):
            yield Finding(place, key, names | {"start": need})
    elif need * subject.file.power.surplus.start_margin > peak:
        yield warning(here, "pump-near-sun", names)
    if pump.threshold >= pump.rated_power_w:
        yield error(
            (*loc, "threshold_w"), "threshold-above-rated", threshold=pump.threshold, rated=pump.rated_power_w
        )


def _what_limits(subject: Subject) -> Loc:
    """The number that makes the sun's peak so small: the panels or the inverter. Either side may be the wrong one."""
    power = subject.file.power
    limited = power.inverter_w is not None and power.inverter_w < 1000.0 * power.pv_kwp * power.derate
    return ("power", "inverter_w" if limited else "pv_kwp")


def _efficiency(pump: Pump) -> float:
    """Share of the electric power that is in the lifted water."""
    return WH_PER_M3_M * pump.rated_flow_m3_h * pump.rated_head_m / pump.rated_power_w


def _head(pump: Pump, loc: Loc) -> Iterator[Finding]:
    efficiency = _efficiency(pump)
    here = (*loc, "rated_flow_m3_h")
    most = BEST_EFFICIENCY * pump.rated_power_w / (WH_PER_M3_M * pump.rated_head_m)
    params = {
        "flow": pump.rated_flow_m3_h,
        "head": pump.rated_head_m,
        "power": pump.rated_power_w,
        "hydraulic": efficiency * pump.rated_power_w,
        "most": most,
        "share": 100.0 * efficiency,
    }
    if efficiency > BEST_EFFICIENCY:
        yield Finding(here, "flow-forbidden-by-head", params)
    elif efficiency > USUAL_EFFICIENCY[1]:
        yield warning(here, "efficiency-high", params)
    elif efficiency < USUAL_EFFICIENCY[0]:
        yield warning(here, "efficiency-low", params)
    if pump.static_head_m is not None and pump.static_head_m >= pump.rated_head_m:
        yield error(
            (*loc, "static_head_m"), "static-head-high", static=pump.static_head_m, head=pump.rated_head_m
        )


def _limits(pump: Pump, loc: Loc) -> Iterator[Finding]:
    limits = pump.limits
    if limits.min_run_s > limits.max_run_s:
        yield error(
            (*loc, "limits", "min_run_s"),
            "min-run-above-max",
            minimum=limits.min_run_s,
            maximum=limits.max_run_s,
        )
    turn = limits.min_run_s + limits.min_rest_s
    if turn > 0 and limits.starts_per_hour > 1 and (limits.starts_per_hour - 1) * turn >= 3600:
        possible = max(1, int(3600 // turn))
        here = (*loc, "limits", "starts_per_hour")
        yield warning(here, "starts-impossible", starts=limits.starts_per_hour, possible=possible, turn=turn)
    if limits.starts_per_day < limits.starts_per_hour:
        here = (*loc, "limits", "starts_per_day")
        yield error(here, "starts-order", day=limits.starts_per_day, hour=limits.starts_per_hour)


def _protect(pump: Pump, loc: Loc) -> Iterator[Finding]:
    protect = pump.protect
    needs = [
        ("min_flow_m3_h", protect.min_flow_m3_h, pump.flow, "flow"),
        ("min_pressure_bar", protect.min_pressure_bar, pump.pressure, "pressure"),
        ("max_pressure_bar", protect.max_pressure_bar, pump.pressure, "pressure"),
        ("dry_power_share", protect.dry_power_share or None, pump.power, "power"),
    ]
    for key, limit, signal, sensor in needs:
        if limit is not None and signal is None:
            yield error(
                (*loc, "protect", key), "protect-without-sensor", key=key, sensor=sensor, pump=pump.id
            )
    if pump.min_suction_m is not None and pump.suction is None:
        yield error(
            (*loc, "min_suction_m"),
            "protect-without-sensor",
            key="min_suction_m",
            sensor="suction",
            pump=pump.id,
        )
    if protect.min_flow_m3_h is not None and protect.min_flow_m3_h >= pump.rated_flow_m3_h:
        for here in ((*loc, "protect", "min_flow_m3_h"), (*loc, "rated_flow_m3_h")):
            yield error(
                here, "min-flow-above-rated", minimum=protect.min_flow_m3_h, rated=pump.rated_flow_m3_h
            )
    low, high = protect.min_pressure_bar, protect.max_pressure_bar
    if low is not None and high is not None and low >= high:
        yield error((*loc, "protect", "min_pressure_bar"), "bounds-order", minimum=low, maximum=high)
    if pump.flow is None and pump.power is None and pump.suction is None and pump.suction_tank is None:
        yield warning((*loc, "id"), "no-dry-run-protection", pump=pump.id)


def _clouds(subject: Subject, pump: Pump, loc: Loc) -> Iterator[Finding]:
    """A pump that follows the sun hardly flows under a cloud: the surplus rule must stop it before the dry-run rule trips."""
    wait, stop = pump.protect.no_flow_after_s, subject.file.power.surplus.stop_after_s
    if follows(pump) and pump.flow is not None and wait <= stop:
        yield warning(
            (*loc, "protect", "no_flow_after_s"), "no-flow-hasty", pump=pump.id, wait=wait, stop=stop
        )
