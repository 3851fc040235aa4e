"""The crop through its season: coefficient, roots, and how dry it may become (FAO-56 chapters 6 and 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from schedules.catalog import Crop, Stages3

Stage = Literal["before", "initial", "development", "mid", "late", "over", "perennial", "unknown"]

BARE = ("before", "over")
"""Stages in which nothing grows."""

ADJUSTED_FROM = 0.45
"""Coefficients below this are no matter of wind and humidity (FAO-56 Eq. 65 and 70)."""

GRACE_D = 14
"""Days after the late stage in which an annual crop is still watered: harvests are late more often than early."""


@dataclass(frozen=True, slots=True)
class CropDay:
    """The crop on one day: Kc, effective rooting depth (m) and stage."""

    kc: float
    root_m: float
    stage: Stage


def stage_on(stages: tuple[int, int, int, int], day: int) -> Stage:
    """The stage on ``day`` (planting is day 0). ``over`` begins when the late stage has ended."""
    if day < 0:
        return "before"
    names: tuple[Stage, ...] = ("initial", "development", "mid", "late")
    for name, length in zip(names, stages, strict=True):
        if day < length:
            return name
        day -= length
    return "over"


def kc_curve(kc: Stages3, stages: tuple[int, int, int, int], day: float) -> float:
    """Kc on ``day``: flat, rising, flat, falling (FAO-56 Eq. 66). Flat before planting and after the end."""
    ini, dev, mid, late = stages
    if day <= ini:
        return kc.ini
    if day <= ini + dev:
        return kc.ini + (day - ini) / dev * (kc.mid - kc.ini)
    if day <= ini + dev + mid:
        return kc.mid
    if late <= 0 or day >= ini + dev + mid + late:
        return kc.end
    return kc.mid + (day - ini - dev - mid) / late * (kc.end - kc.mid)


def kc_climate(kc: float, wind_m_s: float, rh_min_pct: float, height_m: float) -> float:
    """Kc mid or end for this climate (FAO-56 Eq. 62 and 65). Wind 1..6 m/s at 2 m, RHmin 20..80 %, height 0.1..10 m."""
    wind = min(6.0, max(1.0, wind_m_s))
    humidity = min(80.0, max(20.0, rh_min_pct))
    height = min(10.0, max(0.1, height_m))
    return kc + (0.04 * (wind - 2.0) - 0.004 * (humidity - 45.0)) * float((height / 3.0) ** 0.3)


def adjusted(crop: Crop, wind_m_s: float, rh_min_pct: float) -> Stages3:
    """The tabulated coefficients for this climate; a value below 0.45 (a dried crop, a pineapple that shuts its stomata by
    day) is not adjusted.
    """
    mid, end = (
        value if value < ADJUSTED_FROM else kc_climate(value, wind_m_s, rh_min_pct, crop.height_m)
        for value in (crop.kc.mid, crop.kc.end)
    )
    return Stages3(ini=crop.kc.ini, mid=max(0.05, mid), end=max(0.05, end))


def depletion_fraction(p: float, etc_mm_d: float) -> float:
    """p for today's water use: p_table + 0.04 (5 - ETc), 0.1..0.8 (FAO-56 Table 22, footnote)."""
    return min(0.8, max(0.1, p + 0.04 * (5.0 - etc_mm_d)))


def root_depth_m(crop: Crop, day: int | None, deepest_m: float | None = None) -> float:
    """Rooting depth, m: annuals grow linearly from a seedling's to the smaller table value (the one for irrigation) at the
    start of the mid-season; perennials have it at once. ``deepest_m`` replaces the table value. Unknown day: a seedling.
    """
    deepest = deepest_m if deepest_m is not None else crop.root_m[0]
    if crop.cycle == "perennial" or crop.stages_d is None:
        return deepest
    start = min(crop.root_start_m, deepest)
    grown = 0.0 if day is None else (day + 1) / (crop.stages_d[0] + crop.stages_d[1])
    return start + (deepest - start) * min(1.0, max(0.0, grown))


def crop_day(
    crop: Crop, day: int | None, wind_m_s: float, rh_min_pct: float, deepest_m: float | None = None
) -> CropDay:
    """The crop on ``day`` after planting; None while the date is unknown: the highest Kc with a seedling's roots, which
    waters too often rather than too late.
    """
    kc = adjusted(crop, wind_m_s, rh_min_pct)
    root = root_depth_m(crop, day, deepest_m)
    if crop.stages_d is None:
        return CropDay(kc.mid, root, "perennial")
    if day is None:
        return CropDay(max(kc.ini, kc.mid, kc.end), root, "unknown")
    stage = stage_on(crop.stages_d, day)
    if stage == "over" and crop.cycle == "perennial":
        stage = "late"
    return CropDay(kc_curve(kc, crop.stages_d, day), root, stage)


def is_growing(crop: Crop, day: int | None) -> bool:
    """Whether the crop stands and wants water: from planting to ``GRACE_D`` days after the late stage; perennials always."""
    return growing_d(crop, day) > 0.0


def growing_d(crop: Crop, day: int | None) -> float:
    """Days for which the crop that stands will still want water; 0 before planting and after its time.

    Infinite for perennials, and while the date is unknown: a crop is not left dry because a computer has lost its clock.
    """
    season = crop.season_d
    if day is not None and day < 0:
        return 0.0
    if day is None or crop.cycle == "perennial" or season is None:
        return float("inf")
    return max(0.0, float(season + GRACE_D - day))
