"""From pydantic's errors to sentences that a technician understands, each with file, line, column and the nearest right key.

Shared by the profiles and by the site files.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from drivers.marked_yaml import Loc, Marks, Problem

Language = Literal["en", "id"]

_TEXTS: dict[str, tuple[str, str]] = {
    # pydantic's error type -> English, Indonesian
    "missing": ("'{key}' is missing", "'{key}' belum diisi"),
    "extra_forbidden": ("unknown key '{key}'", "kunci '{key}' tidak dikenal"),
    "string_type": ("must be text, got {got}", "harus berupa teks, bukan {got}"),
    "string_pattern_mismatch": ("{got} has not the right form", "bentuk {got} tidak sesuai"),
    "number": ("must be a number, got {got}", "harus berupa angka, bukan {got}"),
    "whole": ("must be a whole number, got {got}", "harus berupa bilangan bulat, bukan {got}"),
    "bool": ("must be true or false, got {got}", "harus true atau false, bukan {got}"),
    "mapping": (
        "must be a block of 'key: value' lines, got {got}",
        "harus berupa baris-baris 'kunci: nilai', bukan {got}",
    ),
    "list": ("must be a list (- item), got {got}", "harus berupa daftar (- butir), bukan {got}"),
    "too_short": ("needs at least {min_length} entries", "perlu paling sedikit {min_length} butir"),
    "too_long": ("takes at most {max_length} entries", "paling banyak {max_length} butir"),
    "greater_than": ("must be above {gt}, got {got}", "harus di atas {gt}, bukan {got}"),
    "greater_than_equal": ("must be at least {ge}, got {got}", "harus paling sedikit {ge}, bukan {got}"),
    "less_than": ("must be below {lt}, got {got}", "harus di bawah {lt}, bukan {got}"),
    "less_than_equal": ("must be at most {le}, got {got}", "harus paling banyak {le}, bukan {got}"),
    "choice": ("must be one of {choices}, got {got}", "harus salah satu dari {choices}, bukan {got}"),
    "no_kind": ("'{key}' is missing: one of {choices}", "'{key}' belum diisi: salah satu dari {choices}"),
    "date": ("must be a date like 2026-03-15, got {got}", "harus tanggal seperti 2026-03-15, bukan {got}"),
    "value_error": ("{error}", "{error}"),
    "other": ("does not fit here, got {got}", "tidak cocok di sini: {got}"),
}

_KINDS: dict[str, str] = {
    "float_type": "number", "float_parsing": "number", "finite_number": "number", "int_type": "whole", "int_parsing": "whole",
    "int_from_float": "whole", "int_parsing_size": "whole", "bool_type": "bool", "bool_parsing": "bool", "dict_type": "mapping",
    "model_type": "mapping", "model_attributes_type": "mapping", "mapping_type": "mapping", "tuple_type": "list",
    "list_type": "list", "set_type": "list", "literal_error": "choice", "enum": "choice", "union_tag_invalid": "choice",
    "union_tag_not_found": "no_kind", "date_parsing": "date", "date_type": "date", "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date", "assertion_error": "value_error",
}  # fmt: skip

_HINTS: dict[str, tuple[str, str]] = {
    "near": ("did you mean '{near}'?", "maksudnya '{near}'?"),
    "known": ("known here: {known}", "yang dikenal di sini: {known}"),
    "quotes": ("put it in quotes", "beri tanda kutip"),
    "form": ("it must match {pattern}", "harus cocok dengan {pattern}"),
}


def explain(
    error: ValidationError,
    marks: Marks,
    data: object,
    model: type[BaseModel],
    language: Language = "en",
    root: Loc = (),
) -> tuple[Problem, ...]:
    """One Problem per wrong place, in the order of the file.

    ``data`` is what was validated, ``model`` what it was validated against, ``root`` where that data stands in the file.
    Several complaints about one place (branches of a union) become one.
    """
    best: dict[tuple[str, int, int], tuple[int, Problem]] = {}
    for detail in error.errors(include_url=False):
        if _phantom(detail) or (detail["type"] == "missing" and _misspelt(detail, model, data)):
            continue
        depth, problem = _problem(detail, marks, data, model, 1 if language == "id" else 0, root)
        where = (problem.path, problem.line, problem.column)
        if where not in best:
            best[where] = (depth, problem)
    return tuple(sorted((p for _, p in best.values()), key=lambda p: (p.line, p.column)))


def _phantom(detail: ErrorDetails) -> bool:
    """pydantic calls a list too short when enough entries are there but wrong; those are told by themselves."""
    given = detail["input"]
    least = (detail.get("ctx") or {}).get("min_length", 0)
    return detail["type"] == "too_short" and isinstance(given, list | tuple) and len(given) >= least


def _problem(
    detail: ErrorDetails, marks: Marks, data: object, model: type[BaseModel], language: int, root: Loc
) -> tuple[int, Problem]:
    kind = _KINDS.get(detail["type"], detail["type"])
    loc, rest = _real(detail["loc"], data)
    values: dict[str, object] = dict(detail.get("ctx") or {})
    values["got"] = _got(detail["input"])
    if kind == "missing":
        values["key"] = rest[-1] if rest else "?"
    elif kind == "extra_forbidden":
        values["key"] = loc[-1] if loc else "?"
    elif kind == "no_kind":
        values["key"] = str(values.get("discriminator", "kind")).strip("'")
        values["choices"] = ", ".join(_tags(model, loc, data)) or "?"
    elif kind == "choice":
        values["choices"] = values.get("expected") or values.get("expected_tags") or "?"
    elif kind == "value_error":
        values["error"] = values.get("error", detail["msg"])
    if kind not in _TEXTS:
        kind = "other"
    message = _TEXTS[kind][language].format_map(_Defaults(values))
    problem = marks.problem(
        root + loc, message, _hint(kind, values, detail, model, loc, data, language), at_key=_at_key(kind)
    )
    return len(loc), problem


def _at_key(kind: str) -> bool:
    return kind in ("extra_forbidden", "missing", "no_kind")


class _Defaults(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _real(loc: tuple[int | str, ...], data: object) -> tuple[Loc, tuple[int | str, ...]]:
    """The part of pydantic's location that exists in the file (union tags and the like fall away), and what comes after it."""
    here: list[str | int] = []
    rest: tuple[int | str, ...] = ()
    for i, part in enumerate(loc):
        if _has(data, part):
            data = data[part]  # type: ignore[index]
        else:
            rest = loc[i:]
            continue
        here.append(part)
        rest = ()
    return tuple(here), rest


