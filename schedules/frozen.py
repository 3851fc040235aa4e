"""Frozen values that are as quick to make as open ones: a cycle makes some thirty of them, with 150 fields.

A frozen dataclass sets every field through ``object.__setattr__``, which takes several times as long as an ordinary assignment.
Here a value is born as an open twin of the same layout and becomes what it is called, frozen, before anybody has seen it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import TYPE_CHECKING, Any, TypeVar

__all__ = ["light", "replace"]

T = TypeVar("T")

_become: Callable[[object, type], None] = object.__dict__["__class__"].__set__

if TYPE_CHECKING:
    from dataclasses import replace
else:

    def replace(value: T, /, **changes: object) -> T:
        """As ``dataclasses.replace``: the same value but for ``changes``. Raises AttributeError or TypeError for a strange name."""
        copy = getattr(value.__class__, "_copy", None)
        return value.__class__(**_of(value) | changes) if copy is None else copy(value, changes)


def light(cls: type[T]) -> type[T]:
    """For ``@dataclass(frozen=True, slots=True)`` classes that stand alone: the same class, quickly made.

    Raises TypeError where the twin would not be the same: a base class, ``__post_init__``, fields not given to ``__init__``.
    """
    parts = fields(cls)  # type: ignore[arg-type]
    if cls.__mro__[1:] != (object,) or hasattr(cls, "__post_init__") or not all(part.init for part in parts):
        raise TypeError(f"{cls.__name__} cannot be made from a twin")
    names = [part.name for part in parts]
    twin = type(cls.__name__, (), {"__slots__": tuple(names)})
    known: dict[str, Any] = {
        "_cls": cls,
        "_twin": twin,
        "_become": _become,
        "_new": object.__new__,
        "_none": MISSING,
    }
    given = ", ".join(_given(part, known) for part in parts)
    first = "".join(
        f"    if {name} is _none: {name} = _of_{name}()\n" for name in names if f"_of_{name}" in known
    )
    sets = "".join(f"    self.{name} = {name}\n" for name in names)
    takes = "".join(f"    copy.{name} = self.{name}\n" for name in names)
    source = (
        f"def __init__(self, {given}):\n{first}    _become(self, _twin)\n{sets}    self.__class__ = _cls\n"
        f"def _copy(self, changes):\n    copy = _new(_twin)\n{takes}"
        "    for name in changes: setattr(copy, name, changes[name])\n    copy.__class__ = _cls\n    return copy\n"
    )
    exec(source, known)  # noqa: S102 - as dataclasses itself makes them
    for name in ("__init__", "_copy"):
        known[name].__qualname__ = f"{cls.__qualname__}.{name}"
        setattr(cls, name, known[name])
    return cls


def _given(part: Field[Any], known: dict[str, Any]) -> str:
    """The parameter of ``__init__`` for a field; its default goes into ``known``."""
    name = part.name
    if part.default_factory is not MISSING:
        known[f"_of_{name}"] = part.default_factory
        return f"{name}=_none"
    if part.default is MISSING:
        return name
    known[f"_default_{name}"] = part.default
    return f"{name}=_default_{name}"


def _of(value: object) -> dict[str, Any]:
    return {part.name: getattr(value, part.name) for part in fields(value)}  # type: ignore[arg-type]
