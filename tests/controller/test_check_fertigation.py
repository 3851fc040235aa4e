"""`tirta check` on injectors and fertigation: names, amounts, rinses, fail-safes; with line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.check import check
from controller.check_base import Subject
from controller.config import Loaded, load_site
from controller.core.site import Injector
from drivers.profile import load_profile
from tests.controller.site_files import SITES, copy_site, edit, load_english

GOOD = "fertigation: {stock_l_m3: 5, pre_rinse_s: 60, post_rinse_s: 120}\n"
INJECTOR = "injectors:\n  - {id: dosis, command: relay.switch_5, rate_l_h: 30}\n\nprograms: nursery"


def site(folder: Path, feed: str = GOOD, injector: str = INJECTOR, zone: str = "dosis") -> Loaded:
    """The nursery with an injector at the melon house."""
    folder.mkdir(exist_ok=True)
    file = copy_site(SITES / "nursery.yaml", folder)
    edit(file, "programs: nursery", injector)
    if zone:
        edit(file, "    valves: [katup-melon]\n", f"    valves: [katup-melon]\n    injector: {zone}\n")
    edit(folder / "nursery" / "melon.yaml", "kc: 1.05\n", f"kc: 1.05\n{feed}")
    return load_english(file)


def told(loaded: Loaded) -> list[str]:
    """Every message, problems first."""
    return [f"{p.file}:{p.line}: {p.message}" for p in (*loaded.problems, *loaded.warnings)]


def test_a_good_one_passes(tmp_path: Path) -> None:
    """A timed relay, an amount and two rinses: no error, and a warning that no meter sees the zone's flow."""
    loaded = site(tmp_path)
    assert loaded.site is not None, told(loaded)
    assert any("no meter shows that water flows to zone 'melon'" in line for line in told(loaded))
    assert loaded.site.fail_safe_s["relay", "switch_5"] > 0.0


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        ("fertigation: {pre_rinse_s: 60}\n", "says no amount"),
        ("fertigation: {stock_l_m3: 5, off_s: 20}\n", "say the same thing"),
        ("fertigation: {stock_l_m3: 5, post_rinse_s: 60, post_rinse_l: 9}\n", "say the same thing"),
        ("fertigation: {stock_l_m3: 50}\n", "would need 75 l/h"),
        ("fertigation: {stock_l_m3: 5, post_rinse_s: 3000}\n", "no time is left for the solution"),
    ],
)
def test_contradictions_in_the_program(tmp_path: Path, feed: str, words: str) -> None:
    """Each is an error on its own line of the program."""
    loaded = site(tmp_path, feed=feed)
    line = (tmp_path / "nursery" / "melon.yaml").read_text().splitlines().index(feed.strip()) + 1
    assert any(words in p.message and (p.line, p.file.endswith("melon.yaml")) == (line, True) for p in loaded.problems), (
        told(loaded)
    )  # fmt: skip


def test_names(tmp_path: Path) -> None:
    """An unknown injector, and a program that feeds a zone without one, are errors."""
    assert any("there is no injector 'dossis'" in line for line in told(site(tmp_path / "a", zone="dossis")))
    assert any("but has no injector" in line for line in told(site(tmp_path / "b", zone="")))


@pytest.mark.parametrize(
    ("profile", "accepted", "key"),
    [
        ("lc-modbus-8r", None, "injector-without-fail-safe"),
        ("lc-modbus-8r", "no-fail-safe", None),
        ("waveshare-relay-8ch", None, None),
        ("waveshare-relay-8ch", "no-fail-safe", "risk-not-needed"),
    ],
)
def test_without_a_fail_safe_it_is_refused(profile: str, accepted: str | None, key: str | None) -> None:
    """A plain relay would go on dosing when this computer dies: an error, unless the group accepts it by name."""
    file = load_site(SITES / "paddy.yaml")[0].file
    entry = {"id": "dosis", "command": "papan.switch_1", "rate_l_h": 5.0, "accepts_risk": accepted}
    file = file.model_copy(update={"injectors": (Injector.model_validate(entry),)})
    found = check(Subject(file, {}, {"papan": load_profile(profile)}))
    said = [one.key for one in found if one.loc[:2] == ("injectors", 0)]
    assert [one for one in said if one in ("injector-without-fail-safe", "risk-not-needed")] == (
        [key] if key else []
    )