def _has(data: object, part: str | int) -> bool:
    if isinstance(data, dict):
        return part in data
    return isinstance(data, list) and isinstance(part, int) and 0 <= part < len(data)


def _got(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a block"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _hint(
    kind: str,
    values: dict[str, object],
    detail: ErrorDetails,
    model: type[BaseModel],
    loc: Loc,
    data: object,
    language: int,
) -> str:
    if kind == "extra_forbidden":
        known = sorted(_keys(model, loc[:-1], data))
        return _nearest(str(values["key"]), known, language)
    if kind == "choice":
        return _nearest(
            str(detail["input"]), re.findall(r"'([^']*)'", str(values["choices"])), language, list_them=False
        )
    if kind == "string_type" and isinstance(detail["input"], int | float):
        return _HINTS["quotes"][language]
    if kind == "string_pattern_mismatch":
        return _HINTS["form"][language].format_map(_Defaults(values))
    return ""


def _nearest(word: str, known: list[str], language: int, *, list_them: bool = True) -> str:
    near = get_close_matches(word.lower(), known, 1, 0.6)
    if near:
        return _HINTS["near"][language].format(near=near[0])
    if list_them and known:
        return _HINTS["known"][language].format(known=", ".join(known[:20]))
    return ""


def _misspelt(detail: ErrorDetails, model: type[BaseModel], data: object) -> bool:
    """A missing key whose misspelt twin stands right there: the twin is told, with its line."""
    loc, rest = _real(detail["loc"], data)
    for part in loc:
        data = data[part]  # type: ignore[index]
    if not isinstance(data, dict) or not rest:
        return False
    strangers = [str(k) for k in data if k not in _keys(model, loc, data)]
    return bool(get_close_matches(str(rest[-1]), strangers, 1, 0.6))


# ------------------------------------------------------------------------------------------- which keys are known at a place


def _keys(model: type[BaseModel], loc: Loc, data: object) -> set[str]:
    """Every key that some model takes at ``loc``."""
    keys: set[str] = set()
    for candidate in _models(model, loc, data):
        for name, info in candidate.model_fields.items():
            keys.add(info.alias or name)
    return keys


def _tags(model: type[BaseModel], loc: Loc, data: object) -> list[str]:
    """The words of the discriminating key at ``loc``: the values of Literal fields called kind."""
    tags = []
    for candidate in _models(model, loc, data):
        info = candidate.model_fields.get("kind")
        if info is not None and get_origin(info.annotation) is Literal:
            tags += [str(word) for word in get_args(info.annotation)]
    return tags


def _models(model: type[BaseModel], loc: Loc, data: object) -> list[type[BaseModel]]:
    """The models that may stand at ``loc``."""
    kinds: list[Any] = [model]
    for part in loc:
        inner: list[Any] = []
        for kind in kinds:
            inner += _step(kind, part, data)
        kinds = [leaf for kind in inner for leaf in _leaves(kind)]
        data = _child(data, part)
    found = [k for kind in kinds for k in _leaves(kind) if isinstance(k, type) and issubclass(k, BaseModel)]
    return [k for k in found if _says(k, data)] or found


def _child(data: object, part: str | int) -> object:
    if isinstance(data, dict):
        return data.get(part)
    return data[part] if isinstance(data, list) and isinstance(part, int) and part < len(data) else None


def _says(model: type[BaseModel], data: object) -> bool:
    """False when the data's own kind names another model."""
    if not isinstance(data, dict):
        return True
    for name, info in model.model_fields.items():
        if get_origin(info.annotation) is Literal and len(get_args(info.annotation)) == 1:
            said = data.get(info.alias or name)
            if said is not None and said not in get_args(info.annotation):
                return False
    return True


def _step(kind: Any, part: str | int, data: object) -> Iterator[Any]:
    """The annotations one key or index further in."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        if not _says(kind, data):
            return
        for name, info in kind.model_fields.items():
            if part in (name, info.alias):
                yield info.annotation
        return
    origin, args = get_origin(kind), get_args(kind)
    if origin in (tuple, list, set, frozenset) and args:
        yield args[0]
    elif isinstance(origin, type) and issubclass(origin, typing.Mapping) and len(args) == 2:
        yield args[1]


def _leaves(kind: Any) -> Iterator[Any]:
    """An annotation without Annotated, Optional and unions around it."""
    origin = get_origin(kind)
    if origin is typing.Annotated:
        yield from _leaves(get_args(kind)[0])
    elif origin in (typing.Union, types.UnionType):
        for arg in get_args(kind):
            yield from _leaves(arg)
    else:
        yield kind
