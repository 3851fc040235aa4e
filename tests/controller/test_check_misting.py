"""`tirta check` on misting programs: limits without a gap, air that nobody measures, pumps that run too long; with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import Loaded
from tests.controller.site_files import SITES, copy_site, edit, load_english

PROGRAM = 'program: kabut\nkind: misting\nwindows:\n  - {from: "10:00", to: "15:30"}\n'
ZONE = "  - {id: kabut, valves: [katup-melon], source: tandon, area_m2: 300, flow_m3_h: 0.6}\n  - id: cabai\n"
AIR = "weather:\n  temp_air: tanah-melon.temp_air_c\n  humidity: tanah-melon.rh_pct\n"


def site(folder: Path, program: str = PROGRAM, zone: str = ZONE) -> Loaded:
    """The nursery with a misting zone."""
    file = copy_site(SITES / "nursery.yaml", folder)
    (folder / "nursery" / "kabut.yaml").write_text(program)
    edit(file, "  - id: cabai\n", zone)
    return load_english(file)


def test_mist_needs_its_air(tmp_path: Path) -> None:
    """The nursery measures neither temperature nor humidity: an error at the zone."""
    loaded = site(tmp_path)
    found = [p for p in loaded.problems if "temperature and humidity are not both measured" in p.message]
    assert len(found) == 1
    assert "id: kabut" in (tmp_path / "nursery.yaml").read_text().splitlines()[found[0].line - 1]


@pytest.mark.parametrize(
    ("line", "words"), [("temp_off_c: 34", "temp_off_c is not below"), ("vpd_off_kpa: 1.6", "vpd_off_kpa is")]
)
def test_no_gap_between_on_and_off(tmp_path: Path, line: str, words: str) -> None:
    """Limits that touch would switch the mist on and off for ever: an error on their line."""
    loaded = site(tmp_path, program=f"{PROGRAM}{line}\n")
    assert any(words in p.message and p.line == 5 and p.file.endswith("kabut.yaml") for p in loaded.problems)


def test_a_pump_that_must_run_longer(tmp_path: Path) -> None:
    """A pump with a minimum run of minutes cannot feed pulses of 20 s."""
    file = copy_site(SITES / "paddy.yaml", tmp_path)
    (tmp_path / "paddy" / "kabut.yaml").write_text(PROGRAM)
    loaded = load_english(file)
    assert loaded.site is not None
    pump = next(one for one in loaded.site.file.pumps if one.into == "zones")
    valve = loaded.site.file.zones[0].valves[0]
    entry = f"zones:\n  - {{id: kabut, valves: [{valve}], source: {pump.id}, area_m2: 300, flow_m3_h: 0.6}}\n"
    file.write_text(file.read_text().replace("zones:\n", entry, 1))
    assert any("runs at least" in problem.message for problem in load_english(file).problems)
