"""The worst time of a stop, as `tirta check` tells it for every pump and valve."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from controller.check_base import outputs
from controller.check_stops import stop_waits
from controller.cli import main
from controller.config import load
from tests.controller.site_files import ROOT, copy_site, edit

DEMO = ROOT / "config.yaml"


def test_every_pump_and_valve_has_its_time(tmp_path: Path) -> None:
    """One line for each output on Modbus, named by its pump or valve; a longer time-out of the bus makes it as much longer."""
    path = copy_site(DEMO, tmp_path)
    loaded = load(path)
    assert loaded.site is not None
    file = loaded.site.file
    first = list(stop_waits(file, loaded.profiles))
    named = {pump.id for pump in file.pumps} | {valve.id for valve in file.valves}
    wired = [o for _, o in outputs(file) if loaded.profiles[o.device].transport == "modbus"]
    assert len(first) == len(wired) > 0
    assert {wait.owner for wait in first} <= named
    assert {pump.id for pump in file.pumps} <= {wait.owner for wait in first}
    assert all(0.0 < wait.seconds < 2.0 for wait in first)
    edit(path, "url: tcp://127.0.0.1:15020", "url: tcp://127.0.0.1:15020\n    timeout_s: 1.5")
    again = load(path)
    assert again.site is not None
    slower = list(stop_waits(again.site.file, again.profiles))
    longest = max(loaded.profiles[d.id].limits.timeout_ms for d in file.devices if d.bus == first[0].bus)
    assert [s.seconds - f.seconds for f, s in zip(first, slower, strict=True)] == pytest.approx(
        [1.5 - longest / 1000] * len(first)
    )


def test_check_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In both languages with the bus and who must be silent for that, and in numbers for programs."""
    path = copy_site(DEMO, tmp_path)
    for language, words in (
        ("en", r"a stop is on the wire '\w+' after \d\.\d s at most"),
        ("id", r"paling lambat \d,\d detik"),
    ):
        assert main(["check", "-c", str(path), "--language", language]) == 0
        assert re.search(words, capsys.readouterr().out)
    assert main(["check", "-c", str(path), "--json"]) == 0
    stops = json.loads(capsys.readouterr().out)["stops"]
    assert {"owner", "device", "bus", "seconds", "silent"} == stops[0].keys()
