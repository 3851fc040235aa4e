"""The report's words and numbers in one language: ``texts.yaml``, and numbers as that language writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from controller.i18n.numbers import MONTHS, Language, day, duration, number
from controller.impact.day_sums import Amount

HARD = "\u00a0"
"""A space that keeps a number and its unit on one line."""

NONE = "–"
TONNE_KG = 999.5


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
        return texts()[key][self.language].format(**params)

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
        """``Rp1.444,70`` or ``IDR 1,444.70``."""
        if rupiah is None:
            return NONE
        text = self.number(rupiah, decimals)
        return f"Rp{text}" if self.language == "id" else f"IDR{HARD}{text}"

    def day(self, iso: str) -> str:
        """``22 November 2026``."""
        return day(iso, self.language)

    def day_short(self, iso: str) -> str:
        """``22 Nov 2026``, for tables."""
        found = date.fromisoformat(iso)
        return f"{found.day}{HARD}{self.month_short(found.month)}{HARD}{found.year}"

    def month(self, iso: str) -> str:
        """``November 2026`` of ``2026-11``."""
        return f"{MONTHS[self.language][int(iso[5:7]) - 1]} {iso[:4]}"

    def month_short(self, month: int) -> str:
        """``Nov`` of 11: three letters are understood in both languages (Agu, Okt, Des)."""
        return MONTHS[self.language][month - 1][:3]

    def moment(self, epoch_s: float) -> str:
        """``22-11-2026 13.30`` or ``2026-11-22 13:30``, on the site's clock."""
        local = datetime.fromtimestamp(epoch_s, self.zone)
        return local.strftime("%d-%m-%Y %H.%M" if self.language == "id" else "%Y-%m-%d %H:%M")

    def time_zone(self, epoch_s: float) -> str:
        """WIB, WITA, WIT ..."""
        return datetime.fromtimestamp(epoch_s, self.zone).tzname() or ""

    def duration(self, seconds: float) -> str:
        """``2 jam 5 menit``."""
        return duration(seconds, self.language)


def decimals_of(half_width: float, most: int = 2) -> int:
    """How many decimals two digits of the half-width need, none for one of 10 and more: 117 ± 18, 2.28 ± 0.25."""
    if not 0.0 < half_width < math.inf:
        return 1 if half_width == 0.0 else 0
    return min(most, max(0, 1 - math.floor(math.log10(half_width))))


def pair(say: Say, amount: Amount | None, scale: float = 1.0) -> tuple[str, str]:
    """A sum and its margin with as many decimals as the margin allows; ``scale``: units of the text in one of the figure."""
    if amount is None:
        return NONE, ""
    value, half = amount.value * scale, amount.half_width * scale
    decimals = (
        decimals_of(half, 0 if abs(value) >= 1000.0 else 1 if abs(value) >= 100.0 else 2) if half > 0.0 else 1
    )
    return say.number(value, decimals), f"±{HARD}{say.number(half, decimals)}" if half > 0.0 else ""
