"""The accounts of energy: where it was made, where it went, who paid it; by month or by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.impact.day import Day
from controller.report.derived import rest_wh, used
from controller.report.margins import pair
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table
from controller.report.pictures import by_day
from controller.report.say import NONE, Say
from controller.report.spans import Span, span_row, spans

MJ_PER_WH = 0.0036

COLUMNS: Mapping[str, str] = {
    "pv_wh": "col_pv", "pumps_wh": "col_pumps", "aux_wh": "col_aux", "solar_wh": "col_sun", "grid_wh": "col_grid",
    "genset_wh": "col_genset", "export_wh": "col_export",
}  # fmt: skip
"""Figures of the tables by time, and what their columns are called."""


def energy(report: Report, say: Say) -> Iterator[Block]:
    """The section."""
    yield Heading(say("energy"), ("GRI 302-1", "GRI 302-4", say("tag_energy")))
    yield _split(report, say)
    if not by_day(report):
        yield _by_months(report, say, say("energy_months"))


def _split(report: Report, say: Say) -> Table:
    made, whole = report.value("pv_wh"), used(report).value
    rows = [
        Row((say("energy_made"),), "group"),
        _row(report, say, "energy_pv", "pv_wh", None),
        _row(report, say, "energy_solar", "solar_wh", made),
        _row(report, say, "energy_export", "export_wh", made),
        _row(report, say, "energy_battery", "battery_loss_wh", made),
        *_rest(report, say, made),
        _row(report, say, "energy_curtailed", "curtailed_wh", None, "muted"),
        Row((say("energy_use"),), "group"),
        _row(report, say, "energy_pumps", "pumps_wh", whole),
        _row(report, say, "energy_aux", "aux_wh", whole),
        _whole(report, say),
        Row((say("energy_paid"),), "group"),
        _row(report, say, "energy_sun", "solar_wh", whole),
        _row(report, say, "energy_grid", "grid_wh", whole),
        _row(report, say, "energy_genset", "genset_wh", whole),
    ]
    if report.value("filled_wh") is not None or report.value("spanning_wh") is not None:
        rows += [
            Row((say("energy_quality"),), "group"),
            _row(report, say, "energy_filled", "filled_wh", None, "muted"),
            _row(report, say, "energy_spanning", "spanning_wh", None, "muted"),
        ]
    heads = ("col_item", "col_kwh", "col_mj", "col_margin", "col_share")
    columns = tuple(
        Column(say(head), share, place > 0)
        for place, (head, share) in enumerate(zip(heads, (4.6, 1.2, 1.2, 1.2, 1.0), strict=True))
    )
    return Table(columns, tuple(rows), note=f"{say('energy_note')} {say('untold')}")


def _whole(report: Report, say: Say) -> Row:
    """All that was used, with the margin of the sum."""
    whole = used(report)
    value, margin = pair(say, whole, 1e-3)
    share = say.share(1.0, 0) if whole.value else NONE
    return Row((say("energy_total"), value, _mj(say, whole.value), margin, share), "total")


def _row(report: Report, say: Say, key: str, name: str, whole: float | None, kind: str = "") -> Row:
    amount = report.sums.get(name)
    if amount is None:
        return Row((say(key), NONE, NONE, "", ""), "muted")
    value, margin = pair(say, amount, 1e-3)
    share = say.share(amount.value / whole) if whole else ""
    return Row((say(key), value, _mj(say, amount.value), margin, share), "muted" if kind else "")


def _rest(report: Report, say: Say, made: float | None) -> Iterator[Row]:
    """What the plant made and none of the figures above tells: loads without a meter, losses, and the meters' differences."""
    if made:
        rest = rest_wh(report, made)
        yield Row((say("energy_rest"), say.kwh(rest), _mj(say, rest), "", say.share(rest / made)), "muted")


def _mj(say: Say, watt_hours: float) -> str:
    return say.number(watt_hours * MJ_PER_WH)


def told(report: Report) -> list[str]:
    """The figures of the tables by time that this site tells and that were not nothing all the time."""
    always = ("pv_wh", "pumps_wh", "solar_wh")
    return [name for name in COLUMNS if name in report.sums and (name in always or report.sums[name].value)]


def _columns(report: Report, say: Say, first: str) -> tuple[Column, ...]:
    heads = [COLUMNS[name] for name in told(report)]
    numbers = (Column(say(head), 1.0, right=True) for head in (*heads, "col_water", "col_coverage"))
    return (Column(say(first), 1.25), *numbers)


def by_days(report: Report, say: Say) -> Table:
    """One row per day and the sum."""
    untold = [NONE] * (len(told(report)) + 1)
    rows = [
        span_row(day, say, (*untold, say.share(0.0, 0))) if isinstance(day, Span) else _day(report, say, day)
        for day in spans(report.days)
    ]
    return Table(_columns(report, say, "col_day"), (*rows, _sum(report, say)), say("energy_days"))


def _day(report: Report, say: Say, day: Day) -> Row:
    figures = (_cell(say, getattr(day, name)) for name in told(report))
    cells = (say.day_short(day.day), *figures, say.number(day.water_m3, 2), say.share(day.coverage, 0))
    return Row(cells, "" if day.closed else "muted")


def _by_months(report: Report, say: Say, title: str) -> Table:
    rows = [
        Row((say.month(one.month), *(_cell(say, one.figures.get(name)) for name in told(report)),
             say.number(one.figures.get("water_m3"), 1), say.share(one.coverage, 0)))
        for one in report.months
    ]  # fmt: skip
    return Table(_columns(report, say, "col_month"), (*rows, _sum(report, say)), title)


def _cell(say: Say, watt_hours: float | None) -> str:
    return say.kwh(watt_hours, 2 if watt_hours is not None and abs(watt_hours) < 99_950.0 else 1)


def _sum(report: Report, say: Say) -> Row:
    cells = (say.kwh(report.value(name)) for name in told(report))
    return Row(
        (say("sum"), *cells, say.number(report.value("water_m3"), 1), say.share(report.coverage.share)),
        "total",
    )
