"""A paddy zone: ponded water, safe alternate wetting and drying, flooded while the rice flowers."""

from __future__ import annotations

from datetime import date

from schedules import drained
from schedules.balance import DAY_S, Changes, StepInputs, ZoneBalance, kc_air, level_of, tick
from schedules.catalog import Catalog
from schedules.crop import BARE, crop_day
from schedules.frozen import replace
from schedules.plan import Demand
from schedules.program import PaddyProgram
from schedules.prospect import UNKNOWN, Prospect
from schedules.soil import raw_mm, stress

YIELD = 0.15
"""Water released per depth of falling water table in puddled soil (drainable porosity with cracks), m3/m3."""

BUND_MM = 50.0
"""Free height of the bund above ``upper_mm``; water above it runs over."""

MARGIN_D = 0.25
"""The level is kept so many days of use above its trigger: the sun may come later than yesterday."""

FLOODED_MM = 10.0
"""While the rice flowers, water is due when less than this stands on the soil."""

DRAIN_D = 12
"""The field dries up for the harvest: no water in the last days of the season (10-14 d in practice)."""

LEVEL_M = (-0.8, 0.5)
"""Levels outside are no paddy levels but a fallen tube or a broken gauge, m."""

SOIL = "paddy"


def water_mm(level_mm: float) -> float:
    """Water above saturation, mm, at a level (mm): the level itself when ponded, ``YIELD`` of it below the surface."""
    return level_mm if level_mm >= 0.0 else YIELD * level_mm


def level_mm(water: float) -> float:
    """The level, mm, that this much water above saturation makes; inverse of ``water_mm``."""
    return water if water >= 0.0 else water / YIELD


def _day(program: PaddyProgram, local_date: date | None, known: str) -> int | None:
    if local_date is None and known:
        local_date = date.fromisoformat(known)
    return None if local_date is None else (local_date - program.planted).days


def season(program: PaddyProgram, balance: ZoneBalance, inputs: StepInputs, catalog: Catalog) -> Changes:
    """What changes with the date: Kc, stage, TAW and RAW below saturation (p of rice is a share of saturation)."""
    crop, soil = catalog.crop(program.crop), catalog.soil(SOIL)
    today = crop_day(crop, _day(program, inputs.local_date, balance.day), *kc_air(balance))
    taw = 1000.0 * (soil.sat - soil.wp) * crop.root_m[0]
    return {"kc": today.kc, "stage": today.stage, "taw_mm": taw, "raw_mm": raw_mm(crop.p, taw)}


def initial(program: PaddyProgram, catalog: Catalog) -> ZoneBalance:
    """A paddy about which nothing is known: the soil saturated, nothing ponded."""
    blank = ZoneBalance(0.0, 0.0, 0.0, ponding_mm=0.0)
    return replace(blank, **season(program, blank, StepInputs(0.0, 0.0, 0.0, 0.0, None), catalog))


def step(program: PaddyProgram, balance: ZoneBalance, inputs: StepInputs, catalog: Catalog) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds. Percolation fades as the water table falls to the roots' limit."""
    changes, fresh = tick(balance, inputs)
    if fresh:
        changes |= season(program, replace(balance, et0_mm_d=changes["et0_mm_d"]), inputs, catalog)
    taw: float = changes.get("taw_mm", balance.taw_mm)
    raw: float = changes.get("raw_mm", balance.raw_mm)
    kc: float = changes.get("kc", balance.kc)
    start = water_mm(balance.ponding_mm or 0.0)
    net = inputs.irrigated_mm * program.efficiency
    there = start + taw + inputs.rain_mm + net
    eta = min(stress(max(0.0, -start), taw, raw) * kc * inputs.et0_mm, max(0.0, there))
    fade = 1.0 if start >= 0.0 else max(0.0, 1.0 + start / taw)
    seep = min(program.percolation_mm_d * fade * inputs.dt_s / DAY_S, max(0.0, there - eta))
    after = start + inputs.rain_mm + net - eta - seep
    over = max(0.0, after - program.upper_mm - BUND_MM)
    water, told = _gauge(balance, inputs, after - over, taw)
    ks = stress(max(0.0, -water), taw, raw)
    base = (0.0, 0.0, 0.0, 0.0) if fresh else (
        balance.eta_mm, balance.drainage_mm, balance.runoff_mm, balance.corrected_mm)  # fmt: skip
    changes |= told
    changes["ponding_mm"] = level_mm(water)
    changes["depletion_mm"] = max(0.0, -water)
    changes["ks"] = ks
    changes["etc_mm_d"] = ks * kc * changes.get("et0_mm_d", balance.et0_mm_d)
    changes["eta_mm"] = base[0] + eta
    changes["drainage_mm"] = base[1] + seep
    changes["runoff_mm"] = base[2] + over
    changes["corrected_mm"] = base[3] + water - (after - over)
    changes["owed_mm"] = min(max(0.0, balance.owed_mm - net), max(0.0, program.upper_mm - water))
    planted = changes.get("stage", balance.stage) not in BARE
    changes["drained_days"] = (
        (balance.drained_days + (inputs.dt_s / DAY_S if water < 0.0 else 0.0)) if planted else 0.0
    )
    changes["level"] = level_of(told["probe_age_s"], inputs.measured)
    silent_s = told["probe_age_s"]
    drains = balance.season
    if fresh or drains is None:
        counts = _counts(program, _day(program, None, changes.get("day", balance.day)), catalog)
        drains = drained.begin_day(drains, balance.day_s, program.planted.isoformat(), counts)
    changes["season"] = drained.go_on(
        drains, inputs.dt_s, water >= 0.0, 1e9 if silent_s is None else silent_s
    )
    return replace(balance, **changes)


