"""A provider's forecast as plain numbers, checked: what does not fit, or is too old, is refused with words a person can act on.

Two shapes are read. ``open-meteo``: the answer of that API with ``timeformat=unixtime`` and hourly (or ``minutely_15``)
``shortwave_radiation``, ``precipitation`` and, if wanted, ``precipitation_probability``; its values are means and sums of the step
*before* each time. ``json``, the neutral one: ``{"issued": T, "start": T, "step_s": 3600, "ghi_w_m2": [...], "rain_mm": [...],
"rain_chance": [...]}`` with T in POSIX seconds or ISO 8601 with offset; value k holds for the step that begins at start + k step_s.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

UNKNOWN: Final = -1.0
MAX_BYTES: Final = 262_144
MAX_VALUES: Final = 1500
MAX_AGE_S: Final = 36 * 3600.0
"""A forecast issued longer ago is not used."""

AHEAD_S: Final = 900.0
"""So much may a provider's clock be ahead of ours."""

MAX_GHI: Final = 1500.0
MAX_RAIN_MM: Final = 500.0
SHAPES: Final = ("open-meteo", "json")


class ForecastError(ValueError):
    """A forecast that cannot be used; the message says what of it."""


@dataclass(frozen=True, slots=True)
class Provided:
    """``issued_s``: POSIX s, when it was made (or fetched, where it does not say). Steps of ``step_s`` from POSIX ``begin_s``:
    mean irradiance, W/m2, sum of rain, mm, and chance of rain in the step, 0..1; -1: not told; () when nothing of a kind is.
    """

    issued_s: float
    begin_s: float
    step_s: float
    ghi_w_m2: tuple[float, ...] = ()
    rain_mm: tuple[float, ...] = ()
    rain_chance: tuple[float, ...] = ()

    def holds(self, now_s: float) -> bool:
        """Whether it may be used at POSIX ``now_s``: neither too old nor from the future."""
        return -AHEAD_S <= now_s - self.issued_s <= MAX_AGE_S

    def ghi(self, begin_s: float, end_s: float) -> float | None:
        """Mean irradiance from ``begin_s`` to ``end_s``, W/m2, None where nothing is told."""
        told = self._told(self.ghi_w_m2, begin_s, end_s)
        return None if told is None else told / (end_s - begin_s)

    def rain(self, begin_s: float, end_s: float) -> float | None:
        """Rain from ``begin_s`` to ``end_s``, mm, None where not all of it is told."""
        told = self._told(self.rain_mm, begin_s, end_s)
        return None if told is None else told / self.step_s

    def chance(self, begin_s: float, end_s: float) -> float | None:
        """Chance of rain between: the highest of its steps (they are far from independent); None where nothing is told."""
        first = int((begin_s - self.begin_s) // self.step_s)
        last = math.ceil((end_s - self.begin_s) / self.step_s)
        told = [one for one in self.rain_chance[max(0, first) : max(0, last)] if one >= 0.0]
        return max(told) if told else None

    def _told(self, values: Sequence[float], begin_s: float, end_s: float) -> float | None:
        """Sum of value x seconds. Step by step: of a time between two of them, rounding may find the one before for ever."""
        total, at = 0.0, begin_s
        place = int((begin_s - self.begin_s) // self.step_s)
        while at < end_s - 1e-6:
            if not 0 <= place < len(values) or values[place] < 0.0:
                return None
            until = min(end_s, self.begin_s + (place + 1) * self.step_s)
            total += values[place] * (until - at)
            at, place = until, place + 1
        return total


def parse(shape: str, text: bytes | str, now_s: float) -> Provided:
    """What a provider sent, at POSIX ``now_s``. Raises ForecastError."""
    if len(text) > MAX_BYTES:
        raise ForecastError(f"{len(text)} bytes, more than {MAX_BYTES}")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ForecastError(f"not JSON: {error}") from None
    if not isinstance(data, dict):
        raise ForecastError("not a JSON object")
    found = _open_meteo(data, now_s) if shape == "open-meteo" else _neutral(data, now_s)
    if not found.ghi_w_m2 and not found.rain_mm:
        raise ForecastError("neither irradiance nor rain in it")
    if not found.holds(now_s):
        raise ForecastError(f"issued {(now_s - found.issued_s) / 3600.0:.1f} h ago")
    values = max(len(found.ghi_w_m2), len(found.rain_mm))
    if not found.begin_s - 86400.0 <= now_s < found.begin_s + values * found.step_s:
        raise ForecastError("does not cover the present: check its times and the clock here")
    return found


def _open_meteo(data: Mapping[str, Any], now_s: float) -> Provided:
    if data.get("error"):
        raise ForecastError(f"the provider says: {str(data.get('reason', 'error'))[:200]}")
    block = data.get("minutely_15") or data.get("hourly")
    if not isinstance(block, dict):
        raise ForecastError("no 'hourly' block: ask for hourly=shortwave_radiation,precipitation")
    times = block.get("time")
    if not isinstance(times, list) or len(times) < 2:
        raise ForecastError("no times in it")
    begin, second = _time(times[0]), _time(times[1])
    if begin + (len(times) - 1) * (second - begin) != _time(times[-1]):
        raise ForecastError("its steps are not even")
    chance = _values(block.get("precipitation_probability"), 100.0, len(times))
    return Provided(
        now_s,
        begin - (second - begin),  # its values belong to the step before each time
        _step(second - begin),
        _values(block.get("shortwave_radiation"), MAX_GHI, len(times)),
        _values(block.get("precipitation"), MAX_RAIN_MM, len(times)),
        tuple(one if one < 0.0 else one / 100.0 for one in chance),
    )


def _neutral(data: Mapping[str, Any], now_s: float) -> Provided:
    return Provided(
        _time(data.get("issued", now_s)),
        _time(data.get("start")),
        _step(data.get("step_s", 3600.0)),
        _values(data.get("ghi_w_m2"), MAX_GHI),
        _values(data.get("rain_mm"), MAX_RAIN_MM),
        _values(data.get("rain_chance"), 1.0),
    )


def _time(value: object) -> float:
    """POSIX seconds of a number or of ISO 8601 with an offset."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0.0 < value < 1e11:
        return float(value)
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ForecastError(
            f"'{str(value)[:40]}' is no time: POSIX seconds (timeformat=unixtime) or ISO with offset"
        )
    return at.timestamp()


def _step(value: object) -> float:
    if not isinstance(value, int | float) or not 300.0 <= value <= 86400.0:
        raise ForecastError(f"a step of {str(value)[:20]} s; 300 to 86400 are read")
    return float(value)


def _values(values: object, most: float, length: int | None = None) -> tuple[float, ...]:
    """Numbers 0..``most``; null becomes UNKNOWN; slightly negative ones (models have them) become 0."""
    if values is None:
        return ()
    if not isinstance(values, list) or len(values) > MAX_VALUES or len(values) != (length or len(values)):
        raise ForecastError("a list has the wrong length")
    return tuple(_value(one, most) for one in values)


def _value(value: object, most: float) -> float:
    if value is None:
        return UNKNOWN
    if isinstance(value, bool) or not isinstance(value, int | float) or not -5.0 <= value <= most:
        raise ForecastError(f"{str(value)[:20]} lies outside 0..{most:g}")
    return max(0.0, float(value))
