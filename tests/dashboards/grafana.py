"""What Grafana does between a dashboard's JSON and the database: variables, macros, time ranges and the transformations used.

Written from Grafana's documentation and independent of the code that makes the dashboards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "grafana" / "dashboards"
UNIT_S = {"m": 60, "h": 3600, "d": 86400}
WIDTH_PX = 1000

Json = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """One target of one panel of one dashboard file."""

    board: str
    language: str
    panel: Json
    target: Json

    @property
    def name(self) -> str:
        """For messages: which panel of which dashboard."""
        return f"{self.board}/{self.language}: {self.panel['title'] or self.panel['type']} {self.target['refId']}"

    @property
    def table(self) -> bool:
        """Rows and columns instead of series."""
        return bool(self.target.get("resultFormat", self.target.get("format")) == "table")


def boards(dialect: str = "influxql") -> Iterator[tuple[str, str, Json]]:
    """(name, language, JSON) of every dashboard file."""
    for path in sorted((FOLDER / dialect).glob("*/*.json")):
        yield path.stem.removeprefix("tirta-"), path.parent.name, json.loads(path.read_text("utf-8"))


def board(name: str, language: str = "en", dialect: str = "influxql") -> Json:
    """One dashboard."""
    return next(made for title, lang, made in boards(dialect) if (title, lang) == (name, language))


def panels(made: Json) -> list[Json]:
    """All panels, those of folded rows too, without the rows themselves."""
    flat = [inner for panel in made["panels"] for inner in (panel, *panel.get("panels", []))]
    return [panel for panel in flat if panel["type"] != "row"]


def shown(dialect: str = "influxql") -> list[Shown]:
    """Every query that a dashboard would send."""
    return [
        Shown(name, language, panel, target)
        for name, language, made in boards(dialect)
        for panel in panels(made)
        for target in panel.get("targets", [])
    ]


def span_s(relative: str) -> int:
    """Seconds of a range such as ``now-24h``."""
    found = re.fullmatch(r"now-(\d+)([mhd])", relative)
    assert found, relative
    return int(found[1]) * UNIT_S[found[2]]


def interval_s(range_s: float) -> int:
    """What Grafana takes for one point of a panel a thousand pixels wide, at least the data's own minute."""
    steps = (60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
    return next((step for step in steps if step >= range_s / WIDTH_PX), 86400)


def expanded(query: str, sites: Sequence[str], from_s: float, to_s: float) -> str:
    """InfluxQL as it goes to the database. ``${site:regex}``: one value escaped, or several as a group."""
    escaped = [re.sub(r"([\\^$*+?.()|\[\]{}/])", r"\\\1", site) for site in sites]
    chosen = escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"
    every = f"{interval_s(to_s - from_s)}s"
    text = query.replace("${site:regex}", chosen).replace("$__interval", every)
    text = text.replace("$timeFilter", f"time >= {from_s * 1000:.0f}ms and time <= {to_s * 1000:.0f}ms")
    assert "$" not in text.replace("$/", ""), f"not expanded: {text}"
    return text


def only(wanted: str, found: Sequence[Json]) -> Json:
    """The one panel of that title."""
    matches = [panel for panel in found if panel["title"] == wanted]
    assert len(matches) == 1, (wanted, [panel["title"] for panel in found])
    return matches[0]
