"""The way of a forecast in the site file: a bus that is no broker, an address that brings nothing that is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.controller.site_files import SITES, copy_site, edit, load_english


@pytest.mark.parametrize(("bus", "wrong"), [("panel", True), ("nowhere", True), ("broker", False)])
def test_a_forecast_comes_over_a_broker(bus: str, wrong: bool, tmp_path: Path) -> None:
    """A Modbus bus or an unknown one is an error at its line; an MQTT bus is not."""
    path = copy_site(SITES / "vegetables.yaml", tmp_path)
    edit(path, "buses:\n", "buses:\n  - {id: broker, url: mqtt://127.0.0.1:1883}\n")
    forecast = f"weather:\n  forecast: {{bus: {bus}, topic: desa/prakiraan}}\n"
    edit(path, "weather:\n", forecast)
    problems = [one for one in load_english(path).problems if "forecast" in one.message]
    assert bool(problems) is wrong
    for one in problems:
        assert "broker" in (one.hint or "")
        assert path.read_text().splitlines()[one.line - 1].strip().startswith("forecast:")


@pytest.mark.parametrize(
    ("kind", "url", "word"),
    [
        ("open-meteo", "https://x.org/?latitude={lattitude}&timeformat=unixtime", "lattitude"),
        ("open-meteo", "https://x.org/?latitude={latitude}", "timeformat=unixtime"),
        ("json", "https://api.open-meteo.com/v1/forecast?latitude={latitude}", "kind: open-meteo"),
        ("open-meteo", "https://x.org/?latitude={latitude}&longitude={longitude}&timeformat=unixtime", ""),
        ("json", "https://x.org/", ""),
    ],
)
def test_an_address_that_brings_nothing(kind: str, url: str, word: str, tmp_path: Path) -> None:
    """An unknown name in braces, times that are not read and the wrong kind are told before a season is spent on them."""
    path = copy_site(SITES / "vegetables.yaml", tmp_path)
    edit(path, "weather:\n", f'weather:\n  forecast: {{kind: {kind}, url: "{url}"}}\n')
    loaded = load_english(path)
    told = [one for one in (*loaded.problems, *loaded.warnings) if one.path.startswith("weather.forecast")]
    assert len(told) == bool(word)
    assert all(word in f"{one.message} {one.hint}" for one in told)
