"""The figures that a CSR engineer must defend, against the world's truth: energy, water and CO2 of whole days."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from controller.config import load_site
from controller.core.accounts import figures
from simulators.result import result_of
from simulators.season import Season, local_midnight
from simulators.world import default_world

ROOT = Path(__file__).resolve().parents[2]
SITES = {"impian": ROOT / "config.yaml", "kutai": ROOT / "simulators/sites/kutai.yaml"}
DAYS = 3.5
"""Three closings, and a day that still runs."""


@pytest.fixture(scope="module", params=SITES)
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Season, Path]:
    """Some dry days of a site, with its ledger and telemetry on disk."""
    site, profiles = load_site(SITES[request.param])
    start, folder = local_midnight(site, "2026-10-20"), tmp_path_factory.mktemp(request.param)
    season = Season(site, profiles, default_world(site, 3, start), start, DAYS, folder)
    season.run()
    return season, folder


def rows(folder: Path, kind: str) -> list[dict[str, Any]]:
    """The figures of the ledger's rows of one kind."""
    with sqlite3.connect(folder / "ledger.db") as ledger:
        found = ledger.execute("SELECT payload FROM ledger WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
    return [json.loads(payload)["figures"] for (payload,) in found]


def test_closings_against_the_world(lived: tuple[Season, Path]) -> None:
    """Pump energy within 1 % and water within 2 % of what really happened; every watt-hour that was counted was used."""
    season, folder = lived
    truth, result = season.world.truth(), result_of(season, "solar")  # type: ignore[attr-defined]
    assert season.controller is not None
    running = season.controller.cycle.state.accounts
    pump_kwh = (sum(day["used_wh"] for day in rows(folder, "day")) + running.used_wh) / 1000.0
    assert truth["energy"]["pump_kwh"] > 0.5
    assert pump_kwh == pytest.approx(truth["energy"]["pump_kwh"], rel=0.01)
    assert result["impact"]["water_m3"] == pytest.approx(truth["water"]["pumped_m3"], rel=0.02)
    assert result["impact"]["solar_kwh"] <= truth["energy"]["pv_used_kwh"] * 1.01


def test_a_site_with_a_load_meter_counts_all_that_the_sun_served(tmp_path: Path) -> None:
    """Where other loads are measured the counted energy is the plant's whole used energy, within 1 %."""
    site, profiles = load_site(SITES["kutai"])
    start = local_midnight(site, "2026-10-20")
    season = Season(site, profiles, default_world(site, 3, start), start, 1.5, tmp_path)
    season.run()
    truth, impact = season.world.truth(), result_of(season, "solar")["impact"]  # type: ignore[attr-defined]
    assert impact["solar_kwh"] == pytest.approx(truth["energy"]["pv_used_kwh"], rel=0.01)


def test_co2_is_energy_times_factor(lived: tuple[Season, Path]) -> None:
    """Each row beside a closing can be computed again from itself and from the closing, exactly."""
    season, folder = lived
    days, impacts = rows(folder, "day"), rows(folder, "impact")
    assert len(days) == len(impacts) == 3
    for day, impact in zip(days, impacts, strict=True):
        solar_kwh = (day["used_wh"] + day["other_wh"] - day["grid_wh"] - day["genset_wh"]) / 1000.0
        assert impact["solar_kwh"] == pytest.approx(max(0.0, solar_kwh), abs=1e-9)
        assert impact["co2_avoided_kg"] == impact["solar_kwh"] * impact["factor_kg_per_kwh"]
        assert impact["factor_kg_per_kwh"] == season.site.file.impact.factor.value
        assert (impact["factor_source"], impact["factor_year"]) != ("", 0)
        assert (impact["coverage"], impact["measured_share"]) == (1.0, 1.0)


def test_the_season_is_the_sum_of_its_closings(lived: tuple[Season, Path]) -> None:
    """The result's impact is what the ledger's rows and the running day add up to: one program, one figure."""
    season, folder = lived
    assert season.controller is not None
    running = float(figures(season.controller.cycle.state.accounts)["solar_wh"]) / 1000.0
    closed = sum(impact["solar_kwh"] for impact in rows(folder, "impact"))
    found = result_of(season, "solar")["impact"]
    assert found["solar_kwh"] == pytest.approx(closed + running, rel=1e-6)
    assert found["co2_avoided_kg"] == pytest.approx((closed + running) * found["factor"], rel=1e-6)


def test_telemetry_tells_the_same_days(lived: tuple[Season, Path]) -> None:
    """Somebody who has only the points comes to the same energy and water: the counters that were sent to the database."""
    season, folder = lived
    truth = season.world.truth()  # type: ignore[attr-defined]
    energy, volume = series(folder, "pump", "energy_wh"), series(folder, "pump", "volume_m3")
    assert (energy[-1] - energy[0]) / 1000.0 == pytest.approx(truth["energy"]["pump_kwh"], rel=0.01)
    assert volume[-1] - volume[0] == pytest.approx(truth["water"]["pumped_m3"], rel=0.02)
    counted = series(folder, "impact", "solar_kwh")
    assert counted == pytest.approx([impact["solar_kwh"] for impact in rows(folder, "impact")])


def series(folder: Path, measurement: str, field: str) -> list[float]:
    """One field of a measurement, oldest first, out of telemetry.db."""
    with sqlite3.connect(folder / "telemetry.db") as telemetry:
        query = "SELECT p.fields FROM points p JOIN series s ON s.id = p.series WHERE s.measurement = ? ORDER BY p.epoch_ms"
        found = [fields for (fields,) in telemetry.execute(query, (measurement,))]
    pairs = (dict(pair.split("=", 1) for pair in fields.split(",")) for fields in found)
    return [float(one[field]) for one in pairs if field in one]
