"""What a device's answer is worth: jumps, counters, bad packets, warm-up. Between the codec and the readings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, count

from drivers.codec import Decoded
from drivers.codec_scale import Settings, compile_coding
from drivers.counters import Kept, Total
from drivers.profile_coding import Coding, Counter
from drivers.quantities import is_counter
from drivers.reading import Quality, Value

_GOOD, _SUSPECT = Quality.GOOD, Quality.SUSPECT
_NEVER = Counter()


@dataclass(slots=True)
class Step:
    """Jumps of one value: one that is too large is suspect until the next reading agrees with it."""

    most: float
    last: float | None = None
    doubted: float | None = None

    def take(self, value: float) -> bool:
        """Whether the value is believed."""
        near = self.last is None or abs(value - self.last) <= self.most
        near = near or (self.doubted is not None and abs(value - self.doubted) <= self.most)
        if near:
            self.last, self.doubted = value, None
        else:
            self.doubted = value
        return near


@dataclass(slots=True)
class _Watch:
    """What is watched of one quantity."""

    step: Step | None
    total: Total | None
    rejects: bool
    warm_up_s: float


class Guard:
    """The state of one device, by quantity; it outlives the requests in which the quantities come."""

    def __init__(self, codings: Iterable[Coding], settings: Settings, warm_up_s: float) -> None:
        self._warm_up_s = warm_up_s
        self._longest_s = warm_up_s
        self._kept: dict[str, Kept] = {}
        self._watched: dict[str, _Watch] = {}
        for coding in codings:
            watch = _watch_of(coding, settings, warm_up_s)
            if coding.quantity is not None and watch is not None:
                self._watched.setdefault(coding.quantity, watch)
                self._longest_s = max(self._longest_s, watch.warm_up_s)

    def follow(self, other: Guard) -> None:
        """Go on with the totals of another guard (the requests of the device were made anew)."""
        for name, watch in self._watched.items():
            old = other._watched.get(name)
            if old is not None:
                watch.step = (
                    old.step if watch.step and old.step and watch.step.most == old.step.most else watch.step
                )
                if watch.total and old.total and watch.total.rule == old.total.rule:
                    watch.total = old.total
        self.go_on(other._kept)

    @property
    def totals(self) -> dict[str, Kept]:
        """What is to be kept of every total over a restart of ours, by quantity."""
        now = {name: watch.total.kept for name, watch in self._watched.items() if watch.total is not None}
        return self._kept | {name: kept for name, kept in now.items() if kept is not None}

    def go_on(self, kept: Mapping[str, Kept]) -> None:
        """Totals that have no value yet go on from what was kept; others when their device turns out to have them."""
        self._kept = dict(kept)
        for name, watch in self._watched.items():
            if name in kept and watch.total is not None and watch.total.last is None:
                watch.total.go_on(kept[name])

    def watches(self, quantities: Iterable[str]) -> bool:
        """Whether anything has to be done for these quantities at all."""
        return self._warm_up_s > 0 or any(name in self._watched for name in quantities)

    def judge(
        self, decoded: Sequence[Decoded], turns: float = 1.0, awake_s: float = float("inf")
    ) -> tuple[list[Decoded], bool]:
        """(the answer as it may be believed, whether the same words again would say something new).

        ``turns``: polls since the last answer; ``awake_s``: seconds since the device appeared.
        """
        out = list(decoded)
        rejected = False
        pending = awake_s < self._longest_s
        names = [row[0] for row in out]
        for place in compress(count(), map(self._watched.__contains__, names)):
            watch = self._watched[names[place]]
            judged = out[place] = self._one(out[place], watch, turns, awake_s)
            pending = pending or _is_pending(watch)
            rejected = rejected or (watch.rejects and judged[2] is _SUSPECT)
        if rejected or awake_s < self._warm_up_s:
            out = [_suspect(row) for row in out]
        return out, pending or rejected

    def _one(self, row: Decoded, watch: _Watch, turns: float, awake_s: float) -> Decoded:
        name, value, quality = row
        if quality is not _GOOD or not isinstance(value, float | int):
            return row
        believed = watch.step is None or watch.step.take(value)
        shown: Value = value
        if believed and watch.total is not None:
            total, believed = watch.total.take(value, turns)
            shown = total if believed else value
        if not believed or awake_s < watch.warm_up_s:
            return name, shown, _SUSPECT
        return row if shown == value else (name, shown, _GOOD)


def _is_pending(watch: _Watch) -> bool:
    return (watch.step is not None and watch.step.doubted is not None) or (
        watch.total is not None and watch.total.in_doubt
    )


def _suspect(row: Decoded) -> Decoded:
    return (row[0], row[1], _SUSPECT) if row[2] is _GOOD else row


def _watch_of(coding: Coding, settings: Settings, warm_up_s: float) -> _Watch | None:
    rule = coding.counter
    if rule is None and coding.quantity is not None and is_counter(coding.quantity):
        rule = _NEVER
    total = (
        Total(rule, _width(coding, rule, settings)) if rule is not None and rule.resets != "as_told" else None
    )
    step = Step(coding.max_step) if coding.max_step is not None else None
    rejects = coding.reject == "packet"
    if total is None and step is None and not rejects and coding.warm_up_s is None:
        return None
    return _Watch(step, total, rejects, max(warm_up_s, coding.warm_up_s or 0.0))


def _width(coding: Coding, rule: Counter, settings: Settings) -> float | None:
    """What the counter holds before it begins again, in the quantity's unit."""
    if rule.rolls_at is None:
        return None
    coder = compile_coding(coding, settings)
    return abs(rule.rolls_at * coder.num / coder.den)
