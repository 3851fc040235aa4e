"""One program: what runs in a fast-forwarded season is what runs on the wire."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.config import load_site
from controller.core.site import Site
from controller.store.ledger import Ledger
from simulators.season import Season
from simulators.world import World
from tests.end_to_end.sites import SITES
from tests.end_to_end.wired import WiredSeason
from tests.fixtures_mqtt import Mosquitto


@pytest.mark.slow
@pytest.mark.parametrize("kind", SITES)
def test_wire_and_loopback_leave_identical_ledgers(
    kind: str, tmp_path: Path, own_mosquitto: Mosquitto
) -> None:
    """24 plant hours on sockets, a pty and Mosquitto leave the same rows and the same last hash as in process."""
    site, profiles = load_site(SITES[kind])
    site = thirsty(site)
    start = datetime(2026, 11, 3, tzinfo=ZoneInfo(site.file.site.timezone))
    loop_folder, wire_folder = tmp_path / "loop", tmp_path / "wire"
    wire_folder.mkdir()
    Season(site, profiles, World(site, 7, start), start, 1.0, loop_folder).run()
    wired = WiredSeason(site, profiles, 7, start, 1.0, wire_folder, own_mosquitto.port)
    wired.run()
    with Ledger(loop_folder / "ledger.db") as looped, Ledger(wire_folder / "ledger.db") as on_wire:
        assert [_text(row) for row in on_wire.rows()] == [_text(row) for row in looped.rows()]
        assert on_wire.head() == looped.head()
        kinds = {row.kind for row in looped.rows()}
        assert {"start", "stop"} <= kinds, "a day on which nothing ran proves nothing"
        assert _state(on_wire) == _state(looped)
    assert wired.requests > 1000, "the wire was hardly used"


def thirsty(site: Site) -> Site:
    """Tanks are filled again early, so that the pump has work on the first day, when all soil is still moist."""
    tanks = tuple(tank.model_copy(update={"refill_m": 0.9 * tank.full_m}) for tank in site.file.tanks)
    return site.model_copy(update={"file": site.file.model_copy(update={"tanks": tanks})})


def _text(row: object) -> str:
    return f"{row}"


def _state(ledger: Ledger) -> str:
    saved = ledger.load_state()
    assert saved is not None
    return saved.state_json
