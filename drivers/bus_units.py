"""What a bus knows of each device address: when it may be asked, and whether its answer is the answer.

A line without transaction numbers brings an answer of before (late, doubled, flushed by a gateway) as the answer to the question in
flight, when unit, function and length agree. Such an answer is doubted for one of these reasons:

- the unit has said the very same bytes within the last seconds, to another question (a doubled answer is byte for byte the same);
- it owes an answer: it was silent before, or the connection is a new one;
- other bytes follow at once, or it came faster than the wire can carry it.

What is doubted is thrown away; when the line has been quiet, the same question is put again. `docs/decisions/0011` says what
that proves, and what it does not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from drivers.heard import GLITCH, Heard
from drivers.transport import Read, Timing

BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

AGAIN_S = 5.0
"""An answer is expected to come a second time within so many seconds at most."""

OWED_S = 5.0
"""A question that was not answered in time is expected to be answered within so many seconds at most."""

CHATTY_S = 300.0
"""A unit that spoke unasked is given longer pauses for so long."""

TRIES = 3
"""So often a question is put before its answer is given up as doubtful."""

_LEAST_SETTLE_S = 0.05
_SLOWER = 4.0  # a second answer or copy is waited for this many times the unit's slowest answer
_KEPT = 64


@dataclass(slots=True)
class Doubt:
    """Of one question: how often it was answered, with what last, and how many stray bytes had been heard then."""

    tries: int = 0
    answer: bytes = b""
    strays: int = 0
    too_fast: bool = False


@dataclass(slots=True)
class Unit:
    """One device address; all times are line time."""

    free_at: float = 0.0  # its own gap since its last answer
    quiet_until: float = 0.0  # a late answer may still come: reads wait
    retry_at: float = 0.0  # back-off: not polled before
    failures: int = 0
    owes_until: float = 0.0  # an older question is not answered yet
    owes: int = 0  # so many more questions were asked than answers heard
    chatty_until: float = 0.0
    chatter_s: float = 0.0  # the pause that its unasked words need
    _slowest_s: float = 0.0
    _said: dict[bytes, float] = field(default_factory=dict)  # answer -> when it was said last
    _told: dict[Read, bytes] = field(default_factory=dict)  # question -> the answer that was delivered last

    def silent(self, now: float) -> None:
        """One more time-out: wait longer before the next poll."""
        self.retry_at = now + BACK_OFF_S[min(self.failures, len(BACK_OFF_S) - 1)]
        self.failures += 1

    def alive(self) -> None:
        """It has answered."""
        self.failures, self.retry_at = 0, 0.0

    def missed(self, now: float, late_s: float) -> None:
        """A question was not answered properly: the answer may still come."""
        self.quiet_until = now + late_s
        self.owes_until = now + late_s + OWED_S

    def spoke(self, delay_s: float, now: float, late_s: float) -> None:
        """It said something unasked, ``delay_s`` after its last answer."""
        if now >= self.chatty_until:
            self.chatter_s = 0.0
        self.chatter_s = max(self.chatter_s, min(late_s, max(_LEAST_SETTLE_S, _SLOWER * delay_s)))
        self.chatty_until = now + CHATTY_S

    def ready_to_read(self, now: float) -> float:
        """Line time from which it may be asked again without taking old words for an answer."""
        return max(self.quiet_until, self.free_at + self.chatter_s if now < self.chatty_until else 0.0)

    def written(self) -> None:
        """What it said before a write is no answer to a question after it."""
        self._told.clear()

    def took(self, seconds: float) -> None:
        """So long it took to answer; slow ones are forgotten slowly."""
        self._slowest_s = max(seconds, 0.98 * self._slowest_s)

    def settle_s(self, timing: Timing) -> float:
        """How long the true answer may take to follow a wrong one, seconds."""
        return min(timing.late_s, max(_LEAST_SETTLE_S, _SLOWER * self._slowest_s))

    def believes(self, request: Read, heard: Heard, doubt: Doubt, now: float) -> bool:
        """Whether the answer just heard is the answer to ``request``; else ``doubt`` keeps it for the next one."""
        answer = heard.answer
        said_before = now - self._said.get(answer, -AGAIN_S) < AGAIN_S
        believed = not heard.surplus
        if doubt.tries:
            quiet = heard.strays - doubt.strays < max(GLITCH + 1, len(answer) + 3)
            believed = believed and (quiet if answer == doubt.answer else not said_before)
            believed = believed and (doubt.too_fast or not heard.too_fast)
        else:
            same = self._told.get(request) == answer and now >= self.chatty_until
            repeats = said_before and not same
            believed = believed and not repeats and now >= self.owes_until and not heard.too_fast
        self.said(answer, now)
        if believed:
            self._told[request] = answer
            if self.owes == 0 or now >= self.owes_until or answer == doubt.answer:
                self.owes, self.owes_until = 0, 0.0
        else:
            doubt.tries, doubt.answer, doubt.strays = doubt.tries + 1, answer, heard.strays
            doubt.too_fast = heard.too_fast
        return believed

    def said(self, answer: bytes, now: float) -> None:
        """It has said this, asked or unasked."""
        self.owes = max(0, self.owes - 1)
        self._said.pop(answer, None)
        self._said[answer] = now  # the youngest stands last
        while len(self._said) > _KEPT or now - next(iter(self._said.values())) >= AGAIN_S:
            del self._said[next(iter(self._said))]
