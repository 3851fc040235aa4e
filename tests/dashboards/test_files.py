"""The dashboard files: made from their description, complete in both languages, and asking only for what is recorded."""

from __future__ import annotations

import re

import pytest
from grafana_foundation_sdk.models import units

from dashboards.files import OUT, files
from tests.dashboards.grafana import ROOT, Json, boards, panels

KNOWN_UNITS = {
    value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str)
}


def schema() -> dict[str, set[str]]:
    """Measurement -> tags and fields, from the table of docs/telemetry.md."""
    table = re.findall(
        r"^\| `([a-z]+)` \| ([^|]+) \| ([^|]+) \|$",
        (ROOT / "docs/telemetry.md").read_text("utf-8"),
        re.MULTILINE,
    )
    found = {
        name: set(re.findall(r"\b[a-z][a-z0-9_]+\b", f"{tags} {fields}")) for name, tags, fields in table
    }
    assert {"pv", "pump", "zone", "impact", "event", "controller"} <= set(found)
    return found


def asked(target: Json) -> str:
    """The query, in whichever language it is."""
    return str(target.get("query", target.get("rawSql")))


def texts(made: Json) -> list[str]:
    """Everything on a dashboard that a person reads."""
    found = [made["title"], made["description"], *(v["label"] for v in made["templating"]["list"])]
    for panel in [*made["panels"], *panels(made)]:
        found += [panel["title"], panel.get("description", ""), panel.get("options", {}).get("content", "")]
        found += [target.get("alias", "") for target in panel.get("targets", [])]
        for override in panel.get("fieldConfig", {}).get("overrides", []):
            found += [str(each["value"]) for each in override["properties"] if each["id"] == "displayName"]
    return found


def test_committed_files_are_what_the_description_makes() -> None:
    """`python -m dashboards` would change no file, and there is no generated file that it does not make."""
    made = files()
    assert {path for path in OUT.rglob("tirta-*") if path.is_file()} == set(made)
    changed = [str(path) for path, text in made.items() if path.read_bytes() != text.encode()]
    assert not changed, f"run `python -m dashboards`: {changed}"


@pytest.mark.parametrize("dialect", sorted({path.name for path in (OUT / "dashboards").iterdir()}))
def test_both_languages_show_the_same(dialect: str) -> None:
    """The dashboards of the two languages differ in nothing but texts and the event's own column."""
    both: dict[str, dict[str, list[object]]] = {}
    for name, language, made in boards(dialect):
        queries = [
            (
                panel["id"],
                panel["type"],
                panel["gridPos"],
                asked(target).replace(f"text_{language}", "text"),
            )
            for panel in panels(made)
            for target in panel.get("targets", [{"query": ""}])
        ]
        both.setdefault(name, {})[language] = queries
    assert both
    assert all(set(each) == {"id", "en"} and each["id"] == each["en"] for each in both.values())


@pytest.mark.parametrize("dialect", ["influxql", "sql"])
def test_every_panel_says_what_it_shows(dialect: str) -> None:
    """Each panel with data has a title, a description and a unit that Grafana knows; accounts are told as unverified."""
    for name, language, made in boards(dialect):
        for panel in panels(made):
            if panel["type"] == "text":
                continue
            where = f"{name}/{language}: {panel['title']}"
            assert panel["title"], where
            assert len(panel["description"]) > 20, where
            if any(re.search('FROM "?impact', asked(target)) for target in panel["targets"]) and not asked(
                panel["targets"][0]
            ).startswith("SELECT count("):
                assert ("belum diverifikasi" if language == "id" else "unverified") in panel["description"], (
                    where
                )
            config = panel["fieldConfig"]
            given = [config["defaults"].get("unit", "")]
            given += [p["value"] for o in config["overrides"] for p in o["properties"] if p["id"] == "unit"]
            assert all(
                unit in KNOWN_UNITS or unit.startswith(("suffix:", "time:", "currency:"))
                for unit in given
                if unit
            ), (
                where,
                given,
            )


def test_diesels_name_is_not_used_for_the_sun() -> None:
    """No Indonesian text says "solar", which is diesel fuel, and none was left in English."""
    for name, language, made in (*boards("influxql"), *boards("sql")):
        if language == "id":
            wrong = [
                text for text in texts(made) if re.search(r"\bsolar\b|\bthe\b|\bof\b", text, re.IGNORECASE)
            ]
            assert not wrong, (name, wrong)


def test_queries_ask_for_what_is_recorded() -> None:
    """Every quoted name in a query is a measurement, tag or field of docs/telemetry.md, or was named in that query."""
    known = schema()
    count = 0
    for name, language, made in boards():
        for panel in panels(made):
            for target in panel.get("targets", []):
                measurement = re.findall(r'FROM "([a-z]+)"', target["query"])[0]
                used = set(re.findall(r'"([a-z0-9_]+)"', target["query"])) - {measurement}
                own = set(re.findall(r'AS "([a-z0-9_]+)"', target["query"]))
                count += 1
                assert used - own <= known[measurement], (
                    name,
                    language,
                    panel["title"],
                    used - own - known[measurement],
                )
    assert count > 150
