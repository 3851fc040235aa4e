"""The way into the ledger for what people state: POST /api/notes, behind the PIN like every order."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from controller.store.chain import Note
from controller.store.notes import NoteError, checked, iso_day, refuse_tomorrow
from controller.web.desk import Desk, signed_in
from controller.web.guard import refused, same_origin
from controller.web.routes_api import answer
from controller.web.texts import TEXTS

_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "no person may add such a row"},
    403: {"description": "PIN missing or wrong (header X-Tirta-Pin), or another web site asked"},
    409: {"description": "this daemon keeps another ledger, or the disk has not taken the row yet"},
}


class NoteBody(BaseModel):
    """The body of POST /api/notes. ``ledger``: the word in the lock of the state directory that is meant; "" where the sender
    cannot read it (another computer).
    """

    model_config = ConfigDict(extra="forbid")

    kind: Literal["verification", "indicator", "baseline"]
    subject: Annotated[str, Field(min_length=1, max_length=200)]
    figures: dict[str, float | str]
    ledger: str = ""


def router(desk: Desk) -> APIRouter:
    """The route of one server."""
    routes = APIRouter()

    @routes.post("/api/notes", status_code=201, responses=_REFUSALS, summary="Add a person's row")
    async def notes(request: Request, body: NoteBody) -> Response:
        if same_origin(request) is False:
            return answer(403, "not_origin")
        if not signed_in(request):
            return refused(0.0)
        return await _added(desk, body)

    return routes


async def _added(desk: Desk, body: NoteBody) -> Response:
    add = desk.context.note
    if add is None or (body.ledger and body.ledger != desk.context.holder):
        return answer(409, "not_other_ledger")
    try:
        note = checked(Note(body.kind, body.subject, _dated(desk, body)), "api")
    except NoteError as error:
        english, indonesian = error.hint
        said = {"id": _sentence(error.indonesian, indonesian), "en": _sentence(error.english, english)}
        return JSONResponse({"error": "note", **said}, 400)
    noted = await add(note)
    if noted is None:
        return answer(409, "not_written")
    indonesian, english = TEXTS["done_note"]
    told = {"seq": noted.seq, "head": noted.head.text, "id": indonesian, "en": english}
    return JSONResponse(told, 201)


def _dated(desk: Desk, body: NoteBody) -> dict[str, float | str]:
    """The figures, those of an indicator with a day that has come by the site's calendar. Raises NoteError."""
    if body.kind != "indicator" or "day" not in body.figures:
        return body.figures
    now, zone = desk.context.now(), ZoneInfo(desk.live.site.file.site.timezone)
    day = iso_day(str(body.figures["day"]))
    refuse_tomorrow(
        day, datetime.fromtimestamp(now.epoch_s, zone).date().isoformat() if now.trusted else None
    )
    return body.figures | {"day": day}


def _sentence(what: str, hint: str) -> str:
    return f"{what}. {hint[0].upper()}{hint[1:]}." if hint else what
