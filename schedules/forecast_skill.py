"""Who was right: rolling errors of the site's own forecast, of the provider's and of what was made of both.

What is promised for a step is kept until the step is over; then each error enters a fading mean. The weights follow from the
record: with independent errors the best mix weighs by the inverse of the squared error (Bates and Granger 1969,
doi:10.1057/jors.1969.103), so a provider that is wrong loses its say.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Final

from schedules.frozen import replace

LEADS: Final = {"1h": 4, "3h": 12}
"""Leads that are judged, steps of 15 minutes. The third one, "day", is tomorrow's whole sum, kWh/m2."""

MEMORY: Final = {"1h": 300.0, "3h": 300.0, "day": 20.0, "rain": 40.0}
"""Errors that the fading means reach back, in number: about ten days of quarters, three weeks, six."""

LEAST: Final = {"1h": 40.0, "3h": 40.0, "day": 4.0, "rain": 8.0}
"""Fewer comparisons than this say nothing yet."""

START: Final = {"1h": 0.1, "3h": 0.3, "day": 0.4, "rain": 0.4}
"""Weight of a provider without a record: careful."""

TOP: Final = 0.9


@dataclass(frozen=True, slots=True)
class Record:
    """Fading sums of ``n`` comparisons: squared and absolute errors of own, provider and mix (W/m2, kWh/m2; for rain: Brier)."""

    n: float = 0.0
    own_se: float = 0.0
    own_ae: float = 0.0
    told_se: float = 0.0
    told_ae: float = 0.0
    mix_se: float = 0.0
    mix_ae: float = 0.0

    def mean(self, whose: str, kind: str = "se") -> float | None:
        """Mean squared ("se") or absolute ("ae") error of "own", "told" or "mix"; None before the first."""
        return getattr(self, f"{whose}_{kind}") / self.n if self.n else None

    def rmse(self, whose: str) -> float | None:
        """Root mean square error."""
        square = self.mean(whose)
        return None if square is None else math.sqrt(square)


def entered(record: Record, own: float, told: float, mix: float, memory: float) -> Record:
    """The record with three more errors."""
    fade = 1.0 - 1.0 / memory
    return Record(
        round(record.n * fade + 1.0, 6),
        round(record.own_se * fade + own * own, 6),
        round(record.own_ae * fade + abs(own), 6),
        round(record.told_se * fade + told * told, 6),
        round(record.told_ae * fade + abs(told), 6),
        round(record.mix_se * fade + mix * mix, 6),
        round(record.mix_ae * fade + abs(mix), 6),
    )


@dataclass(frozen=True, slots=True)
class Skill:
    """The records by "1h", "3h", "day" and "rain". ``promises``: (POSIX begin of the step, lead's name, own, told, mix)."""

    records: dict[str, Record] = field(default_factory=dict)
    promises: tuple[tuple[float, str, float, float, float], ...] = ()

    def weight(self, what: str) -> float:
        """How much of the provider's word counts, 0..TOP."""
        record = self.records.get(what, Record())
        own, told = record.mean("own"), record.mean("told")
        if own is None or told is None or record.n < LEAST[what]:
            return START[what]
        return min(TOP, own / max(1e-9, own + told)) if told < 4.0 * own else 0.0

    def narrower(self, what: str) -> float:
        """How much the mix's errors are smaller than the own ones, 0.4..1.2: so much narrower is its band."""
        record = self.records.get(what, Record())
        own, mix = record.rmse("own"), record.rmse("mix")
        if own is None or mix is None or record.n < LEAST[what] or own <= 0.0:
            return 1.0
        return min(1.2, max(0.4, mix / own))


def promised(skill: Skill, at_s: float, what: str, own: float, told: float, mix: float) -> Skill:
    """The skill that remembers a promise for the step (or the day) that begins at ``at_s``."""
    kept = skill.promises[-60:]
    return replace(skill, promises=(*kept, (at_s, what, round(own, 3), round(told, 3), round(mix, 3))))


def judged(skill: Skill, at_s: float, what: str, truth: float) -> Skill:
    """The skill after the truth for ``at_s`` is known; promises that nobody can judge any more are dropped."""
    records, left = dict(skill.records), []
    for promise in skill.promises:
        when, name, own, told, mix = promise
        if name == what and abs(when - at_s) < 1.0:
            old = records.get(name, Record())
            records[name] = entered(old, own - truth, told - truth, mix - truth, MEMORY[name])
        elif when > at_s - 3 * 86400.0:
            left.append(promise)
    return Skill(records, tuple(left))
