"""What the plant could give: from irradiance, else from what meters prove, else from a clear sky and how clear it was of late.

An inverter that may not export throttles to its load: what it gives then is only the least that the sun could give. A meter proves
the whole of it when power leaves for the grid, comes from it, or when something else (a battery) must help. What is learned of
the plant is kept in ``SunState``. Writes: ``sun``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

from controller.core.climate import SUN_W_M2, sane
from controller.core.draft import Draft
from controller.core.state import SunState
from schedules.frozen import replace
from schedules.solar import CLIMATE_CLEARNESS, LOW_COSINE, RELAX_S, Array, clear_sky_ghi, cos_zenith

IRRADIANCE, MEASURED, CLEAR_SKY = "irradiance", "measured", "clear_sky"
"""Where a figure comes from, in the order of trust."""

MARGIN_W, MARGIN_SHARE = 30.0, 0.02
"""A flow at the grid meter below this (or this share of the plant's peak) is none: meters and zero-export loops are not exact."""

SERVED = 0.85
"""The sun gives all that is taken when the inverter's power is at least this share of the known load: meters differ."""

MORE = 1.25
"""An inverter that gives so much more than the known load is not throttled to it: it charges or exports."""

RATIO = (0.4, 1.1)
"""Bounds of the learned performance: below, something is broken and the sensor is believed no further; above, the kWp is wrong."""

RATIO_MIN_W_M2 = 200.0
RATIO_H = 3.0
"""The performance is a mean over about so many hours of sun."""

KNOWN_H = 1.0
"""It counts after so many."""

USUAL_H = (20.0, 500.0)
"""How fast the plant's usual performance follows upwards and downwards, hours of sun: dirt and faults do not become usual."""

ERROR, ERROR_S = (0.03, 0.28), 1800.0
"""Standard error of the clear-sky index when it has just been seen and long after, and how fast it grows, s: persistence of it
(one-minute data, Bangkok) errs by 23 % of the mean after 5 minutes, 36 % after 30, 51 % after two hours.
"""

BRIGHTEST = 1.5
"""No sky gives more than this multiple of a clear one: white clouds beside the sun."""

WEAK = 0.7
"""Below this share of its usual performance people are told, once ``WEAK_H`` hours of sun have been seen."""

WEAK_H = 5.0
CLIPS = 0.97


class Evidence(NamedTuple):
    """``watts`` come from the sun now; ``whole``: and no more could come, else this is the least."""

    watts: float
    whole: bool


class Estimate(NamedTuple):
    """Potential, W; where from; its standard error as a share; and what meters prove to be there, W."""

    watts: float
    source: str
    spread: float
    sure_w: float


def evidence(c: Draft, own_w: float, others_w: float, drives_w: float | None) -> Evidence | None:
    """What the meters prove, or None. ``own_w``: taken by pumps on the inverter; ``drives_w``: by those on panels (None: off)."""
    w = c.wiring
    grid, pv = c.number(w.grid_power), c.number(w.pv_power)
    margin, load = max(MARGIN_W, MARGIN_SHARE * w.peak_w), own_w + others_w
    if grid is not None and abs(grid) > margin:
        return Evidence(max(0.0, load - grid), True)
    if pv is None:
        return None if grid is None else Evidence(load, False)
    pv = max(0.0, pv)
    if grid is None and (drives_w is not None or pv > MORE * load + margin):
        return Evidence(pv, True)
    if pv < SERVED * load - margin:
        return Evidence(pv, True)
    return Evidence(pv if grid is None else load, False)


def estimate(c: Draft, own_w: float, others_w: float, drives_w: float | None) -> Estimate | None:
    """What the plant could give now, or None where nothing tells."""
    power, found = c.wiring.power, evidence(c, own_w, others_w, drives_w)
    irradiance = sane(c, c.wiring.irradiance, SUN_W_M2)
    if irradiance is not None:
        if found is not None and irradiance >= RATIO_MIN_W_M2:
            _perform(c, found, irradiance * power.pv_kwp * power.derate)
        known = c.sun.ratio_h >= KNOWN_H
        nominal_w = (irradiance if irradiance > 0.0 else 0.0) * power.pv_kwp * power.derate
        watts = _capped(c, nominal_w * c.sun.ratio if known else nominal_w)
        given_w = _broken(c, _capped(c, nominal_w))
        if given_w is not None:
            return Estimate(given_w, MEASURED, 0.05, given_w)
        return Estimate(watts, IRRADIANCE, 0.08 if known else 0.15, watts)
    if found is None:
        return None
    clear = clear_w(c)
    if clear is not None:
        _clearness(c, found, clear)
        if c.number(c.wiring.pv_power) is None and found.watts > BRIGHTEST * clear:
            found = Evidence(BRIGHTEST * clear, True)  # a battery or genset carries the rest, unseen
    if found.whole:
        return Estimate(found.watts, MEASURED, 0.05, found.watts)
    if clear is None:  # at an unknown hour nothing is guessed
        return Estimate(found.watts, CLEAR_SKY, 0.0, found.watts)
    age_s = _age_s(c)
    share = CLIMATE_CLEARNESS + (c.sun.clear - CLIMATE_CLEARNESS) * math.exp(-age_s / RELAX_S)
    watts = max(found.watts, _capped(c, share * clear))
    error_w = clear * (ERROR[0] + (ERROR[1] - ERROR[0]) * (1.0 - math.exp(-age_s / ERROR_S)))
    return Estimate(watts, CLEAR_SKY, error_w / watts if watts > 0.0 else 0.0, found.watts)


def _broken(c: Draft, promised_w: float) -> float | None:
    """What the plant gives, W, when it is far less than the sensor promises although power comes from the grid; else None. A drive
    on its own panels leaves them idle: there nothing is concluded.
    """
    grid, pv = c.number(c.wiring.grid_power), c.number(c.wiring.pv_power)
    if grid is None or pv is None or grid <= max(MARGIN_W, MARGIN_SHARE * c.wiring.peak_w):
        return None
    if pv >= RATIO[0] * promised_w or any(pump.entry.supply == "pv" for pump in c.wiring.pumps):
        return None
    return max(0.0, pv)


def _capped(c: Draft, watts: float) -> float:
    limit = c.wiring.power.inverter_w
    return limit if limit is not None and limit < watts else watts


def _perform(c: Draft, found: Evidence, nominal_w: float) -> None:
    """Learn what the plant gives of what its sensor promises: slowly, where a grid meter proves it whole; upwards also from the
    least. The inverter's limit is no performance.
    """
    pv, sun = c.number(c.wiring.pv_power), c.sun
    if pv is None or nominal_w <= 0.0 or c.dt <= 0.0 or pv >= CLIPS * (c.wiring.power.inverter_w or math.inf):
        return
    seen = min(RATIO[1], max(RATIO[0], pv / nominal_w))
    grid = c.number(c.wiring.grid_power)
    proven = found.whole and grid is not None and abs(grid) > MARGIN_W
    if not proven and seen <= sun.ratio:
        return
    hours = min(c.dt, 300.0) / 3600.0
    known_h = sun.ratio_h + hours
    ratio = sun.ratio + (seen - sun.ratio) * hours / (min(known_h, RATIO_H) + 0.1)
    usual = sun.usual + (ratio - sun.usual) * hours / USUAL_H[ratio < sun.usual]
    c.sun = replace(sun, ratio=ratio, ratio_h=known_h, usual=usual)


def weak(sun: SunState) -> bool:
    """True if the plant gives clearly less of the same sun than it used to."""
    return sun.ratio_h >= WEAK_H and sun.ratio < WEAK * sun.usual


def _clearness(c: Draft, found: Evidence, clear: float) -> None:
    """Remember how much of a clear sky's power there is: what is proven whole, or a least that is more than was thought."""
    place = c.wiring.site.file.site
    if clear <= 0.0 or cos_zenith(_minute(c) * 60.0, place.latitude, place.longitude) < LOW_COSINE:
        return
    sun, share = c.sun, min(BRIGHTEST, found.watts / clear)
    whole = found.whole and found.watts < CLIPS * (c.wiring.power.inverter_w or math.inf)
    if not whole and share <= sun.clear:
        return
    if abs(share - sun.clear) > 0.01 or _age_s(c) >= 60.0:
        c.sun = replace(sun, clear=share, seen_s=c.epoch)


def _age_s(c: Draft) -> float:
    """Since the sky was last seen; a moment that lies in the future was named by a wrong clock and is worth nothing."""
    age = c.epoch - c.sun.seen_s
    return age if age >= 0.0 else math.inf


def _minute(c: Draft) -> int:
    return int(c.epoch // 60.0)


def clear_w(c: Draft) -> float | None:
    """What the plant would give under a clear sky in this minute, W; None while the clock cannot be trusted."""
    return _clear_w(c.wiring.array, _minute(c)) if c.trusted else None


@lru_cache(maxsize=64)
def _clear_w(array: Array, minute: int) -> float:
    at = minute * 60.0
    return array.power_w(at, clear_sky_ghi(cos_zenith(at, array.latitude_deg, array.longitude_deg)))
