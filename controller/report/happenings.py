"""What happened in the period, from the ledger's rows: trips with their length, orders of people, restarts; the rest counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from controller.core.decision import Level
from controller.store.chain import Json, Row


@dataclass(frozen=True, slots=True)
class Happening:
    """One row for the list. ``kind``: of the ledger's row (trip, order, boot, config ...); ``key`` and ``params``: its
    sentence in ``controller.i18n``, "" where it has none; ``ended_s``: when a trip was cleared, None where it was not.
    """

    seq: int
    epoch_s: float
    kind: str
    subject: str
    key: str
    level: str = "info"
    params: Mapping[str, float | str] = field(default_factory=dict)
    ended_s: float | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How often rows of a kind came, by subject and by the key of their sentence."""

    kind: str
    subject: str
    key: str
    times: int


@dataclass(frozen=True, slots=True)
class Happenings:
    """``listed``: what a person should see one by one, oldest first. ``counts``: everything, the most frequent first."""

    listed: tuple[Happening, ...] = ()
    counts: tuple[Count, ...] = ()


LISTED = frozenset({"trip", "order", "press", "boot", "gap", "config", "aside", "halt", "verification"})
"""Kinds that are listed one by one; of all other kinds the rows of level alarm."""

COUNTED = frozenset({"start", "stop", "trip", "order", "press", "close", "boot", "gap", "halt"})


def happenings(rows: Iterable[Row], begin_s: float, end_s: float) -> Happenings:
    """Of the rows whose wall time is within [begin_s, end_s)."""
    listed: dict[int, Happening] = {}
    waiting: dict[tuple[str, str], int] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        if not begin_s <= row.epoch_s < end_s or not (
            row.kind in COUNTED or row.kind == "clear" or row.kind in LISTED
        ):
            continue
        content = row.content
        key = _text(content.get("key"))
        if row.kind in COUNTED:
            counts[(row.kind, row.subject, key)] += 1
        if row.kind == "clear":
            _cleared(listed, waiting, row, content)
        elif row.kind in LISTED or content.get("level") == Level.ALARM:
            if row.kind == "trip":
                waiting[(row.subject, key)] = row.seq
            listed[row.seq] = _happening(row, key, content)
    return Happenings(
        tuple(listed.values()),
        tuple(
            Count(*what, times) for what, times in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ),
    )


def _happening(row: Row, key: str, content: Mapping[str, Json]) -> Happening:
    params = content.get("params") or content.get("figures")
    plain = (
        {name: value for name, value in params.items() if isinstance(value, float | int | str)}
        if isinstance(params, dict)
        else {}
    )
    return Happening(
        row.seq, row.epoch_s, row.kind, row.subject, key, _text(content.get("level")) or "info", plain
    )


def _cleared(
    listed: dict[int, Happening], waiting: dict[tuple[str, str], int], row: Row, content: Mapping[str, Json]
) -> None:
    figures = content.get("figures")
    name = _text(figures.get("row")) if isinstance(figures, dict) else ""
    seq = waiting.pop((row.subject, name), None)
    if seq is not None:
        was = listed[seq]
        listed[seq] = Happening(
            was.seq, was.epoch_s, was.kind, was.subject, was.key, was.level, was.params, row.epoch_s
        )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
