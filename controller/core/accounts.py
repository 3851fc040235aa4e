"""Energy of the day: counters first (with resets), else power times time; and the closing at local midnight.

Writes: ``draws``, ``accounts``, ``counters``, ``pumps`` (starts of the day), ``sun`` (probes of the day).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta

from controller.core.decision import EventKind, Reason
from controller.core.draft import Draft
from controller.core.metering import counter
from controller.core.state import Accounts
from controller.core.wiring import PumpWiring

ENERGY_QUANTUM_WH = 1000.0
"""One step of the coarsest energy counter (whole kWh) is always believed."""

DAY_S = 86400.0
DAY_MAX_S = 90000.0
"""No day ends later than this from now (25 h); one that does was named by a wrong clock."""


def energy(c: Draft) -> None:
    """Add the energy of the time since the last decision to the day."""
    day, hours = c.accounts, c.lived_s / 3600.0
    power = c.wiring.site.file.power
    pv_w = c.number(c.wiring.pv_power)
    pv_wh = max(0.0, pv_w) * hours if pv_w is not None else 0.0
    if c.wiring.pv_energy is not None:
        pv_wh = counter(c, c.wiring.pv_energy, power.pv_kwp * 1500.0 / 3600.0, ENERGY_QUANTUM_WH, pv_wh)
    used_wh = run_s = 0.0
    measured = True
    for pump in c.wiring.pumps:
        was = c.old.pumps.get(pump.id)
        on = was is not None and was.on
        if on or pump.energy is not None:
            used_wh += _pump_wh(c, pump, on, hours)
        if on:
            run_s += c.lived_s
            measured = measured and (pump.power is not None or pump.energy is not None)
    if pv_wh == 0.0 and used_wh == 0.0 and c.water_m3 == 0.0 and c.lived_s == 0.0:
        return
    own_w = sum(watts for name, watts in c.draws.items() if c.wiring.pump[name].entry.supply == "inverter")
    load_w = c.number(c.wiring.load_power)
    other_wh = 0.0 if load_w is None else (load_w - own_w) * hours
    c.accounts = Accounts(
        day.day, day.ends_s, day.pv_wh + pv_wh, day.used_wh + used_wh,
        day.grid_wh + _backup_w(c, max(own_w, load_w or 0.0)) * hours, day.water_m3 + c.water_m3, day.run_s + run_s,
        day.covered_s + c.lived_s, day.measured_s + (c.lived_s if measured else 0.0), day.starts, day.starts_from_s,
        day.other_wh + other_wh,
    )  # fmt: skip


def _pump_wh(c: Draft, pump: PumpWiring, on: bool, hours: float) -> float:
    """Energy of one pump; notes what it draws now. Without a meter its rated power stands in."""
    draw = 0.0
    rated = pump.entry.rated_power_w
    if on:
        seen = c.number(pump.power)
        draw = rated if seen is None else min(max(0.0, seen), 2.0 * rated)
        c.draws[pump.id] = draw
    if pump.energy is None:
        return draw * hours
    return counter(c, pump.energy, 2.0 * rated / 3600.0, ENERGY_QUANTUM_WH, draw * hours)


def _backup_w(c: Draft, taken_w: float) -> float:
    """The part of ``taken_w`` that the sun does not give: the measured import, all of it charged to what is counted; else what is
    taken beyond the plant's potential where a back-up can supply it. Not by the energy counter's steps: those come late.
    """
    if taken_w <= 0.0:
        return 0.0
    imported = c.number(c.wiring.grid_power)
    if imported is None:
        if c.wiring.site.file.power.backup == "none":
            return 0.0
        imported = taken_w - (c.old.power.potential_w or 0.0)
    return min(max(0.0, imported), taken_w)


def figures(day: Accounts) -> dict[str, float | str]:
    """The day's figures as its closing tells them. ``other_wh`` is a difference of two meters: never below nothing."""
    return {
        "day": day.day, "pv_wh": day.pv_wh, "used_wh": day.used_wh, "other_wh": max(0.0, day.other_wh),
        "grid_wh": day.grid_wh, "water_m3": day.water_m3, "starts": day.starts, "run_s": day.run_s,
        "covered_s": day.covered_s, "measured_s": day.measured_s,
    }  # fmt: skip


def drained(c: Draft) -> dict[str, float | str]:
    """What each paddy's season has come to for its methane (``schedules.drained``), as ``zone.figure``."""
    told: dict[str, float | str] = {}
    for zone in c.wiring.zones:
        season = c.zones[zone.id].balance.season
        if season is not None:
            told |= {
                f"{zone.id}.planted": season.planted,
                f"{zone.id}.drained_proven_d": season.proven_d,
                f"{zone.id}.drained_estimated_d": season.estimated_d,
                f"{zone.id}.drainages": season.drainages,
            }
    return told


def close_day(c: Draft) -> None:
    """At local midnight of a trusted clock: one DAY event with the figures of the day that ended, and a clean sheet."""
    day = c.accounts
    if not c.trusted:
        _untrusted_day(c)
        return
    if day.day and c.epoch < day.ends_s <= c.epoch + DAY_MAX_S:
        return
    local = datetime.fromtimestamp(c.epoch, c.wiring.zoneinfo)
    midnight = datetime.combine(local.date() + timedelta(days=1), time(), c.wiring.zoneinfo)
    name, ends = local.date().isoformat(), midnight.timestamp()
    if not day.day or day.ends_s > c.epoch:
        # What was counted before the clock was right belongs to the day that it names now.
        c.accounts = replace(day, day=name, ends_s=ends)
        return
    told = figures(day)
    key = "day_closed" if c.wiring.load_power is None else "day_closed_loads"
    params = {name: told[name] for name in ("day", "pv_wh", "used_wh", "other_wh", "grid_wh", "water_m3")}
    c.event(EventKind.DAY, Reason("site", key, params), told | drained(c))
    c.accounts = Accounts(day=name, ends_s=ends)
    _fresh_starts(c)


def _untrusted_day(c: Draft) -> None:
    """Without a calendar the daily limit of starts renews after every 24 h of operation; the books stay open."""
    if c.accounts.covered_s - c.accounts.starts_from_s >= DAY_S:
        c.accounts = replace(c.accounts, starts_from_s=c.accounts.covered_s)
        _fresh_starts(c)


def _fresh_starts(c: Draft) -> None:
    c.sun = replace(c.sun, probes=0, probe_wait_s=0.0, probe_until_s=None)
    for pump, state in c.pumps.items():
        c.pumps[pump] = replace(state, starts_today=0)
