"""Numbers, times and dates as people here write them: decimal comma and ``13.30 WIB`` in Indonesian."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from controller.i18n import numbers
from controller.web.context import Language

_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
NONE = "–"
"""What stands where nothing is known."""


def number(value: float | None, digits: int, language: Language) -> str:
    """``digits`` decimals, thousands grouped."""
    return NONE if value is None else numbers.number(value, language, digits)


def watts(value: float | None, language: Language) -> str:
    """``850 W``, ``1.320 W``, ``11,6 kW``: as the sentences beside it write them."""
    return NONE if value is None else numbers.scaled(value, "W", language)


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
    return NONE if seconds is None else numbers.duration(seconds, language)


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
    return f"{_DAYS[language][local.weekday()]}, {local.day} {numbers.MONTHS[language][local.month - 1]} {local.year}"


def kilograms(value: float | None, language: Language) -> str:
    """``0,05 kg``, ``1,8 kg``, ``412 kg``, ``2,28 ton``."""
    if value is None:
        return NONE
    if abs(value) >= 999.5:
        return f"{number(value / 1000.0, 2, language)} {'ton' if language == 'id' else 't'}"
    digits = 2 if abs(value) < 0.995 else 1 if abs(value) < 9.95 else 0
    return f"{number(value, digits, language)} kg"
