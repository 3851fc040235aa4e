"""What the site's own sky and rain gauge teach, once a step of the 15-minute grid. Writes: ``sky``, ``rain``."""

from __future__ import annotations

from datetime import date, timedelta

from controller.core.draft import Draft
from controller.core.state import Air
from schedules.forecast_sky import learn
from schedules.rain_chain import remember
from schedules.solar import LOW_COSINE, clear_sky_ghi, cos_zenith

HALF_STEP_S = 450.0
TOP = 1.5


def learned(c: Draft, at_s: float, air: Air, local: date | None) -> None:
    """Take in the step that ends at POSIX ``at_s``; without a trusted clock nobody knows where the sun stands."""
    if local is None:
        return
    where = c.wiring.site.file.site
    c.sky = learn(c.sky, at_s, _index(c, at_s, air), where.longitude)
    gauge = c.wiring.rain
    if gauge is None or (air.rain_mm <= 0.0 and c.number(gauge) is None):  # a silent gauge tells no dry day
        return
    day, yesterday = local.isoformat(), (local - timedelta(days=1)).isoformat()
    c.rain = remember(c.rain, day, air.rain_mm, c.rain.day == yesterday)


def _index(c: Draft, at_s: float, air: Air) -> float | None:
    """Clear-sky index of the step by the irradiance sensor, else by what the plant has shown in it (``potential.py``: proven whole,
    or more than was thought); None while the sun is low or nothing was seen.
    """
    where = c.wiring.site.file.site
    cosine = cos_zenith(at_s - HALF_STEP_S, where.latitude, where.longitude)
    if cosine < LOW_COSINE:
        return None
    if not air.irradiance_n:
        return min(TOP, c.sun.clear) if at_s - 2.0 * HALF_STEP_S < c.sun.seen_s <= c.epoch else None
    return min(TOP, max(0.0, air.irradiance_w_m2 / air.irradiance_n / clear_sky_ghi(cosine)))
