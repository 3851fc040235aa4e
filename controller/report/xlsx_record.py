"""The sheets of what happened, what people entered, and what must be known to use the figures."""

from __future__ import annotations

from collections.abc import Iterator

from controller.impact.indicators import label, unit_in
from controller.report.cautions import limits, warnings
from controller.report.event_pages import cause, kind_words, place, sentence
from controller.report.front import lead
from controller.report.impact_pages import tier1_words
from controller.report.method_words import methane_methods, method
from controller.report.model import Report
from controller.report.say import Say
from controller.report.xlsx_cells import Cell, Line, day

EVENTS = (
    ("col_when_local", 18),
    ("col_event", 24),
    ("col_where", 24),
    ("col_what", 90),
    ("col_long_s", 12),
    ("col_row", 10),
)
COUNTS = (("col_event", 24), ("col_where", 24), ("col_what", 60), ("col_times", 10))
PEOPLE = (("col_indicator", 36), ("col_value", 14), ("col_unit", 14), ("col_of_day", 12), ("col_evidence", 60), ("col_by", 24),
          ("col_row", 10))  # fmt: skip
NOTES = (("col_topic", 40), ("col_note", 130))


def events(report: Report, say: Say) -> Iterator[Line]:
    """Trips, alarms and what people did, everyday trips too."""
    for one in report.happenings.listed:
        length = None if one.ended_s is None else one.ended_s - one.epoch_s
        what = sentence(one, say)
        yield (
            Cell(say.local(one.epoch_s), "moment"), Cell(kind_words(say, one.kind)), Cell(place(report, one.subject)), Cell(what),
            Cell(length, "whole"), Cell(one.seq, "whole"),
        )  # fmt: skip


def counts(report: Report, say: Say) -> Iterator[Line]:
    """How often everything came."""
    for one in report.happenings.counts:
        yield (
            Cell(kind_words(say, one.kind)), Cell(place(report, one.subject)), Cell(cause(say, one.key)), Cell(one.times, "whole"),
        )  # fmt: skip


def people(report: Report, say: Say) -> Iterator[Line]:
    """What people entered, with evidence."""
    for one in report.statement.indicators:
        yield (
            Cell(label(one.name, say.language)), Cell(one.value, "plain"), Cell(unit_in(one.unit, say.language)), day(one.day),
            Cell(one.evidence), Cell(one.by), Cell(one.seq, "whole"),
        )  # fmt: skip


def notes(report: Report, say: Say) -> Iterator[Line]:
    """Warnings, limits, methods: the sentences of the printed report."""
    for topic, text in _notes(report, say):
        yield (Cell(topic), Cell(text))


def _notes(report: Report, say: Say) -> Iterator[tuple[str, str]]:
    yield say("sheet_summary"), lead(report, say)
    for text in (*warnings(report, say), *limits(report, say)):
        yield say("limits"), text
    yield say("impact"), say("impact_text", status=report.statement.status[say.language])
    for line in report.statement.lines:
        yield say("method"), method(line, say)
    yield say("method"), say("method_common")
    for text in methane_methods(report, say):
        yield say("methane"), text
    if report.statement.methane:
        yield say("methane"), tier1_words(report, say)
    for topic, key in (("uncertainty", "uncertainty_text"), ("energy", "energy_note"), ("water", "water_note"),
                       ("people", "people_text"), ("ledger", "ledger_text"), ("index", "index_text")):  # fmt: skip
        yield say(topic), say(key)
