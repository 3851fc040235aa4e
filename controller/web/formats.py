"""Numbers, times and dates as people here write them: decimal comma and ``13.30 WIB`` in Indonesian."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from controller.web.context import Language

_SWAP = str.maketrans(",.", ".,")

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
        "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_UNITS = {
    "id": ("detik", "menit", "jam", "hari"),
    "en": ("s", "min", "h", "days"),
}

NONE = "–"
"""What stands where nothing is known."""


def number(value: float | None, digits: int, language: Language) -> str:
    """``digits`` decimals, thousands grouped."""
    if value is None:
        return NONE
    text = f"{value:,.{digits}f}"
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.translate(_SWAP) if language == "id" else text


def watts(value: float | None, language: Language) -> str:
    """``850 W``, ``1,32 kW``."""
    if value is None:
        return NONE
    if abs(value) < 999.5:
        return f"{number(value, 0, language)} W"
    return f"{number(value / 1000.0, 2, language)} kW"


def litres(value: float | None, language: Language) -> str:
    """``1.440 liter``, from 10,000 l on ``12,3 m³``."""
    if value is None:
        return NONE
    if abs(value) >= 9999.5:
        return f"{number(value / 1000.0, 1, language)} m³"
    return f"{number(value, 0, language)} {'liter' if language == 'id' else 'litres'}"


def percent(share: float | None, language: Language) -> str:
    """A share 0..1 as ``78 %``."""
    return NONE if share is None else f"{number(100.0 * share, 0, language)} %"


def duration(seconds: float | None, language: Language) -> str:
    """``45 detik``, ``12 menit``, ``2 jam 5 menit``, ``3 hari 4 jam``: the two largest units that matter."""
    if seconds is None:
        return NONE
    s, minutes, hours, days = _UNITS[language]
    left = max(0, round(seconds))
    if left < 60:
        return f"{left} {s}"
    whole = left // 60
    if whole < 60:
        return f"{whole} {minutes}"
    if whole < 1440:
        return _two(whole // 60, hours, whole % 60, minutes)
    return _two(whole // 1440, days, whole % 1440 // 60, hours)


def _two(big: int, big_unit: str, small: int, small_unit: str) -> str:
    return f"{big} {big_unit} {small} {small_unit}" if small else f"{big} {big_unit}"


def clock(epoch_s: float | None, zone: ZoneInfo, language: Language, zone_name: bool = False) -> str:
    """``13.30`` (Indonesian) or ``13:30``, with ``WIB``, ``WITA`` or ``WIT`` when asked for."""
    if epoch_s is None:
        return NONE
    local = datetime.fromtimestamp(epoch_s, zone)
    text = local.strftime("%H.%M" if language == "id" else "%H:%M")
    return f"{text} {local.tzname()}" if zone_name else text


def date(epoch_s: float | None, zone: ZoneInfo, language: Language) -> str:
    """``Sabtu, 21 November 2026``."""
    if epoch_s is None:
        return NONE
    local = datetime.fromtimestamp(epoch_s, zone)
    return (
        f"{_DAYS[language][local.weekday()]}, {local.day} {_MONTHS[language][local.month - 1]} {local.year}"
    )


def kilograms(value: float | None, language: Language) -> str:
    """``0,05 kg``, ``1,8 kg``, ``412 kg``, ``2,28 t``."""
    if value is None:
        return NONE
    if abs(value) >= 999.5:
        return f"{number(value / 1000.0, 2, language)} t"
    digits = 2 if abs(value) < 0.995 else 1 if abs(value) < 9.95 else 0
    return f"{number(value, digits, language)} kg"
