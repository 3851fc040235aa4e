"""The file of totals: what a controller counted is where the next one goes on, whatever became of the file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from controller.core.decision import Decision
from controller.core.snapshot import Snapshot
from controller.store.totals import SAVE_S, UNKNOWN_S, Totals
from drivers.device import Device

KEPT = {"energy_wh": (5.0, 100.0)}


class Meter:
    """A device with one total."""

    id = "meter"

    def __init__(self, profile: str = "sdm120", totals: Mapping[str, tuple[float, float]] = KEPT) -> None:
        self.profile = SimpleNamespace(name=profile)
        self.totals = dict(totals)
        self.given: tuple[Mapping[str, tuple[float, float]], float] | None = None

    def go_on(self, totals: Mapping[str, tuple[float, float]], away_s: float) -> None:
        """What it was given."""
        self.given = totals, away_s


def at_once(write: Callable[[], None]) -> None:
    """Written in the cycle."""
    write()


def keeper(folder: Path, meter: Meter) -> Totals:
    """The totals of one meter and of a relay that counts nothing."""
    relay = SimpleNamespace(profile=SimpleNamespace(name="relay"))
    devices = cast("dict[str, Device]", {"meter": meter, "relay": relay})
    return Totals(folder / "totals.json", devices, at_once)


def cycle(totals: Totals, mono_s: float) -> None:
    """One cycle at a moment."""
    totals.cycle(
        cast("Snapshot", SimpleNamespace(at=SimpleNamespace(mono_s=mono_s))), cast("Decision", None), 0.0
    )


@pytest.mark.parametrize(("gap_s", "away_s"), [(30.0, 30.0), (None, UNKNOWN_S)])
def test_the_next_controller_goes_on(tmp_path: Path, gap_s: float | None, away_s: float) -> None:
    """What is closed is given to the same device of the next one, with the time in between."""
    keeper(tmp_path, Meter()).close()
    meter = Meter(totals={})
    keeper(tmp_path, meter).go_on(gap_s)
    assert meter.given == (KEPT, away_s)


def test_another_profile_begins_anew(tmp_path: Path) -> None:
    """When a device of another kind has taken the name, the old total is not its own."""
    keeper(tmp_path, Meter()).close()
    meter = Meter("pzem-016", {})
    keeper(tmp_path, meter).go_on(30.0)
    assert meter.given is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"meter": 5}', '{"meter": {"profile": "sdm120", "totals": {"a": 1}}}']
)
def test_a_damaged_file_stops_nothing(tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is told, and replaced at the end."""
    (tmp_path / "totals.json").write_text(text)
    totals = keeper(tmp_path, Meter())
    totals.go_on(30.0)
    assert "cannot be read" in caplog.text
    totals.close()
    assert json.loads((tmp_path / "totals.json").read_text())["meter"]["totals"] == {
        "energy_wh": [5.0, 100.0]
    }


def test_it_is_written_now_and_then_and_only_when_something_grew(tmp_path: Path) -> None:
    """
    ::

        s        0       300     600      1200     1800
        counted  5       6       6        6        7
        written  5       -       6        -        7
    """
    meter, path = Meter(), tmp_path / "totals.json"
    totals = keeper(tmp_path, meter)
    written: list[Any] = []
    for mono_s, last in ((0.0, 5.0), (300.0, 6.0), (SAVE_S, 6.0), (2 * SAVE_S, 6.0), (3 * SAVE_S, 7.0)):
        meter.totals = {"energy_wh": (last, 0.0)}
        path.unlink(missing_ok=True)
        cycle(totals, mono_s)
        written.append(
            json.loads(path.read_text())["meter"]["totals"]["energy_wh"][0] if path.exists() else None
        )
    assert written == [5.0, None, 6.0, None, 7.0]


def test_a_disk_that_takes_nothing_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The plant goes on without the file, and it is tried again."""
    totals = keeper(tmp_path / "gone", Meter())
    cycle(totals, 0.0)
    assert "cannot be written" in caplog.text
    (tmp_path / "gone").mkdir()
    totals.close()
    assert (tmp_path / "gone" / "totals.json").exists()
