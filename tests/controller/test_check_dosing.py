"""`tirta check` on doses that contradict themselves, their sensors, their pots or their valves: with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.controller.site_files import SITES, copy_site, edit, load_english

WRONG = [
    (
        "dose_l: 0.2\ndose_mm: 0.4",
        "dose_l and dose_mm say the same thing|dose_mm and dose_l say the same thing",
    ),
    ("radiation_j_cm2: 100\nradiation_mj_m2: 1.0\ndose_by: radiation", "radiation_j_cm2 and radiation_mj_m2"),
    ("dose_by: vpd", "temperature and humidity are not both measured"),
    ("dose_l: 2.5", "more than the pots can hold"),
    ("dose_l: 0.02", "less than its shortest run"),
]


@pytest.mark.parametrize(("lines", "words"), WRONG)
def test_errors_of_doses(tmp_path: Path, lines: str, words: str) -> None:
    """Each contradiction blocks, at one of the lines that make it."""
    site = copy_site(SITES / "nursery.yaml", tmp_path)
    program = tmp_path / "nursery" / "melon.yaml"
    first = edit(program, "dose_share: 0.30", f"{lines}\ndose_share: 0.30")
    loaded = load_english(site)
    hits = [
        p
        for p in loaded.problems
        if p.file.endswith("melon.yaml") and any(w in p.message for w in words.split("|"))
    ]
    assert hits, [str(problem) for problem in loaded.problems]
    assert {p.line for p in hits} <= set(range(first, first + lines.count("\n") + 1))


def test_a_sum_that_nobody_asks_for_is_told(tmp_path: Path) -> None:
    """A radiation limit under dose_by: pot_water is a warning, no error."""
    site = copy_site(SITES / "nursery.yaml", tmp_path)
    edit(tmp_path / "nursery" / "melon.yaml", "dose_share: 0.30", "radiation_j_cm2: 150\ndose_share: 0.30")
    loaded = load_english(site)
    assert loaded.site is not None
    assert any("radiation_j_cm2 has no effect" in warning.message for warning in loaded.warnings)


def test_dosing_by_the_sun_is_fine_where_it_is_measured(tmp_path: Path) -> None:
    """The nursery has a pyranometer: dose_by: radiation with a dose of 0.15 l passes."""
    site = copy_site(SITES / "nursery.yaml", tmp_path)
    edit(
        tmp_path / "nursery" / "melon.yaml",
        "dose_share: 0.30",
        "dose_by: radiation\ndose_l: 0.15\ndose_share: 0.30",
    )
    assert load_english(site).site is not None


def test_without_a_pyranometer_no_dosing_by_the_sun(tmp_path: Path) -> None:
    """A site that measures no irradiance cannot dose by it."""
    site = copy_site(SITES / "nursery.yaml", tmp_path)
    edit(site, "  irradiance: surya.irradiance_w_m2\n", "")
    edit(tmp_path / "nursery" / "melon.yaml", "dose_share: 0.30", "dose_by: radiation\ndose_share: 0.30")
    loaded = load_english(site)
    assert any("nothing measures the sun" in problem.message for problem in loaded.problems)
