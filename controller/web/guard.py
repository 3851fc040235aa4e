"""What every request passes: the host that it names, its size, whether it may read, and the headers of its answer.

Plain ASGI, so that a stream of events passes through it unchanged.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from controller.clock import real_mono_s
from controller.web.access import Keeper

SESSION_COOKIE = "tirta_session"
VISIT_COOKIE = "tirta_visit"
PIN_HEADER = "x-tirta-pin"

BODY_MAX = 8192
"""Bytes; every form and order of this page is far smaller."""

PUBLIC = ("/health", "/pin", "/static/", "/favicon.ico")
"""Readable without a PIN, wherever the page is bound."""

SECURITY = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


def known_host(header: str, names: Iterable[str]) -> bool:
    """True for a Host header that nobody can have pointed here by DNS: an address, localhost, or this computer's own name."""
    try:
        host = urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return False
    if host.rstrip(".").lower() in names:
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def own_names(bound_host: str) -> frozenset[str]:
    """The names under which this computer may be called."""
    own = socket.gethostname().lower()
    short = own.partition(".")[0]
    names = {
        "localhost",
        bound_host.lower(),
        own,
        short,
        f"{short}.local",
        f"{short}.lan",
        f"{short}.home.arpa",
    }
    return frozenset(names - {""})


def same_origin(request: HTTPConnection) -> bool | None:
    """True or False as the browser says where the request comes from, None when it does not say (no browser, or an old one)."""
    origin = request.headers.get("origin")
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    return None if origin is None else False


class TooBigError(Exception):
    """A body beyond BODY_MAX."""


@dataclass(slots=True)
class Guard:
    """The middleware. ``reading_needs_pin``: the page can be reached from other computers. Routes find in the request's state
    whether somebody is ``signed_in`` (by cookie or by the PIN header).
    """

    app: ASGIApp
    keeper: Keeper
    names: frozenset[str]
    reading_needs_pin: bool

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        secured = _secured(send)
        answer = await self._refusal(HTTPConnection(scope))
        if answer is not None:
            return await answer(scope, receive, secured)
        try:
            return await self.app(scope, _limited(receive), secured)
        except TooBigError:
            return await PlainTextResponse("too big / terlalu besar", 413)(scope, receive, secured)

    async def _refusal(self, request: HTTPConnection) -> Response | None:
        if not known_host(request.headers.get("host", ""), self.names):
            return PlainTextResponse("unknown host name / nama host tidak dikenal", 421)
        length = request.headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MAX:
            return PlainTextResponse("too big / terlalu besar", 413)
        pin = request.headers.get(PIN_HEADER)
        if pin is not None and self.keeper.needs_pin:
            entry = await admit(self.keeper, pin, address(request))
            if not entry.right:
                return refused(entry.wait_s)
        known = pin is not None or _has_session(request, self.keeper)
        request.state.signed_in = known or not self.keeper.needs_pin
        return None if request.state.signed_in else self._unknown(request)

    def _unknown(self, request: HTTPConnection) -> Response | None:
        path = request.url.path
        if not self.reading_needs_pin or path == "/order" or path.startswith(PUBLIC):
            return None  # /order asks for the PIN itself and keeps the wish
        if path.startswith(("/api/", "/events")) or request.scope["method"] != "GET":
            return refused(0.0)
        return RedirectResponse(f"/pin?next={quote(path)}", 303)


@dataclass(frozen=True, slots=True)
class Entry:
    """What became of a PIN: right, or wrong, or not looked at because the address must wait ``wait_s`` first."""

    right: bool
    wait_s: float = 0.0


async def admit(keeper: Keeper, pin: str, who: str) -> Entry:
    """Try a PIN for an address. One at a time, so that many at once gain nothing; the slow hash runs in a thread."""
    async with keeper.lock:
        wait_s = keeper.tries.wait_s(who, real_mono_s())
        if wait_s > 0.0:
            return Entry(False, wait_s)
        if await asyncio.to_thread(keeper.is_right, pin):
            keeper.tries.right(who)
            return Entry(True)
        keeper.tries.wrong(who, real_mono_s())
        return Entry(False)


def refused(wait_s: float) -> Response:
    """The JSON answer to a missing or wrong PIN, or to one too many."""
    if wait_s > 0.0:
        body = {
            "error": "wait",
            "id": f"terlalu banyak PIN salah, tunggu {wait_s:.0f} detik",
            "en": f"too many wrong PINs, wait {wait_s:.0f} s",
        }
        return JSONResponse(body, 429, {"retry-after": f"{wait_s:.0f}"})
    return JSONResponse(
        {"error": "pin", "id": "PIN yang benar diperlukan", "en": "the right PIN is needed"}, 403
    )


def address(request: HTTPConnection) -> str:
    """Where a request comes from."""
    return request.client.host if request.client is not None else "-"


def _has_session(request: HTTPConnection, keeper: Keeper) -> bool:
    cookie = request.cookies.get(SESSION_COOKIE, "")
    return bool(cookie) and keeper.known_session(cookie, real_mono_s())


def _limited(receive: Receive) -> Receive:
    seen = 0

    async def read() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > BODY_MAX:
            raise TooBigError
        return message

    return read


def _secured(send: Send) -> Send:
    async def write(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers: list[Any] = message.setdefault("headers", [])
            present = {name.lower() for name, _ in headers}
            headers += [(n.encode(), v.encode()) for n, v in SECURITY.items() if n.encode() not in present]
            if b"cache-control" not in present:
                headers.append((b"cache-control", b"no-store"))
        await send(message)

    return write
