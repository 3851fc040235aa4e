"""What the CO2 is reckoned with is checked at its line: portals' defaults refused, other places' factors told."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import load
from drivers.marked_yaml import Problem
from tests.controller.site_files import ROOT, TODAY, copy_site, edit

BY_ID = "  factor: grid-sumatera-cm-pv-ex-post-2019   # faktor lain / others: tirta impact factors\n"
SPELT = "  factor: {{value: {}, name: n, source: s, year: 2019}}\n"
DEMO = ROOT / "config.yaml"


def told(path: Path) -> tuple[list[Problem], list[Problem]]:
    """(problems, warnings) of the ``impact`` section."""
    loaded = load(path, language="en", today=TODAY)
    parts = [
        [one for one in found if one.path.startswith("impact")]
        for found in (loaded.problems, loaded.warnings)
    ]
    return parts[0], parts[1]


@pytest.mark.parametrize(
    ("value", "blocks", "says"),
    [
        ("0.997", True, "inverter portal"),
        ("0.79", False, "no published table"),
        ("0.80", False, "Jawa-Madura-Bali"),
        ("2676", True, "2676"),
        ("0.86", None, ""),
    ],
)
def test_a_value_without_a_table(value: str, blocks: bool | None, says: str, tmp_path: Path) -> None:
    """The portal's default blocks with its reason; other circulating values warn; a published one passes."""
    path = copy_site(DEMO, tmp_path)
    edit(path, BY_ID, SPELT.format(value))
    problems, warnings = told(path)
    if blocks is None:
        assert (problems, warnings) == ([], [])
        return
    found = problems if blocks else warnings
    assert [one.path for one in found] == ["impact.factor.value"]
    assert says in found[0].message
    assert bool(problems) is blocks


def test_a_factor_by_its_id(tmp_path: Path) -> None:
    """An id stands for value, source and year; a mistyped one is told at its line."""
    path = copy_site(DEMO, tmp_path)
    site = load(path, language="en", today=TODAY).site
    assert site is not None
    factor = site.file.impact.factor
    assert (factor.value, factor.year, factor.id) == (0.86, 2019, "grid-sumatera-cm-pv-ex-post-2019")
    line = edit(path, "grid-sumatera-cm-pv-ex-post-2019 ", "grid-sumatra ")
    problems, _ = told(path)
    assert [(one.line, "no factor 'grid-sumatra'" in one.message) for one in problems] == [(line, True)]


def test_another_islands_factor_is_told(tmp_path: Path) -> None:
    """Java's factor for a site in Sumatera is a common mistake."""
    path = copy_site(DEMO, tmp_path)
    edit(path, BY_ID, "  factor: grid-jamali-cm-ex-post-2019\n")
    assert "the grid Jamali" in told(path)[1][0].message


def test_a_diesel_baseline_without_evidence_is_told(tmp_path: Path) -> None:
    """Nobody can follow a claim against diesel that no receipt stands behind; with its evidence nothing is said."""
    path = copy_site(DEMO, tmp_path)
    diesel = "  factor: diesel-ipcc-2006\n  litres_per_kwh: 0.4\n"
    edit(path, f"  baseline: grid\n{BY_ID}", f"  baseline: diesel-generator\n{diesel}")
    assert "no evidence" in told(path)[1][0].message
    edit(path, diesel, f"{diesel}  evidence: receipts 2024\n  evidence_date: 2024-12-31\n")
    assert told(path) == ([], [])


def test_prices_follow_each_other(tmp_path: Path) -> None:
    """Two prices of one day, or in the wrong order, are refused."""
    path = copy_site(DEMO, tmp_path)
    one = "{since: 2026-01-01, electricity_idr_per_kwh: 1444.7, source: PLN}"
    edit(path, "  price_idr_per_kwh: 1444.70\n", f"  price_idr_per_kwh: 1444.70\n  prices: [{one}, {one}]\n")
    assert "2026-01-01" in told(path)[0][0].message


def test_a_price_a_thousand_times_too_small_and_a_season_the_wrong_way_round(tmp_path: Path) -> None:
    """1.444 is one rupiah and a half to YAML; a season that ends before it begins would never count."""
    path = copy_site(DEMO, tmp_path)
    line = edit(path, "price_idr_per_kwh: 1444.70", "price_idr_per_kwh: 1.444")
    problems, _ = told(path)
    assert [(one.path, one.line) for one in problems] == [("impact.price_idr_per_kwh", line)]
    assert "write 1444" in problems[0].hint
    (tmp_path / "other").mkdir()
    path = copy_site(DEMO, tmp_path / "other")
    history = (
        "  factor: diesel-ipcc-2006\n  litres_per_season: 900\n  served_then_ha: 1\n  evidence: receipts\n"
    )
    edit(path, BY_ID, history + "  seasons: [{first: 2026-06-01, last: 2026-05-01}]\n")
    edit(path, "  baseline: grid\n", "  baseline: history\n")
    problems, _ = told(path)
    assert [one.path for one in problems] == ["impact.seasons[0].last"]
