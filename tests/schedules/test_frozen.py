"""Values that are quickly made are frozen values like others."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from dataclasses import replace as slowly

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.frozen import light, replace


@dataclass(frozen=True, slots=True)
class _Slow:
    a: float
    b: str = "x"
    c: dict[str, float] = field(default_factory=dict)


@light
@dataclass(frozen=True, slots=True)
class _Quick:
    a: float
    b: str = "x"
    c: dict[str, float] = field(default_factory=dict)


def test_a_light_value_cannot_be_changed() -> None:
    """Neither by assignment nor by deletion, and it has no other attribute."""
    value = _Quick(1.0)
    with pytest.raises(FrozenInstanceError):
        value.a = 2.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del value.a
    assert not hasattr(value, "__dict__")


@given(st.floats(allow_nan=False), st.text(), st.dictionaries(st.text(), st.floats(allow_nan=False)))
def test_a_light_value_equals_what_dataclasses_make(a: float, b: str, c: dict[str, float]) -> None:
    """Fields, text, equality and every way to copy it are those of an ordinary frozen dataclass."""
    quick, slow = _Quick(a, b, c), _Slow(a, c=c, b=b)
    assert repr(quick).replace("_Quick", "_Slow") == repr(slow)
    assert type(quick) is _Quick
    assert quick == _Quick(a=a, b=b, c=c) != slow
    assert replace(quick, b="z") == slowly(quick, b="z") == _Quick(a, "z", c)
    assert replace(slow, b="z") == _Slow(a, "z", c)
    assert copy.copy(quick) == copy.deepcopy(quick) == pickle.loads(pickle.dumps(quick)) == quick


def test_a_default_is_made_anew_for_every_value() -> None:
    """A mutable default of one value is not that of the next."""
    assert _Quick(1.0).c is not _Quick(1.0).c


@pytest.mark.parametrize("wrong", [(), (1.0, "x", {}, 4.0)])
def test_a_missing_or_strange_argument_is_refused(wrong: tuple[object, ...]) -> None:
    """As every function does."""
    with pytest.raises(TypeError):
        _Quick(*wrong)  # type: ignore[arg-type]


def test_a_strange_name_is_no_change() -> None:
    """``replace`` knows the fields and no other name."""
    with pytest.raises((AttributeError, TypeError)):
        replace(_Quick(1.0), d=2.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        replace(_Slow(1.0), d=2.0)  # type: ignore[call-arg]


def test_a_class_that_no_twin_can_stand_for_is_refused() -> None:
    """A base class, a step after ``__init__`` and a field outside ``__init__`` are told at once."""

    @dataclass(frozen=True, slots=True)
    class Derived(_Slow):
        d: float = 0.0

    @dataclass(frozen=True, slots=True)
    class Checked:
        a: float

        def __post_init__(self) -> None:
            assert self.a

    @dataclass(frozen=True, slots=True)
    class Hidden:
        a: float = field(default=0.0, init=False)

    for made in (Derived, Checked, Hidden):
        with pytest.raises(TypeError, match="twin"):
            light(made)
