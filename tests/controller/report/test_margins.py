"""A figure has as many digits as its margin is worth, and no margin ever reads as nothing."""

from __future__ import annotations

import math
import re
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.impact.day_sums import Amount
from controller.report.margins import decimals_of, pair, plus_minus, rupiah_margin, shown, weight
from controller.report.say import Say

ID, EN = (Say(language, ZoneInfo("Asia/Jakarta")) for language in ("id", "en"))


def number_of(text: str) -> float:
    """The number in an English text."""
    return float(re.sub(r"[^0-9.]", "", text))


@given(st.floats(1e-4, 1e7), st.floats(1e-6, 1.0))
def test_a_margin_shows_what_it_says(value: float, relative: float) -> None:
    """The printed value and margin are within half a unit of their last digit of the true ones; a margin is never ± 0: one that is
    smaller is said to be below that digit.
    """
    text, margin = pair(EN, Amount(value, value * relative, 30))
    last = 10.0 ** -len(text.partition(".")[2])
    assert number_of(text) == pytest.approx(value, abs=0.5001 * last)
    assert number_of(margin) > 0.0
    if "<" in margin:
        assert value * relative <= last / 2.0
        assert number_of(margin) == pytest.approx(last)
    else:
        assert number_of(margin) == pytest.approx(value * relative, abs=0.5001 * last)


@given(st.floats(1e-3, 1e9), st.floats(1e-6, 1e9))
def test_no_weight_and_no_sum_of_money_errs_by_nothing(kg: float, half: float) -> None:
    """Kilograms, tonnes and rupiah with a margin never print it as 0."""
    assert number_of(weight(EN, kg, half)[2]) > 0.0
    assert number_of(rupiah_margin(EN, half)) > 0.0


def test_digits_follow_the_margin() -> None:
    """117 ± 18 and 2.28 ± 0.25; small figures get the digits they need; nothing is written where there is no margin."""
    assert shown(EN, 117.0, 18.0) == ("117", "±\u00a018")
    assert shown(ID, 0.73, 0.016) == ("0,730", "±\u00a00,016")
    assert shown(ID, 39.8, 0.0003) == ("39,80", "±\u00a0<\u00a00,01")
    assert shown(ID, 0.004, 0.0) == ("0,0040", "")
    assert shown(ID, 0.0, 0.0) == ("0,0", "")
    assert plus_minus(ID, 0.0, 2) == ""
    assert decimals_of(math.inf) == 0


def test_tonnes_from_one_tonne_on() -> None:
    """Kilograms below a tonne, then tonnes with two decimals (2,28 ton); a few grams are not nothing."""
    assert weight(ID, 2280.0, 250.0) == ("2,28", "ton", "±\u00a00,25")
    assert weight(EN, 412.3, 41.0)[:2] == ("412", "kg")
    assert weight(ID, 0.031, 0.004) == ("0,0310", "kg", "±\u00a00,0040")
    assert rupiah_margin(ID, 0.2) == "±\u00a0<\u00a0Rp1"
