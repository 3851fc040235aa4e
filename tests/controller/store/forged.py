"""Small ledgers to tamper with: twelve days of a site in Jakarta's zone, each with its closing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.store.chain import Note
from controller.store.ledger import Ledger

ZONE = "Asia/Jakarta"
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(hours=7)
DAYS = 12


def at(day: int, hour: float) -> Instant:
    """Hours after local midnight of the day 2026-11-01 + ``day``."""
    moment = MIDNIGHT + timedelta(days=day, hours=hour)
    return Instant(moment.timestamp(), day * 86400.0 + hour * 3600.0, "b", True)


def boot(**figures: str) -> Note:
    """The first row of a start."""
    return Note("boot", "site", {"config": "ab", "site": "desa", "timezone": ZONE, **figures})


def closing(day: int) -> tuple[Event, Note]:
    """The rows of a daily closing, as the shipped code writes them together."""
    name = (MIDNIGHT + timedelta(days=day, hours=7)).date().isoformat()
    figures: dict[str, float | str] = {"day": name, "pv_wh": 8000.0 + day, "water_m3": 1.5}
    told = Event(EventKind.DAY, "site", Reason("site", "day_closed", figures), figures)
    return told, Note(
        "impact", "site", {"day": name, "solar_kwh": 0.8 + day, "baseline": "grid", "factor_kg_per_kwh": 0.77}
    )


def make(path: Path, days: int = DAYS) -> Path:
    """Seven rows a day, at seven hours and at local midnight (two)."""
    with Ledger(path, durable=False) as ledger:
        ledger.commit([boot()], None, at(0, 0.5))
        for day in range(days):
            for hour in (6.25, 8.5, 11.0, 13.75, 23.5):
                kind = EventKind.START if hour < 12.0 else EventKind.STOP
                event = Event(
                    kind,
                    "pump-1",
                    Reason("pump-1", "sun_enough", {"power_w": 1150.0 + hour}),
                    {"run_s": hour},
                )
                ledger.commit([event], f'{{"day":{day}}}', at(day, hour))
            ledger.commit(closing(day), f'{{"day":{day},"closed":1}}', at(day + 1, 0.002))
        ledger.commit(
            [Event(EventKind.START, "pump-1", Reason("pump-1", "sun_enough", {}))], "{}", at(days, 6.5)
        )
        ledger.commit(
            [Event(EventKind.STOP, "pump-1", Reason("pump-1", "sun_gone", {}))], "{}", at(days, 7.5)
        )
    return path
