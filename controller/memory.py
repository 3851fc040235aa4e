"""What a start remembers: the ledger, the last state, and how long the controller was away."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.state import ControllerState, initial_state, restored
from controller.core.state_json import StateError, from_json
from controller.store.database import translated
from controller.store.errors import DamagedError, StoreError
from controller.store.ledger import Ledger, Saved, set_aside
from controller.store.shelf import newest_point_s

log = logging.getLogger(__name__)

Figures = Mapping[str, float | str]

ASIDE = (
    "Buku besar rusak dan disimpan sebagai {name}; yang baru dimulai. / The ledger was damaged and is kept as {name}; a new one "
    "was begun."
)
MENDED = (
    "Penjaga buku besar pernah dilepas orang dan sudah dipasang lagi; periksa dengan tirta ledger verify. / The ledger's guards "
    "had been removed by somebody and are in place again; check it with tirta ledger verify."
)
STATE_LOST = (
    "Keadaan terakhir tidak terbaca; neraca air dimulai dari awal. / The last state cannot be read; the water balances begin "
    "anew."
)


@dataclass(frozen=True, slots=True)
class Memory:
    """``state``: the last one, or a first one. ``gap_s``: seconds of wall time since the last sign of life, None when unknown.

    ``closings``: the figures of every daily closing so far. ``notices``: texts for the technician about what could not be read.
    """

    ledger: Ledger
    state: ControllerState
    gap_s: float | None
    closings: tuple[Figures, ...]
    notices: tuple[str, ...]


def remember(folder: Path, site: Site, at: Instant) -> Memory:
    """Open the ledger in ``folder`` (a damaged one is set aside) and restore the state. Never stops a start for damage.

    Raises StoreError when the disk cannot be written at all, or a later version wrote the ledger.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path, notices = folder / "ledger.db", []
    try:
        ledger, saved, closings = _open(path)
    except DamagedError as error:
        log.error("%s", error)
        aside = set_aside(path, at, error.what)
        notices.append(ASIDE.format(name=aside.path.name))
        ledger, saved, closings = _open(path)
    if ledger.mended:
        log.error("guards of the ledger were dropped or changed, put back: %s", ", ".join(ledger.mended))
        notices.append(MENDED)
    if saved is None:
        return Memory(ledger, initial_state(site), None, closings, tuple(notices))
    seen_s = min(at.epoch_s, max(saved.at.epoch_s, newest_point_s(folder / "telemetry.db", saved.at)))
    gap_s = at.epoch_s - seen_s if at.trusted and saved.at.trusted else None
    try:
        state = restored(from_json(saved.state_json), seen_s)
    except StateError as error:
        log.error("the saved state cannot be used, beginning anew: %s", error)
        notices.append(STATE_LOST)
        state = initial_state(site)
    return Memory(ledger, state, gap_s, closings, tuple(notices))


def newest_epoch_s(folder: Path) -> float:
    """The wall time of the last state of the ledger in ``folder``; 0 when there is none or it cannot be read."""
    path = folder / "ledger.db"
    if not path.exists():
        return 0.0
    try:
        with Ledger(path) as ledger:
            saved = ledger.load_state()
    except DamagedError:
        return 0.0
    return saved.at.epoch_s if saved is not None and saved.at.trusted else 0.0


def _open(path: Path) -> tuple[Ledger, Saved | None, tuple[Figures, ...]]:
    """The ledger with what is needed of it now. Raises DamagedError, StoreError."""
    ledger = Ledger(path)
    try:
        saved, days = ledger.load_state(), _closings(ledger)
    except sqlite3.DatabaseError as error:
        ledger.close()
        raise translated(path, error) from error
    except StoreError:
        ledger.close()
        raise
    return ledger, saved, days


def _closings(ledger: Ledger) -> tuple[Figures, ...]:
    try:
        return tuple(closing.figures for closing in ledger.closings())
    except ValueError as error:
        log.error("a daily closing cannot be read, the page counts from now on: %s", error)
        return ()
