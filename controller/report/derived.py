"""Figures that are reckoned from sums: use, consumption, the rest, the sun's share."""

from __future__ import annotations

from controller.impact.day_sums import Amount, combined
from controller.report.model import Report


def used(report: Report) -> Amount:
    """Electricity of pumps and other loads together, Wh."""
    return combined(report.days, {"pumps_wh": 1.0, "aux_wh": 1.0}) or Amount(0.0, 0.0, 0)


def consumed(report: Report) -> Amount:
    """Water taken less what the tanks gained, m3 (GRI 303-5)."""
    tanks = {name: -1.0 for name in report.sums if name.startswith("tanks.")}
    return combined(report.days, {"water_m3": 1.0, **tanks}) or Amount(0.0, 0.0, 0)


def solar_share(report: Report) -> float | None:
    """Share of the electricity used that the sun paid, 0..1; None where nothing was used."""
    whole = used(report).value
    return (report.value("solar_wh") or 0.0) / whole if whole else None


def rest_wh(report: Report, made: float) -> float:
    """What of the PV energy made is neither used, exported nor lost in the battery, Wh."""
    return made - sum(report.value(name) or 0.0 for name in ("solar_wh", "export_wh", "battery_loss_wh"))
