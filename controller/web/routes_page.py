"""The routes that people use: the page, its events, its forms and the PIN."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from controller.core.snapshot import Order
from controller.web import forms
from controller.web.assets import assets
from controller.web.desk import Desk, signed_in
from controller.web.formats import duration
from controller.web.guard import SESSION_COOKIE, address, admit
from controller.web.orders import OrderBody, give
from controller.web.render import TOKEN
from controller.web.texts import TEXTS, Words

FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


def router(desk: Desk) -> APIRouter:
    """The routes of one server."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def page(request: Request) -> Response:
        return desk.html(
            request,
            desk.renderer.page(
                desk.language(request), flash=_flash(desk, request), signed_in=signed_in(request)
            ),
        )

    @routes.get("/events")
    async def events(request: Request) -> Response:
        return _events(desk, request)

    @routes.post("/order")
    async def order(request: Request) -> Response:
        return await _order(desk, request)

    @routes.get("/resume")
    async def resume(request: Request) -> Response:
        return desk.html(request, desk.renderer.other("resume.html", desk.language(request)))

    @routes.get("/pin")
    async def pin_form(request: Request) -> Response:
        return _pin_page(desk, request, {"next": request.query_params.get("next", "/")})

    @routes.post("/pin")
    async def pin(request: Request) -> Response:
        return await _pin(desk, request)

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        answer = RedirectResponse("/", 303)
        if forms.doubt(request, desk.keeper, await forms.read(request)) is None:
            answer.delete_cookie(SESSION_COOKIE, httponly=True, samesite="strict")
        return answer

    @routes.get("/static/{name}")
    async def static(name: str) -> Response:
        found = assets().get(name)
        if found is None:
            return Response(status_code=404)
        return Response(found.content, media_type=found.media_type, headers=FOREVER)

    return routes


def _flash(desk: Desk, request: Request) -> dict[str, Any] | None:
    """What became of the order before, told once at the top of the page."""
    for kind in ("done", "not"):
        key = f"{kind}_{request.query_params.get(kind)}"
        if key in TEXTS:
            return {"good": kind == "done", "text": Words(desk.language(request))(key)}
    return None


def _events(desk: Desk, request: Request) -> Response:
    if desk.streams.full:
        return Response(status_code=503, headers={"retry-after": "10"})
    language, visit = desk.language(request), desk.visit(request)
    token = desk.keeper.token(visit)

    def parts() -> Mapping[str, str]:
        return {name: html.replace(TOKEN, token) for name, html in desk.renderer.parts(language).items()}

    answer = StreamingResponse(
        desk.streams.events(lambda: desk.live.cycles, parts),
        media_type="text/event-stream",
        headers={"cache-control": "no-store", "x-accel-buffering": "no"},
    )
    desk.remember(request, answer, visit)
    return answer


async def _order(desk: Desk, request: Request) -> Response:
    form = await forms.read(request)
    wanted, words = forms.order(form), Words(desk.language(request))
    script = "application/json" in request.headers.get("accept", "")
    if wanted is None:
        return _told(desk, request, 400, "not_unknown_target")
    if not signed_in(request):
        if script:
            return JSONResponse({"error": "pin", "text": words("pin_title")}, 403)
        return _pin_page(desk, request, form, code=403)
    doubt = forms.doubt(request, desk.keeper, form, wanted)
    if doubt is not None:
        return _told(desk, request, 403, doubt)
    code, key = await _give(desk, wanted)
    return JSONResponse({"text": words(key)}, code) if script else _back(key)


async def _give(desk: Desk, wanted: OrderBody) -> tuple[int, str]:
    """Queue an order and wait for the cycle that obeys it: the status and the key of what to tell."""
    outcome = give(desk.live, wanted, "page")
    if outcome.refusal is not None:
        return outcome.code, f"not_{outcome.refusal}"
    await desk.next_cycle()
    return outcome.code, f"done_{wanted.order.value}"


def _back(key: str) -> Response:
    kind, _, name = key.partition("_")
    return RedirectResponse(f"/?{kind}={name}", 303)


def _told(desk: Desk, request: Request, code: int, key: str) -> Response:
    """A refusal in words, for scripts as JSON."""
    language = desk.language(request)
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": key, "text": Words(language)(key)}, code)
    return desk.html(request, desk.renderer.other("message.html", language, key=key), code)


def _pin_page(desk: Desk, request: Request, form: forms.Form, problem: str = "", code: int = 200) -> Response:
    language = desk.language(request)
    wanted = forms.order(form)
    purpose = "stop" if wanted is not None and wanted.order is Order.EMERGENCY_STOP else "order"
    kept = {name: form.get(name, "") for name in ("order", "target", "amount")} if wanted is not None else {}
    text = desk.renderer.other(
        "pin.html",
        language,
        purpose=purpose if wanted is not None else "",
        kept=kept,
        next=forms.own_path(form.get("next", "/")),
        problem=problem,
    )
    return desk.html(request, text, code)


async def _pin(desk: Desk, request: Request) -> Response:
    form = await forms.read(request)
    wanted, words = forms.order(form), Words(desk.language(request))
    if not desk.keeper.needs_pin:
        return RedirectResponse("/", 303)
    doubt = forms.doubt(request, desk.keeper, form, wanted)
    if doubt == "not_origin":
        return _told(desk, request, 403, doubt)
    if doubt is not None:
        return _pin_page(desk, request, form, words(doubt), 403)
    entry = await admit(desk.keeper, form.get("pin", "").strip(), address(request))
    if entry.wait_s > 0.0:
        text = words("pin_wait", time=duration(entry.wait_s, words.language))
        return _pin_page(desk, request, form, text, 429)
    if not entry.right:
        return _pin_page(desk, request, form, words("pin_wrong"), 403)
    answer: Response = RedirectResponse(forms.own_path(form.get("next", "/")), 303)
    if wanted is not None:
        answer = _back((await _give(desk, wanted))[1])
    desk.sign_in(answer)
    return answer
