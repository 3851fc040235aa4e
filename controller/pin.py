"""The PIN of the page: kept as ``scrypt$salt$hash`` (hex), never as digits."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

_N, _R, _P, _BYTES = 2**14, 8, 1, 32
SHORTEST, LONGEST = 4, 64


def hash_pin(pin: str, salt: bytes | None = None) -> str:
    """``scrypt$salt$hash`` of a PIN; a fresh salt unless one is given."""
    salt = secrets.token_bytes(16) if salt is None else salt
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=_N, r=_R, p=_P, dklen=_BYTES)
    return f"scrypt${salt.hex()}${digest.hex()}"


def verify_pin(pin: str, stored: str) -> bool:
    """Whether the PIN is the one that was stored; False as well for a stored text of another form."""
    kind, _, rest = stored.strip().partition("$")
    salt, _, digest = rest.partition("$")
    try:
        expected = hash_pin(pin, bytes.fromhex(salt))
    except ValueError:
        return False
    return kind == "scrypt" and bool(digest) and hmac.compare_digest(expected, f"scrypt${salt}${digest}")


def write_pin(path: Path, pin: str) -> None:
    """Store the PIN's hash, readable by its owner only, whole or not at all. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(hash_pin(pin) + "\n")
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
