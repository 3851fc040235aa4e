"""The dashboard files against the TypeScript types of Grafana's own schema package."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.dashboards.grafana import FOLDER, panels
from tests.deploy.schemas import typescript_errors

FILES = sorted(FOLDER.glob("*/*/*.json"))


def source(*boards: Any) -> str:
    """A TypeScript file that is right only if each of these is a dashboard."""
    lines = [f"export const d{index}: File = {json.dumps(made)};" for index, made in enumerate(boards)]
    return "\n".join(["import type { File } from './dashboard';", *lines])


def test_every_dashboard_is_one_in_grafanas_own_words(tmp_path: Path) -> None:
    """Each file has the properties, panel options and field settings that Grafana's types know, and no other."""
    assert len(FILES) >= 8
    assert typescript_errors(source(*(json.loads(path.read_text("utf-8")) for path in FILES)), tmp_path) == []


def spoil_unknown(made: Any) -> None:
    """An option that panels of that kind do not have."""
    next(one for one in panels(made) if one["type"] == "stat")["options"]["sparkles"] = True


def spoil_enum(made: Any) -> None:
    """A word that is none of the enumeration's."""
    panels(made)[0]["fieldConfig"]["defaults"]["thresholds"]["mode"] = "relative"


def spoil_type(made: Any) -> None:
    """A panel that Grafana has, but not these dashboards."""
    panels(made)[0]["type"] = "graph"


def spoil_time(made: Any) -> None:
    """A number where a text belongs."""
    made["time"]["from"] = 24


@pytest.mark.parametrize("spoil", [spoil_unknown, spoil_enum, spoil_type, spoil_time])
def test_the_check_finds_mistakes(spoil: Any, tmp_path: Path) -> None:
    """A dashboard with one mistake is refused: the check can fail."""
    made = json.loads((FOLDER / "influxql" / "en" / "tirta-operator.json").read_text("utf-8"))
    spoil(made)
    assert typescript_errors(source(made), tmp_path)
