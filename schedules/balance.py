"""The water account of one zone, and what every kind of zone does with it on each step of the 15-minute grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from schedules.frozen import light

DAY_S = 86400.0
FULL_DAY_S = 0.9 * DAY_S
"""A day counts for the mean ET0 when at least this much of it was observed."""

START_ET0_MM_D = 3.5
"""Mean ET0 before the first observed day, mm/d (Penman-Monteith year mean at Sitiung, West Sumatra, is 3.3)."""

DOUBT = 0.08
"""Share of the crop's use that an account may have missed (Kc and ET0 are good to about a tenth, FAO-56 ch. 6): assumed missing
until a probe, or water that drains, has checked it.
"""

USUAL_RH_MIN_PCT = 60.0
USUAL_WIND_M_S = 1.0
"""Daily minimum humidity and mean wind around the site, for a day that was not observed."""

Level = Literal["sensor", "balance", "calendar"]
"""What the account rests on: probes; weather and delivered water; or climatology alone."""


@dataclass(frozen=True, slots=True)
class Season:
    """A paddy's drained days since it was planted on ``planted`` (ISO date); how they are counted: ``schedules.drained``.

    ``proven_d``, ``estimated_d``: whole local days; ``drainages``: aeration periods of more than three proven days. Today so far:
    ``wet``: water stood on the soil, ``gauge_dry_s``: seconds of good readings below it; ``run_s``: those since the last water.
    ``counts``: growing, and not drying up for the harvest. ``flooded``: water has stood on the soil in this season.
    """

    planted: str
    proven_d: int = 0
    estimated_d: int = 0
    drainages: int = 0
    wet: bool = False
    gauge_dry_s: float = 0.0
    run_s: float = 0.0
    counts: bool = False
    flooded: bool = False


@light
@dataclass(frozen=True, slots=True)
class ZoneBalance:
    """The water account of one zone. Depths are mm over the zone's area; only JSON scalars, one flat tuple of
    floats and a paddy's season.

    ``depletion_mm`` 0 (field capacity, full pot, saturated paddy) .. ``taw_mm``; stress begins above ``raw_mm``. ``etc_mm_d``:
    expected use per day now (Ks Kc times the mean ET0). ``ponding_mm``: paddy water level, negative below the soil, else None.
    ``owed_mm``: net water that was due and did not come. ``irrigated_mm`` (gross), ``rain_mm``, ``eta_mm``, ``drainage_mm``,
    ``runoff_mm``, ``corrected_mm`` and ``doses_today`` count since the local day ``day`` began ("" while no date was ever known).
    ``rh_low_pct`` and ``wind_run_m``: lowest humidity and the way of the wind today, for tomorrow's Kc.
    ``doubt_mm``: what the account may have missed since a probe or a full soil last checked it.
    ``corrected_mm``: what probes, a new season or another program put in (+) or took out (-) of the account.
    ``bias_mm_d``: running mean of what a field's probes alone put in or took out (``schedules.probe_bias``).

    Pots: ``full_vwc``: what their probes showed at the wettest; ``dose_sum``: sun (J/cm2) or dryness (kPa h) since the
    last dose; ``blind_s``: how long that signal is missing. Paddies: ``season``: what methane is counted by.
    """

    depletion_mm: float
    taw_mm: float
    raw_mm: float
    ks: float = 1.0
    kc: float = 0.0
    etc_mm_d: float = 0.0
    ponding_mm: float | None = None
    owed_mm: float = 0.0
    irrigated_mm: float = 0.0
    rain_mm: float = 0.0
    eta_mm: float = 0.0
    drainage_mm: float = 0.0
    runoff_mm: float = 0.0
    corrected_mm: float = 0.0
    doses_today: int = 0
    day: str = ""
    day_s: float = 0.0
    stage: str = ""
    since_irrigation_d: float | None = None
    drained_days: float = 0.0
    level: Level = "balance"
    probe_age_s: float | None = None
    probe_spread: float | None = None
    probe_still_s: float = 0.0
    probe_vwc: float | None = None
    et0_mm_d: float = START_ET0_MM_D
    et0_today_mm: float = 0.0
    rain_24h_mm: float = 0.0
    rain_log: tuple[float, ...] = ()
    hour_s: float = 0.0
    rh_low_pct: float = USUAL_RH_MIN_PCT
    wind_run_m: float = 0.0
    dose_sum: float = 0.0
    blind_s: float = 0.0
    season: Season | None = None
    doubt_mm: float = 0.0
    full_vwc: float | None = None
    bias_mm_d: float = 0.0


@light
@dataclass(frozen=True, slots=True)
class StepInputs:
    """What happened to a zone in the ``dt_s`` seconds that end now.

    ``et0_mm`` and ``rain_mm`` in this step (>= 0); ``irrigated_mm``: gross depth delivered at the valve in this step, planned
    and manual alike; ``local_date``: None while the clock is untrusted; ``vwc``: volumetric water contents (m3/m3) of the probes
    that are good now; ``ponding_m``: measured paddy level, m, negative below the soil. ``measured``: False when ET0 comes
    from climatology alone and there is no rain gauge. ``wind_m_s`` (mean, at 2 m) and ``rh_min_pct`` (lowest) of this step:
    over the day they adjust tomorrow's Kc (Eq. 62, 65). ``bursts``: how the rain fell, (mm, s) each, where a gauge told.
    ``radiation_w_m2`` and ``vpd_kpa``: means of this step, None where nothing measures them. ``vwc_age_s``: how long ago the
    oldest of the probes' values was taken. ``taught``: how much soil probes of the site have lately said of its ET0, 0..1.
    """

    dt_s: float
    et0_mm: float
    rain_mm: float
    irrigated_mm: float
    local_date: date | None
    vwc: tuple[float, ...] = ()
    ponding_m: float | None = None
    measured: bool = True
    wind_m_s: float = USUAL_WIND_M_S
    rh_min_pct: float = USUAL_RH_MIN_PCT
    radiation_w_m2: float | None = None
    vpd_kpa: float | None = None
    bursts: tuple[tuple[float, float], ...] = ()
    vwc_age_s: float = 0.0
    taught: float = 0.0


Changes = dict[str, Any]
"""Fields of the next ZoneBalance; made once per step with ``dataclasses.replace``, which is what keeps a step cheap."""


def tick(balance: ZoneBalance, inputs: StepInputs) -> tuple[Changes, bool]:
    """The part of a step that all kinds share: day, doses, rain of the last 24 h. Also says whether a new day began.

    Without a trusted date the day rolls over after 24 h of elapsed time, so that daily limits do not lock a zone for ever.
    """
    day = inputs.local_date.isoformat() if inputs.local_date is not None else balance.day
    elapsed = balance.day_s + inputs.dt_s
    fresh = day != balance.day or (inputs.local_date is None and elapsed > DAY_S)
    changes: Changes = {} if not fresh else _new_day(balance, day)
    changes["day_s"] = inputs.dt_s if fresh else elapsed
    today = (0.0, 0.0, 0.0, 0) if fresh else (
        balance.irrigated_mm, balance.rain_mm, balance.et0_today_mm, balance.doses_today)  # fmt: skip
    changes["irrigated_mm"] = today[0] + inputs.irrigated_mm
    changes["rain_mm"] = today[1] + inputs.rain_mm
    changes["et0_today_mm"] = today[2] + inputs.et0_mm
    changes["rh_low_pct"] = inputs.rh_min_pct if fresh else min(balance.rh_low_pct, inputs.rh_min_pct)
    changes["wind_run_m"] = (0.0 if fresh else balance.wind_run_m) + inputs.wind_m_s * inputs.dt_s
    since = balance.since_irrigation_d
    if inputs.irrigated_mm > 0.0:
        changes["since_irrigation_d"] = 0.0
        changes["doses_today"] = today[3] + (since is None or since > 0.0)
    elif since is not None:
        changes["since_irrigation_d"] = since + inputs.dt_s / DAY_S
    if inputs.rain_mm > 0.0 or balance.rain_log:
        changes |= _rain(balance, inputs)
    return changes, fresh


def _new_day(balance: ZoneBalance, day: str) -> Changes:
    """The counters of a new day; the finished one enters the mean ET0 (weight 0.3) if it was observed almost whole."""
    mean = balance.et0_mm_d
    if balance.day_s >= FULL_DAY_S:
        mean += 0.3 * (balance.et0_today_mm * DAY_S / balance.day_s - mean)
    return {
        "day": day, "et0_mm_d": mean, "eta_mm": 0.0, "drainage_mm": 0.0, "runoff_mm": 0.0, "corrected_mm": 0.0, "doses_today": 0,
    }  # fmt: skip


def kc_air(balance: ZoneBalance) -> tuple[float, float]:
    """Mean wind (m/s) and lowest humidity (%) of the day that the account stands at; the usual ones if it was not observed
    almost whole.
    """
    if balance.day_s < FULL_DAY_S:
        return USUAL_WIND_M_S, USUAL_RH_MIN_PCT
    return balance.wind_run_m / balance.day_s, balance.rh_low_pct


def _rain(balance: ZoneBalance, inputs: StepInputs) -> Changes:
    """Rain of the last 24 h in hourly buckets, newest first; no buckets at all in dry weather."""
    log = balance.rain_log or (0.0,)
    log = (log[0] + inputs.rain_mm, *log[1:])
    hours = int((balance.hour_s + inputs.dt_s) // 3600.0)
    if hours:
        log = ((0.0,) * min(hours, 24) + log)[:24]
    total = sum(log)
    return {
        "rain_log": log if total > 0.0 else (), "rain_24h_mm": total, "hour_s": (balance.hour_s + inputs.dt_s) % 3600.0,
    }  # fmt: skip


def level_of(probe_age_s: float | None, measured: bool, hold_s: float = 3 * 3600.0) -> Level:
    """The rung of the ladder: probes heard within ``hold_s``; else the balance; else the balance on climatology only."""
    if probe_age_s is not None and probe_age_s <= hold_s:
        return "sensor"
    return "balance" if measured else "calendar"


Params = Mapping[str, float | str]
