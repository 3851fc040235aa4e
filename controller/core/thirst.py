"""What the soil probes say the crops use, against what the weather says: one ratio for the whole site.

A site without a hygrometer or an anemometer, or with a dusty pyranometer, reckons too little or too much for all its zones alike;
those with probes show it, those without profit. Writes: ``thirst``, ``taught``.
"""

from __future__ import annotations

from controller.core.draft import Draft
from schedules.balance import FULL_DAY_S, ZoneBalance

GAIN = 0.25
"""Weight of one zone and day."""

FADE = 0.03
"""What a day of a field with a probe that taught nothing takes of how much the site has been taught."""

LEAST, MOST = 0.75, 1.40
"""Beyond these a probe is wrong, not the weather."""

USE_MM = 1.0
RAIN_MM = 0.5
DRAINED = 0.3
"""Only dry days with a real use teach: rain is the least known part of the balance. Nor does a soil teach that has used less than
this share of its RAW: for days after rain water still sinks past the probe.
"""


def learned_use(c: Draft, before: ZoneBalance, after: ZoneBalance) -> None:
    """Take in the day that ended with this step, if a probe watched it. ``corrected_mm`` below 0: the probes found less water."""
    if after.day == before.day or before.day_s < FULL_DAY_S:
        return
    seen = _seen(before, after)
    if seen is None:
        if before.probe_vwc is not None:
            c.taught -= FADE * c.taught
        return
    c.thirst = min(MOST, max(LEAST, c.thirst * (1.0 + GAIN * (min(2.0, max(0.0, seen)) - 1.0))))
    if LEAST < c.thirst < MOST:
        c.taught += GAIN * (1.0 - c.taught)


def _seen(before: ZoneBalance, after: ZoneBalance) -> float | None:
    """The day's use by the probes over what was reckoned, None where the day teaches nothing."""
    if before.level != "sensor":
        return None
    if before.ponding_mm is not None or before.eta_mm < USE_MM or before.rain_mm > RAIN_MM:
        return None
    reaped = before.stage == "over"  # the ground lies bare
    if reaped or before.depletion_mm < DRAINED * before.raw_mm or after.taw_mm <= 0.0:
        return None
    # Roots that grow reach moist soil: the probe's depletion, read over their new depth, is that much too large.
    grown_mm = before.depletion_mm * max(0.0, 1.0 - before.taw_mm / after.taw_mm)
    return (before.eta_mm - before.corrected_mm - grown_mm) / before.eta_mm
