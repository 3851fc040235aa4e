"""What those who look are shown, and the one way in for orders."""

from __future__ import annotations

import asyncio

from controller.core.decision import Decision
from controller.core.snapshot import OperatorOrder, Order
from controller.core.state import initial_state
from controller.live import MAX_ORDERS, Live
from tests.controller.little_world import demo_site
from tests.controller.stations import HandClock, seen


def test_every_order_is_handed_out_once() -> None:
    """Orders come in order, once; beyond twenty they are refused until the next cycle."""
    live = Live(demo_site())
    orders = [OperatorOrder(Order.RUN_ZONE, "cabai", float(n + 1)) for n in range(MAX_ORDERS)]
    assert all(live.order(order) for order in orders)
    assert not live.order(OperatorOrder(Order.RESUME))
    assert live.take_orders() == tuple(orders)
    assert live.take_orders() == ()
    assert live.order(OperatorOrder(Order.RESUME))


async def test_everybody_who_waits_is_woken_once_per_cycle() -> None:
    """Two watchers see the same cycle; a watcher that comes later waits for the next one."""
    live = Live(demo_site())
    watchers = [asyncio.create_task(live.changed()) for _ in range(2)]
    await asyncio.sleep(0)
    live.publish(seen(HandClock().now()), Decision(initial_state(live.site), (), ()), 1.5)
    await asyncio.gather(*watchers)
    late = asyncio.create_task(live.changed())
    await asyncio.sleep(0.01)
    assert not late.done()
    assert (live.cycles, live.cycle_ms) == (1, 1.5)
    late.cancel()


def test_notices_are_few_and_each_once() -> None:
    """The same text again moves to the end; never more than fifty."""
    live = Live(demo_site())
    for number in range(200):
        live.notice(f"text {number}")
    live.notice("text 180")
    live.notice("text 180")
    assert len(live.notices) == 50
    assert live.notices[-1] == "text 180"
    assert live.notices.count("text 180") == 1
