"""Why a provider's forecast does not come, as a reason that people can read and mend. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from controller.core.decision import Level, Reason

Kind = Literal["unreachable", "refused", "busy", "unreadable", "address", "clock", "tls"]
"""No way to it; it refuses us (HTTP 4xx); it cannot just now (5xx, 408, 429); no word that can be used; an address that is none;
our clock is not trusted; no safe line to it (a certificate that is not good here). Each has its sentence ``forecast_KIND`` and
its advice."""

BUSY = (408, 425, 429)


class Failed(Exception):
    """A fetch that brought nothing: why, and how long the provider asks us to stay away (real seconds, 0: not said)."""

    def __init__(self, why: str, kind: Kind, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.kind, self.wait_s = why, kind, wait_s


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong since when (``since_s``: monotonic, plant seconds). ``detail``: the words of who refused, never an address,
    which may hold a key.
    """

    kind: Kind
    detail: str
    since_s: float


def kind_of(http_status: int) -> Kind:
    """What an HTTP status of 400 or more means to people."""
    return "busy" if http_status >= 500 or http_status in BUSY else "refused"


def reason(trouble: Trouble, mono_s: float) -> Reason:
    """The sentence of a trouble at this moment."""
    params: dict[str, float | str] = {
        "error": trouble.detail,
        "lost_s": max(0.0, mono_s - trouble.since_s),
    }
    return Reason("forecast", f"forecast_{trouble.kind}", params, Level.WARNING)
