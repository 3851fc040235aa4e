"""Emptying the queue into one sink: one step at a time, losing nothing, newest data first in turn with the backlog.

No time in here: the caller says what ``now`` is and waits for ``next_in_s``. Blocks on the network: one worker thread.
"""

from __future__ import annotations

import contextlib
import random
from dataclasses import dataclass

from controller.core.decision import Level, Reason
from controller.store.errors import StoreError
from controller.store.outbox import Line, Outbox, Parcel, Reject
from controller.telemetry.answers import Answer, Verdict
from controller.telemetry.sink import Sink

MAX_LINES = 5000
MIN_LINES = 500
"""A slow line makes batches smaller, but for 413 never smaller than this."""

IDLE_S = 2.0
"""Pause when everything is sent, real seconds."""

REPLAY_S = 0.25
"""Pause between batches of a backlog, real seconds."""

HOLD_S = 300.0
"""Pause while the server refuses us or the target: somebody must mend the configuration."""

BACKOFF_S = (1.0, 300.0)
"""First and longest pause when the server is busy or not there; doubled in between, with jitter, for ever."""

STEP_REQUESTS = 40
"""Requests at most in one step."""

PATIENCE = 16
"""So many lines in a row refused in the same words that blame no line: the target is wrong, not the lines."""

GROW_AFTER = 20
"""Batches stored in a row before a larger one is tried again."""


@dataclass(frozen=True, slots=True)
class DrainResult:
    """One step: lines ``sent`` and ``rejected``, seconds until the next step, what is ``pending``, and what a person must know.

    ``alarm`` keys: ``sink_refused`` (count, status, words), ``sink_hold`` (status, words), ``sink_waiting`` (words, failures).
    """

    sent: int
    next_in_s: float
    alarm: Reason | None = None
    rejected: int = 0
    pending: int = 0


