"""How a command adds a person's row to the ledger: through the daemon while it runs, else by itself.

```
note_options(parser)                                          # --state, --url, --pin-file, --json, -c
noted = add_note(args, Note("verification", "2026-11", {"by": "Siti Rahma", "sha256": "..."}))
```
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from controller.commands.console import t
from controller.commands.remote import where_options, with_pin
from controller.errors import TirtaError

if TYPE_CHECKING:
    from controller.core.instant import Instant
    from controller.store.chain import Note
    from controller.store.notes import Noted


def note_options(parser: argparse.ArgumentParser) -> None:
    """Where the ledger is, and the daemon that keeps it while it runs."""
    where = t("the daemon's records (state)", "catatan layanan (state)")
    parser.add_argument("--state", default="state", metavar="DIR", help=where)
    where_options(parser)


def add_note(args: argparse.Namespace, note: Note) -> Noted:
    """Add the row and say its number. Never two writers: whoever holds the lock of the state directory writes.

    Raises TirtaError with what to do: no such ledger, PIN needed, daemon out of reach.
    """
    from controller.store.lock import HeldError, holder
    from controller.store.notes import NoteError, append_note

    state = Path(args.state)
    try:
        if args.url and not state.exists():
            return _through(args, note, "")
        return append_note(state, note, _now)
    except HeldError:
        return _through(args, note, holder(state))
    except NoteError as error:
        raise TirtaError(t(error.english, error.indonesian)) from None


def _through(args: argparse.Namespace, note: Note, ledger: str) -> Noted:
    from controller.store.chain import parse_head
    from controller.store.notes import Noted

    body = {"kind": note.kind, "subject": note.subject, "figures": dict(note.figures), "ledger": ledger}
    answer = with_pin(args, "POST", "/api/notes", body)
    return Noted(int(answer["seq"]), parse_head(str(answer["head"])))


def _now(newest_s: float) -> Instant:
    from controller.clock import SystemClock

    return SystemClock(newest_s).now()
