"""The accounts of water: taken from the source, given to the zones, left in tanks, and the rest that nothing explains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.impact.day import Day
from controller.report.margins import pair
from controller.report.model import Report, ZoneFacts
from controller.report.page import Block, Column, Heading, Row, Table
from controller.report.pictures import by_day
from controller.report.say import NONE, Say
from controller.report.spans import Span, span_row, spans

MOST_ZONES = 10
"""More zones than this do not fit beside each other; their water by time is in the spreadsheet."""


def water(report: Report, say: Say) -> Iterator[Block]:
    """The section."""
    yield Heading(say("water"), ("GRI 303-3", "GRI 303-5", say("tag_water")))
    yield _balance(report, say)
    zones = _told(report)
    if zones and len(zones) <= MOST_ZONES and not by_day(report):
        yield _months(report, say, zones)


def by_days(report: Report, say: Say) -> Iterator[Block]:
    """One row per day of what each zone got, for the annex."""
    zones = _told(report)
    if zones and len(zones) <= MOST_ZONES:
        yield _days(report, say, zones)


def _told(report: Report) -> list[ZoneFacts]:
    return [zone for zone in report.site.zones if f"zones.{zone.id}" in report.sums]


def _balance(report: Report, say: Say) -> Table:
    pumped = report.value("water_m3")
    rows = [
        Row((say("water_source"),), "group"),
        _row(report, say, say("water_pumped"), "water_m3", None),
        _row(report, say, say("water_filled"), "water_filled_m3", None, quiet=True),
        _row(report, say, say("water_spanning"), "spanning_m3", None, quiet=True),
        *_zones(report, say, pumped),
        *_group(report, say, "water_tanks", "tanks.", report.site.tanks),
        Row(_row(report, say, say("water_rest"), "unexplained_m3", pumped).cells, "total"),
        *_meters(report, say),
    ]
    heads = (
        ("col_item", 3.6),
        ("col_m3", 1.1),
        ("col_margin", 1.1),
        ("col_share", 1.0),
        ("col_mm", 1.0),
        ("col_way", 1.5),
    )
    columns = tuple(Column(say(head), share, 0 < place < 5) for place, (head, share) in enumerate(heads))
    return Table(columns, tuple(rows), note=f"{say('water_note')} {say('untold')}")


def _row(report: Report, say: Say, label: str, name: str, whole: float | None, quiet: bool = False) -> Row:
    amount = report.sums.get(name)
    if amount is None:
        return Row((label, NONE, "", "", "", ""), "muted")
    value, margin = pair(say, amount)
    share = say.share(amount.value / whole) if whole else ""
    return Row((label, value, margin, share, "", ""), "muted" if quiet else "")


def _zones(report: Report, say: Say, pumped: float | None) -> Iterator[Row]:
    zones = _told(report)
    if not zones:
        return
    yield Row((say("water_zones"),), "group")
    for zone in zones:
        amount = report.sums[f"zones.{zone.id}"]
        value, margin = pair(say, amount)
        share = say.share(amount.value / pumped) if pumped else ""
        depth = say.number(1000.0 * amount.value / zone.area_m2)
        yield Row((zone.name, value, margin, share, depth, say("metered" if zone.metered else "shared")))
    whole = sum(report.sums[f"zones.{zone.id}"].value for zone in zones)
    area = sum(zone.area_m2 for zone in zones)
    cells = (
        say.number(whole, 1),
        "",
        say.share(whole / pumped) if pumped else "",
        say.number(1000.0 * whole / area),
        "",
    )
    yield Row((say("water_zones_sum"), *cells), "total")


def _group(report: Report, say: Say, key: str, prefix: str, names: Mapping[str, str]) -> Iterator[Row]:
    found = [name[len(prefix) :] for name in report.sums if name.startswith(prefix)]
    if found:
        yield Row((say(key),), "group")
    for name in found:
        yield _row(report, say, names.get(name, name), prefix + name, None)


def _meters(report: Report, say: Say) -> Iterator[Row]:
    """What each water meter passed; whose it is stands in its name, ``device.quantity``."""
    found = [name for name in report.sums if name.startswith("meters.")]
    if found:
        yield Row((say("water_meters"),), "group")
    for name in found:
        device = name.removeprefix("meters.").partition(".")[0]
        yield Row((device, say.number(report.sums[name].value, 2), "", "", "", ""))


def _of(day: Day, zone: str) -> float | None:
    """A zone that a closing does not name got nothing on that day."""
    return day.zones.get(zone, 0.0) if day.closed else None


def _months(report: Report, say: Say, zones: list[ZoneFacts]) -> Table:
    rows = [
        Row((say.month(one.month), *(say.number(one.zones.get(zone.id, 0.0) if one.coverage else None, 1) for zone in zones),
             say.number(one.figures.get("water_m3"), 1)))
        for one in report.months
    ]  # fmt: skip
    return _table(report, say, zones, "col_month", rows, say("water_months"))


def _days(report: Report, say: Say, zones: list[ZoneFacts]) -> Table:
    untold = [NONE] * (len(zones) + 1)
    rows = [
        span_row(day, say, untold) if isinstance(day, Span) else _day(say, zones, day)
        for day in spans(report.days)
    ]
    return _table(report, say, zones, "col_day", rows, say("water_days"))


def _day(say: Say, zones: list[ZoneFacts], day: Day) -> Row:
    given = (say.number(_of(day, zone.id), 2) for zone in zones)
    cells = (say.day_short(day.day), *given, say.number(day.water_m3, 2))
    return Row(cells, "" if day.closed else "muted")


def _table(
    report: Report, say: Say, zones: list[ZoneFacts], first: str, rows: list[Row], title: str
) -> Table:
    total = Row((say("sum"), *(say.number(report.value(f"zones.{zone.id}"), 1) for zone in zones),
                 say.number(report.value("water_m3"), 1)), "total")  # fmt: skip
    columns = (Column(say(first), 1.3), *(Column(zone.name, 1.0, right=True) for zone in zones),
               Column(say("water_pumped"), 1.0, right=True))  # fmt: skip
    return Table(columns, (*rows, total), title)
