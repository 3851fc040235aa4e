"""The zones' water accounts on a fixed 15-minute grid of plant time, and what each zone wants. Between grid points weather and
water only add up. Writes: ``air``, ``grid_s``, ``zones`` (balances, credits), ``demands``, ``replan``, ``counters`` (rain), and by
``learning`` ``sky`` and ``rain``.
"""

from __future__ import annotations

from datetime import datetime

from controller.core.climate import RH_PCT, SUN_W_M2, TEMP_C, WIND_M_S, sane, vpd_step
from controller.core.draft import Draft
from controller.core.learning import learned
from controller.core.passed import counter
from controller.core.prospects import prospects
from controller.core.state import GRID_S, Air
from controller.core.thirst import learned_use
from controller.core.wiring import ZoneWiring
from schedules.evapotranspiration import Atmosphere, clear_share, et0_step
from schedules.frozen import replace
from schedules.meteorology import wind_at_2m
from schedules.plan import Demand
from schedules.prospect import Prospect
from schedules.shares import remembered
from schedules.zone import StepInputs, ZoneBalance, demand, step

SAMPLE_S = 60.0
"""Weather is sampled this often."""

STEPS_MAX = 96
"""At most this many steps are made up for at once (24 h)."""

RAIN_CAP_MM_S = 100.0 / 600.0
RAIN_QUANTUM_MM = 5.0
"""No rain is heavier than 100 mm in ten minutes; a bucket's tips arrive together."""

EVENING_GAIN = 0.2
"""Weight of a step in the running mean of Rs/Rso."""

STEADY_MM, STEADY_URGENCY, STEADY_S = 0.01, 0.005, 3600.0
"""A plan is asked for again when a demand moved by a step of these, and once in STEADY_S all the same (pauses, starts left, the
sky). Ten millilitres on a square metre are what no meter tells. While nothing evaporates the latest start alone moves on, by as
much as time does: a plan each hour of the night costs what one each quarter of an hour does (a third of all plans were such).
"""

URGENT = 0.5
"""A demand at least this urgent does not wait because it has rained."""

NOT_SEEN: tuple[tuple[float, ...], float] = ((), 0.0)
"""No probe's word."""


