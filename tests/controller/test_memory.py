"""What a start remembers, and that no damage stops it."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.decide import decide
from controller.core.decision import Event, EventKind, Reason
from controller.core.instant import Instant
from controller.core.snapshot import Snapshot
from controller.core.state import initial_state
from controller.core.state_json import from_json, to_json
from controller.memory import newest_epoch_s, remember
from controller.store.errors import StoreError, TooNewError
from controller.store.ledger import Ledger
from controller.store.lock import claim
from controller.store.point import Point, Series
from controller.store.telemetry import Telemetry
from tests.controller.little_world import LittleWorld, demo_site
from tests.controller.stations import EPOCH
from tests.controller.store.test_ledger import tampered

AT = Instant(EPOCH + 5000.0, 5000.0, "boot-2")
BEFORE = Instant(EPOCH + 1000.0, 900.0, "boot-1")


def day(used_wh: float) -> Event:
    """A daily closing."""
    return Event(EventKind.DAY, "site", Reason("site", "day_closed"), {"used_wh": used_wh})


def lived(folder: Path) -> str:
    """A ledger with two closings and a state, as a day of the little world leaves it; the state's text."""
    world = LittleWorld(demo_site())
    for _ in world.run(2.0):
        pass
    text = to_json(world.state)
    folder.mkdir(exist_ok=True)
    with Ledger(folder / "ledger.db") as ledger:
        ledger.commit((day(1000.0), day(500.0)), text, BEFORE)
    return text


def test_a_first_start_remembers_nothing(tmp_path: Path) -> None:
    """A new folder is made; the state is the first one and the gap unknown."""
    memory = remember(tmp_path / "new" / "state", demo_site(), AT)
    with memory.ledger:
        assert memory.state == initial_state(demo_site())
        assert (memory.gap_s, memory.closings, memory.notices) == (None, (), ())


def test_state_gap_and_closings_come_back(tmp_path: Path) -> None:
    """The state is the saved one, but as of another boot: a new process trusts no output; gap and closings are told."""
    saved = from_json(lived(tmp_path))
    memory = remember(tmp_path, demo_site(), AT)
    with memory.ledger:
        assert memory.state.boot != saved.boot
        assert replace(memory.state, boot=saved.boot, seen_s=saved.seen_s) == saved
        assert memory.gap_s == 4000.0
        assert [figures["used_wh"] for figures in memory.closings] == [1000.0, 500.0]
        assert memory.notices == ()


def test_points_that_wait_for_a_clock_are_a_sign_of_life(tmp_path: Path) -> None:
    """Killed five minutes after the state was kept, the clock never right: what waits in the telemetry proves the five minutes."""
    unsure = Instant(EPOCH + 1000.0, 900.0, "boot-2", trusted=False)
    lived(tmp_path)
    with Ledger(tmp_path / "ledger.db") as ledger:
        state = replace(initial_state(demo_site()), boot="boot-2", mono_s=900.0, epoch_s=unsure.epoch_s)
        ledger.commit((), to_json(state), unsure)
    later = replace(unsure, epoch_s=unsure.epoch_s + 300.0, mono_s=1200.0)
    telemetry = Telemetry(tmp_path / "telemetry.db", unsure, background=False)
    telemetry.append([Point(Series.of("controller"), "a=0", later.epoch_s, later.mono_s)], later)
    telemetry.close(later)
    memory = remember(tmp_path, demo_site(), AT)
    with memory.ledger:
        assert memory.state.seen_s == unsure.epoch_s + 300.0


