"""From pydantic's errors to sentences that a technician understands, each with file, line, column and the nearest right key.

Shared by the profiles and by the site files.
"""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.problem_texts import BLOCK, FORMS, HINTS, LIST, NOTHING, TEXTS, date_hint, form_hint, number_hint
from drivers.yaml_texts import Language

_KINDS: dict[str, str] = {
    "float_type": "number", "float_parsing": "number", "finite_number": "number", "int_type": "whole", "int_parsing": "whole",
    "int_from_float": "whole", "int_parsing_size": "whole", "bool_type": "bool", "bool_parsing": "bool", "dict_type": "mapping",
    "model_type": "mapping", "model_attributes_type": "mapping", "mapping_type": "mapping", "tuple_type": "list",
    "list_type": "list", "set_type": "list", "literal_error": "choice", "enum": "choice", "union_tag_invalid": "choice",
    "union_tag_not_found": "no_kind", "date_parsing": "date", "date_type": "date", "date_from_datetime_parsing": "date",
    "date_from_datetime_inexact": "date", "assertion_error": "value_error",
}  # fmt: skip


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
    values = _values(kind, detail, loc, rest, language)
    if kind == "no_kind":
        values["choices"] = ", ".join(_tags(model, loc, data)) or "?"
    message = _message(kind, detail, values, language)
    hint = _hint(kind, values, detail, model, loc, data, language)
    return len(loc), marks.problem(root + loc, message, hint, at_key=_at_key(kind))


def _values(kind: str, detail: ErrorDetails, loc: Loc, rest: Loc, language: int) -> dict[str, object]:
    """What the braces of a sentence are filled with."""
    given = dict(detail.get("ctx") or {})
    values: dict[str, object] = {name: _number(value, language) for name, value in given.items()}
    values["got"] = _got(detail["input"], language)
    if kind == "missing":
        values["key"] = rest[-1] if rest else "?"
    elif kind == "extra_forbidden":
        values["key"] = loc[-1] if loc else "?"
    elif kind == "no_kind":
        values["key"] = str(values.get("discriminator", "kind")).strip("'")
    elif kind == "choice":
        choices = str(values.get("expected") or values.get("expected_tags") or "?")
        values["choices"] = choices.replace(" or ", " atau ") if language else choices
    elif kind == "value_error":
        values["error"] = values.get("error", detail["msg"])
    return values


def _message(kind: str, detail: ErrorDetails, values: Mapping[str, object], language: int) -> str:
    """The sentence; a model's own error (PydanticCustomError) brings its Indonesian under ``id``."""
    if kind not in TEXTS and "id" in values:
        # The English one is filled in already, and may show the braces of what was written.
        return str(values["id"]).format_map(_Defaults(values)) if language else detail["msg"]
    return TEXTS[kind if kind in TEXTS else "other"][language].format_map(_Defaults(values))


def _number(value: object, language: int) -> object:
    """Bounds as people write them: 1 instead of 1.0, and a decimal comma in Indonesian."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    text = f"{value:.15g}"
    return text.replace(".", ",") if language else text


def _at_key(kind: str) -> bool:
    return kind in ("extra_forbidden", "missing", "no_kind")


class _Defaults(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def _real(loc: tuple[int | str, ...], data: object) -> tuple[Loc, tuple[int | str, ...]]:
    """The part of pydantic's location that exists in the file (union tags and the like fall away), and what comes after it."""
    here: list[str | int] = []
    rest: tuple[int | str, ...] = ()
    for i, said in enumerate(loc):
        part = _part(data, said)
        if part is None:
            rest = loc[i:]
            continue
        data = data[part]  # type: ignore[index]
        here.append(part)
        rest = ()
    return tuple(here), rest


def _part(data: object, said: str | int) -> str | int | None:
    """The key or index of ``data`` that pydantic means (JSON makes a key 8 to "8"), or None."""
    if isinstance(data, dict):
        if said in data:
            return said
        number = int(said) if isinstance(said, str) and said.isdecimal() else None
        return number if number in data else None
    return said if isinstance(data, list) and isinstance(said, int) and 0 <= said < len(data) else None


def _got(value: object, language: int) -> str:
    if value is None:
        return NOTHING[language]
    if isinstance(value, dict):
        return BLOCK[language]
    if isinstance(value, list | tuple):
        return LIST[language]
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
    word, text = detail["input"], str(detail["input"])
    if kind == "extra_forbidden":
        if isinstance(loc[-1], int):
            return HINTS["comma"][language]
        return _nearest(str(values["key"]), sorted(_keys(model, loc[:-1], data)), language)
    if kind == "choice":
        return _nearest(text, re.findall(r"'([^']*)'", str(values["choices"])), language, list_them=False)
    if kind == "string_type" and isinstance(word, int | float):
        return HINTS["quotes"][language]
    if kind == "string_pattern_mismatch":
        form = FORMS.get(str(values["pattern"]), HINTS["form"])
        return (
            form[language]
            .format_map({**values, "near": form_hint(text, str(values["pattern"]))})
            .removesuffix(": ")
        )
    if isinstance(word, str) and kind in ("number", "whole", "date"):
        key, meant = ("iso", date_hint(word)) if kind == "date" else number_hint(word)
        return HINTS[key][language].format(number=meant) if meant else ""
    return ""


def _nearest(word: str, known: list[str], language: int, *, list_them: bool = True) -> str:
    near = get_close_matches(word.lower(), known, 1, 0.6)
    if near:
        return HINTS["near"][language].format(near=near[0])
    if list_them and known:
        return HINTS["known"][language].format(known=", ".join(known[:20]))
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
