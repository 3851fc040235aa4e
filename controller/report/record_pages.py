"""How good the record is: coverage, gaps, uncertainty, and the ledger that everything comes from."""

from __future__ import annotations

from collections.abc import Iterator

from controller.impact.day import Day
from controller.report.cautions import filled_words
from controller.report.model import SCHEMA, Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import Say
from controller.report.spans import Span, span_row, spans

WHOLE_DAY = 0.9995
"""From this share of its time on a day counts as recorded in full."""


def coverage(report: Report, say: Say) -> Iterator[Block]:
    """Coverage, gaps and uncertainty."""
    yield Heading(say("record"))
    gaps = [day for day in spans(report.days) if isinstance(day, Span) or (day.coverage or 0.0) < WHOLE_DAY]
    columns, whole = (Column("", 2.0), Column("", 3.0)), "" if gaps else say("gap_all")
    yield Table(columns, tuple(_facts(report, say)), note=whole, head=False)
    if gaps:
        heads = (("col_day", False), ("col_coverage", True), ("col_gaps", True), ("col_unseen", True))
        rows = (_gap(say, day) for day in gaps)
        yield Table(
            tuple(Column(say(head), 1.0, right) for head, right in heads), tuple(rows), say("gap_days")
        )
    yield Heading(say("uncertainty"), level=2)
    yield Text(say("uncertainty_text"))


def _gap(say: Say, day: Day | Span) -> Row:
    """One incomplete day, or days in a row that nobody saw at all."""
    if isinstance(day, Span):
        return span_row(day, say, (say.share(0.0), say.number(1), say.duration(day.length_s)), short=False)
    unseen = day.length_s - min(day.length_s, day.covered_s or 0.0)
    return Row((say.day_short(day.day), say.share(day.coverage), say.number(day.gaps), say.duration(unseen)))


def _facts(report: Report, say: Say) -> Iterator[Row]:
    seen = report.coverage
    yield Row((say("cover_share"), say.share(seen.share, 2)))
    yield Row(
        (say("cover_days"), say("cover_days_value", closed=str(seen.closed_days), days=str(seen.past_days)))
    )
    yield Row((say("cover_span"), say.days(seen.began, seen.ended)))
    gaps = say("cover_gaps_value", count=say.number(seen.gaps), length=say.duration(seen.gap_s))
    yield Row((say("cover_gaps"), gaps if seen.gaps else say("cover_none")))
    if seen.filled_wh is not None or seen.filled_m3 is not None:
        yield Row((say("cover_filled"), filled_words(report, say)))


def ledger(report: Report, say: Say) -> Iterator[Block]:
    """The head, the check, and how to repeat it."""
    facts = report.ledger
    head = f"{facts.rows}:{facts.head_hash}"
    at = f"{say.moment(facts.at_s)} {say.time_zone(facts.at_s)}"
    yield Heading(say("ledger"))
    yield Text(say("ledger_text"))
    rows = [
        Row((say("ledger_rows"), say.number(facts.rows))),
        Row((say("ledger_at"), at)),
        Row((say("ledger_head"), head)),
        Row((say("ledger_check"), say("ledger_good") if facts.whole else facts.said(say.language, 3))),
        Row((say("ledger_again"), f"tirta ledger verify --head {head}")),
        Row((say("ledger_figures"), report.statement.digest)),
        Row((say("ledger_schema"), f"tirta-report {SCHEMA}")),
    ]
    yield Table((Column("", 1.4), Column("", 3.6)), tuple(rows), head=False)