def test_a_gap_over_an_untrusted_clock_is_unknown(tmp_path: Path) -> None:
    """Nobody knows how long we were away when either clock may be wrong."""
    lived(tmp_path)
    memory = remember(tmp_path, demo_site(), replace(AT, trusted=False))
    memory.ledger.close()
    assert memory.gap_s is None


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", '{"format": 1, "state": 5}', '{"format": 99, "state": {}}', "\x00"]
)
def test_a_bad_state_row_begins_anew(tmp_path: Path, text: str) -> None:
    """Whatever stands in the state row: the start goes on with a first state and says so; the ledger stays."""
    lived(tmp_path)
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("UPDATE state SET state = ?", (text,))
    connection.close()
    memory = remember(tmp_path, demo_site(), AT)
    with memory.ledger:
        assert memory.state == initial_state(demo_site())
        assert "cannot be read" in memory.notices[0]
        assert memory.ledger.head().seq == 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_mangled_state_stops_a_start(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """A state with any one value replaced is either refused or gives decisions: never a crash."""
    site = demo_site()
    state = json.loads(to_json(LittleWorld(site).state))
    place, key = state["state"], data.draw(st.sampled_from(sorted(state["state"])))
    while isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
        place = place[key]
        key = data.draw(st.sampled_from(sorted(place)))
    place[key] = data.draw(
        st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=3), st.just([]), st.just({}))
    )
    folder = tmp_path_factory.mktemp("state")
    with Ledger(folder / "ledger.db") as ledger:
        ledger.commit((), json.dumps(state), BEFORE)
    memory = remember(folder, site, AT)
    with memory.ledger:
        decide(site, memory.state, Snapshot(AT, {}))


def test_a_state_of_another_site_file_is_fitted(tmp_path: Path) -> None:
    """Zones and pumps that came or went since the state was saved do not stop a decision."""
    lived(tmp_path)
    site = demo_site()
    fewer = site.model_copy(update={"file": site.file.model_copy(update={"zones": site.file.zones[:2]})})
    memory = remember(tmp_path, fewer, AT)
    with memory.ledger:
        decision = decide(fewer, memory.state, Snapshot(AT, {}))
        assert set(decision.state.zones) == {zone.id for zone in fewer.file.zones}


@pytest.mark.parametrize("damage", ["overwritten", "truncated", "row changed", "tail cut", "empty", "text"])
def test_a_damaged_ledger_is_set_aside_and_never_stops_a_start(tmp_path: Path, damage: str) -> None:
    """The old file is kept beside the new one, whose chain is whole; the technician is told; the state survives if it can."""
    lived(tmp_path)
    path = tmp_path / "ledger.db"
    match damage:
        case "overwritten":
            path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 20_000)
        case "truncated":
            path.write_bytes(path.read_bytes()[:5000])
        case "row changed":
            tampered(path, "UPDATE ledger SET payload = '{}' WHERE seq = 2")
        case "tail cut":
            path.write_bytes(path.read_bytes()[:-4096])
        case "empty":
            path.write_bytes(b"")
        case "text":
            path.write_text("this is no database\n" * 200)
    memory = remember(tmp_path, demo_site(), AT)
    with memory.ledger:
        decide(demo_site(), memory.state, Snapshot(AT, {}))
        memory.ledger.commit((day(1.0),), to_json(memory.state), AT)
        assert memory.ledger.verify() == ()
    if damage != "empty":
        assert memory.notices, damage
        assert list(tmp_path.glob("ledger.db.damaged-*"))


def test_a_ledger_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    """Going back to an older program is refused: the later ledger must not be taken for damage."""
    lived(tmp_path)
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(TooNewError):
        remember(tmp_path, demo_site(), AT)
    assert not list(tmp_path.glob("*.damaged-*"))


def test_the_newest_known_time_is_the_saved_states(tmp_path: Path) -> None:
    """The latest trusted wall time, 0 for a new, damaged or never trusted ledger."""
    assert newest_epoch_s(tmp_path) == 0.0
    lived(tmp_path)
    assert newest_epoch_s(tmp_path) == BEFORE.epoch_s
    with Ledger(tmp_path / "ledger.db") as ledger:
        ledger.commit((), "{}", replace(BEFORE, trusted=False))
    assert newest_epoch_s(tmp_path) == 0.0
    (tmp_path / "ledger.db").write_text("no database" * 500)
    assert newest_epoch_s(tmp_path) == 0.0


def test_two_controllers_cannot_share_a_folder(tmp_path: Path) -> None:
    """A second process on the same state directory is refused in words; when the first is gone it may."""
    code = (
        f"import pathlib, controller.store.lock as m; m.claim(pathlib.Path({str(tmp_path)!r}));"
        "print(1, flush=True); input()"
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline()
    with pytest.raises(StoreError, match="another controller is running"):
        claim(tmp_path)
    holder.communicate(b"\n")
    assert claim(tmp_path) > 0
