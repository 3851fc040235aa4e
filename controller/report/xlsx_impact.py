"""The sheets of emissions: every figure with its sum's ingredients, paddies, factors, and where GRI and PROPER ask for what."""

from __future__ import annotations

from collections.abc import Iterator

from controller.impact.lines import Line as Baseline
from controller.report.factor_pages import uncertainty
from controller.report.factor_words import name_in, source_in
from controller.report.impact_facts import Fact, factors, recomputed, sums
from controller.report.index_page import disclosures
from controller.report.model import Report
from controller.report.say import Say
from controller.report.xlsx_cells import Cell, Line, day, estimate, figure

EMISSIONS = (("col_part", 22), ("col_item", 46), ("col_value", 14), ("col_unit", 8), ("col_margin", 12), ("col_first", 12),
             ("col_last", 12), ("col_days", 8), ("col_pv_used", 14), ("col_pumped", 12), ("col_litres", 12), ("col_factor", 36),
             ("col_meter_u95", 12), ("col_method_u95", 12), ("col_evidence", 40), ("col_evidence_day", 14))  # fmt: skip
METHANE = (("col_zone", 24), ("col_planted", 12), ("col_first", 12), ("col_last", 12), ("col_counted", 10), ("col_proven", 12),
           ("col_drainages", 12), ("col_hectares", 10), ("col_ch4", 12), ("col_ch4_margin", 14), ("col_co2e", 12),
           ("col_co2e_margin", 16), ("col_n2o", 18), ("col_tier1", 16))  # fmt: skip
FACTORS = (("col_factor", 44), ("col_value", 12), ("col_unit", 16), ("col_relative", 12), ("col_assumed", 14), ("col_gas", 8),
           ("col_source", 70), ("col_year", 8), ("col_valid_from", 14), ("col_valid_to", 14))  # fmt: skip
INDEX = (("col_disclosure", 50), ("col_value", 14), ("col_unit", 10), ("col_margin", 12), ("col_here", 36))


def emissions(report: Report, say: Say) -> Iterator[Line]:
    """As the days were closed, then with the factors of today where they make another figure."""
    for part, facts in (("sheet_emissions", sums(report, say)), ("recomputed", recomputed(report, say))):
        for fact in facts:
            yield (Cell(say(part)), *_fact(fact, say))


def _fact(fact: Fact, say: Say) -> Iterator[Cell]:
    yield Cell(fact.label)
    yield from estimate(fact.estimate, "kg" if fact.unit == "kg" else say("rupiah"))
    if fact.line is not None:
        yield from _ingredients(fact.line, say)


def _ingredients(line: Baseline, say: Say) -> Line:
    return (
        day(line.first), day(line.last), Cell(line.days, "whole"), figure(line.energy_kwh.value), figure(line.water_m3.value),
        figure(line.litres), Cell(name_in(line.factor, say.language)), Cell(line.meter_u95, "share"),
        Cell(line.method_u95, "share"), Cell(line.evidence), day(line.evidence_date),
    )  # fmt: skip


def methane(report: Report) -> Iterator[Line]:
    """One row for each paddy and season."""
    names = report.site.names
    for one in report.statement.methane:
        yield (
            Cell(names.get(one.zone, one.zone)), day(one.planted), day(one.first), day(one.last), Cell(one.counted_d, "whole"),
            figure(one.proven_d), Cell(one.drainages, "whole"), figure(one.area_ha), figure(one.ch4_kg.value),
            figure(one.ch4_kg.half), figure(one.ch4_co2e_kg.value), figure(one.ch4_co2e_kg.half), figure(one.n2o_co2e_kg.value),
            figure(one.tier1_kg),
        )  # fmt: skip


def factor_rows(report: Report, say: Say) -> Iterator[Line]:
    """Every factor that made a figure, as published."""
    for one in factors(report):
        relative, assumed = uncertainty(one)
        yield (
            Cell(name_in(one, say.language)), Cell(one.value, "plain"), Cell(say(f"unit_{one.unit}")), Cell(relative, "share"),
            Cell(say("yes") if assumed else ""), Cell(one.gas), Cell(source_in(one, say.language)), Cell(one.year, "plain"),
            day(one.valid_from), day(one.valid_to),
        )  # fmt: skip


def index_rows(report: Report, say: Say) -> Iterator[Line]:
    """What GRI and PROPER ask for."""
    for one in disclosures(report):
        if one.unit:
            yield (Cell(say(one.key)), *estimate(one.figure, one.unit), Cell(say(one.section)))
        else:
            yield (
                Cell(say(one.key)),
                Cell(one.figure.value, "whole"),
                Cell(None),
                Cell(None),
                Cell(say(one.section)),
            )
