"""Tuned parameters: whose they are, and what is said of a file that does not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import load_site
from simulators.cli_worlds import UsageError
from simulators.parameters import habits_of

CONFIG = Path("simulators/sites/nursery.yaml")


def test_the_frozen_parameters_are_found_by_the_name_of_the_site_file() -> None:
    """What the benchmark froze for the six sites is found for each of them by `compare --parameters`."""
    frozen = Path("benchmarks/compare_parameters.yaml")
    for config in sorted(Path("simulators/sites").glob("*.yaml")):
        site, _ = load_site(config)
        assert set(habits_of(frozen, config, site)["timer"]) == {"grid", "hour", "share"}


def test_a_site_of_your_own_may_go_by_its_id(tmp_path: Path) -> None:
    """Where the file's name is not in it (every site's file is called config.yaml) the site's id counts."""
    site, _ = load_site(CONFIG)
    path = tmp_path / "p.yaml"
    path.write_text(f"{site.file.site.id}: {{timer: {{share: 0.3}}}}\n")
    assert habits_of(path, Path("config.yaml"), site) == {"timer": {"share": 0.3}}
    assert habits_of(None, CONFIG, site) == {}


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("- a\n", "nursery"),
        ("kutai: {timer: {share: 0.2}}\n", "kutai"),
        ("nursery: 3\n", "nursery"),
        ("nursery: {tmer: {share: 0.2}}\n", "dawn-to-dusk"),
        ("nursery: {timer: {shre: 0.2}}\n", "share"),
        ("nursery: {timer: 0.2}\n", "share"),
        ("nursery: {timer: {share: much}}\n", "share"),
        ("a: [\n", "YAML"),
        (None, "No such file"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(written: str | None, word: str, tmp_path: Path) -> None:
    """Nothing is silently left untuned: no entry, an unknown practice or habit, no YAML, no file."""
    site, _ = load_site(CONFIG)
    path = tmp_path / "p.yaml"
    if written is not None:
        path.write_text(written)
    with pytest.raises(UsageError, match=word) as refused:
        habits_of(path, CONFIG, site)
    assert str(path) in str(refused.value)
