"""CO2 avoided, so that an auditor can follow it: PV energy that was used on the site, times one dated factor. Pure.

m = E_used * EF (AMS-I.D / AMS-I.F of the CDM: energy of the PV plant that replaces grid energy). E_used is measured input of
the pumps, and of everything else on the site where a load meter tells it, minus what came from grid or genset; energy that was
produced but not used counts nothing. One baseline per site.
Every figure is an estimate that nobody has verified: ``STATEMENT`` goes wherever a figure is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.core.decision import Event, EventKind
from controller.core.site import Site
from controller.store.chain import Note

STATEMENT: Mapping[str, str] = {
    "en": "estimated, unverified",
    "id": "perkiraan, belum diverifikasi",
}


@dataclass(frozen=True, slots=True)
class Impact:
    """One day, or a sum of days. Energy in kWh, water in m3, CO2 in kg, money in rupiah of ``price_source``.

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

    def fields(self) -> dict[str, float]:
        """As the fields of the measurement ``impact``."""
        return {
            "solar_kwh": self.solar_kwh,
            "grid_kwh": self.grid_kwh,
            "diesel_kwh": self.diesel_kwh,
            "water_m3": self.water_m3,
            "co2_avoided_kg": self.co2_avoided_kg,
            "saved_idr": self.saved_idr,
        }


def day_impact(site: Site, figures: Mapping[str, float | str]) -> Impact:
    """The impact of one daily closing: the figures of its ``day`` event (``used_wh``, ``other_wh``, ``grid_wh``, ``water_m3``,
    ``covered_s``), valued at the factor and price that it was closed with, or at the site's for a day that still runs.
    """
    used_wh = _number(figures, "used_wh") + _number(figures, "other_wh")
    bought_wh = _number(figures, "grid_wh")
    bought_wh = min(max(bought_wh, 0.0), max(used_wh, 0.0))
    solar_kwh = max(0.0, used_wh - bought_wh) / 1000.0
    diesel = site.file.power.backup == "diesel"
    impact = site.file.impact
    covered = figures.get("covered_s")
    return Impact(
        solar_kwh=solar_kwh,
        grid_kwh=0.0 if diesel else bought_wh / 1000.0,
        diesel_kwh=bought_wh / 1000.0 if diesel else 0.0,
        water_m3=max(0.0, _number(figures, "water_m3")),
        co2_avoided_kg=solar_kwh * _number(figures, "factor_kg_per_kwh", impact.factor.value),
        saved_idr=solar_kwh * _number(figures, "price_idr_per_kwh", impact.price_idr_per_kwh),
        days=1,
        coverage=min(1.0, float(covered) / 86_400.0) if isinstance(covered, float | int) else None,
    )


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
    """The ledger row that follows a daily closing: the impact with its factor, source and year; None for other events.

    ``coverage``: share of the day that the controller saw; ``measured_share``: share of that with a meter on every pump that ran.
    """
    if event.kind is not EventKind.DAY:
        return None
    impact, entry = day_impact(site, event.figures), site.file.impact
    measured_s, covered_s = _number(event.figures, "measured_s"), _number(event.figures, "covered_s")
    return Note(
        "impact",
        event.subject,
        {
            **impact.fields(),
            "baseline": entry.baseline,
            "factor": entry.factor.name,
            "factor_kg_per_kwh": entry.factor.value,
            "factor_source": entry.factor.source,
            "factor_year": entry.factor.year,
            "price_idr_per_kwh": entry.price_idr_per_kwh,
            "price_source": entry.price_source,
            "coverage": 0.0 if impact.coverage is None else impact.coverage,
            "measured_share": measured_s / covered_s if covered_s > 0.0 else 0.0,
            "statement": STATEMENT["en"],
        },
    )
