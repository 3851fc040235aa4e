"""A world on paper: what a test wrote down is what devices show; what they are told is written down too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from drivers.codec import decode_point
from drivers.codec_words import version_text
from drivers.profile import Profile
from drivers.profile_points import Point
from drivers.quantities import quantity as glossary
from drivers.reading import Value
from tests.controller.stations import HandClock

Key = tuple[str, str]

TYPICAL: dict[str, float] = {
    "voltage_v": 231.0, "current_a": 4.4, "power_w": 1200.0, "energy_wh": 5_670_000.0, "frequency_hz": 49.5, "temp_c": 31.5,
    "vwc": 0.24, "level_m": 1.25, "irradiance_w_m2": 645.0, "ph": 6.5, "power_factor": 0.9, "soc_pct": 64.0, "flow_m3_h": 3.6,
    "volume_m3": 123.4, "rain_mm": 12.4, "battery_voltage_v": 51.2, "dc_voltage_v": 380.0, "ec_us_cm": 420.0, "rh_pct": 77.0,
    "permittivity": 21.3, "frequency_set_hz": 45.0, "import_wh": 880_000.0, "export_wh": 120_000.0, "energy_today_wh": 4500.0,
    "air_pressure_hpa": 1008.0,
    "rated_power_w": 5000.0,
    "running_s": 7_200_000.0, "reactive_var": 120.0,
}  # fmt: skip


@dataclass
class Paper:
    """See ``simulators.outputs.World``; ``told`` keeps what outputs were set to, in order."""

    values: dict[Key, Value] = field(default_factory=dict)
    told: list[tuple[str, str, float]] = field(default_factory=list)
    clock: HandClock = field(default_factory=HandClock)
    presses: dict[Key, dict[Key, Value]] = field(default_factory=dict)
    """What a press leads to."""

    def value(self, device: str, quantity: str, at: datetime) -> Value | None:
        """What is written down."""
        return self.values.get((device, quantity))

    def apply(self, device: str, quantity: str, value: float, at: datetime) -> None:
        """Write it down; an output shows what it was told."""
        self.told.append((device, quantity, value))
        self.values[device, quantity] = value
        self.values |= self.presses.get((device, quantity), {})

    def advance(self, at: datetime) -> None:
        """Paper does not move."""


def settings_of(profile: Profile) -> dict[str, float | str]:
    """Something for every setting that has no default."""
    given: dict[str, float | str] = {}
    for name, entry in profile.settings.items():
        if entry.default is None:
            low = entry.minimum if entry.minimum is not None else 1.0
            number = max(low, 1000.0 if name.endswith("_w") else low)
            given[name] = entry.choices[0] if entry.choices else "farm" if entry.text else number
    return given


def _words(point: Point) -> Value | None:
    """A word for a point that has words, None for others."""
    if point.version is not None:
        return version_text(20103 if point.version[0] == "#" else 0x01020304, point.version)
    if point.bits:
        return min(point.bits.values())
    row = glossary(point.quantity or "")
    values = [*(point.enum or {}).values(), *(test.value for test in point.first or ())]
    words = [word for word in values if row is None or isinstance(word, str) == row.is_text]
    if not words:
        return None
    return "running" if "running" in words else max(words, key=str)


def _bent(point: Point, settings: Mapping[str, float | str] | None) -> Value | None:
    """What stands in the middle of a curve."""
    ends = [x for x, _ in point.curve or ()]
    if settings is None and any(isinstance(x, str) for pair in point.curve or () for x in pair):
        return None
    numbers = [float((settings or {})[x]) if isinstance(x, str) else x for x in ends]
    raw = int(sum(numbers) / len(numbers)) if numbers else 400
    return decode_point(point.model_copy(update={"when": None}), (raw,), settings or {})[0]


def sample(point: Point, settings: Mapping[str, float | str] | None = None) -> Value | None:
    """A plausible value for a point, another one than what the profile itself would show; None when it has no quantity.

    ``settings``: the site's answers, complete; without them a curve that needs some has no value.
    """
    if point.quantity is None:
        return None
    row = glossary(point.quantity)
    words = _words(point)
    if words is not None:
        return words
    if point.polynomial is not None or point.curve is not None:
        return _bent(point, settings)
    if row is not None and row.is_text:
        return "2026-03-15T08:30:00" if point.type == "clock" else "abc"[: 2 * point.size]
    base = point.quantity.rstrip("0123456789").rstrip("_")
    value = TYPICAL.get(point.quantity, TYPICAL.get(base, 567_000.0 if base.endswith("_wh") else None))
    if row is not None and (row.unit, row.minimum, row.maximum) == ("", 0, 1):
        value = 1.0
    if value is None:
        high = point.maximum if point.maximum is not None else row.maximum if row else 10.0
        low = row.minimum if row else 0.0
        value = min(12.0 * max(1.0, abs(point.scale)), high / 2.0) if high > 0 else 0.0
        value = value if value >= low else (low + high) / 2.0
    if point.maximum is not None and value > point.maximum:
        value = point.maximum / 2.0
    return value
