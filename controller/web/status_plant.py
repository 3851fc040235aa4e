"""Power, pumps, tanks and valves as JSON values."""

from __future__ import annotations

from typing import Any

from controller.core.battery import part
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState, Phase, PowerState, PumpState
from controller.core.wiring import PumpWiring, Reader, TankWiring, ValveWiring, Wiring

Json = dict[str, Any]


def read(reader: Reader | None, snapshot: Snapshot, digits: int = 2) -> float | None:
    """A signal's value as the decision saw it, rounded."""
    value = None if reader is None else reader.read(snapshot.readings, snapshot.at.mono_s)
    return None if value is None else round(value, digits)


def ago(since_s: float, snapshot: Snapshot) -> Json:
    """A monotonic moment as duration and POSIX seconds."""
    lasted = max(0.0, snapshot.at.mono_s - since_s)
    return {"since_s": round(lasted, 1), "since_epoch_s": round(snapshot.at.epoch_s - lasted, 1)}


def power(w: Wiring, snapshot: Snapshot, state: ControllerState) -> Json:
    """What the sun gives now and what the smallest pump needs; W. ``keep_w``: what the pumps that run need to go on, None when
    none runs. ``enough``: whether the sun gives that, or what a start takes; None while unknown.
    """
    needs = [pump for pump in w.pumps if state.pumps[pump.id].phase is not Phase.LOCKED] or list(w.pumps)
    margins = {pump.id: _margins(w, snapshot, state, pump) for pump in w.pumps}
    least = min(needs, key=lambda pump: max(margins[pump.id][:2]), default=None)
    sun = state.power
    running = [pump for pump in w.pumps if state.pumps[pump.id].on]
    keep_w = sum(margins[pump.id][2] for pump in running) if running else None
    return {
        "peak_w": round(w.peak_w, 1),
        "potential_w": _rounded(sun.potential_w),
        "budget_w": _rounded(sun.budget_w),
        "mean_w": _rounded(sun.mean_w),
        "start_w": None if least is None else round(max(margins[least.id][:2]), 1),
        "need_w": None if least is None else round(least.need_w, 1),
        "need_pump": None if least is None else least.id,
        "keep_w": None if keep_w is None else round(keep_w, 1),
        "enough": _enough(sun, None if least is None else margins[least.id], keep_w),
        "used_w": _rounded(sum(_draw(pump, snapshot, state) or 0.0 for pump in w.pumps)),
        "pv_w": read(w.pv_power, snapshot, 1),
        "grid_w": read(w.grid_power, snapshot, 1),
        "load_w": read(w.load_power, snapshot, 1),
        "backup": w.power.backup,
        "battery_pct": read(w.battery_soc, snapshot, 0),
        "irradiance_w_m2": read(w.irradiance, snapshot, 1),
        "inverter_status": snapshot.text(w.site.file.power.inverter_status),
    }


def _margins(
    w: Wiring, snapshot: Snapshot, state: ControllerState, pump: PumpWiring
) -> tuple[float, float, float]:
    """(mean that starts it, what must be there at that moment, what it needs to go on), W: less where its tank is short, and with
    a battery no mean.
    """
    if not any(fill.short and fill.pump == pump.id for fill in (state.plan.fills if state.plan else ())):
        return pump.start_w, pump.hold_w, pump.need_w
    share = part(w, pump, read(w.battery_soc, snapshot))
    fed_w = pump.need_w * (1.0 - share)
    return (0.0, fed_w, fed_w) if share > 0.0 else (pump.hold_w, pump.hold_w, pump.need_w)


def _enough(sun: PowerState, least: tuple[float, float, float] | None, keep_w: float | None) -> bool | None:
    if sun.budget_w is None:
        return None
    if keep_w is not None:
        return sun.budget_w >= keep_w
    if least is None or sun.mean_w is None:
        return None
    return sun.mean_w >= least[0] and sun.budget_w >= least[1]


