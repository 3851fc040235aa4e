"""What a provider sends: two shapes are read, everything else is refused with a word of why, nothing raises anything else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.forecast_provider import MAX_AGE_S, MAX_BYTES, ForecastError, Provided, parse

NOW = 1_790_053_200.0
HOUR = 3600.0
NEUTRAL: dict[str, Any] = {
    "issued": NOW - HOUR, "start": "2026-09-22T11:00:00+07:00", "step_s": 3600,
    "ghi_w_m2": [800, 900, None, 700], "rain_mm": [0, 0.5, 3.0, 0], "rain_chance": [0.1, 0.3, 0.8, 0.2],
}  # fmt: skip
HOURLY = {
    "time": [NOW + n * HOUR for n in range(3)],
    "shortwave_radiation": [850.0, -1.0, None],
    "precipitation": [0.0, 2.5, 0.0],
    "precipitation_probability": [0, 70, 20],
}


def text(data: object) -> bytes:
    return json.dumps(data).encode()


def test_the_neutral_shape() -> None:
    """Value k is the step from start + k step; null is not told; means and sums follow any interval."""
    told = parse("json", text(NEUTRAL), NOW)
    assert (told.begin_s, told.step_s) == (NOW - HOUR, HOUR)
    assert told.ghi(NOW - HOUR, NOW) == pytest.approx(800.0)
    assert told.ghi(NOW - 0.5 * HOUR, NOW + 0.5 * HOUR) == pytest.approx(850.0)
    assert told.ghi(NOW, NOW + 2 * HOUR) is None
    assert told.rain(NOW, NOW + 1.5 * HOUR) == pytest.approx(0.5 + 1.5)
    assert told.rain(NOW, NOW + 9 * HOUR) is None
    assert told.chance(NOW, NOW + 2 * HOUR) == pytest.approx(0.8)
    assert told.chance(NOW + 9 * HOUR, NOW + 10 * HOUR) is None


@given(
    st.floats(300.0, 86400.0),
    st.floats(0.0, 1.0),
    st.integers(0, 40),
    st.integers(1, 60),
    st.floats(0.0, 1.0),
)
def test_steps_of_any_length_are_read_to_their_end(
    step_s: float, past_s: float, first: int, more: int, share: float
) -> None:
    """Whatever a step's length, each second of it is counted once, also where an interval begins and ends between two steps."""
    begin_s = NOW + past_s
    told = Provided(begin_s, begin_s, step_s, (500.0,) * 101, (2.0,) * 101, ())
    from_s, to_s = begin_s + (first + share) * step_s, begin_s + (first + more) * step_s + 1.0
    assert told.ghi(from_s, to_s) == pytest.approx(500.0)
    assert told.rain(from_s, to_s) == pytest.approx(2.0 * (to_s - from_s) / step_s, rel=1e-6)
    assert told.ghi(begin_s + 100.5 * step_s, begin_s + 102.0 * step_s) is None


def test_open_meteo_tells_of_the_hour_before() -> None:
    """Its values belong to the hour that ends at each time; its issue is when it was fetched."""
    told = parse("open-meteo", text({"hourly": HOURLY}), NOW)
    assert (told.issued_s, told.begin_s) == (NOW, NOW - HOUR)
    assert told.ghi(NOW - HOUR, NOW) == pytest.approx(850.0)
    assert told.ghi(NOW, NOW + HOUR) == 0.0
    assert told.rain(NOW, NOW + HOUR) == pytest.approx(2.5)
    assert told.chance(NOW, NOW + HOUR) == pytest.approx(0.7)


@pytest.mark.parametrize(
    ("shape", "data", "why"),
    [
        ("json", b"<html>", "not JSON"),
        ("json", b"[" * 100_000, "not JSON"),
        ("json", b"[1]", "not a JSON object"),
        ("json", b" " * (MAX_BYTES + 1), "more than"),
        ("json", text({**NEUTRAL, "start": "2026-09-22T11:00:00"}), "is no time"),
        ("json", text({**NEUTRAL, "start": None}), "is no time"),
        ("json", text({**NEUTRAL, "step_s": 1}), "a step of"),
        ("json", text({**NEUTRAL, "ghi_w_m2": [1e9]}), "outside"),
        ("json", text({**NEUTRAL, "ghi_w_m2": ["800"]}), "outside"),
        ("json", b'{"start": 1790053200, "ghi_w_m2": [NaN]}', "outside"),
        ("json", text({**NEUTRAL, "ghi_w_m2": [], "rain_mm": []}), "neither"),
        ("json", text({**NEUTRAL, "issued": NOW - MAX_AGE_S - HOUR}), "issued 37.0 h ago"),
        ("json", text({**NEUTRAL, "issued": NOW + HOUR}), "issued -1.0 h ago"),
        ("json", text({**NEUTRAL, "start": NOW - 9 * HOUR}), "does not cover"),
        ("json", text({**NEUTRAL, "start": NOW + 30 * HOUR}), "does not cover"),
        ("open-meteo", text({"error": True, "reason": "Daily limit"}), "Daily limit"),
        ("open-meteo", text({}), "no 'hourly' block"),
        ("open-meteo", text({"hourly": {**HOURLY, "time": [NOW, NOW + 60, NOW + 9]}}), "not even"),
        ("open-meteo", text({"hourly": {**HOURLY, "time": ["2026-09-22T05:00"] * 3}}), "timeformat=unixtime"),
        ("open-meteo", text({"hourly": {**HOURLY, "precipitation": [1.0]}}), "wrong length"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused(shape: str, data: bytes, why: str) -> None:
    """Garbage, wrong times, impossible numbers and old words are refused, and the message says which."""
    with pytest.raises(ForecastError, match=why):
        parse(shape, data, NOW)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*NEUTRAL, *HOURLY, "hourly"]), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@given(st.sampled_from(["open-meteo", "json"]), JSON)
def test_nothing_but_a_refusal_comes_out(shape: str, data: object) -> None:
    """Any JSON is a forecast or a ForecastError."""
    try:
        found = parse(shape, json.dumps(data), NOW)
    except ForecastError:
        return
    assert isinstance(found, Provided)
