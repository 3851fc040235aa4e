"""A measured season of soil water: maize at Greeley, Colorado, 2023 (USDA-ARS; the series beside this checkout), played through
the shipped field account day by day.

The crop, soil and dates are those that the series comes with; the coefficients were observed there, so the climate adjustment
is kept out (wind 2 m/s, minimum humidity 45 %). Nothing is tuned: no probe speaks to the account.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from schedules.balance import StepInputs
from schedules.catalog import Catalog, Crop, Names, Soil, Stages3
from schedules.program import FieldProgram, Window
from schedules.water_balance import initial, step

PLANTED = date(2023, 5, 2)
"""Day 122."""

MAIZE = Crop(
    name="maize-greeley", names=Names(en="Maize", id="Jagung"), source="USDA-ARS, Greeley, 2023: on the tall reference",
    kc=Stages3(ini=0.24, mid=0.97, end=0.55), height_m=2.0, root_m=(1.05, 1.05), root_start_m=0.30, p=0.50,
    stages_d=(25, 40, 50, 50),
)  # fmt: skip
SOIL = Soil(
    name="greeley", names=Names(en="Sandy loam", id="Lempung berpasir"), source="the same: mean of its layers",
    fc=0.1844, wp=0.0922, sat=0.42, ksat_mm_h=50.0,
)  # fmt: skip
PROGRAM = FieldProgram(
    program="greeley", windows=(Window.model_validate({"from": "05:30", "to": "09:00"}),), crop=MAIZE.name,
    planted=PLANTED, soil=SOIL.name, efficiency=1.0, allowed_depletion=0.50,
)  # fmt: skip


def depletions(path: Path) -> list[tuple[float, float]]:
    """Root-zone depletion, mm, measured and reckoned, on each day with a measurement."""
    catalog = Catalog({MAIZE.name: MAIZE}, {SOIL.name: SOIL})
    balance, found = initial(PROGRAM, catalog), []
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            inputs = StepInputs(
                86400.0, float(row["etref_tall_mm"]), float(row["rain_mm"]), float(row["irrigation_mm"] or 0.0),
                date.fromisoformat(row["date"]), wind_m_s=2.0, rh_min_pct=45.0,
            )  # fmt: skip
            balance = step(PROGRAM, balance, inputs, catalog)
            if row["dr_measured_mm"]:
                found.append((float(row["dr_measured_mm"]), balance.depletion_mm))
    return found
