"""One day's impact as the page, the ledger and the database tell it: CO2 and methane avoided, energy, water, money. Pure.

CO2 against the one baseline in force (``baselines``), methane of paddies (``methane``). A closed day keeps what its ledger row was
written with. Every figure is an estimate that nobody has verified: ``STATEMENT`` goes wherever a figure is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from controller.core.decision import Event, EventKind
from controller.core.site import Site
from controller.core.site_impact import Baseline
from controller.impact.baselines import Valued, solar_kwh, value_day
from controller.impact.day import Day, day_of
from controller.impact.methane import ch4_kg
from controller.impact.row import figures_of
from controller.store.chain import Note

STATEMENT: Mapping[str, str] = {
    "en": "estimated, unverified",
    "id": "perkiraan, belum diverifikasi",
}

UNNAMED = "9999-12-31"
"""A day without a name: the clock was never certain; what is in force now counts."""


@dataclass(frozen=True, slots=True)
class Impact:
    """One day, or a sum of days. Energy in kWh, water in m3, gases in kg, money in rupiah of ``price_source``.

    ``coverage``: share of the time that was seen by the controller, 0..1, None when it was not recorded.
    """

    solar_kwh: float = 0.0
    grid_kwh: float = 0.0
    diesel_kwh: float = 0.0
    water_m3: float = 0.0
    co2_avoided_kg: float = 0.0
    saved_idr: float = 0.0
    days: int = 0
    coverage: float | None = None
    ch4_avoided_kg: float = 0.0

    def fields(self) -> dict[str, float]:
        """As the fields of the measurement ``impact``."""
        return {
            "solar_kwh": self.solar_kwh,
            "grid_kwh": self.grid_kwh,
            "diesel_kwh": self.diesel_kwh,
            "water_m3": self.water_m3,
            "co2_avoided_kg": self.co2_avoided_kg,
            "ch4_avoided_kg": self.ch4_avoided_kg,
            "saved_idr": self.saved_idr,
        }


def day_impact(site: Site, figures: Mapping[str, float | str]) -> Impact:
    """The impact of one daily closing, from the figures of its ``day`` event: as it was closed, or against what is in force on the
    day while it still runs.
    """
    return _impact(site, *_read(site, figures), figures)


def in_force(site: Site, figures: Mapping[str, float | str]) -> Baseline:
    """The baseline on the day that the figures are of; the newest when they name no day."""
    day = day_of(figures)
    return site.file.impact.on(date.fromisoformat(UNNAMED if day is None else day.day))


def _read(site: Site, figures: Mapping[str, float | str]) -> tuple[Day, Valued]:
    day = day_of(figures) or day_of({**figures, "day": UNNAMED})
    assert day is not None
    return day, value_day(site.file, day)


def _impact(site: Site, day: Day, valued: Valued, figures: Mapping[str, float | str]) -> Impact:
    grid_wh, genset_wh = bought_wh(site, day)
    return Impact(
        solar_kwh=solar_kwh(day),
        grid_kwh=grid_wh / 1000.0,
        diesel_kwh=genset_wh / 1000.0,
        water_m3=max(0.0, day.water_m3 or 0.0),
        co2_avoided_kg=_number(figures, "co2_avoided_kg", valued.co2_kg),
        saved_idr=_number(figures, "saved_idr", valued.saved_idr or 0.0),
        days=1,
        coverage=None if day.covered_s is None else day.coverage,
        ch4_avoided_kg=day.valued["ch4_avoided_kg"]
        if "ch4_avoided_kg" in day.valued
        else ch4_kg(site.file, day),
    )


def bought_wh(site: Site, day: Day) -> tuple[float, float]:
    """Grid and genset energy. A closing from before the split tells both as ``grid_wh``, never more than was used."""
    if day.genset_wh is not None:
        return max(0.0, day.grid_wh or 0.0), max(0.0, day.genset_wh)
    used = max(0.0, (day.pumps_wh or 0.0) + (day.aux_wh or 0.0))
    bought = min(max(0.0, day.grid_wh or 0.0), used)
    return (0.0, bought) if site.file.power.backup == "diesel" else (bought, 0.0)


def _number(figures: Mapping[str, float | str], name: str, default: float = 0.0) -> float:
    value = figures.get(name, default)
    return float(value) if isinstance(value, float | int) else default


def total(impacts: Iterable[Impact]) -> Impact:
    """The sum of daily closings; coverage is their mean by days."""
    sums, days, covered, known = dict.fromkeys(Impact().fields(), 0.0), 0, 0.0, 0
    for impact in impacts:
        for name, value in impact.fields().items():
            sums[name] += value
        days += impact.days
        if impact.coverage is not None:
            covered += impact.coverage * impact.days
            known += impact.days
    return Impact(**sums, days=days, coverage=covered / known if known else None)


def closing_note(site: Site, event: Event) -> Note | None:
    """The ledger row that follows a daily closing: the impact with everything that is needed to reckon it again; None for other
    events. ``coverage``: share of the day that the controller saw; ``measured_share``: share of that with a meter on every pump
    that ran; ``method_u95``: relative half-width at 95 % of factor and assumptions, without the meters'.
    """
    if event.kind is not EventKind.DAY:
        return None
    day, valued = _read(site, event.figures)
    impact = _impact(site, day, valued, event.figures)
    measured_s, covered_s = _number(event.figures, "measured_s"), _number(event.figures, "covered_s")
    figures: dict[str, float | str] = {
        **impact.fields(),
        "day": "" if day.day == UNNAMED else day.day,
        "coverage": 0.0 if impact.coverage is None else impact.coverage,
        "measured_share": measured_s / covered_s if covered_s > 0.0 else 0.0,
        "statement": STATEMENT["en"],
        **figures_of(valued),
    }
    return Note("impact", event.subject, figures)
