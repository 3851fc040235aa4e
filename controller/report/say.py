"""The report's words and numbers in one language: ``texts.yaml``, and numbers as that language writes them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from controller.i18n.numbers import MONTHS, Language, day, duration, number

HARD = "\u00a0"
"""A space that keeps a number and its unit on one line."""

UNIT = re.compile(r"(?<=\d) (?=%|(?:kWh|kWp|MJ|m³|m²|kg|ton|t|liter|litres)\b)|(?<=±) (?=\d)")
"""Between a number and its unit or margin, which stay on one line."""

NONE = "–"


def bound(text: str) -> str:
    """The text with hard spaces between numbers and their units."""
    return UNIT.sub(HARD, text)


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """Key -> language -> text."""
    raw: Any = yaml.safe_load(files("controller.report").joinpath("texts.yaml").read_text("utf-8"))
    return {str(key): entry for key, entry in raw.items()}


@dataclass(frozen=True, slots=True)
class Say:
    """One language and one time zone."""

    language: Language
    zone: ZoneInfo

    def __call__(self, key: str, **params: str) -> str:
        """The text of a key, its ``{names}`` filled in. Raises KeyError for a key or a name that is not there."""
        text = texts()[key][self.language]
        return bound(text.format(**params)) if params else text.format()

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in texts()

    def number(self, value: float | None, decimals: int = 0) -> str:
        """``1.234,5``; a dash for nothing; a real minus sign."""
        if value is None or not math.isfinite(value):
            return NONE
        return number(value, self.language, decimals).replace("-", "−")

    def share(self, value: float | None, decimals: int = 1) -> str:
        """0..1 as ``98,2 %``. Only the whole is 100: a rest is never rounded away."""
        if value is None:
            return NONE
        step = 10.0**-decimals
        percent = 100.0 * value
        if value < 1.0 and percent > 100.0 - step / 2.0:
            percent = 100.0 - step
        return f"{self.number(percent, decimals)}{HARD}%"

    def kwh(self, watt_hours: float | None, decimals: int = 1) -> str:
        """Watt hours as a number of kWh."""
        return NONE if watt_hours is None else self.number(watt_hours / 1000.0, decimals)

    def kwp(self, peak: float) -> str:
        """A plant's peak power as its plate has it: 2.2, 4.95."""
        return self.number(peak, 1 if abs(peak - round(peak, 1)) < 1e-9 else 2)

    def idr(self, rupiah: float | None, decimals: int = 0) -> str:
        """``Rp1.444,70`` or ``Rp1,444.70``."""
        if rupiah is None:
            return NONE
        return f"Rp{self.number(rupiah, decimals)}"

    def day(self, iso: str) -> str:
        """``22 November 2026``."""
        return day(iso, self.language)

    def day_short(self, iso: str) -> str:
        """``22 Nov 2026``, for tables."""
        found = date.fromisoformat(iso)
        return f"{found.day}{HARD}{self.month_short(found.month)}{HARD}{found.year}"

    def days(self, first: str, last: str, short: bool = False) -> str:
        """``3–21 Agustus 2026``, ``28 Februari – 3 Maret 2026``; ``short``: with three letters of the month, for tables."""
        month = self.month_short if short else self._month_name
        one, other = date.fromisoformat(first), date.fromisoformat(last)
        end = f"{other.day}{HARD}{month(other.month)}{HARD}{other.year}"
        if one == other:
            return end
        if (one.year, one.month) == (other.year, other.month):
            return f"{one.day}–{end}"
        year = "" if one.year == other.year else f"{HARD}{one.year}"
        return f"{one.day}{HARD}{month(one.month)}{year} – {end}"

    def _month_name(self, month: int) -> str:
        return MONTHS[self.language][month - 1]

    def month(self, iso: str) -> str:
        """``November 2026`` of ``2026-11``."""
        return f"{MONTHS[self.language][int(iso[5:7]) - 1]} {iso[:4]}"

    def month_short(self, month: int) -> str:
        """``Nov`` of 11: three letters are understood in both languages (Agu, Okt, Des)."""
        return MONTHS[self.language][month - 1][:3]

    def local(self, epoch_s: float) -> datetime:
        """The site's clock at a time, without its zone."""
        return datetime.fromtimestamp(epoch_s, self.zone).replace(tzinfo=None)

    def moment(self, epoch_s: float) -> str:
        """``22-11-2026 13.30`` or ``2026-11-22 13:30``, on the site's clock."""
        return self.local(epoch_s).strftime("%d-%m-%Y %H.%M" if self.language == "id" else "%Y-%m-%d %H:%M")

    def time_zone(self, epoch_s: float) -> str:
        """WIB, WITA, WIT ..."""
        return datetime.fromtimestamp(epoch_s, self.zone).tzname() or ""

    def duration(self, seconds: float) -> str:
        """``2 jam 5 menit``."""
        return duration(seconds, self.language)
