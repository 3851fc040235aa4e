"""The table of factors: value, uncertainty, source, and for which time it is valid."""

from __future__ import annotations

from controller.core.site_impact import Factor
from controller.impact.baselines import ASSUMED
from controller.report.factor_words import name_in, source_in
from controller.report.impact_facts import factors
from controller.report.method_words import places
from controller.report.model import Report
from controller.report.page import Column, Row, Table
from controller.report.say import HARD, NONE, Say


def factor_table(report: Report, say: Say) -> Table:
    """Every factor that made a figure of this report."""
    heads = (("col_factor", 2.3, False), ("col_value", 1.5, True), ("col_margin", 0.8, True), ("col_source", 3.0, False),
             ("col_year", 0.6, True), ("col_valid", 1.5, False))  # fmt: skip
    columns = tuple(Column(say(head), share, right) for head, share, right in heads)
    rows = tuple(_factor(one, say) for one in factors(report))
    return Table(columns, rows, say("factors"), say("factors_note"))


def _factor(one: Factor, say: Say) -> Row:
    value = f"{say.number(one.value, places(one.value))} {say(f'unit_{one.unit}')}".strip()
    relative, assumed = uncertainty(one)
    margin = NONE if relative is None else f"{say.share(relative, 0)}{f'{HARD}*' if assumed else ''}"
    return Row(
        (
            name_in(one, say.language),
            value,
            margin,
            source_in(one, say.language),
            str(one.year),
            valid(one, say),
        )
    )


def uncertainty(one: Factor) -> tuple[float | None, bool]:
    """The 95 % half-width relative to the value, None where nothing is known, and whether it is assumed: its source states none."""
    if one.relative:
        return one.relative, False
    return ASSUMED.get(one.unit), one.unit in ASSUMED


def valid(one: Factor, say: Say) -> str:
    """``sejak 30 Agu 2021``, ``1 Jan 2019 – 31 Des 2020``, ``sampai 31 Des 2020``; a dash where no date is stated."""
    if one.valid_from is not None and one.valid_to is not None:
        return say.days(one.valid_from, one.valid_to, short=True)
    if one.valid_from is not None:
        return say("valid_since", day=say.day_short(one.valid_from))
    return NONE if one.valid_to is None else say("valid_until", day=say.day_short(one.valid_to))
