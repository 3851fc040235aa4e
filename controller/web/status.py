"""Everything that the page shows, as JSON values: one dictionary for the page, for ``tirta status`` and for other programs.

Numbers are SI with the unit in the name, None where a value is not known. Pure: reads the context, changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from controller.core.decision import Decision, Level, Reason
from controller.core.site import Factor
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import Wiring, wiring
from controller.forecast_trouble import reason as why_no_forecast
from controller.i18n import render
from controller.web import status_devices, status_forecast, status_land, status_plant
from controller.web.advice import advice
from controller.web.attention import attention
from controller.web.context import LANGUAGES, WebContext
from controller.web.texts import TEXTS

log = logging.getLogger(__name__)

Json = dict[str, Any]

STALE_CYCLES = 3.0
"""A decision older than this many cycles is no longer the truth; leases lapse then too."""

STALE_MIN_REAL_S = 5.0
"""... but never sooner than this in real time: a busy computer is not a dead controller."""

GAP_SHOWN_S = 3600.0
"""How long a restart is told, plant seconds."""

_LOUDNESS = {Level.ALARM: 0, Level.WARNING: 1, Level.INFO: 2}


def status(context: WebContext) -> Json:
    """The present state of the site. Before the first decision ``at`` is None and the lists are empty."""
    live, now = context.live, context.now()
    site = live.site.file.site
    found: Json = {
        "site": {"id": site.id, "name": site.name, "timezone": site.timezone, "language": site.language},
        "rate": context.rate,
        "at": None,
        "local": None,
        "epoch_s": None,
        "age_s": None,
        "stale": False,
        "clock_trusted": now.trusted,
        "mode": "starting",
        "emergency": False,
        "cycles": live.cycles,
        "cycle_ms": round(live.cycle_ms, 2),
        "config_hash": live.site.config_hash,
        "gap_s": round(live.gap_s, 1),
        "gap_shown": False,
        "notices": [notice(text) for text in dict.fromkeys(live.notices)],
        "devices": status_devices.devices(context, now.mono_s, now.epoch_s),
        "reasons": [],
        "alarms": [],
        "pumps": [],
        "tanks": [],
        "zones": [],
        "valves": [],
        "power": {},
        "forecast": None,
        "forecast_trouble": _forecast_trouble(context, now.mono_s),
        "plan": None,
        "today": {},
        "attention": [],
        "impact": _asked(context.impact_totals) or {},
        "factor": _factor(live.site.file.impact.on(now.utc.date()).factor),
        "backlog": _asked(context.backlog) or {},
        "ledger_head": _asked(context.ledger_head),
    }
    if live.snapshot is not None and live.decision is not None:
        _add_decision(found, context, live.snapshot, live.decision)
    return found


def _add_decision(found: Json, context: WebContext, snapshot: Snapshot, decision: Decision) -> None:
    at, state, w = snapshot.at, decision.state, wiring(context.live.site)
    age_s = max(0.0, context.now().mono_s - at.mono_s)
    longest = max(
        STALE_CYCLES * max(w.site.file.site.cycle_s, state.cycle_s), STALE_MIN_REAL_S * context.rate
    )
    found |= {
        "at": at.utc.isoformat(timespec="seconds"),
        "local": datetime.fromtimestamp(at.epoch_s, w.zoneinfo).isoformat(timespec="seconds"),
        "epoch_s": round(at.epoch_s, 3),
        "age_s": round(age_s, 1),
        "stale": age_s > longest,
        "clock_trusted": at.trusted,
        "emergency": state.emergency,
        "gap_shown": context.live.gap_s > 0.0 and at.mono_s - state.began_s < GAP_SHOWN_S,
        "reasons": [*(_reason(one) for one in status_devices.wires(context)), *reasons(decision)],
        "power": status_plant.power(w, snapshot, state),
        "forecast": status_forecast.forecast(snapshot, context.forecasts and context.forecasts()),
        "pumps": [status_plant.pump(entry, snapshot, state) for entry in w.pumps],
        "tanks": [status_plant.tank(entry, snapshot, state) for entry in w.tanks],
        "valves": [status_plant.valve(entry, snapshot, state) for entry in w.valves],
        "zones": [status_land.zone(entry, snapshot, state) for entry in w.zones],
        "plan": status_land.plan(state),
        "today": _today(state, at.utc.astimezone(w.zoneinfo).date().isoformat() if at.trusted else ""),
    }
    found["alarms"] = [
        one for one in found["reasons"] if one["level"] != Level.INFO.value or "cause" in one["params"]
    ]
    for kind in ("pumps", "tanks", "zones", "valves"):
        for thing in found[kind]:
            thing["reasons"] = [one for one in found["reasons"] if one["subject"] == thing["id"]]
    found["attention"] = attention(found["reasons"], found["devices"])
    found["mode"] = mode(w, state, found)
    if context.live.sink_alarm is not None:  # people should know, but the headline stays with pumps and water
        alarm = _reason(context.live.sink_alarm)
        found["reasons"].append(alarm)
        found["alarms"].append(alarm)
        found["attention"] = attention(found["reasons"], found["devices"])


def _forecast_trouble(context: WebContext, mono_s: float) -> Json | None:
    """Why a provider's forecast does not come, with what to do; never an alarm: the site's own stands in."""
    trouble = context.forecast_trouble and context.forecast_trouble()
    if not trouble:
        return None
    told = _reason(why_no_forecast(trouble, mono_s))
    return told | {"help": {language: advice(told["key"], "", language) for language in LANGUAGES}}


def reasons(decision: Decision) -> list[Json]:
    """Every reason with its sentence in both languages, the loudest first."""
    ordered = sorted(decision.reasons, key=lambda one: _LOUDNESS[one.level])
    return [_reason(one) for one in ordered]


def _reason(reason: Reason) -> Json:
    return {
        "subject": reason.subject,
        "key": reason.key,
        "level": reason.level.value,
        "group": reason.group,
        "params": dict(reason.params),
        "id": render(reason, "id"),
        "en": render(reason, "en"),
    }


def notice(text: str) -> dict[str, str]:
    """A text for the technician in both languages: it is kept as "Bahasa Indonesia / English", or has a key of its own."""
    key, _, detail = text.partition(" ")
    words = TEXTS.get(f"notice_{key}")
    if words is not None:
        return {"id": f"{words[0]} {detail}".strip(), "en": f"{words[1]} {detail}".strip()}
    indonesian, both, english = text.partition(" / ")
    return {"id": indonesian, "en": english if both else text}


def mode(w: Wiring, state: ControllerState, found: Json) -> str:
    """The site in one word: emergency, stale, watering, filling, running, locked, waiting_sun, alarm, paused or idle."""
    running = [one for one in found["pumps"] if one["on"]]
    watering = [one for one in found["zones"] if one["watering"]]
    waiting = {"pump_waits_sun", "pump_waits_power"} & {one["key"] for one in found["reasons"]}
    checks = (
        ("emergency", state.emergency),
        ("stale", found["stale"]),
        ("watering", bool(watering)),
        ("filling", any(w.pump[one["id"]].tank is not None for one in running)),
        ("running", bool(running)),
        ("locked", any(one["phase"] == "locked" for one in found["pumps"])),
        ("waiting_sun", bool(waiting)),
        ("alarm", bool(found["attention"])),
        ("paused", any(one["paused_s"] is not None for one in found["pumps"])),
    )
    return next((word for word, holds in checks if holds), "idle")


def health(context: WebContext) -> Json:
    """For monitoring, without secrets and without plant details: is the controller deciding, and does anything hurt."""
    live = context.live
    snapshot, decision = live.snapshot, live.decision
    found: Json = {
        "ok": False,
        "cycles": live.cycles,
        "cycle_ms": round(live.cycle_ms, 2),
        "decision_age_s": None,
        "clock_trusted": context.now().trusted,
        "emergency": False,
        "alarms": 0,
        "warnings": 0,
        "devices": len(live.site.file.devices),
        "devices_silent": status_devices.silent(context),
        "wires_lost": len(status_devices.lost_wires(context)),
        "gap_s": round(live.gap_s, 1),
        "backlog": _asked(context.backlog) or {},
    }
    if snapshot is not None and decision is not None:
        age_s = max(0.0, context.now().mono_s - snapshot.at.mono_s)
        cycle_s = max(live.site.file.site.cycle_s, decision.state.cycle_s)
        levels = [
            one.level
            for one in (
                *decision.reasons,
                *([live.sink_alarm] if live.sink_alarm else []),
                *status_devices.wires(context),
            )
        ]
        found |= {
            "ok": age_s <= max(STALE_CYCLES * cycle_s, STALE_MIN_REAL_S * context.rate),
            "decision_age_s": round(age_s, 1),
            "clock_trusted": snapshot.at.trusted,
            "emergency": decision.state.emergency,
            "alarms": levels.count(Level.ALARM),
            "warnings": levels.count(Level.WARNING),
        }
    return found


def _factor(factor: Factor) -> Json:
    """What CO2 is reckoned with today: kg per kWh, litre or GJ, and where it comes from."""
    return {
        "value": factor.value,
        "unit": factor.unit,
        "name": factor.name,
        "source": factor.source,
        "year": factor.year,
    }


def _today(state: ControllerState, today: str) -> Json:
    """The books that are open. ``is_today``: they are this local day's; not while the clock is uncertain."""
    day = state.accounts
    other_wh = max(0.0, day.other_wh)
    return {
        "day": day.day,
        "is_today": day.day == today != "",
        "pv_wh": round(day.pv_wh, 1),
        "used_wh": round(day.used_wh, 1),
        "other_wh": round(other_wh, 1),
        "grid_wh": round(day.grid_wh, 1),
        "solar_wh": round(max(0.0, day.used_wh + other_wh - day.grid_wh), 1),
        "water_m3": round(day.water_m3, 4),
        "run_s": round(day.run_s, 1),
        "starts": day.starts,
    }


def _asked(source: Callable[[], Mapping[str, Any] | str] | None) -> Any:
    """What an injected source says now. The page must not fall because one of them does."""
    if source is None:
        return None
    try:
        answer = source()
    except Exception:
        log.exception("a source of the page failed")
        return None
    return dict(answer) if isinstance(answer, Mapping) else answer
