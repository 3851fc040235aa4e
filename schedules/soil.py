"""Soil as a store of water (FAO-56 chapter 8)."""

from __future__ import annotations

from collections.abc import Sequence

from schedules.catalog import Soil


def taw_mm(fc: float, wp: float, root_m: float) -> float:
    """Total available water, mm: 1000 (FC - WP) Zr (FAO-56 Eq. 82)."""
    return 1000.0 * (fc - wp) * root_m


def raw_mm(p: float, taw: float) -> float:
    """Readily available water, mm: p TAW (FAO-56 Eq. 83)."""
    return p * taw


def stress(depletion_mm: float, taw: float, raw: float) -> float:
    """Ks, 0..1: 1 down to RAW, then linear to 0 at TAW (FAO-56 Eq. 84)."""
    if depletion_mm <= raw:
        return 1.0
    if depletion_mm >= taw:
        return 0.0
    return (taw - depletion_mm) / (taw - raw)


def depletion_at(soil: Soil, vwc: float, taw: float) -> float:
    """Root-zone depletion, mm, when the whole root zone has the water content ``vwc`` (m3/m3), limited to 0..TAW."""
    return min(taw, max(0.0, (soil.fc - vwc) / (soil.fc - soil.wp) * taw))


def infiltration_mm(soil: Soil, rain_mm: float, dt_s: float) -> float:
    """What of ``rain_mm`` in ``dt_s`` enters the soil: at most its saturated conductivity; the rest runs off."""
    return min(rain_mm, soil.ksat_mm_h * dt_s / 3600.0)


def share_entering(soil: Soil, bursts: Sequence[tuple[float, float]]) -> float:
    """Share of the rain that enters the soil when it fell in these bursts, (mm, s) each: a cloudburst of five minutes runs off
    where the same rain over a quarter of an hour would have soaked in. 1 without bursts.
    """
    fallen = sum(mm for mm, _ in bursts)
    if fallen <= 0.0:
        return 1.0
    return sum(infiltration_mm(soil, mm, seconds) for mm, seconds in bursts) / fallen
