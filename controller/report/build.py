"""From a ledger and a site to the numbers of a report. Reads, never writes; knows no language."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from controller.core.site import Site
from controller.core.site_impact import Factor
from controller.i18n.numbers import Language
from controller.impact.day import ENERGY, WATER, Day, read_days, with_unseen
from controller.impact.day_sums import sums
from controller.impact.entries import read_entries
from controller.impact.statement import impact_of
from controller.report.happenings import happenings
from controller.report.model import Coverage, LedgerFacts, MonthSum, Report, SiteFacts, ZoneFacts
from controller.report.period import Period, month
from controller.store.audit import last_row, read_rows, verify_rows
from controller.store.chain import Row


class NothingToReportError(Exception):
    """The ledger has no closing in the period. ``first``, ``last``: the days that it does have, "" for none."""

    def __init__(self, first: str, last: str) -> None:
        super().__init__(
            f"no daily closing in the period; the ledger has {first or 'none'} .. {last or 'none'}"
        )
        self.first, self.last = first, last


def build(site: Site, connection: sqlite3.Connection, period: Period) -> Report:
    """The report of one period. Raises NothingToReportError, sqlite3.DatabaseError for a file that cannot be read."""
    zone = ZoneInfo(site.file.site.timezone)
    last = last_row(connection)
    closed = read_days(connection, period.first, period.last)
    if last is None or not any(day.closed for day in closed):
        every = read_days(connection)
        raise NothingToReportError(every[0].day if every else "", every[-1].day if every else "")
    days = with_unseen(closed, period.first, period.last, datetime.fromtimestamp(last.epoch_s, zone).date())
    return Report(
        site=site_facts(site),
        period=period,
        generated=datetime.fromtimestamp(last.epoch_s, zone).isoformat(timespec="seconds"),
        coverage=_coverage(days, period),
        sums=sums(days),
        months=_months(days),
        days=days,
        statement=impact_of(site, days, read_entries(connection), period.first, period.last),
        happenings=happenings(read_rows(connection), *_bounds(period, zone)),
        ledger=_ledger(connection, last),
        methane_factors=_methane_factors(site),
    )


def _methane_factors(site: Site) -> tuple[Factor, ...]:
    told = site.file.impact.methane
    if told is None:
        return ()
    nitrous = (told.n2o_flooded, told.n2o_drained, told.gwp_n2o) if told.nitrogen_kg_ha else ()
    return (
        told.emission,
        told.before_factor,
        told.single,
        told.multiple,
        told.pre_season,
        told.season_d,
        told.gwp,
        *nitrous,
    )


def last_month(connection: sqlite3.Connection) -> Period:
    """The month of the last closing. Raises NothingToReportError when there is none."""
    days = read_days(connection)
    if not days:
        raise NothingToReportError("", "")
    return month(days[-1].day[:7])


def site_facts(site: Site) -> SiteFacts:
    """The site file's part."""
    file = site.file
    return SiteFacts(
        file.site.id, file.site.name, file.site.latitude, file.site.longitude, file.site.timezone, file.power.pv_kwp,
        file.power.backup,
        tuple(ZoneFacts(one.id, one.name or one.id, one.area_m2, one.flow is not None) for one in file.zones),
        {pump.id: pump.name or pump.id for pump in file.pumps},
        {tank.id: tank.name or tank.id for tank in file.tanks},
    )  # fmt: skip


def _coverage(days: Sequence[Day], period: Period) -> Coverage:
    closed = [day for day in days if day.closed]
    return Coverage(
        share=share(days),
        past_days=len(days),
        closed_days=len(closed),
        began=closed[0].day,
        ended=closed[-1].day,
        running=days[-1].day < period.last,
        gaps=sum(day.gaps or 0 for day in closed),
        gap_s=sum(day.gap_s or 0.0 for day in closed),
        filled_wh=_told(closed, "filled_wh"),
        filled_m3=_told(closed, "water_filled_m3"),
    )


def share(days: Sequence[Day]) -> float:
    """Share of the time of these days that the controller saw, 0..1; what no closing tells was not seen."""
    length = sum(day.length_s for day in days)
    return sum(min(day.covered_s or 0.0, day.length_s) for day in days) / length if length else 0.0


def _told(days: Sequence[Day], name: str) -> float | None:
    values = [value for day in days if (value := getattr(day, name)) is not None]
    return sum(values) if values else None


def _months(days: Sequence[Day]) -> tuple[MonthSum, ...]:
    by_month: dict[str, list[Day]] = {}
    for day in days:
        by_month.setdefault(day.day[:7], []).append(day)
    return tuple(_month(name, ours) for name, ours in by_month.items())


def _month(name: str, days: Sequence[Day]) -> MonthSum:
    figures = {figure: value for figure in (*ENERGY, *WATER) if (value := _told(days, figure)) is not None}
    zones: dict[str, float] = {}
    for day in days:
        for zone, water in day.zones.items():
            zones[zone] = zones.get(zone, 0.0) + water
    return MonthSum(name, figures, zones, share(days))


def _bounds(period: Period, zone: ZoneInfo) -> tuple[float, float]:
    """The period in POSIX seconds: from the first midnight to that after the last day."""
    first = datetime.combine(date.fromisoformat(period.first), time(), zone)
    last = datetime.combine(date.fromisoformat(period.last) + timedelta(days=1), time(), zone)
    return first.astimezone(UTC).timestamp(), last.astimezone(UTC).timestamp()


def _ledger(connection: sqlite3.Connection, last: Row) -> LedgerFacts:
    problems: list[Mapping[Language, str]] = [
        {"id": one.said("id"), "en": one.said("en")} for one in verify_rows(connection)
    ]
    return LedgerFacts(last.seq, last.hash, last.epoch_s, not problems, tuple(problems))
