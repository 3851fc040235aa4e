"""The sheets of sums: the summary, days, months and zones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.impact.day import ENERGY, WATER
from controller.impact.day_sums import Amount
from controller.report.derived import rest_wh, solar_share, used
from controller.report.front import period_words
from controller.report.impact_facts import saved_name
from controller.report.model import Report
from controller.report.say import Say
from controller.report.xlsx_cells import Cell, Line, day, estimate, figure, heads

SUMMARY = (("col_item", 52), ("col_value", 36), ("col_unit", 12), ("col_margin", 14))
ZONES = (("col_day", 12), ("col_zone", 28), ("col_m3", 12), ("col_mm", 12))


def summary(report: Report, say: Say) -> Iterator[Line]:
    """What, when and how sure; sums; emissions and money; the ledger."""
    yield from _identity(report, say)
    for name, amount in report.sums.items():
        yield _amount(report, say, name, amount)
    yield from _ratios(report, say)
    told = report.statement
    for key, kg in (("impact_co2", told.co2_kg), ("impact_ch4", told.ch4_kg), ("impact_co2e", told.co2e_kg)):
        yield (Cell(say(key)), *estimate(kg, "kg"))
    priced = any(line.saved_idr for line in told.lines)
    yield (Cell(saved_name(report, say)), *estimate(told.saved_idr if priced else None, say("rupiah")))
    yield from _ledger(report, say)


def _identity(report: Report, say: Say) -> Iterator[Line]:
    site, seen = report.site, report.coverage
    yield (Cell(say("sheet_site")), Cell(site.name))
    yield (Cell(say("sheet_period")), Cell(period_words(report, say)))
    yield (Cell(say("col_first")), day(report.period.first))
    yield (Cell(say("col_last")), day(report.period.last))
    yield (Cell(say("sheet_status")), Cell(report.statement.status[say.language]))
    yield (Cell(say("sheet_latitude")), Cell(site.latitude_deg, "plain"), Cell("°"))
    yield (Cell(say("sheet_longitude")), Cell(site.longitude_deg, "plain"), Cell("°"))
    yield (Cell(say("sheet_clock")), Cell(site.timezone))
    yield (Cell(say("sheet_peak")), Cell(site.pv_kwp, "number"), Cell("kWp"))
    yield (Cell(say("sheet_area")), Cell(sum(zone.area_m2 for zone in site.zones), "number"), Cell("m²"))
    yield (Cell(say("cover_share")), Cell(seen.share, "share"))
    yield (Cell(say("tile_coverage_days")), Cell(seen.closed_days, "whole"))
    yield (Cell(say("sheet_past_days")), Cell(seen.past_days, "whole"))
    yield (Cell(say("sheet_began")), day(seen.began))
    yield (Cell(say("sheet_ended")), day(seen.ended))
    yield (Cell(say("cover_gaps")), Cell(seen.gaps, "whole"))
    yield (Cell(say("sheet_gap_s")), Cell(seen.gap_s, "whole"), Cell("s"))


def _amount(report: Report, say: Say, name: str, amount: Amount) -> Line:
    energy = name.endswith("_wh")
    per = 1000.0 if energy else 1.0
    return (Cell(figure_name(report, say, name)), figure(amount.value / per), Cell("kWh" if energy else "m³"),
            figure(amount.half_width / per or None))  # fmt: skip


def figure_name(report: Report, say: Say, name: str) -> str:
    """What a figure of the sums is called: ``zones.melon`` by the zone's name."""
    group, _, part = name.partition(".")
    return (
        say(f"figure_{group}", name=report.site.names.get(part, part.removesuffix(".volume_m3")))
        if part
        else say(f"figure_{name}")
    )


def _ratios(report: Report, say: Say) -> Iterator[Line]:
    """What is reckoned from sums: use, rest, the sun's share, energy per water."""
    whole, made, water = used(report), report.value("pv_wh"), report.value("water_m3")
    pumps = report.value("pumps_wh")
    yield (
        Cell(say("energy_total")),
        figure(whole.value / 1000.0),
        Cell("kWh"),
        figure(whole.half_width / 1000.0 or None),
    )
    if made:
        yield (Cell(say("energy_rest")), figure(rest_wh(report, made) / 1000.0), Cell("kWh"))
    yield (Cell(say("tile_share")), Cell(solar_share(report), "share"))
    if water and pumps is not None:
        yield (Cell(say("tile_intensity")), Cell(pumps / 1000.0 / water, "small"), Cell("kWh/m³"))


def _ledger(report: Report, say: Say) -> Iterator[Line]:
    facts = report.ledger
    yield (Cell(say("ledger_rows")), Cell(facts.rows, "whole"))
    yield (Cell(say("ledger_at")), Cell(say.local(facts.at_s), "moment"), Cell(say.time_zone(facts.at_s)))
    yield (Cell(say("ledger_head")), Cell(f"{facts.rows}:{facts.head_hash}"))
    yield (
        Cell(say("ledger_check")),
        Cell(say("ledger_good") if facts.whole else facts.said(say.language)),
    )
    yield (Cell(say("ledger_figures")), Cell(report.statement.digest))


def told(report: Report) -> list[str]:
    """The figures that this site tells."""
    return [name for name in (*ENERGY, *WATER) if name in report.sums]


def _figures(report: Report, say: Say) -> list[tuple[str, float]]:
    return [
        (f"{say(f'figure_{name}')} ({'kWh' if name.endswith('_wh') else 'm³'})", 14.0)
        for name in told(report)
    ]


def _cells(report: Report, figures: Mapping[str, float | None]) -> Iterator[Cell]:
    for name in told(report):
        value = figures.get(name)
        yield figure(value / 1000.0 if value is not None and name.endswith("_wh") else value)


def day_heads(report: Report, say: Say) -> list[tuple[str, float]]:
    """The day, its figures with their units, and how much of it was seen."""
    seen = heads(say, ("col_coverage_share", 12), ("col_gaps", 8), ("col_unseen_s", 12), ("col_row", 10))
    return [(say("col_day"), 12), *_figures(report, say), *seen]


def days(report: Report) -> Iterator[Line]:
    """Every day of the period that is over; one without a closing has no figures."""
    for one in report.days:
        cells = _cells(report, {name: getattr(one, name) for name in told(report)})
        unseen = one.length_s - min(one.length_s, one.covered_s or 0.0)
        yield (day(one.day), *cells, Cell(one.coverage, "share"), Cell(one.gaps, "whole"), Cell(unseen, "whole"),
               Cell(one.seq or None, "whole"))  # fmt: skip


def month_heads(report: Report, say: Say) -> list[tuple[str, float]]:
    """The month, its figures, each zone, and how much of it was seen."""
    zones = [(f"{zone.name} (m³)", 14.0) for zone in report.site.zones]
    return [(say("col_month"), 18), *_figures(report, say), *zones, *heads(say, ("col_coverage_share", 12))]


def months(report: Report, say: Say) -> Iterator[Line]:
    """The months of the period."""
    for one in report.months:
        zones = (figure(one.zones.get(zone.id)) for zone in report.site.zones)
        yield (Cell(say.month(one.month)), *_cells(report, one.figures), *zones, Cell(one.coverage, "share"))


def zones(report: Report) -> Iterator[Line]:
    """What each zone got on each day."""
    for one in report.days:
        for zone in report.site.zones:
            water = one.zones.get(zone.id)
            if water is not None:
                yield (day(one.day), Cell(zone.name), figure(water), figure(1000.0 * water / zone.area_m2))
