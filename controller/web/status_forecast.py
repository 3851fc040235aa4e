"""What is expected of sun and rain, and how far such words were off before, as JSON values."""

from __future__ import annotations

from typing import Any

from controller.core.snapshot import Snapshot
from controller.outlooks import Kept
from schedules.forecast_skill import Record
from schedules.outlook import STEP_S, Outlook

Json = dict[str, Any]

DAY_S = 86400.0


def forecast(snapshot: Snapshot, kept: Kept | None) -> Json | None:
    """``next_w``, ``low_w``, ``high_w``: mean power of the next hour, and what is exceeded nine times and one time of ten;
    ``left_kwh``: expected from now to 24 h ahead. ``rain_chance``: of 1 mm or more in the rest of today, ``rain_3d_mm``: expected
    in three days. ``errors``: see ``errors``. None while nobody can say anything.
    """
    seen, now_s = snapshot.outlook, snapshot.at.epoch_s
    if seen is None or not seen.holds(now_s):
        return None
    day = seen.course(seen.power_w, now_s, int(DAY_S / STEP_S))
    return {
        "issued_epoch_s": round(seen.issued_s),
        "source": seen.source,
        "next_w": _hour(seen, seen.power_w, now_s),
        "low_w": _hour(seen, seen.power_low_w, now_s),
        "high_w": _hour(seen, seen.power_high_w, now_s),
        "left_kwh": round(sum(day) * STEP_S / 3.6e6, 1),
        "rain_chance": seen.rain[0].chance[0] if seen.rain else None,
        "rain_3d_mm": round(seen.rain_mm(now_s, now_s + 3 * DAY_S), 1) if seen.rain else None,
        "errors": errors(kept),
    }


def _hour(seen: Outlook, course: tuple[float, ...], now_s: float) -> float:
    steps = int(3600.0 / STEP_S)
    return round(sum(seen.course(course, now_s, steps)) / steps)


def errors(kept: Kept | None) -> Json:
    """By lead ("1h", "3h": W/m2; "day": kWh/m2; "rain": Brier score, 0 perfect): ``own_mae``, ``own_rmse``, and where a provider
    speaks its own beside that of the mix and the ``weight`` it has. Only leads with a record.
    """
    found: Json = {}
    if kept is None:
        return found
    for what in ("1h", "3h", "day", "rain"):
        own, both = kept.own.records.get(what), kept.skill.records.get(what)
        if own is not None:
            found[what] = {"n": round(own.n), **_figures("own", own, what)}
        if both is not None:
            told = {**_figures("told", both, what), **_figures("mix", both, what)}
            found.setdefault(what, {}).update(told, weight=round(kept.skill.weight(what), 2))
    return found


def _figures(whose: str, record: Record, what: str) -> Json:
    if what == "rain":
        return {f"{whose}_brier": _round(record.mean(whose))}
    return {f"{whose}_mae": _round(record.mean(whose, "ae")), f"{whose}_rmse": _round(record.rmse(whose))}


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
