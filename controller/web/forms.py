"""Forms of the page: read, proven to come from the page, and turned into orders."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.requests import Request

from controller.core.snapshot import Order
from controller.web.access import Keeper
from controller.web.guard import VISIT_COOKIE, same_origin
from controller.web.orders import OrderBody

Form = dict[str, str]
Doubt = Literal["not_origin", "not_form"]


async def read(request: Request) -> Form:
    """The fields of an urlencoded form; the last of several of one name. Anything else reads as empty."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    body = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(body, keep_blank_values=True, max_num_fields=20))


def order(form: Form) -> OrderBody | None:
    """The order in a form, None when there is none or it cannot be read."""
    if not form.get("order"):
        return None
    try:
        return OrderBody(
            order=Order(form["order"]), target=form.get("target", ""), amount=float(form.get("amount") or 0.0)
        )
    except (ValidationError, ValueError):
        return None


def doubt(request: Request, keeper: Keeper, form: Form, wanted: OrderBody | None = None) -> Doubt | None:
    """Why a form is not believed to come from our own page, None when it is.

    The browser must not say that it comes from elsewhere, and the form must carry the visitor's token. An emergency stop
    from our own origin needs no token: a page that is older than this process must still be able to stop the pump.
    """
    origin = same_origin(request)
    if origin is False:
        return "not_origin"
    if origin is True and wanted is not None and wanted.order is Order.EMERGENCY_STOP:
        return None
    visit = request.cookies.get(VISIT_COOKIE, "")
    return None if keeper.known_token(form.get("token", ""), visit) else "not_form"


def own_path(text: str) -> str:
    """A path on this page to go on to, ``/`` for anything else."""
    safe = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if safe else "/"
