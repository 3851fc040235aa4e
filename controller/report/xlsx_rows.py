"""Which sheets the spreadsheet has, in which order; everything that the printed report says stands in one of them."""

from __future__ import annotations

from collections.abc import Iterator

from controller.report import xlsx_impact as impact
from controller.report import xlsx_record as record
from controller.report import xlsx_sums as sums
from controller.report.model import Report
from controller.report.say import Say
from controller.report.xlsx_cells import Sheet, heads


def sheets(report: Report, say: Say) -> Iterator[Sheet]:
    """All sheets."""
    yield Sheet(say("sheet_summary"), heads(say, *sums.SUMMARY), sums.summary(report, say))
    yield Sheet(say("sheet_emissions"), heads(say, *impact.EMISSIONS), impact.emissions(report, say))
    if report.statement.methane:
        yield Sheet(say("sheet_methane"), heads(say, *impact.METHANE), impact.methane(report))
    yield Sheet(say("sheet_factors"), heads(say, *impact.FACTORS), impact.factor_rows(report, say))
    yield Sheet(say("sheet_index"), heads(say, *impact.INDEX), impact.index_rows(report, say))
    yield Sheet(say("sheet_days"), sums.day_heads(report, say), sums.days(report))
    if len(report.months) > 1:
        yield Sheet(say("sheet_months"), sums.month_heads(report, say), sums.months(report, say))
    yield Sheet(say("sheet_zones"), heads(say, *sums.ZONES), sums.zones(report))
    yield Sheet(say("sheet_events"), heads(say, *record.EVENTS), record.events(report, say))
    yield Sheet(say("sheet_counts"), heads(say, *record.COUNTS), record.counts(report, say))
    yield Sheet(say("sheet_people"), heads(say, *record.PEOPLE), record.people(report, say))
    yield Sheet(say("sheet_notes"), heads(say, *record.NOTES), record.notes(report, say))
