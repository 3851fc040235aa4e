"""The compiled site reads what the contract reads, and is built once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from controller.core.instant import Instant
from controller.core.site import Output, Signal
from controller.core.snapshot import Sample, Snapshot
from controller.core.wiring import Reader, build, wiring
from drivers.reading import Quality
from tests.controller.core.sites import direct_site, tank_site

SIGNAL = Signal.model_validate(
    {"signal": "a.b", "stale_s": 10.0, "minimum": -5.0, "maximum": 100.0, "calibrate": [[0, 1], [10, 21]]}
)


@given(
    st.one_of(st.floats(), st.text(max_size=3), st.none(), st.sampled_from(["running", "off"])),
    st.sampled_from(list(Quality)),
    st.sampled_from([-20.0, 0.0, 9.9, 10.0, 10.1, 1e9]),
)
def test_the_compiled_reader_reads_like_the_snapshot(value, quality, age):
    """Reader.read and .text are Snapshot.number and .text, for any value, quality and age."""
    snapshot = Snapshot(Instant(0.0, 100.0, "b"), {("a", "b"): Sample(value, quality, 100.0 - age)})
    reader = Reader(SIGNAL)
    assert reader.read(snapshot.readings, 100.0) == snapshot.number(SIGNAL)
    assert reader.text(snapshot.readings, 100.0) == snapshot.text(SIGNAL)
    assert reader.read({}, 100.0) is None
    assert reader.text({}, 100.0) is None
    assert snapshot.number(None) is snapshot.text(None) is None


def test_a_read_back_may_be_a_number_or_a_word():
    """0.5 and more is on; a normal state is on or off by its word; anything else is unknown."""
    reader = Reader(Signal.model_validate("a.b"))
    for value, expected in (
        (1.0, True),
        (0.4, False),
        ("running", True),
        ("derated", True),
        ("standby", False),
        (None, None),
    ):
        assert reader.switch({("a", "b"): Sample(value, Quality.GOOD, 0.0)}, 0.0) is expected


def test_built_once_per_site():
    """The same site object gives the same wiring; an equal one its own; many sites do not pile up."""
    site = tank_site()
    assert wiring(site) is wiring(site)
    assert wiring(tank_site()) is not wiring(site)
    for _ in range(20):
        wiring(direct_site())
    assert wiring(site).site is site


def test_a_name_that_nothing_defines_is_a_key_error():
    """A site that the check would refuse does not half work."""
    site = tank_site()
    with pytest.raises(KeyError):
        build(site.model_copy(update={"programs": {}}))


def test_the_site_language_of_signals_and_outputs():
    """device.quantity with its correction; two equal raw values, a missing dot and an unknown key are errors."""
    assert (SIGNAL.scale, SIGNAL.offset) == (2.0, 1.0)
    for bad in (
        "nodot",
        {"signal": "a.b", "calibrate": [[1, 2], [1, 3]]},
        {"signal": "a.b", "calibrate": 3},
        {"device": "a"},
        7,
    ):
        with pytest.raises(ValidationError):
            Signal.model_validate(bad)
    for bad in ("nodot", {"output": "a."}, {"nothing": 1}, 7):
        with pytest.raises(ValidationError):
            Output.model_validate(bad)
    assert Output.model_validate("a.switch_1").key == ("a", "switch_1")
    assert Instant(0.0, 0.0, "b").utc.isoformat() == "1970-01-01T00:00:00+00:00"
