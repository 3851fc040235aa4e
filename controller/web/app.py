"""The web application: guard, routes and error answers put together. Importing this brings the web framework in."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.web import routes_api, routes_notes, routes_page, routes_report
from controller.web.access import Keeper
from controller.web.context import WebContext
from controller.web.desk import Desk
from controller.web.guard import Guard, own_names
from controller.web.render import Renderer
from controller.web.stream import Streams


def create_app(context: WebContext, streams: Streams | None = None) -> FastAPI:
    """The application for ``context``. ``streams`` lets the server end open event streams when it stops."""
    keeper = Keeper(context.pin_hash)
    desk = Desk(context, keeper, Renderer(context), streams or Streams())
    app = FastAPI(
        title="Tirtasurya",
        summary="State of the site, and orders of a person",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.include_router(routes_page.router(desk))
    app.include_router(routes_api.router(desk))
    app.include_router(routes_notes.router(desk))
    app.include_router(routes_report.router(desk))
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_middleware(
        Guard,
        keeper=keeper,
        names=own_names(context.bound_host),
        reading_needs_pin=context.reading_needs_pin,
    )
    return app


async def _unreadable(_request: Request, error: Exception) -> Response:
    """A body that is not an order."""
    problems = []
    if isinstance(error, RequestValidationError):
        problems = [f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors()]
    body = {
        "error": "unreadable",
        "id": "perintah tidak terbaca",
        "en": "the order cannot be read",
        "problems": problems,
    }
    return JSONResponse(body, 400)
