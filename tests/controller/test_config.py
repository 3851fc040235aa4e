"""config.yaml, programs and profiles become a Site, or problems that name file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import Loaded, load, load_site
from controller.errors import ConfigError
from drivers.profile_base import UNVERIFIED
from tests.controller.site_files import ROOT, SHIPPED, SITES, TODAY, copy_site, edit, load_english


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_shipped_sites_have_no_problem_and_no_warning(path: Path) -> None:
    """Every site that ships loads with nothing to complain about but the devices whose profiles are unverified, each named."""
    loaded = load_english(path)
    assert [str(p) for p in loaded.problems] == []
    unverified = [name for name, profile in loaded.profiles.items() if profile.confidence in UNVERIFIED]
    assert [name for name in unverified for w in loaded.warnings if f"'{name}'" in w.message] == unverified
    assert len(loaded.warnings) == len(unverified)
    assert loaded.site is not None
    assert len(loaded.profiles) == len(loaded.site.file.devices)


def test_demo_and_nursery_are_the_same_site() -> None:
    """The site that the simulators ship as nursery is the demo site, but for where its programs are."""
    demo, nursery = load_site(ROOT / "config.yaml")[0], load_site(SITES / "nursery.yaml")[0]
    assert demo.programs == nursery.programs
    assert demo.file.model_copy(update={"programs": ""}) == nursery.file.model_copy(update={"programs": ""})


def test_the_commented_examples_are_right(tmp_path: Path) -> None:
    """What the shipped file shows behind # for a forecast and for turns is read without a problem when the # is taken away."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    lines = path.read_text(encoding="utf-8").splitlines()
    for first, length in (("  # forecast:", 3), ("# turns:", 3)):
        at = lines.index(first)
        lines[at : at + length] = [line.replace("# ", "", 1) for line in lines[at : at + length]]
    for zone, member in (("melon", "bu-ani"), ("cabai", "pak-budi")):
        lines.insert(lines.index(f"  - id: {zone}") + 1, f"    member: {member}")
    path.write_text("\n".join(lines), encoding="utf-8")
    loaded = load_english(path)
    assert not loaded.problems
    assert loaded.site is not None
    assert loaded.site.file.turns is not None
    assert loaded.site.file.weather.forecast is not None
    assert not [one for one in loaded.warnings if "forecast" in one.path or "turns" in one.path]


def test_shipped_sites_use_every_profile_of_the_first_release() -> None:
    """Between them the shipped sites use every device that the first release promises."""
    used = {device.profile for path in SHIPPED for device in load_site(path)[0].file.devices}
    promised = (
        "sunspec-inverter deye-hybrid-1p growatt-tl-x invt-gd100-pv sn-3002-soil-7in1 smt100 waveshare-relay-8ch sdm120 qdy30a "
        "pulse-flow-meter rs-ra-pyranometer zigbee2mqtt-soil dragino-lse01 tasmota-energy tasmota-relay "
        "shelly-gen2-relay"
    )
    assert set(promised.split()) <= used


def test_every_pump_has_a_device_that_stops_it() -> None:
    """In every shipped site the pump's output has a device-side fail-safe, which the Site carries in seconds."""
    for path in SHIPPED:
        site, _ = load_site(path)
        for pump in site.file.pumps:
            assert site.fail_safe_s[pump.run.key] > 0, path


def test_hash_ignores_comments_and_sees_values(tmp_path: Path) -> None:
    """A comment leaves the hash as it was; one changed number changes it."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    before = load_site(path)[0].config_hash
    path.write_text("# a comment\n" + path.read_text())
    assert load_site(path)[0].config_hash == before
    edit(path, "area_m2: 500", "area_m2: 501")
    assert load_site(path)[0].config_hash != before


def test_program_changes_the_hash(tmp_path: Path) -> None:
    """A program belongs to the configuration that the ledger names."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    before = load_site(path)[0].config_hash
    edit(tmp_path / "schedules/programs/cabai.yaml", "max_depth_mm: 15", "max_depth_mm: 16")
    assert load_site(path)[0].config_hash != before