def _dries(program: PaddyProgram, day: int, catalog: Catalog) -> bool:
    """True in the last days, in which the field dries up for the harvest."""
    length = catalog.crop(program.crop).season_d
    return length is not None and day >= length - DRAIN_D


def _left_d(program: PaddyProgram, day: int | None, catalog: Catalog) -> float:
    """Days until the field dries up; infinite while the date is unknown."""
    length = catalog.crop(program.crop).season_d
    return float("inf") if length is None or day is None else max(0.0, length - DRAIN_D - day)


def _counts(program: PaddyProgram, day: int | None, catalog: Catalog) -> bool:
    """True while a drained day counts for the season's methane."""
    return day is not None and day >= 0 and not _dries(program, day, catalog)


def _gauge(balance: ZoneBalance, inputs: StepInputs, water: float, taw: float) -> tuple[float, Changes]:
    """A good level gauge is the truth about a level: it replaces the account."""
    level = inputs.ponding_m
    if level is None or not LEVEL_M[0] <= level <= LEVEL_M[1]:
        age = balance.probe_age_s
        return water, {"probe_age_s": None if age is None else age + inputs.dt_s}
    return max(-taw, water_mm(1000.0 * level)), {"probe_age_s": 0.0}


def least_seep_mm_d(program: PaddyProgram, balance: ZoneBalance) -> float:
    """What seeps a day from a field that is kept at its lower level, mm: percolation fades with the water table."""
    dry = min(0.0, water_mm(program.lower_mm)) / max(1.0, balance.taw_mm)
    return program.percolation_mm_d * max(0.0, 1.0 + dry)


def trigger_mm(program: PaddyProgram, day: int | None) -> float:
    """The level at which water is due, mm; while the rice is young or flowers and while the date is unknown the field is kept
    flooded.
    """
    if day is None or day < program.awd_from_day or program.flower_from_day <= day <= program.flower_to_day:
        return max(program.lower_mm, FLOODED_MM)
    return program.lower_mm


def demand(
    program: PaddyProgram,
    balance: ZoneBalance,
    zone: str,
    area_m2: float,
    now_s: float,
    catalog: Catalog,
    prospect: Prospect = UNKNOWN,
) -> Demand | None:
    """The water that fills the field to ``upper_mm``, or None: high enough, not planted, or drying up for the harvest."""
    day = _day(program, None, balance.day)
    if day is not None and (day < 0 or _dries(program, day, catalog)):
        return None
    trigger = trigger_mm(program, day)
    level = balance.ponding_mm or 0.0
    water, limit = water_mm(level), water_mm(trigger)
    use = max(0.1, balance.kc * balance.et0_mm_d + program.percolation_mm_d)
    left_d = (water - limit) / use
    stored = min(prospect.stored_mm(use), use * _left_d(program, day, catalog))
    net = _net_mm(program, prospect, program.upper_mm - water, program.upper_mm - limit, use, stored)
    if (left_d > 1.0 + stored / use and balance.owed_mm < 1.0) or net <= 0.0:
        return None
    key = _flooded_key(program, day) if trigger > program.lower_mm else _key(left_d)
    params: dict[str, float | str] = {
        "ponding_mm": level, "trigger_mm": trigger, "upper_mm": program.upper_mm, "net_mm": net,
        "owed_mm": balance.owed_mm, "left_s": max(0.0, left_d) * DAY_S, "level": balance.level,
    }  # fmt: skip
    return Demand(
        zone, net, net / program.efficiency * area_m2, _urgency(program, balance, water, left_d),
        now_s + max(0.0, left_d) * DAY_S, key, params,
    )  # fmt: skip


def _urgency(program: PaddyProgram, balance: ZoneBalance, water: float, left_d: float) -> float:
    """0 (a day or more above its trigger) .. 0.5 (due) .. 1 (the roots' water is gone). A field that only lost its flood is due;
    one that fell below its lower level is hurt, whether its rice flowers or not: the deepest comes first.
    """
    if left_d > 0.0:
        return 0.5 * (1.0 - min(1.0, left_d))
    safe = min(0.0, water_mm(program.lower_mm))
    return min(1.0, 0.5 + 0.5 * max(0.0, safe - water) / max(1.0, balance.taw_mm + safe))


def _net_mm(
    program: PaddyProgram,
    prospect: Prospect,
    room_mm: float,
    safe_mm: float,
    use_mm_d: float,
    stored_mm: float,
) -> float:
    """What is given of the room below ``upper_mm``: the share that the program asks for, else so much that the level stays above
    its trigger until water may flow again, and ``stored_mm`` besides. A shallow field has room for rain, and less seeps from it.
    """
    if program.refill is not None:
        return program.refill * room_mm
    return prospect.dose_mm(room_mm, safe_mm - MARGIN_D * use_mm_d, use_mm_d, stored_mm)


def _flooded_key(program: PaddyProgram, day: int | None) -> str:
    """Why the field is kept flooded: the rice is young, or it flowers (or nobody knows the date)."""
    return (
        "demand_paddy_young" if day is not None and day < program.awd_from_day else "demand_paddy_flowering"
    )


def _key(left_d: float) -> str:
    """Why water is wanted under alternate wetting and drying."""
    if left_d <= 0.0:
        return "demand_paddy_low"
    return "demand_paddy_soon" if left_d <= 1.0 else "demand_owed"
