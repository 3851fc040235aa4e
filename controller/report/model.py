"""A report as numbers: everything that its writers say, nothing of how it looks. Units are in the names: _wh, _m3, _s, _kg, _idr.

This is what ``tirta report --format json`` writes; ``SCHEMA`` counts up when a name or a meaning changes, not when one is added.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.core.site_impact import Factor
from controller.i18n.numbers import Language
from controller.impact.day import Day
from controller.impact.day_sums import Amount
from controller.impact.statement import Statement
from controller.report.happenings import Happenings
from controller.report.period import Period

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """A zone as the site file has it: ``metered`` where a flow meter of its own tells its water."""

    id: str
    name: str
    area_m2: float
    metered: bool


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """Who and where. ``pumps`` and ``tanks``: id -> name. ``backup``: none, grid or diesel."""

    id: str
    name: str
    latitude_deg: float
    longitude_deg: float
    timezone: str
    pv_kwp: float
    backup: str
    zones: tuple[ZoneFacts, ...]
    pumps: Mapping[str, str]
    tanks: Mapping[str, str]

    @property
    def names(self) -> Mapping[str, str]:
        """Zone, tank and pump by id: what people call them."""
        return {zone.id: zone.name for zone in self.zones} | dict(self.tanks) | dict(self.pumps)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the period was seen. ``share``: of the time of its past days, 0..1; ``past_days``: days of the period that are
    over; ``closed_days``: of those with a closing; ``began``, ``ended``: the first and the last of them, "" where there is none.
    ``running``: the period is not over. ``gaps``, ``gap_s``: times that nobody saw within closed days.
    ``filled_wh``, ``filled_m3``: what was reckoned from power or rated flow times time because no counter told it.
    """

    share: float
    past_days: int
    closed_days: int
    began: str
    ended: str
    running: bool
    gaps: int
    gap_s: float
    filled_wh: float | None
    filled_m3: float | None


@dataclass(frozen=True, slots=True)
class MonthSum:
    """The days of one month (YYYY-MM) that lie in the period, added up: figures in Wh and m3 by their names in ``Day``; ``zones``:
    m3; ``coverage``: 0..1.
    """

    month: str
    figures: Mapping[str, float]
    zones: Mapping[str, float]
    coverage: float


@dataclass(frozen=True, slots=True)
class LedgerFacts:
    """Where the numbers come from: the ledger's rows and head when the report was made, and what the check of its chain found
    (``problems``: by language).
    """

    rows: int
    head_hash: str
    at_s: float
    whole: bool
    problems: tuple[Mapping[Language, str], ...] = ()

    def said(self, language: Language, most: int | None = None) -> str:
        """The first ``most`` problems in words."""
        return "; ".join(one[language] for one in self.problems[:most])


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report. ``generated``: local time of the ledger's last row, ISO 8601: the same ledger gives the same report.

    ``sums``: figure -> value, half-width at 95 % and the days that tell it, of all days of the period; zones, meters and tanks as
    ``zones.ID``, ``meters.ID``, ``tanks.ID``. ``statement``: CO2, methane and money;
    ``methane_factors``: what methane was reckoned with. ``days``: every past day of the period, those that nobody saw with
    ``closed=False``.
    """

    site: SiteFacts
    period: Period
    generated: str
    coverage: Coverage
    sums: Mapping[str, Amount]
    months: tuple[MonthSum, ...]
    days: tuple[Day, ...]
    statement: Statement
    happenings: Happenings
    ledger: LedgerFacts
    methane_factors: tuple[Factor, ...] = ()
    schema: int = SCHEMA
    units: Mapping[str, str] = field(default_factory=lambda: dict(UNITS))

    def value(self, name: str) -> float | None:
        """The sum of a figure, None where no day tells it."""
        amount = self.sums.get(name)
        return None if amount is None else amount.value


UNITS: Mapping[str, str] = {
    "_wh": "watt hours",
    "_m3": "cubic metres",
    "_s": "seconds (POSIX seconds for at_s, epoch_s, ended_s)",
    "_kg": "kilograms",
    "_idr": "rupiah",
    "share, coverage": "0..1",
    "zones, meters, tanks": "cubic metres",
}
"""What the suffixes of the names mean; it stands in the file so that nobody needs this page to read it."""
