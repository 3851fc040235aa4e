"""The PIN of the page: kept as ``scrypt$salt$hash`` (hex), never as digits. The page checks it (``controller.web.access``)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from controller.web.access import hash_pin

SHORTEST, LONGEST = 4, 64


def write_pin(path: Path, pin: str) -> None:
    """Store the PIN's hash, readable by its owner only, whole or not at all. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(hash_pin(pin, secrets.token_bytes(16)) + "\n")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