def pump(entry: PumpWiring, snapshot: Snapshot, state: ControllerState) -> Json:
    """One pump."""
    now: PumpState = state.pumps[entry.id]
    pump, mono_s = entry.entry, snapshot.at.mono_s
    rest = now.rest_s - (mono_s - now.off_since_s) if now.phase is Phase.RESTING else 0.0
    return {
        "id": entry.id,
        "name": pump.name or entry.id,
        "phase": now.phase.value,
        "on": now.on,
        **ago(now.since_s, snapshot),
        "group": now.group,
        "fault": now.fault,
        "proven_off": now.proven,
        "rest_left_s": round(max(0.0, rest), 1),
        "paused_s": _left(now.paused_until_s, mono_s),
        "manual_s": _left(now.manual_until_s, mono_s),
        "starts_today": now.starts_today,
        "starts_per_day": pump.limits.starts_per_day,
        "power_w": _rounded(_draw(entry, snapshot, state)),
        "flow_m3_h": read(entry.flow, snapshot),
        "pressure_bar": read(entry.pressure, snapshot),
        "read_back": None
        if entry.feedback is None
        else entry.feedback.switch(snapshot.readings, snapshot.at.mono_s),
        "need_w": round(entry.need_w, 1),
        "start_w": round(entry.start_w, 1),
        "tank": None if entry.tank is None else entry.tank.id,
        "zones": [zone.id for zone in entry.zones],
    }


def _draw(entry: PumpWiring, snapshot: Snapshot, state: ControllerState) -> float | None:
    """Measured power; a pump without a meter that is off takes none."""
    measured = read(entry.power, snapshot, 1)
    if measured is None and entry.power is None and not state.pumps[entry.id].on:
        return 0.0
    return measured


def tank(entry: TankWiring, snapshot: Snapshot, state: ControllerState) -> Json:
    """One tank. ``share``: of its usable height, 0..1; marks likewise as shares of the whole height. ``mood``: full, empty,
    rising (its pump runs), low (below its refill mark), partly (to be filled up) or "" when nothing is to be said.
    """
    tank = entry.entry
    level = read(entry.level, snapshot, 3)
    height = max(tank.height_m, tank.full_m)
    usable = max(1e-6, tank.full_m - tank.empty_m)
    share = None if level is None else round(min(1.0, max(0.0, (level - tank.empty_m) / usable)), 3)
    return {
        "id": entry.id,
        "name": tank.name or entry.id,
        "level_m": level,
        "height_m": height,
        "empty_m": tank.empty_m,
        "refill_m": round(entry.refill_m, 3),
        "full_m": tank.full_m,
        "share": share,
        "mood": "" if level is None or share is None else _mood(entry, state, level, share),
        "volume_l": None if level is None else round(entry.litres(level)),
        "capacity_l": round(entry.capacity_l),
        "filling": state.tanks[entry.id].filling,
        "pump": entry.pump or None,
    }


def _mood(entry: TankWiring, state: ControllerState, level_m: float, share: float) -> str:
    pump = state.pumps.get(entry.pump)
    checks = (
        ("full", share >= 0.995),
        ("rising", pump is not None and pump.on),
        ("empty", share <= 0.02),
        ("low", level_m < entry.refill_m),
        ("partly", state.tanks[entry.id].filling),
    )
    return next((word for word, holds in checks if holds), "")


def valve(entry: ValveWiring, snapshot: Snapshot, state: ControllerState) -> Json:
    """One valve: commanded state, and what its read-back says (None: nothing proves it)."""
    now = state.valves[entry.id]
    feedback = entry.feedback
    return {
        "id": entry.id,
        "open": now.on,
        **ago(now.since_s, snapshot),
        "read_back": None if feedback is None else feedback.switch(snapshot.readings, snapshot.at.mono_s),
        "proven_shut": now.proven,
        "zones": [zone.id for zone in entry.zones],
    }


def _left(until_s: float | None, mono_s: float) -> float | None:
    return None if until_s is None else round(max(0.0, until_s - mono_s), 1)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
