"""The forecast from outside: a bus that is no broker, an address that can bring nothing that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.check_references import near
from controller.core.site_power import Forecast
from drivers.marked_yaml import Loc

FILLED = ("latitude", "longitude")
"""What is filled in where an address has it in braces."""

LOC: Loc = ("weather", "forecast")


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about the forecast."""
    forecast = subject.file.weather.forecast
    if forecast is None:
        return
    brokers = [bus.id for bus in subject.file.buses if bus.url.startswith("mqtt:")]
    if forecast.bus is not None and forecast.bus not in brokers:
        yield error((*LOC, "bus"), "bus-no-broker", name=forecast.bus, near=near(forecast.bus, brokers))
    if forecast.url is not None:
        yield from _address(forecast, forecast.url)


def _address(forecast: Forecast, url: str) -> Iterator[Finding]:
    for name in re.findall(r"\{([^}]*)\}", url):
        if name not in FILLED:
            yield error((*LOC, "url"), "forecast-placeholder", name=name, near=near(name, FILLED))
    if forecast.kind == "open-meteo" and "timeformat=unixtime" not in url:
        yield warning((*LOC, "url"), "forecast-not-unix")
    if forecast.kind == "json" and "open-meteo" in url:
        yield warning((*LOC, "url"), "forecast-kind")
