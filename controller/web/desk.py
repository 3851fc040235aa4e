"""What all routes share: who is asking, in which language, and how an order of a person is taken."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from controller.clock import real_mono_s, settled
from controller.live import Live
from controller.web.access import SESSION_S, Keeper
from controller.web.context import LANGUAGES, Language, WebContext
from controller.web.guard import SESSION_COOKIE, VISIT_COOKIE
from controller.web.render import TOKEN, Renderer
from controller.web.stream import Streams

LANGUAGE_COOKIE = "tirta_lang"
LANGUAGE_S = 400 * 86400
NEXT_CYCLE_S = 1.5
"""An answer to an order waits so long at most for the cycle that obeys, so that the page shown next already tells it."""


@dataclass(slots=True)
class Desk:
    """One server's page. ``streams`` are the open event streams."""

    context: WebContext
    keeper: Keeper
    renderer: Renderer
    streams: Streams

    @property
    def live(self) -> Live:
        """What is true now."""
        return self.context.live

    def language(self, request: Request) -> Language:
        """Asked for in the address, else remembered, else the site's."""
        for word in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
            for language in LANGUAGES:
                if word == language:
                    return language
        return self.context.default_language

    def visit(self, request: Request) -> str:
        """The visitor's cookie, a new one when it is not ours."""
        cookie = request.cookies.get(VISIT_COOKIE, "")
        return cookie if self.keeper.known_visit(cookie) else self.keeper.visit()

    def html(self, request: Request, text: str, code: int = 200) -> Response:
        """An HTML answer with the visitor's form token filled in, and the cookies that belong to it."""
        visit = self.visit(request)
        answer = HTMLResponse(text.replace(TOKEN, self.keeper.token(visit)), code)
        self.remember(request, answer, visit)
        return answer

    def remember(self, request: Request, answer: Response, visit: str) -> None:
        """Set the visitor's cookie when it is new, and the language when it was asked for."""
        if request.cookies.get(VISIT_COOKIE) != visit:
            answer.set_cookie(VISIT_COOKIE, visit, httponly=True, samesite="strict")
        asked = request.query_params.get("lang")
        if asked in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, asked, max_age=LANGUAGE_S, httponly=True, samesite="strict")

    def sign_in(self, answer: Response) -> None:
        """Give the cookie of somebody who knows the PIN."""
        cookie = self.keeper.session(real_mono_s())
        answer.set_cookie(SESSION_COOKIE, cookie, max_age=int(SESSION_S), httponly=True, samesite="strict")

    async def next_cycle(self) -> None:
        """Wait until the next cycle is done, bounded."""
        changed: asyncio.Future[Any] = asyncio.ensure_future(self.live.changed())
        await settled(NEXT_CYCLE_S, changed)
        changed.cancel()


def signed_in(request: Request) -> bool:
    """True if this request may change things: the guard has seen the PIN, or there is none."""
    return bool(request.state.signed_in)
