"""Numbers, durations and dates as each language writes them. The suffix of a parameter's name is its SI unit."""

from __future__ import annotations

import math
from datetime import date
from typing import Literal

Language = Literal["id", "en"]

UNITS: dict[str, tuple[str, str, int]] = {
    "_m3_h": ("m³/jam", "m³/h", 1),
    "_m3": ("m³", "m³", 1),
    "_mm": ("mm", "mm", 1),
    "_j_cm2": ("J/cm²", "J/cm²", 0),
    "_kpa": ("kPa", "kPa", 1),
    "_c": ("°C", "°C", 1),
    "_kpa_h": ("kPa·jam", "kPa·h", 1),
    "_bar": ("bar", "bar", 1),
    "_hz": ("Hz", "Hz", 1),
    "_pct": ("%", "%", 0),
    "_m": ("m", "m", 2),
    "_l": ("liter", "litres", 0),
}
"""Suffix: unit in Indonesian, unit in English, decimals. The longest suffix that fits counts."""

MONTHS = {
    "id": ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
           "Desember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip


DURATIONS = {"id": ("detik", "menit", "jam", "hari", "hari"), "en": ("s", "min", "h", "day", "days")}


def number(value: float, language: Language, decimals: int | None = None) -> str:
    """A number with the language's decimal mark and thousands mark; whole numbers without decimals when none are asked for."""
    if not math.isfinite(value):
        return "?"
    if decimals is None:
        decimals = 0 if value == int(value) else 2
    text = f"{value:,.{decimals}f}"
    if text.startswith("-") and not any(digit in text for digit in "123456789"):
        text = text[1:]  # -0.0 is 0
    return text.translate(str.maketrans(",.", ".,")) if language == "id" else text


def duration(seconds: float, language: Language) -> str:
    """Seconds below two minutes, then minutes, hours with minutes, days with hours: rounded to the smaller unit shown."""
    if not math.isfinite(seconds):
        return "?"
    s, minute, hour, day_, days = DURATIONS[language]
    seconds = max(0.0, seconds)
    if seconds < 119.5:
        return f"{seconds:.0f} {s}"
    minutes = round(seconds / 60.0)
    if minutes < 60:
        return f"{minutes} {minute}"
    hours = round(minutes / 60.0)
    if minutes < 1440:
        return _two(minutes // 60, hour, minutes % 60, minute)
    return _two(hours // 24, days if hours >= 48 else day_, hours % 24, hour)


def _two(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big} {big_unit} {small} {small_unit}" if small else f"{big} {big_unit}"


def day(text: str, language: Language) -> str:
    """An ISO date in words; anything else as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {MONTHS[language][found.month - 1]} {found.year}"


def scaled(value: float, unit: str, language: Language) -> str:
    """Watts and watt-hours, in thousands from 10,000 W and 1,000 Wh on."""
    if abs(value) < (10_000.0 if unit == "W" else 1000.0):
        return f"{number(value, language, 0)} {unit}"
    return f"{number(value / 1000.0, language, 1)} k{unit}"


def write(name: str, value: float | str, language: Language) -> str:
    """The value of the parameter ``name`` with its unit, for people."""
    if isinstance(value, str):
        return day(value, language) if name == "day" else value
    if name.endswith("_wh"):
        return scaled(value, "Wh", language)
    if name.endswith("_w"):
        return scaled(value, "W", language)
    if name.endswith("_s"):
        return duration(value, language)
    for suffix, (unit_id, unit_en, decimals) in UNITS.items():
        if name.endswith(suffix):
            return f"{number(value, language, decimals)} {unit_id if language == 'id' else unit_en}"
    return number(value, language)
