"""What the page is given: where to look and where orders go. No web framework here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from controller.core.instant import Instant
from controller.forecast_trouble import Trouble
from controller.live import Live
from controller.outlooks import Kept
from controller.poller import Health
from controller.store.chain import Note
from controller.store.notes import Noted
from controller.wires import WireState

Language = Literal["id", "en"]
LANGUAGES: tuple[Language, Language] = ("id", "en")

LOOPBACK = ("127.0.0.1", "localhost", "::1")
"""Hosts that only this computer reaches."""


@dataclass(frozen=True, slots=True)
class WebContext:
    """Everything that the page may know and do.

    ``rate``: plant seconds per real second, shown when it is not 1. ``now``: the plant clock. ``pin_hash``: the line of the
    PIN file (``scrypt$salt_hex$hash_hex``), None when no PIN is set. ``host``: what the page is bound to, which decides
    whether reading needs the PIN; default: the site file's.

    ``backlog``: the telemetry queue, e.g. ``{"points": 120, "dropped": 0}``. ``ledger_head``: the head's hash.
    ``impact_totals``: ``{"today": fields, "total": fields}`` with the fields of the measurement ``impact`` (solar_kwh,
    water_m3, co2_avoided_kg, saved_idr ...). ``wires``: the state of each bus. Each may be absent, and one of the first three
    that raises is shown as absent. ``unverified``: devices whose profile nobody has checked against a second source.
    """

    live: Live
    health: Mapping[str, Health]
    rate: float
    now: Callable[[], Instant]
    pin_hash: str | None = None
    backlog: Callable[[], Mapping[str, Any]] | None = None
    ledger_head: Callable[[], str] | None = None
    impact_totals: Callable[[], Mapping[str, Any]] | None = None
    wires: Callable[[], Mapping[str, WireState]] | None = None
    host: str = field(default="")
    unverified: frozenset[str] = frozenset()
    forecasts: Callable[[], Kept] | None = None
    """The record of the forecasts."""
    forecast_trouble: Callable[[], Trouble | None] | None = None
    """Why the provider's forecast does not come; None while it does."""
    note: Callable[[Note], Awaitable[Noted | None]] | None = None
    """Adds a person's row to the ledger; None when the disk did not take it in time."""
    holder: str = ""
    """The word in the lock of the state directory whose ledger this daemon keeps."""
    report: tuple[str, ...] = ()
    """The command that writes the HTML report of the last month to its standard output; nothing: no report is offered."""

    @property
    def bound_host(self) -> str:
        """The host that the page is bound to."""
        return self.host or self.live.site.file.web.host

    @property
    def reading_needs_pin(self) -> bool:
        """True when others than this computer can reach the page."""
        return self.bound_host not in LOOPBACK

    @property
    def default_language(self) -> Language:
        """The site's language."""
        return self.live.site.file.site.language
