"""ET0 against independent implementations: refet and pyfao56 on random days of four climates, refet on random hours."""

from __future__ import annotations

import pytest

from benchmarks import _random_weather as weather


@pytest.mark.parametrize("name", weather.CLIMATES)
def test_days_like_refet_and_pyfao56(name: str) -> None:
    """On 1,300 random days of each climate (5,200 together) the root mean squared difference is at most 0.01 mm/d, for both."""
    days = list(weather.days(weather.CLIMATES[name], 1300, seed=7))
    ours = [day.ours() for day in days]
    assert max(ours) > 1.5 * sum(ours) / len(ours) > 2.0  # days worth comparing
    assert weather.rmse(list(zip(ours, weather.of_refet(days), strict=True))) <= 0.01
    assert weather.rmse([(mine, day.pyfao56()) for mine, day in zip(ours, days, strict=True)]) <= 0.01


def test_hours_like_refet() -> None:
    """On 2,000 random hours of all climates, day and night, our terms give refet's hourly ET0 within 0.01 mm/h, and so does the
    step as shipped where the sun is high enough to tell the clouds.
    """
    hours = list(weather.hours(2000, seed=7))
    theirs = [weather.hour_of_refet(*hour) for hour in hours]
    terms = [weather.hour_of_terms(*hour) for hour in hours]
    assert sum(theirs) > 200.0
    assert weather.rmse(list(zip(terms, theirs, strict=True))) <= 0.01
    high = [
        (weather.hour_as_shipped(h[0]), t)
        for h, t in zip(hours, theirs, strict=True)
        if weather.high_sun(h[0])
    ]
    assert len(high) > 500
    assert weather.rmse(high) <= 0.01
