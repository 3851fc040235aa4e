"""What people entered: never metered, never added to what is."""

from __future__ import annotations

from collections.abc import Iterator

from controller.impact.entries import Indicator
from controller.impact.indicators import amount, label
from controller.report.method_words import places
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import Say


def people(report: Report, say: Say) -> Iterator[Block]:
    """The section."""
    yield Heading(say("people"), (say("tag_people"),))
    yield Text(say("people_text"))
    if not report.statement.indicators:
        yield Text(say("people_none"), "small")
        return
    heads = (("col_indicator", 2.0, False), ("col_value", 1.2, True), ("col_of_day", 1.2, False), ("col_evidence", 2.6, False),
             ("col_by", 1.4, False))  # fmt: skip
    rows = tuple(_row(one, say) for one in report.statement.indicators)
    yield Table(tuple(Column(say(head), share, right) for head, share, right in heads), rows)


def _row(one: Indicator, say: Say) -> Row:
    return Row(
        (
            label(one.name, say.language),
            amount(one.value, one.unit, say.language, places(one.value)),
            say.day_short(one.day),
            one.evidence,
            one.by,
        )
    )
