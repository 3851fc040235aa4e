"""What passed a meter since the last decision: its counter first; a rate times time only while the counter is silent.

A fill is taken back when the counter speaks again and has counted that time itself, so nothing is told twice. Where it comes back
without having counted (another meter, a reset), the fill stays: nobody else knows of that time. Writes: ``counters``.
"""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.state import Counter, Parts
from controller.core.wiring import Reader

NOTHING: Parts = (0.0, 0.0, 0.0)

COUNTED_ALONG = 0.05
"""A counter that grew by less than this share of what was filled in did not count along: it was reset or replaced."""

ANEW = 0.5
"""A counter that fell to more than this share of itself did not begin anew: its total was kept before the last growth of it."""

STEPS = 2.0
"""A fill of so many steps of a coarse counter proves nothing yet: it is owed."""


def passed(
    c: Draft, reader: Reader, cap_per_s: float, quantum: float, assumed: float, rated: bool = False,
    until_s: float | None = None, most: float | None = None, known_s: float | None = None,
) -> Parts:  # fmt: skip
    """What was added since the last decision: (by the counter, filled by a measured rate, filled by a rating); fills may be taken
    back. ``assumed``: the fill of this time, ``rated`` if no meter told its rate.

    A counter that fell far began again from zero; a jump that physics forbids (``cap_per_s`` since it was read last, up to now or
    to the moment ``until_s``, ``quantum``) is not believed: it is another meter. ``assumed`` may be below nothing: one part of a
    balance. ``most``: what can have passed in the last ``known_s`` (None: since the last decision) as others measured it; None:
    nobody did.
    """
    value = reader.read(c.readings, c.mono)
    last = c.counters.get(reader.name)
    if value is None:
        if last is not None and (assumed != 0.0 or last.silent_s is None or most is not None):
            c.counters[reader.name] = _silent(
                c, last, assumed, rated, most, c.lived_s if known_s is None else known_s
            )
        return filled(assumed, rated)
    if last is None:
        c.counters[reader.name] = Counter(value, c.mono)
        return filled(assumed, rated)
    fell = value < last.value
    added = value if fell else value - last.value
    if added == 0.0 and last.silent_s is None:
        return NOTHING
    step = min(added, last.step) if last.step > 0.0 < added else max(added, last.step)
    if fell and last.step > 0.0:
        quantum = min(quantum, STEPS * last.step)
    set_back = fell and value > ANEW * last.value
    window_s = _window_s(c, reader, last, until_s)
    if last.known_s > 0.0:  # most of the silence is known, so no step of it is
        window_s = max(0.0, window_s - last.known_s)
        quantum = last.most + (min(quantum, STEPS * last.step) if last.step > 0.0 else quantum)
    if set_back or added > cap_per_s * window_s + quantum:
        c.counters[reader.name] = Counter(value, c.mono, step=last.step)
        return filled(assumed, rated)
    if last.assumed == 0.0:
        c.counters[reader.name] = Counter(value, c.mono if added else last.seen_s, step=step)
        return (added, 0.0, 0.0)
    if added < COUNTED_ALONG * last.assumed:
        owed = last.assumed <= STEPS * last.step
        kept = (last.assumed, last.rated) if owed else (0.0, 0.0)
        c.counters[reader.name] = Counter(value, c.mono if added else last.seen_s, *kept, step=step)
        return (added, 0.0, 0.0)
    c.counters[reader.name] = Counter(value, c.mono, step=step)
    return (added, last.rated - last.assumed, -last.rated)


def _window_s(c: Draft, reader: Reader, last: Counter, until_s: float | None) -> float:
    """The longest time in which the growth may have come: since the last change, and since the last value was measured."""
    unread_s = c.dt if last.silent_s is None else c.mono - last.silent_s
    return max(0.0, min((until_s or c.mono) - last.seen_s, unread_s + reader.stale_s))


def filled(amount: float, rated: bool) -> Parts:
    """A fill, by a rating or by a measured rate."""
    return (0.0, 0.0, amount) if rated else (0.0, amount, 0.0)


def _silent(
    c: Draft, last: Counter, assumed: float, rated: bool, most: float | None, known_s: float
) -> Counter:
    since = c.mono - c.dt if last.silent_s is None else last.silent_s
    more = last.rated + assumed if rated else last.rated
    known = (last.most, last.known_s) if most is None else (last.most + most, last.known_s + known_s)
    return Counter(
        last.value, last.seen_s, last.assumed + assumed, more, since, last.step, *known, last.doubt
    )


def counter(c: Draft, reader: Reader, cap_per_s: float, quantum: float, assumed: float) -> float:
    """``passed`` as one figure that never falls."""
    return max(0.0, sum(passed(c, reader, cap_per_s, quantum, assumed)))


def spans(c: Draft, reader: Reader | None) -> bool:
    """Whether this counter has been silent since before the day began. Ask before ``passed``: that ends the silence."""
    last = None if reader is None else c.counters.get(reader.name)
    if last is None or last.silent_s is None:
        return False
    if not c.trusted:
        return c.shelved is not None
    return c.epoch - (c.mono - last.silent_s) < (c.accounts.begins_s or c.epoch)
