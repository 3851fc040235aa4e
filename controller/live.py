"""What is true now, for those who only look (page, sinks, status), and the one way in for a person's wishes."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

from controller.core.decision import Decision, Reason
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order, Snapshot

MAX_ORDERS = 20
"""Orders that may wait for the next cycle; more are refused (a stuck finger, a script gone wild)."""


@dataclass(slots=True)
class Live:
    """The latest snapshot and decision, and the orders that wait for the next one. One event loop, no locks."""

    site: Site
    snapshot: Snapshot | None = None
    decision: Decision | None = None
    cycles: int = 0
    cycle_ms: float = 0.0
    gap_s: float = 0.0
    """How long the controller was away before this start, seconds of wall time; 0 when unknown or first start."""
    notices: list[str] = field(default_factory=list)
    """Texts for the technician (damaged file set aside, recording failed), newest last."""
    sink_alarm: Reason | None = None
    """What a person must know about the way to InfluxDB; None when all is well."""
    _orders: deque[OperatorOrder] = field(default_factory=deque)
    _changed: asyncio.Event | None = None

    def order(self, order: OperatorOrder) -> bool:
        """Queue a person's wish for the next cycle; False when too many wait already. An emergency stop is never refused:
        nothing that was asked before it matters any more.
        """
        if order.order is Order.EMERGENCY_STOP:
            self._orders.clear()
        if len(self._orders) >= MAX_ORDERS:
            return False
        self._orders.append(order)
        return True

    def take_orders(self) -> tuple[OperatorOrder, ...]:
        """All waiting orders, each handed out once."""
        if not self._orders:
            return ()
        orders = tuple(self._orders)
        self._orders.clear()
        return orders

    def publish(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """A cycle is done: wake those who watch."""
        self.snapshot, self.decision, self.cycle_ms = snapshot, decision, cycle_ms
        self.cycles += 1
        changed, self._changed = self._changed, None
        if changed is not None:
            changed.set()

    async def changed(self) -> None:
        """Wait for the next cycle."""
        if self._changed is None:
            self._changed = asyncio.Event()
        await self._changed.wait()

    def notice(self, text: str) -> None:
        """Keep a text for the technician, newest last; the last fifty, each once."""
        if text in self.notices:
            self.notices.remove(text)
        self.notices.append(text)
        del self.notices[:-50]
