"""The report as JSON: the model as it is, with the sentences of its events in both languages; and its schema."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

from controller.report.event_pages import sentence
from controller.report.model import Report
from controller.report.say import Say


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def json_text(report: Report) -> str:
    """The file: keys in a fixed order, numbers in full, so that the same ledger gives the same bytes."""
    content = _adapter().dump_python(report, mode="json")
    content["status"] = dict(report.statement.status)
    zone = ZoneInfo(report.site.timezone)
    says = {"id": Say("id", zone), "en": Say("en", zone)}
    for told, one in zip(content["happenings"]["listed"], report.happenings.listed, strict=True):
        told["text"] = {language: sentence(one, say) for language, say in says.items()}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False, sort_keys=True) + "\n"


def schema() -> dict[str, Any]:
    """JSON Schema of the file (``tirta schema report``)."""
    found: dict[str, Any] = _adapter().json_schema(mode="serialization")
    words = {"type": "object", "properties": {"id": {"type": "string"}, "en": {"type": "string"}}}
    found["properties"]["status"] = {"description": "estimated or verified, in words", **words}
    found["$defs"]["Happening"]["properties"]["text"] = {"description": "the event as a sentence", **words}
    return found
