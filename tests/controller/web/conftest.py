"""A station, and its page asked without a network (``visitor``) or served for real (``served``)."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from controller.web.app import create_app
from controller.web.context import WebContext
from controller.web.server import WebServer
from tests.controller.web.station import Station

PIN = "270831"


@pytest.fixture(scope="session")
def pin_hash() -> str:
    """The line that scripts/install.sh writes for PIN, made as it makes it."""
    salt = bytes(range(16))
    digest = hashlib.scrypt(PIN.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
    return f"scrypt${salt.hex()}${digest.hex()}"


@pytest.fixture
def station() -> Station:
    """The demo site on a sunny morning, the pump filling the tank."""
    station = Station()
    station.plan_for("cabai", "melon")
    station.cycle(90)
    return station


@asynccontextmanager
async def visit(context: WebContext, **options: object) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the page, without sockets. It keeps cookies as a browser does."""
    transport = httpx.ASGITransport(create_app(context), client=("127.0.0.1", 40000))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080", **options) as client:  # type: ignore[arg-type]
        yield client


@asynccontextmanager
async def serve(context: WebContext) -> AsyncIterator[WebServer]:
    """The page on a real port."""
    server = WebServer(context, port=0)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