class Drain:
    """The state of one sink's queue between steps. ``max_lines``: lines per request at most."""

    def __init__(
        self, outbox: Outbox, sink: Sink, rng: random.Random | None = None, max_lines: int = MAX_LINES
    ) -> None:
        self._outbox, self._sink, self._rng, self._max = outbox, sink, rng or random.Random(), max_lines
        self._limit = max_lines
        self._parcel: Parcel | None = None
        self._pieces: list[tuple[Line, ...]] = []
        self._rejects: list[Reject] = []
        self._alike = 0
        self._turn_live = True
        self._not_before_s = float("-inf")
        self._failures = self._stored_in_row = 0
        self._known = False
        self._doubt = True
        self._alarm: Reason | None = None
        self._last_pending = 0
        self._empty_at: tuple[object, ...] = ()

    def drain_once(self, now_s: float) -> DrainResult:
        """Do what can be done now (``now_s``: monotonic seconds); never raises."""
        if now_s < self._not_before_s:
            return DrainResult(0, self._not_before_s - now_s, self._alarm, pending=self._waiting())
        try:
            return self._step(now_s)
        except StoreError as error:
            return self._backed_off(now_s, Answer(0, str(error)))

    def close(self) -> None:
        """Keep the cursor; never raises."""
        with contextlib.suppress(StoreError):
            self._outbox.save()

    def _step(self, now_s: float) -> DrainResult:
        if not self._known:
            self._outbox.register()
            self._known = True
        if self._parcel is None and not self._news():
            self._alarm = None if self._failures == 0 else self._alarm
            return DrainResult(0, IDLE_S, self._alarm)
        if self._doubt and self._outbox.pending() > self._max and not self._sink.healthy():
            return self._backed_off(now_s, Answer(0, "no answer to the health call"))
        self._doubt = False
        sent = 0
        for _ in range(STEP_REQUESTS):
            if not self._pieces:
                break
            piece = self._pieces.pop()
            answer = self._sink.send("\n".join(line.text for line in piece).encode("utf-8", "replace"))
            match answer.verdict:
                case Verdict.STORED:
                    sent += len(piece)
                    self._succeeded()
                case Verdict.SPLIT | Verdict.HALVE:
                    if not self._divided(piece, answer):
                        return self._held(now_s, answer, sent)
                case Verdict.HOLD:
                    self._pieces.append(piece)
                    return self._held(now_s, answer, sent)
                case Verdict.WAIT:
                    self._pieces.append(piece)
                    return self._backed_off(now_s, answer, sent)
        return self._settled(sent)

    def _news(self) -> bool:
        """Take the next parcel; the file is left alone while nobody has written to it since there was none."""
        mark = self._outbox.mark()
        if mark == self._empty_at:
            return False
        if self._chosen():
            return True
        self._empty_at = mark
        return False

    def _chosen(self) -> bool:
        """Take the next parcel: live data and backlog in turn."""
        first, second = self._outbox.live, self._outbox.backlog
        if not self._turn_live:
            first, second = second, first
        self._parcel = first(self._limit) or second(self._limit)
        self._turn_live = not self._turn_live
        if self._parcel is None:
            return False
        self._pieces = [self._parcel.lines] if self._parcel.lines else []
        self._rejects, self._alike = [], 0
        return True

    def _succeeded(self) -> None:
        self._failures, self._alarm, self._alike = 0, None, 0
        self._stored_in_row += 1
        if self._stored_in_row >= GROW_AFTER and self._limit < self._max:
            self._limit, self._stored_in_row = min(self._max, self._limit * 2), 0

    def _divided(self, piece: tuple[Line, ...], answer: Answer) -> bool:
        """Halve a refused piece, or keep its only line as a dead letter; False when the target itself seems wrong."""
        self._stored_in_row = 0
        half = len(piece) // 2
        if half:
            if answer.verdict is Verdict.HALVE:
                self._limit = max(1, half)
            self._pieces += [piece[half:], piece[:half]]
            return True
        alike = bool(self._rejects) and self._rejects[-1].words == answer.words and not answer.blames_the_line
        self._alike = self._alike + 1 if alike else 1
        self._rejects.append(Reject(piece[0].seq, piece[0].text, answer.status, answer.words))
        if self._alike < PATIENCE or answer.blames_the_line:
            return True
        self._parcel, self._pieces, self._rejects = None, [], []  # nothing is settled; the other lane is next
        return False

    def _settled(self, sent: int) -> DrainResult:
        rejects = tuple(self._rejects)
        if self._pieces or self._parcel is None:
            return DrainResult(sent, 0.0, self._alarm, pending=self._waiting())
        self._outbox.settle(self._parcel.span, rejects)
        self._parcel = None
        if rejects:
            words: dict[str, float | str] = {
                "count": len(rejects),
                "status": rejects[-1].status,
                "words": rejects[-1].words,
            }
            self._alarm = Reason("influx", "sink_refused", words, Level.ALARM)
        pending = self._waiting()
        return DrainResult(sent, REPLAY_S if pending else IDLE_S, self._alarm, len(rejects), pending)

    def _held(self, now_s: float, answer: Answer, sent: int) -> DrainResult:
        words: dict[str, float | str] = {"status": answer.status, "words": answer.words}
        self._alarm = Reason("influx", "sink_hold", words, Level.ALARM)
        self._not_before_s = now_s + HOLD_S
        return DrainResult(sent, HOLD_S, self._alarm, pending=self._waiting())

    def _backed_off(self, now_s: float, answer: Answer, sent: int = 0) -> DrainResult:
        """Wait longer with every failure, jittered so that many sites do not come back together."""
        first, longest = BACKOFF_S
        pause = min(longest, first * 2.0 ** min(self._failures, 20)) * self._rng.uniform(0.5, 1.0)
        pause = max(pause, answer.retry_after_s or 0.0)
        self._failures += 1
        self._doubt, self._stored_in_row = True, 0
        if answer.status == 0:
            self._limit = max(min(MIN_LINES, self._limit), self._limit // 2)
        if self._failures >= 5:
            words: dict[str, float | str] = {
                "words": answer.words or str(answer.status),
                "failures": self._failures,
            }
            self._alarm = Reason("influx", "sink_waiting", words, Level.WARNING)
        self._not_before_s = now_s + pause
        return DrainResult(sent, pause, self._alarm, pending=self._waiting())

    def _waiting(self) -> int:
        """Points that no answer has come for; as last known while the file itself cannot be used."""
        with contextlib.suppress(StoreError):
            self._last_pending = self._outbox.pending()
        return self._last_pending
