"""Rows that people add to the ledger: what was verified, counted or stated, by whom. Never two writers at once.

While no daemon runs ``append_note`` writes the row itself, under the lock that the daemon would hold. While one runs, it owns the
file, and the row goes through it (``controller.commands.notes``, POST /api/notes).
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from controller.core.instant import Instant
from controller.store.chain import Head, Note, canonical
from controller.store.errors import StoreError
from controller.store.ledger import Ledger
from controller.store.lock import claim

KINDS = ("verification", "indicator", "baseline")
"""What a person may add: that somebody checked figures; a figure that no device measures; what the figures are compared with."""

SUBJECT_MAX, PAYLOAD_MAX = 200, 6000
"""Characters of the subject, and of all figures as JSON: a note, no document. A document is named by its hash."""


COUNTED = (
    "a number is entered with the day on which it was counted; what is hoped for is no number",
    "angka diisi dengan tanggal saat dihitung; yang baru diharapkan belum angka",
)


class NoteError(ValueError):
    """A note that cannot be taken: the words say why and what to do (``hint``, may be empty), in both languages."""

    def __init__(self, english: str, indonesian: str, hint: tuple[str, str] = ("", "")) -> None:
        super().__init__(english)
        self.english, self.indonesian, self.hint = english, indonesian, hint


@dataclass(frozen=True, slots=True)
class Noted:
    """``seq``: the number of the row; ``head``: the ledger's last row after it was on the disk."""

    seq: int
    head: Head


def checked(note: Note, via: str) -> Note:
    """``note`` with the figure ``via``: how it came ("command" or "api"). Raises NoteError for one that no person may add."""
    if note.kind not in KINDS:
        known = ", ".join(KINDS)
        raise NoteError(f"kind must be one of {known}", f"jenis harus salah satu dari {known}")
    if not 0 < len(note.subject) <= SUBJECT_MAX:
        raise NoteError(
            f"the subject must have 1 to {SUBJECT_MAX} characters",
            f"pokok harus 1 sampai {SUBJECT_MAX} huruf",
        )
    for name, value in note.figures.items():
        if isinstance(value, bool) or not isinstance(value, float | int | str):
            raise NoteError(f"{name} must be a number or a text", f"{name} harus angka atau tulisan")
        if not isinstance(value, str) and not math.isfinite(value):
            raise NoteError(f"{name} is no finite number", f"{name} bukan angka yang berhingga")
    if len(canonical(dict(note.figures))) > PAYLOAD_MAX:
        raise NoteError(
            f"the figures are longer than {PAYLOAD_MAX} characters; name a long document by its SHA-256",
            f"isinya lebih dari {PAYLOAD_MAX} huruf; dokumen panjang cukup disebut SHA-256-nya",
        )
    return replace(note, figures={**note.figures, "via": via})


def iso_day(text: str) -> str:
    """A day as the ledger writes it (YYYY-MM-DD). Raises NoteError."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise NoteError(
            f"'{text}' is no day; write 2026-01-31", f"'{text}' bukan tanggal; tulis 2026-01-31"
        ) from None


def refuse_tomorrow(day: str, today: str | None) -> None:
    """Nobody can have counted or weighed on a day that has not begun at the site. ``today``: there (YYYY-MM-DD), None where the
    clock tells nothing. Raises NoteError.
    """
    if today is not None and day > today:
        raise NoteError(
            f"{day} has not come yet: it is {today} at the site",
            f"{day} belum tiba: di lokasi ini tanggal {today}",
            COUNTED,
        )


def append_note(state_dir: Path, note: Note, now: Callable[[float], Instant]) -> Noted:
    """Add a person's row to the ledger in ``state_dir`` while no daemon runs; on the disk when it returns.

    ``now``: the moment, from the newest wall time (POSIX seconds) that the ledger knows: an earlier clock is not to be trusted.
    Raises NoteError; HeldError while a daemon runs (the row must go through it); StoreError when there is no ledger, or the disk
    refuses: then nothing was written.
    """
    row = checked(note, "command")
    path = state_dir / "ledger.db"
    if not path.exists():
        raise StoreError(path, "no such file", "name the state directory of the site with --state",
                         ("tidak ada", "sebut folder catatan lokasi dengan --state"))  # fmt: skip
    lock = claim(state_dir)
    try:
        with Ledger(path) as ledger:
            saved = ledger.load_state()
            newest_s = saved.at.epoch_s if saved is not None and saved.at.trusted else 0.0
            (written,) = ledger.commit((row,), None, now(newest_s))
            return Noted(written.seq, ledger.head())
    finally:
        os.close(lock)
