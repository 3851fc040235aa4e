"""The PIN of the page: kept as ``scrypt$salt$hash`` (hex), never as digits. The page checks it (``controller.web.access``)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from controller.web.access import hash_pin

SHORTEST, LONGEST = 4, 64


def write_pin(path: Path, pin: str) -> None:
    """Store the PIN's hash, whole or not at all; others cannot read it. Raises OSError.

    Who could read the file before (the service's group) still can: owner and rights of an existing file are kept.
    """
    before = path.stat() if path.exists() else None
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(hash_pin(pin, secrets.token_bytes(16)) + "\n")
        if before is not None:
            os.chown(beside, before.st_uid, before.st_gid)
            beside.chmod(before.st_mode & 0o770)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
