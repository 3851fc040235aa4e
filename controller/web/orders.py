"""From what a browser or a program sends to an order of a person: checked, refused with a reason, or queued for the next cycle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from controller.core.site import SiteFile
from controller.core.snapshot import OperatorOrder, Order
from controller.core.state import Phase
from controller.live import Live

MINUTES_MIN, MINUTES_MAX = 1.0, 240.0

Refusal = Literal["unknown_target", "bad_amount", "emergency", "no_tank", "not_locked", "too_many"]


class OrderBody(BaseModel):
    """The body of POST /api/orders. ``target``: a zone or pump id where the order needs one; ``amount``: minutes, 1..240."""

    model_config = ConfigDict(extra="forbid")

    order: Order
    target: Annotated[str, Field(max_length=40)] = ""
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """``code``: the HTTP status. ``refusal``: why not, None when it was queued."""

    code: int
    refusal: Refusal | None = None


def give(live: Live, body: OrderBody, who: str) -> Outcome:
    """Check an order and queue it: 202, or 400 (makes no sense), 409 (not now), 429 (too many wait)."""
    refusal = _nonsense(live.site.file, body)
    if refusal is not None:
        return Outcome(400, refusal)
    refusal = _not_now(live, body)
    if refusal is not None:
        return Outcome(409, refusal)
    if not live.order(OperatorOrder(body.order, body.target, body.amount, who)):
        return Outcome(429, "too_many")
    return Outcome(202)


def _nonsense(file: SiteFile, body: OrderBody) -> Refusal | None:
    zones = {zone.id for zone in file.zones}
    pumps = {pump.id: pump for pump in file.pumps}
    targets: dict[Order, set[str]] = {
        Order.RUN_ZONE: zones,
        Order.RUN_PUMP: set(pumps),
        Order.STOP: zones | set(pumps),
        Order.RESET: set(pumps),
    }
    if body.target not in targets.get(body.order, {""}):
        return "unknown_target"
    if body.order in (Order.RUN_ZONE, Order.RUN_PUMP):
        if not math.isfinite(body.amount) or not MINUTES_MIN <= body.amount <= MINUTES_MAX:
            return "bad_amount"
        if body.order is Order.RUN_PUMP and pumps[body.target].into not in {tank.id for tank in file.tanks}:
            return "no_tank"
    return None


def _not_now(live: Live, body: OrderBody) -> Refusal | None:
    state = None if live.decision is None else live.decision.state
    if state is None:
        return None
    if body.order in (Order.RUN_ZONE, Order.RUN_PUMP) and state.emergency:
        return "emergency"
    if body.order is Order.RESET:
        pump = state.pumps[body.target]
        if pump.phase is not Phase.LOCKED and not pump.fault:
            return "not_locked"
    return None
