"""How long water given now must last, and whether there will be more: what decides how much of a need is given at once.

Giving back everything that was used leaves no room for rain: the next storm then only leaches fertiliser. Giving too little
risks stress when the sun stays away. So a zone gets what it needs until it may be watered again, and more where water is short.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from schedules.daylight import DAY_S, hour_of, lasts_s, used_d
from schedules.outlook import Outlook
from schedules.program import Window
from schedules.windows import Interval, join, on_day

CLOSING_S = 5400.0
LOOK_D = 9
"""Windows are looked for so many days ahead: a weekly turn and the one after it."""

DRY_D = 10.0
"""A stretch of so many days without useful rain has to be reckoned with in any month."""

POOR = 0.7
"""Share of the expected lift that the pumps bring over such a stretch when the sun is poor too."""

POND_D = 60.0
"""A pond stores for two months: while its pumps fall behind it fills up, while they do not it stays low. Little lies between: under
a pond hardly more seeps away than under wet soil, so a store costs little, and thirst costs ten times what drained water costs.
"""

POND_POOR = 0.8
"""Share of the expected lift that is counted upon for a pond: crops grow and skies dull within two months."""

RELY = 0.7
"""What falls in seven of ten spans like the outlook's is relied upon. Where rain stays away that is nothing within weeks, while
the mean of what fell would be believed in for months.
"""

WET_MM = 1.0
"""Less rain than a wet day's is nothing to wait for."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a zone may count on. ``hold_d``: days of use from now until the window after the coming one opens: so long must water
    last that is given now or next (from nine to three a crop uses more than half a day's water, by night nothing). ``plenty``:
    what the pumps can lift a day over what all zones need a day; infinite while nothing is known. ``closing``: the open window
    ends within ``CLOSING_S`` and the next one opens more than ``CLOSING_S`` after that. ``outlook``: what is expected of the rain
    that this zone gets, None under a roof and while nobody can say; ``until_s``: POSIX s until which water must last. ``direct``: a
    pump feeds the zone without a tank, so that each dose may cost a start of it. ``hour``: of the local day now, None while nobody
    knows it. ``kept_mm``: its part of a reserve that it shares with other fields (``schedules.reserve``), None: it keeps its own.
    """

    hold_d: float = 1.0
    plenty: float = float("inf")
    outlook: Outlook | None = None
    closing: bool = False
    until_s: float = 0.0
    direct: bool = False
    hour: float | None = None
    kept_mm: float | None = None

    def reserve_mm(self, use_mm_d: float) -> float:
        """What a zone keeps beyond its need, mm: what the pumps would fall behind over a dry, dull stretch; of fields that share
        their pumps, this one's part of it.
        """
        return self.kept_mm if self.kept_mm is not None else self.behind_mm(use_mm_d)

    def behind_mm(self, use_mm_d: float) -> float:
        """What the pumps would fall behind the use over a dry, dull stretch, mm."""
        return use_mm_d * DRY_D * max(0.0, 1.0 - POOR * self.plenty)

    def stored_mm(self, use_mm_d: float) -> float:
        """What a pond keeps beyond its need, mm: what its pumps and the rain relied upon fall behind over ``POND_D``."""
        behind_mm_d = use_mm_d * max(0.0, 1.0 - POND_POOR * self.plenty)
        return POND_D * max(0.0, behind_mm_d - self.relied_mm_d) if behind_mm_d > 0.0 else 0.0

    @property
    def relied_mm_d(self) -> float:
        """Rain that is relied upon, mm a day; 0 where nobody can say."""
        if self.outlook is None or not self.outlook.rain:
            return 0.0
        end_s = self.outlook.rain[-1].end_s
        return self.outlook.rain_quantile(end_s, RELY) * DAY_S / max(DAY_S, end_s - self.outlook.issued_s)

    def lasts_s(self, left_d: float) -> float:
        """Seconds until so many days of use are used: by the sun's course, since crops use nothing by night."""
        return lasts_s(self.hour, left_d)

    def spared(self, amount_mm: float) -> float:
        """Chance, 0..1, that rain brings this much before water may be given again, so that what is given now only drains."""
        if self.outlook is None:
            return 0.0
        return self.outlook.rain_chance(self.until_s, max(WET_MM, amount_mm))

    def likely(self, amount_mm: float) -> float:
        """How much more likely than not it is that water is spared, 0..1: a field in need does not wait for an even chance."""
        return max(0.0, 2.0 * self.spared(amount_mm) - 1.0)

    def dose_mm(
        self, used_mm: float, safe_mm: float, use_mm_d: float, reserve_mm: float | None = None
    ) -> float:
        """Net depth to give now, mm: so much that ``used_mm`` (what is missing) stays within ``safe_mm`` for ``hold_d`` at
        ``use_mm_d`` and the reserve (by itself ``reserve_mm()``) is there besides; never more than ``used_mm``.
        """
        if reserve_mm is None:
            reserve_mm = self.reserve_mm(use_mm_d)
        need = used_mm + use_mm_d * self.hold_d + reserve_mm - safe_mm
        return min(used_mm, max(0.0, need))


UNKNOWN = Prospect()
"""Nobody knows anything: water must last a day and is plenty."""


def chances(windows: tuple[Window, ...], tz: ZoneInfo, now_s: float) -> tuple[float, bool, float]:
    """(days of use until the window after the coming or open one opens, whether the open one is closing, see Prospect.closing, when
    that window opens, POSIX s); (1.0, False, a day from now) where there are none to count on.
    """
    local = datetime.fromtimestamp(now_s, UTC).astimezone(tz)
    ahead = _ahead(windows, tz, local.date())
    coming = [span for span in ahead if span[1] > now_s][:2]
    if len(coming) < 2:
        return 1.0, False, now_s + DAY_S
    (begin, end), (again, _) = coming
    hours = hour_of(now_s, tz)
    use_d = used_d(hours + (again - now_s) / 3600.0) - used_d(hours)
    return use_d, begin <= now_s >= end - CLOSING_S and again > end + CLOSING_S, again


@lru_cache(maxsize=128)
def _ahead(windows: tuple[Window, ...], tz: ZoneInfo, day: date) -> tuple[Interval, ...]:
    """The windows that begin from the day before ``day`` on, joined and sorted."""
    days = (day + timedelta(days=offset) for offset in range(-1, LOOK_D))
    return join([span for one in days for window in windows if (span := on_day(window, one, tz)) is not None])
