"""The routes that programs use: status, orders and health, all JSON. ``tirta status`` and ``tirta manual`` speak to these."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.web.desk import Desk, signed_in
from controller.web.guard import refused, same_origin
from controller.web.orders import OrderBody, give
from controller.web.status import health as health_of
from controller.web.status import status as status_of
from controller.web.texts import TEXTS

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "the order makes no sense: unknown target, minutes out of range"},
    403: {"description": "PIN missing or wrong (header X-Tirta-Pin), or another web site asked"},
    409: {"description": "not now: the emergency stop is active, or nothing is locked"},
    429: {"description": "too many orders wait, or too many wrong PINs"},
}


def router(desk: Desk) -> APIRouter:
    """The routes of one server."""
    routes = APIRouter()

    @routes.get("/api/status", summary="Everything that the page shows")
    async def status() -> Response:
        return JSONResponse(status_of(desk.context))

    @routes.get("/health", summary="For monitoring: no secrets, no plant details")
    async def health() -> Response:
        return JSONResponse(health_of(desk.context))

    @routes.post("/api/orders", status_code=202, responses=_REFUSALS, summary="Give an order")
    async def orders(request: Request, body: OrderBody) -> Response:
        if same_origin(request) is False:
            return answer(403, "not_origin")
        if not signed_in(request):
            return refused(0.0)
        outcome = give(desk.live, body, "api")
        if outcome.refusal is None:
            return answer(outcome.code, f"done_{body.order.value}")
        return answer(outcome.code, f"not_{outcome.refusal}")

    return routes


def answer(code: int, key: str) -> Response:
    """What became of an order, in both languages, with a word for programs when it was refused."""
    indonesian, english = TEXTS[key]
    body = {"id": indonesian, "en": english}
    return JSONResponse(body if code == 202 else {"error": key.removeprefix("not_"), **body}, code)
