"""Emissions avoided and money saved: the figures, the sums worked out, paddies, and the factors with their papers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from controller.impact.methane_lines import MethaneLine
from controller.report.factor_pages import factor_table
from controller.report.impact_facts import Fact, recomputed, sums
from controller.report.margins import pair_of, rupiah_margin, weight
from controller.report.method_words import methane_methods, method
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import HARD, Say


def impact(report: Report, say: Say) -> Iterator[Block]:
    """The section of emissions and money."""
    told, again = report.statement, recomputed(report, say)
    yield Heading(say("impact"), ("GRI 305-5", say("tag_impact")))
    yield Text(say("impact_text", status=told.status[say.language]))
    yield _table(say, sums(report, say))
    yield Heading(say("method"), level=2)
    for line in told.lines:
        yield Text(method(line, say))
    yield Text(say("method_common"), "small")
    if again:
        yield _table(say, again, say("recomputed"))
    if told.methane:
        yield _methane(report, say)
        yield from (Text(text, "small") for text in methane_methods(report, say))
        yield Text(tier1_words(report, say), "small")
    yield factor_table(report, say)


def tier1_words(report: Report, say: Say) -> str:
    """What counts of the methane, and what Tier 1 would make of the whole season."""
    tier1 = sum(one.tier1_kg for one in report.statement.methane)
    return say("methane_text", tier1=say.number(tier1, 2 if tier1 < 9.95 else 0))


def _table(say: Say, facts: Iterable[Fact], title: str = "") -> Table:
    heads = (("col_item", 4.4), ("col_value", 1.3), ("col_margin", 1.3))
    columns = tuple(Column(say(head), share, place > 0) for place, (head, share) in enumerate(heads))
    return Table(columns, tuple(_row(say, fact) for fact in facts), title)


def _row(say: Say, fact: Fact) -> Row:
    if fact.unit == "idr" or fact.estimate is None:
        value, half = (None, 0.0) if fact.estimate is None else (fact.estimate.value, fact.estimate.half)
        return Row((fact.label, say.idr(value), rupiah_margin(say, half)), fact.kind)
    value_text, unit, margin = weight(say, fact.estimate.value, fact.estimate.half)
    cells = (fact.label, f"{value_text}{HARD}{unit}", f"{margin}{HARD}{unit}" if margin else "")
    return Row(cells, fact.kind)


def _methane(report: Report, say: Say) -> Table:
    heads = (("col_zone", 1.5, False), ("col_planted", 1.2, False), ("col_counted", 1.1, True), ("col_proven", 1.1, True),
             ("col_drainages", 1.1, True), ("col_ch4", 1.0, True), ("col_margin", 1.0, True), ("col_co2e", 1.1, True))  # fmt: skip
    names = {zone.id: zone.name for zone in report.site.zones}
    rows = tuple(_paddy(one, names.get(one.zone, one.zone), say) for one in report.statement.methane)
    return Table(tuple(Column(say(head), share, right) for head, share, right in heads), rows, say("methane"))


def _paddy(one: MethaneLine, name: str, say: Say) -> Row:
    ch4, margin = pair_of(say, one.ch4_kg)
    return Row((
        name, say.day_short(one.planted), say.number(one.counted_d), say.number(one.proven_d, 1), say.number(one.drainages),
        ch4, margin, pair_of(say, one.ch4_co2e_kg)[0],
    ))  # fmt: skip
