"""Turns and what plans them in the site file: members without land, land without a turn, a planner that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller import check_programs
from tests.controller.site_files import SITES, copy_site, edit, load_english


def told(path: Path) -> list[str]:
    """What is said of turns, members and the planner, with its key."""
    loaded = load_english(path)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [
        one for one in (*loaded.problems, *loaded.warnings) if "turns" in one.path or "member" in one.path
    ]
    assert all(
        one.line and ("members" in lines[one.line - 1] or "member:" in lines[one.line - 1]) for one in found
    )
    return [f"{one.path}: {one.message}" for one in found]


@pytest.mark.parametrize(
    ("members", "member", "words"),
    [
        ("[ani, budi]", "ani", ["turns.members[1]: 'budi' has a turn but no zone"]),
        ("[ani, ani]", "ani", ["turns.members[1]: 'ani' is listed twice"]),
        ("[ani]", "ani", ["turns.members: "]),
        ("[ani, budi]", "citra", ["'ani' has a turn", "'budi' has a turn", "'citra' takes no part"]),
    ],
)
def test_members_and_land_belong_together(
    members: str, member: str, words: list[str], tmp_path: Path
) -> None:
    """A member without land, one named twice, a lonely one, and land whose member has no turn: each at its line."""
    path = copy_site(SITES / "nursery.yaml", tmp_path)
    edit(path, "\nweather:\n", f"\nturns: {{members: {members}}}\n\nweather:\n")
    edit(path, "  - id: melon\n", f"  - id: melon\n    member: {member}\n")
    found = told(path)
    assert len(found) == len(words)
    assert all(word in line for word, line in zip(words, found, strict=True))


def test_a_planner_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`planner: exact` without its extra is a warning, with what to install; with it there is none."""
    path = copy_site(SITES / "nursery.yaml", tmp_path)
    edit(path, "\nweather:\n", "\nplanner: exact\n\nweather:\n")
    for spec, count in ((None, 1), (object(), 0)):
        monkeypatch.setattr(check_programs, "find_spec", lambda _name, spec=spec: spec)
        found = [one for one in load_english(path).warnings if one.path == "planner"]
        assert len(found) == count
        assert all("tirtasurya[solver]" in (one.hint or "") for one in found)
