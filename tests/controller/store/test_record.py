"""A recorded day replays to the same decisions bit for bit, and a decision that differs in one bit is found."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from controller.core.decide import decide
from controller.core.decision import Decision
from controller.core.site import Site
from controller.core.snapshot import Sample, Snapshot
from controller.core.state import ControllerState
from controller.store import record
from controller.store.errors import DamagedError
from controller.store.record import Recorder, decision_digest
from controller.store.replay import Recording, replay
from drivers.reading import Quality
from tests.controller.little_world import LittleWorld, demo_site


def recorded(
    folder: Path, hours: float, background: bool = False
) -> tuple[list[Path], list[Snapshot], list[Decision]]:
    world = LittleWorld(demo_site())
    recorder = Recorder(folder, world.site, world.state, background)
    snapshots, decisions = [], []
    zone = world.site.file.zones[0].id
    for index, (snapshot, decision) in enumerate(world.run(hours)):
        recorder.cycle(snapshot, decision, 1.0)
        snapshots.append(snapshot)
        decisions.append(decision)
        if index == 700:
            world.run_zone(zone, 10)
        ghost = ("ghost", "power_w")
        if index in (900, 960):  # a device that comes, says strange things, goes, and comes again
            world.table[ghost] = Sample(float("nan"), Quality.SUSPECT, 1.0)
        if index == 910:
            world.table[ghost] = Sample(5, Quality.GOOD, 1.0)
        if index == 911:
            world.table[ghost] = Sample(5.0, Quality.GOOD, 1000.0 + world.now_s)
        if index == 912:
            world.table[ghost] = Sample(-0.0, Quality.GOOD, 1000.0 + world.now_s)
        if index == 950:
            del world.table[ghost]
    recorder.close()
    return recorder.files, snapshots, decisions


def test_a_day_replays_bit_for_bit(tmp_path: Path) -> None:
    """Every snapshot of a day comes back equal, across the change of files, and every decision is the same again."""
    files, snapshots, decisions = recorded(tmp_path, 24.0, background=True)
    assert len(files) == 2
    assert any(decision.events for decision in decisions)
    assert any(any(command.value for command in decision.commands) for decision in decisions)
    back = [cycle.snapshot for file in files for cycle in Recording(file).cycles()]
    assert len(back) == len(snapshots) == 8640
    assert [str(b) for b in back] == [str(s) for s in snapshots]
    for file in files:
        result = replay(file, demo_site())
        assert result.mismatches == ()
        assert (result.same_config, result.torn) == (True, False)
    assert sum(replay(file, demo_site()).cycles for file in files) == 8640


def test_one_bit_is_found(tmp_path: Path) -> None:
    """A replayed decision whose one number differs in its last bit is named with its cycle."""
    (file, *_), _, decisions = recorded(tmp_path, 0.5)
    count = 0

    def other(site: Site, state: ControllerState, snapshot: Snapshot) -> Decision:
        nonlocal count
        count += 1
        decision = decide(site, state, snapshot)
        if count != 100:
            return decision
        command = decision.commands[0]
        return replace(
            decision, commands=(replace(command, lease_s=command.lease_s + 5e-324), *decision.commands[1:])
        )

    (mismatch,) = replay(file, demo_site(), other).mismatches
    assert (mismatch.number, mismatch.recorded) == (100, decision_digest(decisions[99]))


def test_a_torn_recording_replays_up_to_its_last_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut all whole blocks can be replayed, and the tear is told."""
    monkeypatch.setattr(record, "BLOCK_LINES", 50)
    (file, *_), _, _ = recorded(tmp_path, 1.0)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) * 2 // 3])
    result = replay(file, demo_site())
    assert result.torn
    assert 150 < result.cycles < 360
    assert result.mismatches == ()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        gzip.compress(b'{"format":9,"site":"","state":""}\n', mtime=0),
        gzip.compress(b"[1]\n", mtime=0),
    ],
    ids=["empty", "text", "another format", "no header"],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    """Another file, an empty one, or another format is named, not replayed."""
    (tmp_path / "x.jsonl.gz").write_bytes(content)
    with pytest.raises(DamagedError):
        replay(tmp_path / "x.jsonl.gz", demo_site())


def test_lines_are_json_that_people_can_read(tmp_path: Path) -> None:
    """zcat shows JSON: the header, and commands and events in clear where they change."""
    (file, *_), _, _ = recorded(tmp_path, 6.0)
    header, first, *rest = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert set(json.loads(header)) == {"format", "site", "cycle_s", "state"}
    assert {"k", "b", "c"} <= set(json.loads(first)[4])
    kinds = [
        kind for line in rest if len(json.loads(line)) > 4 for kind, *_ in json.loads(line)[4].get("v", [])
    ]
    assert "start" in kinds
    assert len(file.read_bytes()) < 120 * len(rest), "about a hundred bytes a cycle"
