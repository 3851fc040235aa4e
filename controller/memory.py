"""What a start remembers: the ledger, the last state, and how long the controller was away."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.state import ControllerState, initial_state
from controller.core.state_json import StateError, from_json
from controller.store.errors import DamagedError
from controller.store.ledger import Ledger, set_aside

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Memory:
    """``state``: the last one, or a first one. ``gap_s``: seconds of wall time since it was saved, None when unknown.

    ``notices``: texts for the technician about what could not be read.
    """

    ledger: Ledger
    state: ControllerState
    gap_s: float | None
    notices: tuple[str, ...]


def remember(folder: Path, site: Site, at: Instant) -> Memory:
    """Open the ledger in ``folder`` (a damaged one is set aside) and restore the state. Never stops a start for damage.

    Raises StoreError when the disk cannot be written at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, notices = folder / "ledger.db", []
    try:
        ledger = Ledger(path)
    except DamagedError as error:
        log.error("%s", error)
        aside = set_aside(path, at)
        notices.append(f"ledger_aside {aside.path.name}")
        ledger = Ledger(path)
    saved = ledger.load_state()
    if saved is None:
        return Memory(ledger, initial_state(site), None, tuple(notices))
    gap_s = at.epoch_s - saved.at.epoch_s if at.trusted and saved.at.trusted else None
    try:
        state = from_json(saved.state_json)
    except StateError as error:
        log.error("the saved state cannot be used, beginning anew: %s", error)
        notices.append("state_unreadable")
        state = initial_state(site)
    return Memory(ledger, state, gap_s, tuple(notices))


def newest_epoch_s(folder: Path) -> float:
    """The wall time of the last row of the ledger in ``folder``; 0 when there is none or it cannot be read."""
    path = folder / "ledger.db"
    if not path.exists():
        return 0.0
    try:
        with Ledger(path) as ledger:
            saved = ledger.load_state()
    except DamagedError:
        return 0.0
    return saved.at.epoch_s if saved is not None and saved.at.trusted else 0.0
