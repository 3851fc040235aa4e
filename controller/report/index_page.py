"""Where to find what GRI and PROPER ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from controller.impact.day_sums import Amount
from controller.impact.estimate import Estimate
from controller.report.derived import consumed, used
from controller.report.energy_pages import MJ_PER_WH
from controller.report.margins import pair_of, weight
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import Say


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a standard asks for and what this report answers. ``key`` and ``section`` name texts; ``around``: the text that has the
    figure in it, "" for none.
    """

    key: str
    figure: Estimate
    unit: str
    section: str
    around: str = ""


def disclosures(report: Report) -> tuple[Disclosure, ...]:
    """All of them, in the order of the standards."""
    solar, water, co2 = _of(report, "solar_wh", 1e-3), _of(report, "water_m3"), report.statement.co2_kg
    whole, kept = used(report), _estimate(consumed(report))
    people = Estimate(float(len(report.statement.indicators)))
    return (
        Disclosure("gri_302_1", _estimate(whole, 1e-3), "kWh", "energy"),
        Disclosure("gri_302_1", _estimate(whole, MJ_PER_WH), "MJ", "energy"),
        Disclosure("gri_302_4", solar, "kWh", "energy", "index_302_4"),
        Disclosure("gri_303_3", water, "m³", "water"),
        Disclosure("gri_303_5", kept, "m³", "water"),
        Disclosure("gri_305_5", co2, "kg CO₂", "impact"),
        Disclosure("proper_energy", solar, "kWh", "energy", "index_302_4"),
        Disclosure("proper_emission", co2, "kg CO₂", "impact"),
        Disclosure("proper_water", kept, "m³", "water"),
        Disclosure("proper_community", people, "", "people", "index_indicators"),
    )


def _of(report: Report, name: str, scale: float = 1.0) -> Estimate:
    amount = report.sums.get(name)
    return Estimate() if amount is None else _estimate(amount, scale)


def _estimate(amount: Amount, scale: float = 1.0) -> Estimate:
    return Estimate(amount.value * scale, amount.half_width * scale)


def index(report: Report, say: Say) -> Iterator[Block]:
    """The table of disclosures with their figures and sections."""
    yield Heading(say("index"))
    yield Text(say("index_text"))
    heads = (("col_disclosure", 2.6), ("col_figure", 2.4), ("col_here", 1.8))
    rows = []
    for key, group in groupby(disclosures(report), key=lambda one: one.key):
        ours = tuple(group)
        words = " = ".join(figure_words(one, say) for one in ours)
        rows.append(Row((say(key), words, say(ours[0].section))))
    yield Table(tuple(Column(say(head), share) for head, share in heads), tuple(rows))


def figure_words(one: Disclosure, say: Say) -> str:
    """``5,9 ± 0,1 kWh dari PLTS menggantikan energi lain``."""
    if one.unit.startswith("kg"):
        value, unit, margin = weight(say, one.figure.value, one.figure.half)
        words = " ".join(filter(None, (value, margin, f"{unit}{one.unit[2:]}")))
    elif one.unit:
        words = " ".join(filter(None, (*pair_of(say, one.figure), one.unit)))
    else:
        words = say.number(one.figure.value)
    return say(one.around, value=words) if one.around else words
