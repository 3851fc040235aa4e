"""The one lock of a state directory: who holds it is the only one that writes the ledger in it."""

from __future__ import annotations

import fcntl
import os
import secrets
from pathlib import Path

from controller.store.errors import StoreError

NAME = "tirta.lock"


class HeldError(StoreError):
    """Somebody else writes in this state directory: the daemon, or another command for a moment."""


def claim(folder: Path) -> int:
    """Make sure that no other controller uses ``folder``: two would fight over the pumps. Returns the lock; close it at the end.

    Raises HeldError when another one runs, OSError when the folder cannot be made. The kernel lets the lock go with the process
    that holds it, however it ends.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise HeldError(
            path, "another controller is running on this state directory", "Stop it first, or name another."
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, secrets.token_hex(8).encode(), 0)
    return lock


def holder(folder: Path) -> str:
    """A word that only the present holder of the lock wrote there, so that a command knows that the daemon it speaks to keeps
    the ledger in this very directory. "" when there is none.
    """
    try:
        return (folder / NAME).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
