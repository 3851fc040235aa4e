"""What a server's answer to a batch means for the queue. Pure.

The rule behind it: a point leaves the queue only when the server has certainly stored it, or has certainly refused it
for what it is. Everything else is kept: a wrong password or database name is somebody's mistake, and it is mended.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

MAX_RETRY_AFTER_S = 3600.0
"""A server may ask for a longer rest; it is asked again after this."""

LINE_WORDS = (
    "partial write",
    "unable to parse",
    "field type conflict",
    "retention",
    "invalid line",
    "parsing",
)
"""Words with which InfluxDB 1 to 3 refuse lines for their own sake."""


class Verdict(StrEnum):
    """What to do with the batch."""

    STORED = "stored"  # go on
    SPLIT = "split"  # something in it is refused: find it
    HALVE = "halve"  # too large: send less at once
    HOLD = "hold"  # configuration: keep everything, tell, try again slowly
    WAIT = "wait"  # busy or not reachable: keep everything, back off


@dataclass(frozen=True, slots=True)
class Answer:
    """``status``: HTTP status, 0 when none came. ``words``: what the server (or the network) said."""

    status: int
    words: str = ""
    retry_after_s: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Only 204 stores: any other 2xx or 3xx comes from something that is no InfluxDB (a captive portal, a proxy)."""
        if self.status == 204:
            return Verdict.STORED
        if self.status in (400, 422):
            return Verdict.SPLIT
        if self.status == 413:
            return Verdict.HALVE
        if self.status in (0, 408, 425, 429) or self.status >= 500:
            return Verdict.WAIT
        return Verdict.HOLD

    @property
    def blames_the_line(self) -> bool:
        """True when the words of a 400 or 422 are those with which a server refuses a line for its own sake."""
        words = self.words.lower()
        return any(known in words for known in LINE_WORDS)


def retry_after(headers: Mapping[str, str] | None) -> float | None:
    """Seconds that the server asks for: a number, or a date that is taken against the server's own ``Date``.

    Our wall clock is not asked: it may be wrong. None when there is no (usable) header.
    """
    text = (headers or {}).get("Retry-After")
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            until = parsedate_to_datetime(text)
            seconds = (until - parsedate_to_datetime((headers or {}).get("Date", ""))).total_seconds()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S) if seconds == seconds else None
