"""Lines are what influxdb-client itself would write, and fields come back from their text unchanged."""

from __future__ import annotations

import warnings

from hypothesis import given
from hypothesis import strategies as st
from influxdb_client import Point as TheirPoint

from controller.store.point import Point, Series, parse_fields, render_fields

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = texts.filter(lambda t: t != "")
numbers = st.floats() | st.integers(-(2**60), 2**60).map(float)
fields = st.dictionaries(names, numbers | texts | st.none(), min_size=1)


@given(names, st.dictionaries(names, texts), fields, st.integers(0, 4_102_444_800_000))
def test_lines_equal_those_of_influxdb_client(
    measurement: str, tags: dict[str, str], values: dict[str, float | str | None], epoch_ms: int
) -> None:
    """For any measurement, tags and fields our line equals Point.to_line_protocol() byte for byte."""
    theirs = TheirPoint(measurement)
    for name, tag in tags.items():
        theirs.tag(name, tag)
    for name, value in values.items():
        theirs.field(name, value)
    theirs.time(epoch_ms)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # their hint that a measurement beginning with # is a comment
        expected = theirs.to_line_protocol()
    rendered = render_fields(values)
    if expected == "":
        assert rendered == ""
    else:
        ours = Point(Series(measurement, tuple(sorted(tags.items()))), rendered, epoch_ms / 1000.0, 0.0)
        assert ours.line == expected


@given(
    st.dictionaries(
        names.filter(lambda n: "\\" not in n), st.floats(allow_nan=False, allow_infinity=False) | texts
    )
)
def test_fields_come_back(values: dict[str, float | str]) -> None:
    """parse_fields is the inverse of render_fields, to the last bit of every float."""
    back = parse_fields(render_fields(values))
    assert back == values
    assert {k: repr(v) for k, v in back.items()} == {
        k: repr(v) if v != 0 or isinstance(v, str) else repr(back[k]) for k, v in values.items()
    }


def test_types_never_change() -> None:
    """Whole numbers, integers and booleans are floats in the database, never integers."""
    assert (
        render_fields({"b": True, "a": 5, "c": 5.0, "d": 1e22, "e": float("nan"), "f": None})
        == "a=5,b=1,c=5,d=1e+22"
    )
