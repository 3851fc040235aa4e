"""Who may look and who may change: the PIN, the signed cookie, the form token, and how often a PIN may be tried.

Real seconds are arguments (``now_s``): sessions and lock-outs belong to people, not to plant time.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field

SESSION_S = 7 * 86400.0
"""A signed-in phone stays so for a week, or until the controller starts again."""

TRIES = 5
WAIT_S = 60.0
WAIT_MAX_S = 960.0
"""After five wrong PINs an address waits a minute, then twice as long after each further one, at most 16 minutes."""

TRIES_ALL = 60
TRIES_ALL_S = 3600.0
"""Wrong PINs from all addresses together within an hour; beyond that nobody may try until some of them are an hour old."""

ADDRESSES_MAX = 500

SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_BYTES = 2**14, 8, 1, 32


def hash_pin(pin: str, salt: bytes) -> str:
    """The line of the PIN file: ``scrypt$salt_hex$hash_hex``."""
    return f"scrypt${salt.hex()}${_scrypt(pin, salt).hex()}"


def _scrypt(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, dklen=SCRYPT_BYTES)


def pin_matches(pin: str, line: str) -> bool:
    """True if ``pin`` is the one of a PIN file's line; a line that cannot be read matches nothing. Takes about 50 ms of CPU."""
    scheme, _, rest = line.strip().partition("$")
    salt, _, digest = rest.partition("$")
    try:
        wanted, seed = bytes.fromhex(digest), bytes.fromhex(salt)
    except ValueError:
        return False
    if scheme != "scrypt" or len(wanted) != SCRYPT_BYTES:
        return False
    return hmac.compare_digest(_scrypt(pin, seed), wanted)


@dataclass(slots=True)
class Tries:
    """Counts wrong PINs by address and in all."""

    _wrong: dict[str, tuple[int, float]] = field(default_factory=dict)
    _all: list[float] = field(default_factory=list)

    def wait_s(self, address: str, now_s: float) -> float:
        """Seconds until this address may try again, 0 when it may now."""
        return max(0.0, self._own_wait_s(address, now_s), self._all_wait_s(now_s))

    def wrong(self, address: str, now_s: float) -> None:
        """Note a wrong PIN."""
        key = network(address)
        count, _ = self._wrong.pop(key, (0, 0.0))
        self._wrong[key] = (count + 1, now_s)
        if len(self._wrong) > ADDRESSES_MAX:
            del self._wrong[next(iter(self._wrong))]
        self._all.append(now_s)

    def right(self, address: str) -> None:
        """Note a right PIN: the address starts afresh."""
        self._wrong.pop(network(address), None)

    def _own_wait_s(self, address: str, now_s: float) -> float:
        count, last_s = self._wrong.get(network(address), (0, 0.0))
        if count < TRIES:
            return 0.0
        wait = min(WAIT_S * 2.0 ** min(count - TRIES, 10), WAIT_MAX_S)
        return last_s + wait - now_s

    def _all_wait_s(self, now_s: float) -> float:
        self._all = [tried for tried in self._all if now_s - tried < TRIES_ALL_S]
        if len(self._all) < TRIES_ALL:
            return 0.0
        return self._all[len(self._all) - TRIES_ALL] + TRIES_ALL_S - now_s


def network(address: str) -> str:
    """The address by which tries are counted: all of one IPv6 network (/64) are one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


@dataclass(slots=True)
class Keeper:
    """Signs cookies and form tokens with a key that lives as long as the process, and remembers the PIN that was right so that
    only the first use of it costs the slow hash.
    """

    pin_hash: str | None
    tries: Tries = field(default_factory=Tries)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _right: bytes | None = None

    @property
    def needs_pin(self) -> bool:
        """True when changing something needs the PIN."""
        return self.pin_hash is not None

    def is_right(self, pin: str) -> bool:
        """True for the right PIN; does not count. Slow unless the same PIN was right before: call it in a thread."""
        if self.pin_hash is None or not 1 <= len(pin) <= 64:
            return False
        mark = self._sign("pin", pin)
        if self._right is not None and hmac.compare_digest(mark, self._right):
            return True
        if not pin_matches(pin, self.pin_hash):
            return False
        self._right = mark
        return True

    def visit(self) -> str:
        """A new visitor's cookie: a random name, signed."""
        name = secrets.token_hex(12)
        return f"{name}.{self._sign('visit', name).hex()}"

    def known_visit(self, cookie: str) -> bool:
        """True for a visitor's cookie that this process gave."""
        name, _, mark = cookie.partition(".")
        return self._same("visit", name, mark)

    def token(self, visit: str) -> str:
        """The form token that belongs to a visitor's cookie."""
        return self._sign("token", visit).hex()[:40]

    def known_token(self, token: str, visit: str) -> bool:
        """True for the form token of this visitor."""
        return self.known_visit(visit) and hmac.compare_digest(token.encode(), self.token(visit).encode())

    def session(self, now_s: float) -> str:
        """The cookie of somebody who gave the PIN."""
        body = f"{secrets.token_hex(8)}-{int(now_s)}"
        return f"{body}.{self._sign('session', body).hex()}"

    def known_session(self, cookie: str, now_s: float) -> bool:
        """True for a session of this process that is not too old."""
        body, _, mark = cookie.partition(".")
        if not self._same("session", body, mark):
            return False
        return now_s - int(body.rpartition("-")[2]) < SESSION_S

    def _same(self, purpose: str, text: str, mark: str) -> bool:
        return hmac.compare_digest(self._sign(purpose, text).hex().encode(), mark.encode())

    def _sign(self, purpose: str, text: str) -> bytes:
        return hmac.new(self._key, f"{purpose}:{text}".encode(), hashlib.sha256).digest()
