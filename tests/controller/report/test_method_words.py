"""The method of a report is the sum that the command line prints, with the report's marks: it can be reckoned again by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.i18n.numbers import Language
from controller.report.front import front
from controller.report.impact_facts import saved_name
from controller.report.method_words import methane_methods, method
from controller.report.page import Tiles
from controller.report.period import month
from controller.report.say import HARD, Say
from tests.controller.impact.test_baselines import GRID, impact
from tests.controller.report.ledgers import report_of, site_of, write_ledger

JAKARTA = ZoneInfo("Asia/Jakarta")
ENTRIES: dict[str, tuple[dict[str, Any], str]] = {
    "grid": ({"factor": GRID}, "kWh × 0.86 kg CO₂/kWh = "),
    "pump": ({"baseline": "diesel-pump", "factor": "diesel-heat-ipcc-2006", "head_m": 15, "efficiency": 0.1},
             "m³ × 15 m × 0.002725 kWh/m³/m / 0.1 / 277.8 kWh/GJ × 74.1 kg CO₂/GJ × 0.6 = "),
    "history": ({"baseline": "history", "factor": "diesel-ipcc-2006", "litres_per_season": 300, "served_then_ha": 0.5,
                 "seasons": [{"first": "2026-05-01", "last": "2026-06-30"}]}, "Out of season"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_the_sum_is_worked_out(tmp_path: Path, name: str) -> None:
    """By the baseline: its method, every factor, margins taken apart, the money; nothing but words where nothing counts."""
    entry, said = ENTRIES[name]
    prices = [
        {
            "since": "2026-01-01",
            "fuel_idr_per_litre": 6800,
            "electricity_idr_per_kwh": 1444.7,
            "source": "PLN; Biosolar",
        }
    ]
    found = site_of()
    site = found.model_copy(
        update={"file": found.file.model_copy(update={"impact": impact(**entry, prices=prices)})}
    )
    meter = {"u95.water_m3.meter-air.volume_m3": 0.2}
    path = write_ledger(tmp_path, site, "2026-03-01", "2026-03-03", more=meter)
    report = report_of(path, site, month("2026-03"))
    (line,) = report.statement.lines
    texts: dict[Language, str] = {
        language: method(line, Say(language, JAKARTA)).replace(HARD, " ") for language in ("en", "id")
    }
    assert said in texts["en"]
    assert ("Money: " in texts["en"], "Biaya: " in texts["id"]) == ((name != "history"),) * 2
    assert " x " not in texts["en"] + texts["id"]
    named = ("meter-air (volume counter)" in texts["en"], "meter-air (total volume)" in texts["id"])
    assert named == ((name == "pump"),) * 2, "a meter by its label and the glossary's words"
    assert "volume_m" not in texts["en"] + texts["id"], "no name that only programs read"
    assert not list(methane_methods(report, Say("en", JAKARTA)))


def test_money_of_some_days_says_so_wherever_it_stands(tmp_path: Path) -> None:
    """A price from the second of three days on: the first page's tile and the sum's name tell it; with a price for all neither."""
    for since, said in (("2026-03-02", "2 of 3 days"), ("2026-01-01", "")):
        found, prices = site_of(), [{"since": since, "electricity_idr_per_kwh": 1000, "source": "PLN"}]
        entry = impact(factor=GRID, prices=prices)
        site = found.model_copy(update={"file": found.file.model_copy(update={"impact": entry})})
        folder = tmp_path / since
        folder.mkdir()
        report = report_of(write_ledger(folder, site, "2026-03-01", "2026-03-03"), site, month("2026-03"))
        say = Say("en", JAKARTA)
        tiles = [tile for block in front(report, say) if isinstance(block, Tiles) for tile in block.tiles]
        (money,) = [tile for tile in tiles if tile.label == say("tile_money")]
        told = (saved_name(report, say).replace(HARD, " "), money.note.replace(HARD, " "))
        assert [said in text if said else "days" not in text for text in told] == [True, True]
