"""Where to find what GRI and PROPER ask for."""

from __future__ import annotations

from collections.abc import Iterator

from controller.report.energy_pages import MJ_PER_WH
from controller.report.front import used_wh, weight
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import Say, pair


def index(report: Report, say: Say) -> Iterator[Block]:
    """The table of disclosures with their figures and sections."""
    yield Heading(say("index"))
    yield Text(say("index_text"))
    columns = (
        Column(say("col_disclosure"), 2.6),
        Column(say("col_figure"), 2.4),
        Column(say("col_here"), 1.8),
    )
    yield Table(columns, tuple(_rows(report, say)))


def _rows(report: Report, say: Say) -> Iterator[Row]:
    used, water = used_wh(report), pair(say, report.sums.get("water_m3"))
    solar, solar_margin = pair(say, report.sums.get("solar_wh"), 1e-3)
    kg, unit, margin = weight(say, report.statement.co2_kg.value, report.statement.co2_kg.half)
    stored = sum(amount.value for name, amount in report.sums.items() if name.startswith("tanks."))
    consumed = f"{say.number((report.value('water_m3') or 0.0) - stored, 1)} m³"
    energy, co2 = f"{solar} {solar_margin} kWh", f"{kg} {margin} {unit} CO₂"
    yield Row((say("gri_302_1"), f"{say.kwh(used)} kWh = {say.number(used * MJ_PER_WH)} MJ", say("energy")))
    yield Row((say("gri_302_4"), say("index_302_4", value=energy), say("energy")))
    yield Row((say("gri_303_3"), " ".join((*water, "m³")), say("water")))
    yield Row((say("gri_303_5"), consumed, say("water")))
    yield Row((say("gri_305_5"), co2, say("impact")))
    yield Row((say("proper_energy"), say("index_302_4", value=energy), say("energy")))
    yield Row((say("proper_emission"), co2, say("impact")))
    yield Row((say("proper_water"), consumed, say("water")))
    count = say("index_indicators", count=str(len(report.statement.indicators)))
    yield Row((say("proper_community"), count, say("people")))
