"""Heads of the ledger that are kept outside it: how they are written down, and how an auditor's collection of them is read.

A line says either how far the ledger went on a day, or where a closing left it:

```
ledger head 812:5f1c...e0 2026-11-27
ledger closing 2026-11-27 812:5f1c...e0
```
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import accumulate
from pathlib import Path

from controller.store.almanac import day_after, is_day
from controller.store.chain import Head

SHORTEST = 16
"""Hexadecimal digits of a hash that must at least be there: what a person copies from paper (64 bits)."""

NEVER = "9999-99-99"
"""Later than any day."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_HEAD = re.compile(
    rf"(?:closing[\s\"=:,]+(?P<closing>{_DAY})[\s\"=:,]+)?(?<![0-9a-zA-Z.:-])(?P<seq>\d{{1,12}}):"
    rf"(?P<hash>[0-9a-f]{{{SHORTEST},64}})(?![0-9a-zA-Z])(?:\s+(?P<day>{_DAY})(?!\d))?"
)


@dataclass(frozen=True, slots=True)
class Noted:
    """A head noted outside. ``day``: the local day of that row, or with ``closing`` the day that was closed there; "" when the
    note does not say. ``where``: where it was found.
    """

    seq: int
    hash: str
    day: str = ""
    closing: bool = False
    where: str = ""

    @property
    def text(self) -> str:
        """The words that are written down outside."""
        if self.closing:
            return f"ledger closing {self.day} {self.seq}:{self.hash}"
        return f"ledger head {self.seq}:{self.hash}" + (f" {self.day}" if self.day else "")

    @property
    def short(self) -> str:
        """``text`` without its first two words."""
        return self.text.removeprefix("ledger ").removeprefix("head ")

    def matches(self, hashed: object) -> bool:
        """True when a row's hash is the one that was noted, or begins with it."""
        return isinstance(hashed, str) and hashed.startswith(self.hash)

    @property
    def day_behind(self) -> str:
        """The earliest day of a row after this head; "" when nobody can know."""
        return day_after(self.day) if self.closing else self.day


def beside(path: Path) -> Path:
    """The file of heads that belongs to the ledger file ``path``: a line for every daily closing."""
    return path.with_name(f"{path.name.removesuffix('.db')}.heads.txt")


def noted_of(head: Head, zone: tzinfo) -> Noted:
    """A head as it is noted outside, with the local day of its row where the clock was right."""
    day = "" if head.epoch_s is None else datetime.fromtimestamp(head.epoch_s, zone).date().isoformat()
    return Noted(head.seq, head.hash, day)


def heads_in(lines: Iterable[str], where: str) -> list[Noted]:
    """Every head in a text: a log, an export of InfluxDB, what MQTT said, ``heads.txt``, or what was typed from paper.

    Other words on a line do not matter. ``where``: the text's name, for the auditor's report.
    """
    found: dict[tuple[int, str, str, bool], Noted] = {}
    for number, line in enumerate(lines, 1):
        for match in _HEAD.finditer(line):
            closing = match["closing"] or ""
            day = closing or match["day"] or ""
            key = (int(match["seq"]), match["hash"], day if is_day(day) else "", bool(closing))
            if key not in found:
                found[key] = Noted(*key, f"{where}:{number}")
    return list(found.values())


class Heads:
    """Heads that were noted of one ledger, by row. What they say of days is better evidence than the ledger's own words."""

    def __init__(self, noted: Iterable[Noted] = ()) -> None:
        self.all = sorted(noted, key=lambda one: (one.seq, one.day))
        self.by_seq: dict[int, list[Noted]] = {}
        for one in self.all:
            self.by_seq.setdefault(one.seq, []).append(one)
        self._seqs = [one.seq for one in self.all]
        self._behind = list(accumulate((one.day_behind for one in self.all), max, initial=""))
        ahead = accumulate((one.day or NEVER for one in reversed(self.all)), min, initial=NEVER)
        self._ahead = list(ahead)[::-1]

    def __len__(self) -> int:
        return len(self.all)

    def beyond(self, seq: int) -> Noted | None:
        """The first head of a row after ``seq``."""
        place = bisect_right(self._seqs, seq)
        return self.all[place] if place < len(self.all) else None

    def days(self, seq: int) -> tuple[str, str]:
        """The first and the last day that row ``seq`` can be of; "" where no head tells."""
        place = bisect_left(self._seqs, seq)
        last = self._ahead[place]
        return self._behind[place], "" if last == NEVER else last
