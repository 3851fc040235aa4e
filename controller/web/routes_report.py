"""The report of the last month as a page: written by a niced process of its own and passed on piece by piece, one at a time."""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from controller.web.context import Language
from controller.web.desk import Desk

PIECE = 65536
"""Bytes that stand in the daemon's memory at a time."""

HEADERS = {
    # The report brings its own style and fonts, no script, and fetches nothing.
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; font-src data:; frame-ancestors 'none'"
}


@dataclass(slots=True)
class Reports:
    """The process under way, none or one. ``ending``: what waits for its end; it is not cancelled with the visitor's request."""

    command: Sequence[str]
    busy: bool = False
    ending: asyncio.Task[None] | None = None

    async def pieces(self, language: Language) -> AsyncIterator[bytes]:
        """What the command writes. Nothing at all when it refuses; the process ends with whoever listens."""
        self.busy = True
        child: Process | None = None
        try:
            child = await asyncio.create_subprocess_exec(
                *self.command, "--lang", language, stdout=PIPE, stderr=DEVNULL
            )
            assert child.stdout is not None
            while piece := await child.stdout.read(PIECE):
                yield piece
        finally:
            self.ending = asyncio.create_task(self._end(child), name="report ends")

    async def _end(self, child: Process | None) -> None:
        if child is not None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.communicate()
        self.busy = False


def router(desk: Desk) -> APIRouter:
    """The route; without a command there is none."""
    routes = APIRouter(include_in_schema=False)
    reports = Reports(desk.context.report)

    @routes.get("/report")
    async def report(request: Request) -> Response:
        language = desk.language(request)
        if not reports.command:
            return Response(status_code=404)
        if reports.busy:
            return desk.html(
                request, desk.renderer.other("message.html", language, key="not_report_busy"), 503
            )
        pieces = reports.pieces(language)
        first = await anext(pieces, None)
        if first is None:
            return desk.html(
                request, desk.renderer.other("message.html", language, key="not_report_none"), 404
            )
        return StreamingResponse(
            _chained(first, pieces), media_type="text/html; charset=utf-8", headers=HEADERS
        )

    return routes


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