def test_all_problems_at_once(tmp_path: Path) -> None:
    """Mistakes in the site file and in two programs are all told in one go, each in its own file."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    programs = tmp_path / "schedules/programs"
    lines = {
        (str(path), edit(path, "area_m2: 500", "area_m2: wide")),
        (str(path), edit(path, "pv_kwp: 2.2", "pv_kwp: -2.2")),
        (
            str(programs / "cabai.yaml"),
            edit(programs / "cabai.yaml", "planted: 2026-09-20", "planted: 2026-13-20"),
        ),
        (str(programs / "melon.yaml"), edit(programs / "melon.yaml", "kind: container", "kind: bucket")),
    }
    loaded = load_english(path)
    assert loaded.site is None
    assert lines <= {(p.file, p.line) for p in loaded.problems}


STRUCTURE = [
    ("area_m2: 500", "aera_m2: 500", "unknown key 'aera_m2'"),
    ("  elevation_m: 60\n", "  elevation_m: 60\n  elevation_m: 61\n", "twice"),
    ("cycle_s: 1.0", "cycle_s: often", "number"),
    ("cycle_s: 1.0", 'cycle_s: "1.0"', "number"),
    ("cycle_s: 1.0", "cycle_s: 0.01", "0.2"),
    ("language: id ", "language: jv ", "one of"),
    ("latitude: -3.75", "latitude: -93.75", "90"),
    ("irradiance: surya.irradiance_w_m2", "irradiance: surya", "device.quantity"),
    ("[[0.05, 0.05], [0.30, 0.30]]", "[[0.05, 0.05], [0.05, 0.30]]", "different values read"),
    ("port: 8080", "port: 8080.5", "whole"),
    ("programs: schedules/programs", "programs: schedules/programmes", "folder"),
    ("profile: sdm120, bus: panel, unit: 2", "profile: sdm121, bus: panel, unit: 2", "sdm120"),
    ("\nsite:", "\n\tsite:", ""),
]


@pytest.mark.parametrize(("old", "new", "says"), STRUCTURE)
def test_structure(old: str, new: str, says: str, tmp_path: Path) -> None:
    """What is not written as the language wants it is refused at its line, with a word that helps."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    line = edit(path, old, new)
    loaded = load_english(path)
    assert loaded.site is None
    here = [p for p in loaded.problems if abs(p.line - line) <= 1 and p.file == str(path)]
    assert any(says in f"{p.message} {p.hint}" for p in here), [str(p) for p in loaded.problems]


def test_missing_file() -> None:
    """A file that is not there is a problem, not an exception."""
    loaded = load("/nonexistent/config.yaml", language="en")
    assert [(p.line, p.column) for p in loaded.problems] == [(1, 1)]
    with pytest.raises(ConfigError):
        load_site("/nonexistent/config.yaml")


@pytest.mark.parametrize(
    "text", ["", "[]", "12", "site: {id: x", "\x00", "a: &b 1", "site: null\nbuses: null\n"]
)
def test_garbage(text: str, tmp_path: Path) -> None:
    """Whatever stands in the file, the answer is a list of problems."""
    path = tmp_path / "config.yaml"
    path.write_text(text)
    assert load_english(path).problems


def test_binary_garbage(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told as such, with their place."""
    path = tmp_path / "config.yaml"
    path.write_bytes(b"site:\n  name: \xff\xfe\n")
    assert load_english(path).problems[0].line == 2


def test_profile_beside_the_site_file(tmp_path: Path) -> None:
    """A technician's own profile is found relative to config.yaml, whatever the daemon's directory is."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    (tmp_path / "meter.yaml").write_text((ROOT / "drivers/profiles/sdm120.yaml").read_text())
    edit(path, "profile: sdm120, bus: panel, unit: 2", "profile: meter.yaml, bus: panel, unit: 2")
    loaded = load_english(path)
    assert loaded.site is not None, loaded.problems
    entry = next(d for d in loaded.site.file.devices if d.id == "meter-pompa")
    assert entry.profile == str(tmp_path / "meter.yaml")


def test_problem_in_a_profile_beside_the_site_file(tmp_path: Path) -> None:
    """A mistake in a technician's own profile is told in that file."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    text = (ROOT / "drivers/profiles/sdm120.yaml").read_text().replace("maker:", "makker:")
    (tmp_path / "meter.yaml").write_text(text)
    edit(path, "profile: sdm120, bus: panel, unit: 2", "profile: meter.yaml, bus: panel, unit: 2")
    assert {p.file for p in load_english(path).problems} == {str(tmp_path / "meter.yaml")}


def test_language_of_the_messages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages come in the site's language, also when the YAML is broken; without one, in the environment's."""
    path = copy_site(ROOT / "config.yaml", tmp_path)
    edit(path, "pv_kwp: 2.2", "pv_kwp: 0.02")
    assert "tidak mungkin" in _first(load(path, today=TODAY))
    edit(path, "language: id", "language: en")
    assert "cannot be" in _first(load(path, today=TODAY))
    path.write_text("site:\n  language: id\n  id: [a\n")
    assert "kurung" in _first(load(path))
    path.write_text("site:\n  id: [\n")
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")
    assert load(path).language == "id"
    monkeypatch.setenv("LC_ALL", "C")
    assert load(path).language == "en"


def _first(loaded: Loaded) -> str:
    return " ".join(problem.message for problem in loaded.problems)
