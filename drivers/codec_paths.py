"""Where a value stands in a JSON payload, and what a payload's words mean as numbers."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

Step = str | int | tuple[str, str]
"""A key, an index, or (field, text): the entry of a list whose field reads like that."""


class Missing:
    """There is nothing at that place (null is something: the device says that it has no value)."""


MISSING: Final = Missing()

_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]|\[([^=\]]+)=([^\]]*)\]")
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-zµ°%Ω].{0,11})?\s*")
_ONE = frozenset(("on", "true", "open", "opened", "online", "yes", "1"))
_ZERO = frozenset(("off", "false", "close", "closed", "offline", "no", "0"))
_NOTHING = frozenset(("", "nan", "null", "none", "unknown", "unavailable"))


@lru_cache(maxsize=1024)
def parse_path(text: str) -> tuple[Step, ...]:
    """``params.switch:0.apower``, ``list[0].x``, ``list[id=2].x``; "" is the payload itself. Raises ValueError."""
    steps: list[Step] = []
    position = 0
    while position < len(text):
        match = _STEP.match(text, position)
        if match is None:
            raise ValueError(f"{text!r} is no path, at {text[position:]!r}")
        key, index, field, wanted = match.groups()
        steps.append(key if key is not None else int(index) if index is not None else (field, wanted))
        position = match.end()
    return tuple(steps)


def look_up(data: Any, path: tuple[Step, ...]) -> Any:
    """What stands at the path, or MISSING. A text on the way that is JSON itself is opened (ChirpStack v3)."""
    for step in path:
        if isinstance(data, str):
            data = _inner_json(data)
        if isinstance(step, str) and isinstance(data, dict):
            data = data.get(step, MISSING)
        elif isinstance(step, int) and isinstance(data, list) and step < len(data):
            data = data[step]
        elif isinstance(step, tuple) and isinstance(data, list):
            field, wanted = step
            data = next((d for d in data if isinstance(d, dict) and str(d.get(field)) == wanted), MISSING)
        else:
            return MISSING
    return data


def _inner_json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return MISSING


def put(data: dict[str, Any], path: tuple[Step, ...], value: Any) -> None:
    """Write a value into a JSON object, making what is missing on the way."""
    here: Any = data
    for i, step in enumerate(path):
        last = i == len(path) - 1
        empty: Any = [] if not last and not isinstance(path[i + 1], str) else {}
        enter: Any = _enter_key if isinstance(step, str) else _enter_item
        here = enter(here, step, value, empty, last)


def _enter_key(here: dict[str, Any], key: str, value: Any, empty: Any, last: bool) -> Any:
    if last:
        here[key] = value
        return None
    return here.setdefault(key, empty)


def _enter_item(here: list[Any], step: int | tuple[str, str], value: Any, empty: Any, last: bool) -> Any:
    if isinstance(step, tuple):
        field, wanted = step
        entry = next((d for d in here if str(d.get(field)) == wanted), None)
        if entry is None:
            entry = {field: int(wanted) if wanted.isdecimal() else wanted}
            here.append(entry)
        return entry
    while len(here) <= step:
        here.append(None)
    if last or here[step] is None:
        here[step] = value if last else empty
    return here[step]


def as_number(raw: Any) -> float | Missing | None:
    """A payload's word as a number: 3.3, "3.3 V", "ON", true. None for "no value", MISSING when it is no number at all."""
    if raw is None:
        return None
    if isinstance(raw, bool | int | float):
        try:
            return float(raw)
        except OverflowError:
            return MISSING
    if not isinstance(raw, str):
        return MISSING
    word = raw.strip().lower()
    if word in _NOTHING:
        return None
    if word in _ONE or word in _ZERO:
        return 1.0 if word in _ONE else 0.0
    match = _NUMBER.fullmatch(raw)
    return float(match.group(1)) if match else MISSING


def as_time(raw: Any) -> datetime | None:
    """A payload's time as aware UTC: ISO 8601 with offset, or Unix seconds or milliseconds; None when it is neither."""
    try:
        if isinstance(raw, str) and not raw.replace(".", "", 1).isdecimal():
            stamp = datetime.fromisoformat(raw)
            return stamp.astimezone(UTC) if stamp.tzinfo is not None else None
        seconds = float(raw)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
