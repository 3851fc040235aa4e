"""The figures of emissions and money, each once with its name, kind and margin: what the pages and the spreadsheet both show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from controller.core.site_impact import Factor
from controller.impact.estimate import Estimate
from controller.impact.lines import Line
from controller.report.factor_words import name_in, whole
from controller.report.model import Report
from controller.report.page import Kind
from controller.report.say import Say


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure. ``estimate``: in kilograms or rupiah, None where nothing can be said; ``line``: the baseline it belongs to."""

    label: str
    estimate: Estimate | None
    unit: Literal["kg", "idr"] = "kg"
    kind: Kind = ""
    line: Line | None = None


def sums(report: Report, say: Say) -> tuple[Fact, ...]:
    """CO2 by baseline, what is taken off, methane, all gases, money."""
    return (*_co2(report, say), *_methane(report, say), *_money(report, say))


def _co2(report: Report, say: Say) -> Iterator[Fact]:
    told = report.statement
    for line in told.lines:
        yield Fact(line_name(line, say), line.co2_kg, line=line)
    yield Fact(say("impact_co2"), told.co2_kg, kind="total")
    if told.life_cycle_kg is not None:
        yield Fact(say("impact_life_cycle"), Estimate(-told.life_cycle_kg.value, told.life_cycle_kg.half))
        yield Fact(say("impact_net"), told.net_kg, kind="total")
    biogenic = sum(line.biogenic_kg for line in told.lines)
    if biogenic:
        yield Fact(say("impact_biogenic"), Estimate(biogenic), kind="muted")


def _methane(report: Report, say: Say) -> Iterator[Fact]:
    told = report.statement
    if not told.methane:
        return
    yield Fact(say("impact_ch4"), told.ch4_kg, kind="muted")
    if told.methane_differs:
        yield Fact(say("impact_ch4_closed"), Estimate(told.ch4_closed_kg), kind="muted")
    yield Fact(say("impact_ch4_co2e"), told.ch4_co2e_kg)
    if told.n2o_co2e_kg.half:
        yield Fact(say("impact_n2o"), Estimate(-told.n2o_co2e_kg.value, told.n2o_co2e_kg.half))
    yield Fact(say("impact_co2e"), told.co2e_kg, kind="total")


def _money(report: Report, say: Say) -> Iterator[Fact]:
    priced = [line for line in report.statement.lines if line.saved_idr]
    for line in priced:
        yield Fact(price_name(line, say), line.saved_idr, "idr", line=line)
    yield Fact(saved_name(report, say), report.statement.saved_idr if priced else None, "idr", "total")


def saved_name(report: Report, say: Say) -> str:
    """``Money saved``; of how many days, where only some have a price."""
    told = report.statement
    if not told.priced_days or not told.unpriced:
        return say("impact_saved")
    return say(
        "impact_saved_part",
        days=str(told.priced_days),
        closed=str(told.closed_days),
        share=say.share(told.priced_share),
    )


def recomputed(report: Report, say: Say) -> tuple[Fact, ...]:
    """The same meters with the site file of today, beside what the days were closed with; empty where both are the same."""
    told = report.statement
    if not told.differs:
        return ()
    return (
        Fact(say("recomputed_then"), told.co2_kg),
        *_by_factor(told.lines, say),
        Fact(say("recomputed_now"), told.recomputed_kg),
        *_by_factor(told.recomputed, say),
    )


def _by_factor(lines: Iterable[Line], say: Say) -> Iterator[Fact]:
    for line in lines:
        yield Fact(
            f"{line_name(line, say)}: {name_in(line.factor, say.language)}",
            line.co2_kg,
            kind="muted",
            line=line,
        )


def line_name(line: Line, say: Say) -> str:
    """``Jaringan PLN, 1–31 Jan 2026 (31 hari)``."""
    baseline, span = say(f"baseline_{line.baseline}"), say.days(line.first, line.last, short=True)
    return say("impact_line", baseline=baseline, span=span, days=str(line.days))


def price_name(line: Line, say: Say) -> str:
    """What was saved at which price, and who says so."""
    per = say("per_kwh" if line.baseline == "grid" else "per_litre")
    return say("impact_price", price=say.idr(line.price, 2), per=per, source=line.price_source or "–")


def factors(report: Report) -> tuple[Factor, ...]:
    """Every factor that made a figure of this report, once."""
    told = report.statement
    used: list[Factor] = [line.factor for line in (*told.lines, *told.recomputed)]
    used += [one for one in (told.life_cycle,) if one is not None]
    used += report.methane_factors if told.methane else ()
    return tuple({(one.name, one.value, one.unit): whole(one) for one in used}.values())
