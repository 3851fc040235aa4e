"""One program: what runs in a fast-forwarded season is what runs on the wire."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.config import load_site
from controller.store.ledger import Ledger
from simulators.season import Season
from simulators.world import World
from tests.end_to_end.wired import WiredSeason
from tests.fixtures_mqtt import Mosquitto

ROOT = Path(__file__).parents[2]
SITES = {
    "nursery": ROOT / "config.yaml",
    "vegetables": ROOT / "simulators/sites/vegetables.yaml",
    "paddy": ROOT / "simulators/sites/paddy.yaml",
    "kutai": ROOT / "simulators/sites/kutai.yaml",
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SITES)
def test_wire_and_loopback_leave_identical_ledgers(
    kind: str, tmp_path: Path, own_mosquitto: Mosquitto
) -> None:
    """24 plant hours on sockets, a pty and Mosquitto leave the same rows and the same last hash as in process."""
    site, profiles = load_site(SITES[kind])
    start = datetime(2026, 11, 3, tzinfo=ZoneInfo(site.file.site.timezone))
    loop_folder, wire_folder = tmp_path / "loop", tmp_path / "wire"
    wire_folder.mkdir()
    Season(site, profiles, World(site, 7, start), start, 1.0, loop_folder).run()
    wired = WiredSeason(site, profiles, 7, start, 1.0, wire_folder, own_mosquitto.port)
    wired.run()
    with Ledger(loop_folder / "ledger.db") as looped, Ledger(wire_folder / "ledger.db") as on_wire:
        assert [_text(row) for row in on_wire.rows()] == [_text(row) for row in looped.rows()]
        assert on_wire.head() == looped.head()
        assert looped.head().seq > 5, "a day without events proves nothing"
        assert _state(on_wire) == _state(looped)
    assert wired.requests > 1000, "the wire was hardly used"


def _text(row: object) -> str:
    return f"{row}"


def _state(ledger: Ledger) -> str:
    saved = ledger.load_state()
    assert saved is not None
    return saved.state_json
