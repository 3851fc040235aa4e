"""Rows of the ledger and the hash that joins them. Pure: equal inputs give equal hashes, anywhere, any time."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from controller.core.decision import Event
from controller.core.instant import Instant

GENESIS = "0" * 64
"""``prev`` of the first row."""

Json: TypeAlias = "bool | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Note:
    """A row that no decision made: ``config`` (hash of the configuration), ``boot`` (start and the gap before it),
    ``gap``, ``aside`` (an earlier ledger was set aside), ``halt`` (the end of a run). ``figures`` holds only JSON scalars.
    """

    kind: str
    subject: str
    figures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Head:
    """The last row: its number (0 for an empty ledger) and hash. Kept outside too, so that a cut tail shows."""

    seq: int = 0
    hash: str = GENESIS
    epoch_s: float | None = field(default=None, compare=False)
    """When the row was written, POSIX seconds; None when that was not known."""

    @classmethod
    def of(cls, row: Row | None) -> Head:
        """The head of a ledger whose last row is ``row``."""
        if row is None:
            return cls()
        return cls(row.seq, row.hash, row.epoch_s if row.trusted else None)

    @property
    def text(self) -> str:
        """``seq:hash``, as it is kept outside and given to ``tirta ledger verify``."""
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as stored. ``payload`` is canonical JSON text."""

    seq: int
    epoch_s: float
    mono_s: float
    boot: str
    trusted: bool
    kind: str
    subject: str
    payload: str
    prev: str
    hash: str

    @property
    def at(self) -> Instant:
        """When it was written."""
        return Instant(self.epoch_s, self.mono_s, self.boot, self.trusted)

    @property
    def content(self) -> dict[str, Json]:
        """The payload as an object."""
        loaded: dict[str, Json] = json.loads(self.payload)
        return loaded

    def expected_hash(self) -> str:
        """The hash that this row must have."""
        epoch_s, mono_s = self.epoch_s, self.mono_s
        if type(epoch_s) is float and type(mono_s) is float and epoch_s - epoch_s == mono_s - mono_s == 0.0:
            try:  # the same text as canonical JSON's, in half the time: a year has tens of thousands of rows
                text = (
                    f"[{_quoted(self.prev)},{self.seq:d},{epoch_s!r},{mono_s!r},{_quoted(self.boot)},{self.trusted:d},"
                    f"{_quoted(self.kind)},{_quoted(self.subject)},{_quoted(self.payload)}]"
                )
                return hashlib.sha256(text.encode("ascii")).hexdigest()
            except (TypeError, ValueError):
                pass  # a field of a damaged file that is no text or number
        return digest((self.prev, self.seq, self.epoch_s, self.mono_s, self.boot, int(self.trusted),
                       self.kind, self.subject, self.payload))  # fmt: skip


def parse_head(text: str) -> Head:
    """The inverse of ``Head.text``. Raises ValueError for anything else."""
    seq, _, digest_ = text.partition(":")
    if not (seq.isascii() and seq.isdecimal() and digest_):
        raise ValueError(f"no head: {text!r}")
    return Head(int(seq), digest_)


_quoted = json.encoder.encode_basestring_ascii
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False, default=str)


def canonical(content: object) -> str:
    """JSON in ASCII with sorted keys, no spaces, shortest exact floats; NaN, infinity and strange objects become texts."""
    try:
        return _ENCODER.encode(content)
    except ValueError:
        return canonical(_finite(content))


def _finite(content: object) -> object:
    if isinstance(content, float) and not math.isfinite(content):
        return str(content)
    if isinstance(content, Mapping):
        return {key: _finite(value) for key, value in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(value) for value in content]
    return content


def digest(fields: tuple[object, ...]) -> str:
    """sha256 of the canonical JSON of a row's fields, in hexadecimal."""
    return hashlib.sha256(canonical(fields).encode("ascii")).hexdigest()


def payload_of(entry: Event | Note) -> str:
    """What a row says beyond who, when and which kind."""
    if isinstance(entry, Note):
        return canonical({"figures": dict(entry.figures)})
    reason = entry.reason
    return canonical(
        {
            "figures": dict(entry.figures),
            "group": reason.group,
            "key": reason.key,
            "level": str(reason.level),
            "params": dict(reason.params),
            "reason_subject": reason.subject,
        }
    )


def row_after(head: Head, entry: Event | Note, at: Instant) -> Row:
    """The row that follows ``head``."""
    seq, payload, kind = head.seq + 1, payload_of(entry), str(entry.kind)
    epoch_s, mono_s = float(at.epoch_s), float(at.mono_s)
    hashed = digest((head.hash, seq, epoch_s, mono_s, at.boot, int(at.trusted), kind, entry.subject, payload))
    return Row(seq, epoch_s, mono_s, at.boot, at.trusted, kind, entry.subject, payload, head.hash, hashed)