def balances(c: Draft) -> None:
    """Sample the weather, and at each grid point step every balance and ask every zone what it wants."""
    if c.air.sampled_s is None or c.mono - c.air.sampled_s >= SAMPLE_S:
        c.air = _sampled(c)
    if c.grid_s < GRID_S:
        return
    steps = min(int(c.grid_s // GRID_S), STEPS_MAX)
    c.grid_s %= GRID_S
    for number in range(steps):
        _step(c, c.epoch - c.grid_s - (steps - 1 - number) * GRID_S, last=number == steps - 1)
    wanted = demands(c)
    another_hour = c.epoch // STEADY_S != (c.epoch - steps * GRID_S) // STEADY_S
    if (wanted and another_hour) or _in_steps(c.demands) != _in_steps(wanted):
        c.replan = c.replan or "grid"
    c.demands = wanted


def _in_steps(wanted: tuple[Demand, ...]) -> list[tuple[object, ...]]:
    """What the planner is asked, in steps: small changes count when they have added up to one."""
    return [
        (
            one.zone,
            one.net_mm // STEADY_MM,
            one.urgency // STEADY_URGENCY,
            None if one.latest_start_s is None else one.latest_start_s // STEADY_S,
        )
        for one in wanted
    ]


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None


def _sampled(c: Draft) -> Air:
    """The sums with this moment's weather."""
    w, air = c.wiring, c.air
    temp, rh, wind = sane(c, w.air[0], TEMP_C), sane(c, w.air[1], RH_PCT), sane(c, w.air[2], WIND_M_S)
    irradiance = sane(c, w.irradiance, SUN_W_M2)
    rain, bursts, gauged = air.rain_mm, air.bursts, air.gauged_s
    if w.rain is not None and c.number(w.rain) is not None:
        fell, seen = counter(c, w.rain, RAIN_CAP_MM_S, RAIN_QUANTUM_MM, 0.0), c.readings[w.rain.key].mono_s
        since_s = SAMPLE_S if gauged is None else max(SAMPLE_S, seen - gauged)
        if (
            gauged is not None and fell > RAIN_CAP_MM_S * since_s + RAIN_QUANTUM_MM
        ):  # another gauge: this one was just read
            fell = 0.0
        if fell > 0.0 and gauged is not None:
            bursts = (*bursts, (fell, since_s))
        rain, gauged = rain + fell, seen
    return Air(
        c.mono,
        air.temp_c + (temp or 0.0), air.temp_n + (temp is not None),
        air.rh_pct + (rh or 0.0), air.rh_n + (rh is not None),
        rh if air.rh_min_pct is None else air.rh_min_pct if rh is None else min(rh, air.rh_min_pct),
        air.wind_m_s + (wind or 0.0), air.wind_n + (wind is not None),
        air.irradiance_w_m2 + (irradiance or 0.0), air.irradiance_n + (irradiance is not None),
        rain, air.evening_share, bursts, gauged,
    )  # fmt: skip


def _step(c: Draft, at_s: float, last: bool) -> None:
    """One grid step that ends at POSIX ``at_s``. What was gathered counts once, in the last step; the missed ones before it
    go by climatology.
    """
    w, gathered = c.wiring, c.air if last else Air()
    where = w.site.file.site
    wind = _mean(gathered.wind_m_s, gathered.wind_n)
    if wind is not None:
        wind = wind_at_2m(wind, w.site.file.weather.wind_height_m)
    air = Atmosphere(
        at_s=at_s - 0.5 * GRID_S,
        latitude_deg=where.latitude,
        longitude_deg=where.longitude,
        elevation_m=where.elevation_m,
        ghi_w_m2=_mean(gathered.irradiance_w_m2, gathered.irradiance_n),
        temp_c=_mean(gathered.temp_c, gathered.temp_n),
        rh_pct=_mean(gathered.rh_pct, gathered.rh_n),
        wind_m_s=wind,
        evening_share=c.air.evening_share,
    )
    local = datetime.fromtimestamp(at_s, w.zoneinfo).date() if c.trusted else None
    et0 = et0_step(air, GRID_S) * c.thirst
    measured = air.measured or w.rain is not None
    for zone in w.zones:
        state = c.zones[zone.id]
        seen = _good(c, zone) if last and zone.probes else NOT_SEEN
        inputs = StepInputs(
            dt_s=GRID_S,
            et0_mm=et0,
            rain_mm=gathered.rain_mm,
            irrigated_mm=state.credit_l / zone.entry.area_m2 if last else 0.0,
            local_date=local,
            vwc=seen[0],
            vwc_age_s=seen[1],
            ponding_m=c.number(zone.ponding) if last else None,
            measured=measured,
            wind_m_s=1.0 if wind is None else wind,
            rh_min_pct=60.0 if gathered.rh_min_pct is None else gathered.rh_min_pct,
            radiation_w_m2=air.ghi_w_m2,
            vpd_kpa=vpd_step(c, zone, air) if last else None,
            bursts=gathered.bursts,
            taught=c.taught,
        )
        balance = step(zone.program, state.balance, inputs, w.catalog)
        learned_use(c, state.balance, balance)
        litres = state.credit_l if last else 0.0
        got_l = remembered(state.got_l, GRID_S, litres)
        c.zones[zone.id] = replace(state, balance=balance, credit_l=state.credit_l - litres, got_l=got_l)
    if last:
        learned(c, at_s, gathered, local)
        c.air = Air(c.air.sampled_s, evening_share=_evening(air), gauged_s=c.air.gauged_s)


def _evening(air: Atmosphere) -> float | None:
    """Rs/Rso with this step in it: a running mean of about an hour, since one cloud is not the evening."""
    now, before = clear_share(air), air.evening_share
    if now is None or before is None:
        return before if now is None else now
    return before + EVENING_GAIN * (now - before)


def _good(c: Draft, zone: ZoneWiring) -> tuple[tuple[float, ...], float]:
    """The good values of a zone's probes, and the age of the oldest, s. Of pots' probes only those count that were told within a
    step of the latest: one slow probe does not make the others' word old.
    """
    good = [
        (v, c.mono - c.readings[p.key].mono_s)
        for p in zone.probes
        if (v := p.read(c.readings, c.mono)) is not None
    ]
    if len(good) > 1 and zone.program.kind == "container":
        latest = min(age for _, age in good)
        good = [one for one in good if one[1] <= latest + GRID_S]
    return tuple(v for v, _ in good), max((age for _, age in good), default=0.0)


def demands(c: Draft) -> tuple[Demand, ...]:
    """What every zone wants now; a zone that can wait does so after enough rain."""
    local = datetime.fromtimestamp(c.epoch, c.wiring.zoneinfo) if c.trusted else None
    counted_on = prospects(c)
    found = (_demand(c, zone, local, counted_on[zone.id]) for zone in c.wiring.zones)
    return tuple(one for one in found if one is not None)


def _demand(c: Draft, zone: ZoneWiring, local: datetime | None, prospect: Prospect) -> Demand | None:
    balance, area = c.zones[zone.id].balance, zone.entry.area_m2
    wanted = demand(zone.program, balance, zone.id, area, c.epoch, local, c.wiring.catalog, prospect)
    if wanted is None or wanted.urgency >= URGENT or not rained(c, zone) or _stores(balance, prospect):
        return wanted
    return None


def _stores(balance: ZoneBalance, prospect: Prospect) -> bool:
    """True for ground behind pumps that cannot serve a dry stretch and store ahead, in it or in its neighbours: what the sun would
    lift while it waited is missed then.
    """
    return prospect.kept_mm is not None or (balance.ponding_mm is not None and prospect.behind_mm(1.0) > 0.0)


def rained(c: Draft, zone: ZoneWiring) -> bool:
    """True if the rain of the last 24 h lets this zone wait."""
    enough = c.wiring.site.file.weather.rain_skip_mm
    return zone.program.rain_skip and c.zones[zone.id].balance.rain_24h_mm >= enough
