"""ControllerState as one line of JSON and back, exactly: floats by ``repr``, every field by its declared type.

Unknown, missing or mistyped fields are a StateError that names the place: a damaged state is set aside, never half read.
"""

from __future__ import annotations

import json
import math
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import lru_cache
from operator import attrgetter
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from controller.core.state import ControllerState

T = TypeVar("T")

FORMAT = 1
"""Raised with every change that older code could misread."""


class StateError(ValueError):
    """The text is not a state that this version wrote; the message says where and what."""


def to_json(state: ControllerState) -> str:
    """The state as JSON without blanks. Mappings keep their order: a state that was read back decides, and tells it, in the same
    order as the one that was written. Raises StateError on NaN or infinity.
    """
    try:
        return _ENCODER.encode({"format": FORMAT, "state": state})
    except ValueError as error:
        raise StateError(f"a number of the state is not finite: {error}") from None


def from_json(text: str) -> ControllerState:
    """The state that ``to_json`` wrote. Raises StateError on anything else."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise StateError(f"not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT or set(data) != {"format", "state"}:
        raise StateError(f"not a state of format {FORMAT}")
    state: ControllerState = _reader(ControllerState)(data["state"], "state")
    return state


def value_json(value: object) -> str:
    """One value that a state could hold (a dataclass, a tuple of them) as ``to_json`` writes it. Raises StateError."""
    try:
        return _ENCODER.encode(value)
    except ValueError as error:
        raise StateError(f"a number is not finite: {error}") from None


def value_from(kind: type[T], text: str) -> T:
    """The value of that type that ``value_json`` wrote. Raises StateError on anything else."""
    try:
        value: T = _reader(cast("Any", kind))(json.loads(text), kind.__name__)
    except ValueError as error:
        raise error if isinstance(error, StateError) else StateError(f"not JSON: {error}") from None
    return value


def _plain(value: Any) -> Any:
    """What JSON does not know by itself: a dataclass by its fields, a read-only mapping."""
    names, get = _fields(cast("Any", type(value)))
    if names:
        return dict(zip(names, get(value), strict=True))
    if isinstance(value, Mapping):
        return {str(key): item for key, item in value.items()}
    raise TypeError(f"{type(value).__name__} is no part of a state")


@lru_cache(maxsize=64)
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """The fields of a dataclass, and what takes all their values; no fields of anything else."""
    if not is_dataclass(kind):
        return (), tuple
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_plain)
"""Walks the state once, in C but for its dataclasses."""

Read = Callable[[Any, str], Any]


@lru_cache(maxsize=256)
def _reader(kind: Any) -> Read:
    """The function that reads a value of this type; it gets the value and its place."""
    origin, args = get_origin(kind), get_args(kind)
    if kind in (float, int, str, bool):
        return _scalar(kind)
    if origin in (Union, types.UnionType):
        return _union([_reader(one) for one in args])
    if origin is Literal:
        return _member(dict(zip(args, args, strict=True)))
    if origin is tuple:
        return _tuple(args)
    if origin is not None and issubclass(origin, Mapping):
        return _mapping(_reader(args[1]))
    if kind is type(None):
        return _none
    if issubclass(kind, Enum):
        return _member({one.value: one for one in kind})
    return _record(kind)


def _scalar(kind: type) -> Read:
    def read(value: Any, where: str) -> Any:
        if kind is float and type(value) is int:
            return float(value)
        if kind is float and type(value) is float and not math.isfinite(value):
            raise StateError(f"{where}: {value!r} is not finite")
        if type(value) is not kind:
            raise StateError(f"{where}: {value!r} is not of type {kind.__name__}")
        return value

    return read


def _none(value: Any, where: str) -> None:
    if value is not None:
        raise StateError(f"{where}: {value!r} is not null")


def _union(readers: list[Read]) -> Read:
    def read(value: Any, where: str) -> Any:
        problems = []
        for one in readers:
            try:
                return one(value, where)
            except StateError as error:
                problems.append(str(error))
        raise StateError(" or ".join(problems))

    return read


def _member(members: Mapping[Any, Any]) -> Read:
    def read(value: Any, where: str) -> Any:
        try:
            return members[value]
        except (KeyError, TypeError):
            raise StateError(f"{where}: {value!r} is none of {sorted(members)}") from None

    return read


def _tuple(args: tuple[Any, ...]) -> Read:
    many = len(args) == 2 and args[1] is Ellipsis
    readers = [_reader(one) for one in args if one is not Ellipsis]

    def read(value: Any, where: str) -> Any:
        if not isinstance(value, list) or (not many and len(value) != len(readers)):
            raise StateError(f"{where}: {value!r} is not a list as expected")
        each = readers * len(value) if many else readers
        return tuple(
            one(item, f"{where}[{i}]") for i, (one, item) in enumerate(zip(each, value, strict=True))
        )

    return read


def _mapping(item: Read) -> Read:
    def read(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise StateError(f"{where}: {value!r} is not a mapping")
        return {key: item(one, f"{where}.{key}") for key, one in value.items()}

    return read


def _record(kind: Any) -> Read:
    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind)}
    must = {name for name, one in known.items() if one.default is MISSING and one.default_factory is MISSING}

    def read(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise StateError(f"{where}: {value!r} is not a mapping")
        unknown, missing = sorted(set(value) - set(known)), sorted(must - set(value))
        if unknown or missing:
            raise StateError(f"{where}: unknown {unknown}, missing {missing}")
        return kind(**{name: _reader(hints[name])(item, f"{where}.{name}") for name, item in value.items()})

    return read
