"""Ledgers made by hand: closings as the controller writes them, events of interlocks and people; seconds instead of seasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.config import load_site
from controller.core.decision import Event, EventKind, Level, Reason
from controller.core.instant import Instant
from controller.core.site import Site
from controller.impact.co2 import closing_note
from controller.report.build import build
from controller.report.model import Report
from controller.report.period import Period, days_between
from controller.store.chain import Note
from controller.store.database import connect_readonly
from controller.store.ledger import Batch, Ledger
from tests.controller.site_files import SITES

DAY_S = 86_400.0
MEMBERS = Note(
    "indicator", "anggota kelompok",
    {"value": 24.0, "unit": "orang", "day": "2026-03-10", "evidence": "daftar hadir 10 Maret 2026", "by": "Siti Rahma"},
)  # fmt: skip


@cache
def site_of(kind: str = "nursery") -> Site:
    """A site that ships with the simulators."""
    return load_site(SITES / f"{kind}.yaml")[0]


def closing(site: Site, number: int, day: str, covered_s: float = DAY_S) -> Event:
    """The closing of a day, other figures each day; the meters err by 2 %."""
    share = covered_s / DAY_S
    pumps, grid = (900.0 + 37.0 * (number % 11)) * share, 40.0 * (number % 3) * share
    water = pumps / 180.0
    figures: dict[str, float | str] = {
        "day": day, "length_s": DAY_S, "covered_s": covered_s, "measured_s": covered_s, "gaps": int(covered_s < DAY_S),
        "gap_s": DAY_S - covered_s, "run_s": 3600.0, "starts": 2, "pv_wh": 7000.0 * share, "pumps_wh": pumps, "aux_wh": 120.0,
        "solar_wh": pumps + 120.0 - grid, "grid_wh": grid, "genset_wh": 0.0, "export_wh": 0.0, "curtailed_wh": 2000.0,
        "filled_wh": 0.0, "water_m3": water, "water_filled_m3": 0.0, "unexplained_m3": 0.01 * water,
        "u95.pumps_wh.meter": 0.02 * pumps, "u95.solar_wh.meter": 0.02 * pumps, "u95.water_m3.meter-air": 0.02 * water,
        "u95.pv_wh": 30.0,
    }  # fmt: skip
    figures |= {f"zones.{zone.id}": 0.97 * water / len(site.file.zones) for zone in site.file.zones}
    figures |= {f"tanks.{tank.id}": 0.02 * water for tank in site.file.tanks}
    return Event(EventKind.DAY, "site", Reason("site", "day_closed", {"day": day}), figures)


def write_ledger(
    folder: Path, site: Site, first: str, last: str, gaps: Iterable[str] = (), without: Iterable[str] = (), trips: int = 1,
    notes: Iterable[Note] = (), more: Mapping[str, float | str] | None = None,
) -> Path:  # fmt: skip
    """``ledger.db`` in the folder with the days from ``first`` to ``last``. ``gaps``: half of these was seen; ``without``: these
    have no closing; ``trips``: of the first pump on each day; ``notes``: rows after the last closing; ``more``: figures of every
    closing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    days = [day for day in days_between(first, last) if day not in set(without)]
    with Ledger(folder / "ledger.db", durable=False) as ledger:
        ledger.commit_all(tuple(_batches(site, days, set(gaps), trips, more or {})))
        end_s = _midnight(site, days[-1]) + DAY_S
        for place, note in enumerate(notes):
            ledger.commit((note,), None, _at(end_s + 10.0 + place))
    return folder / "ledger.db"


def report_of(path: Path, site: Site, period: Period) -> Report:
    """The report of a ledger file."""
    connection = connect_readonly(path)
    try:
        return build(site, connection, period)
    finally:
        connection.close()


def _batches(
    site: Site, days: list[str], gaps: set[str], trips: int, more: Mapping[str, float | str]
) -> Iterator[Batch]:
    pump = site.file.pumps[0].id
    for number, day in enumerate(days):
        begin_s = _midnight(site, day)
        for trip in range(trips):
            at_s = begin_s + 36_000.0 + 60.0 * trip
            yield _batch(at_s, _event(EventKind.START, pump, "pump_start_plan"))
            yield _batch(at_s + 20.0, _event(EventKind.TRIP, pump, "dry_power", Level.ALARM))
            yield _batch(at_s + 20.0, _event(EventKind.STOP, pump, "dry_power"))
            cleared = Reason(pump, "trip_cleared", {"cause": "dry_power"})
            yield _batch(at_s + 50.0, Event(EventKind.CLEAR, pump, cleared, {"row": "dry_power"}))
        event = closing(site, number, day, DAY_S / 2.0 if day in gaps else DAY_S)
        event = replace(event, figures={**event.figures, **more})
        note = closing_note(site, event)
        assert note is not None
        yield Batch((event, note), None, _at(begin_s + DAY_S))


def _midnight(site: Site, day: str) -> float:
    return datetime.combine(date.fromisoformat(day), time(), ZoneInfo(site.file.site.timezone)).timestamp()


def _batch(at_s: float, event: Event) -> Batch:
    return Batch((event,), None, _at(at_s))


def _event(kind: EventKind, subject: str, key: str, level: Level = Level.INFO) -> Event:
    return Event(
        kind, subject, Reason(subject, key, {"flow_m3_h": 0.0, "power_w": 900.0, "need_w": 750.0}, level)
    )


def _at(epoch_s: float) -> Instant:
    return Instant(epoch_s, epoch_s, "boot")
