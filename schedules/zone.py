"""One face for all kinds of zones: what the account is, how it moves on, what it wants. Pure; time is an argument."""

from __future__ import annotations

from datetime import datetime

from schedules import calendar_zone, container, misting, paddy, water_balance
from schedules.balance import Level, StepInputs, ZoneBalance
from schedules.catalog import Catalog
from schedules.crop import BARE
from schedules.frozen import replace
from schedules.plan import Demand
from schedules.program import (
    CalendarProgram,
    ContainerProgram,
    FieldProgram,
    MistingProgram,
    PaddyProgram,
    Program,
)
from schedules.prospect import UNKNOWN, Prospect
from schedules.windows import ever_open

__all__ = ["Level", "StepInputs", "ZoneBalance", "daily_use_mm", "demand", "initial", "owe", "refit", "step"]


def initial(program: Program, catalog: Catalog, area_m2: float) -> ZoneBalance:
    """The account of a zone of ``area_m2`` about which nothing is known yet. Raises UnknownNameError (crop, soil)."""
    match program:
        case FieldProgram():
            return water_balance.initial(program, catalog)
        case ContainerProgram():
            return container.initial(program, area_m2)
        case PaddyProgram():
            return paddy.initial(program, catalog)
        case CalendarProgram():
            return calendar_zone.initial()
        case MistingProgram():
            return misting.initial()


def step(program: Program, balance: ZoneBalance, inputs: StepInputs, catalog: Catalog) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds (the 15-minute grid; any length above 0 up to a day works)."""
    match program:
        case FieldProgram():
            return water_balance.step(program, balance, inputs, catalog)
        case ContainerProgram():
            return container.step(program, balance, inputs)
        case PaddyProgram():
            return paddy.step(program, balance, inputs, catalog)
        case CalendarProgram():
            return calendar_zone.step(program, balance, inputs)
        case MistingProgram():
            return misting.step(balance, inputs)


def demand(
    program: Program,
    balance: ZoneBalance,
    zone_id: str,
    area_m2: float,
    now_s: float,
    local: datetime | None,
    catalog: Catalog,
    prospect: Prospect = UNKNOWN,
) -> Demand | None:
    """What the zone wants now, or None; nothing when none of its windows can ever open. ``local``: the site's local time, None
    while the clock is untrusted. ``prospect``: what it may count on.
    """
    if not ever_open(program.windows):
        return None
    match program:
        case FieldProgram():
            return water_balance.demand(program, balance, zone_id, area_m2, now_s, catalog, prospect)
        case ContainerProgram():
            return container.demand(program, balance, zone_id, area_m2, now_s, prospect)
        case PaddyProgram():
            return paddy.demand(program, balance, zone_id, area_m2, now_s, catalog, prospect)
        case CalendarProgram():
            return calendar_zone.demand(program, balance, zone_id, area_m2, now_s, local)
        case MistingProgram():
            return None


def daily_use_mm(program: Program, balance: ZoneBalance) -> float:
    """Gross depth that the zone asks for in a day like these, mm: what its plants use where they have enough, what seeps from a
    paddy, or the calendar's share; by the efficiency of its application. A crop in want uses less: that is no smaller need.
    """
    if isinstance(program, CalendarProgram):
        return program.depth_mm / program.every_days
    seeps = paddy.least_seep_mm_d(program, balance) if isinstance(program, PaddyProgram) else 0.0
    bare = balance.stage in BARE
    return ((balance.etc_mm_d if bare else balance.kc * balance.et0_mm_d) + seeps) / program.efficiency


def owe(program: Program, balance: ZoneBalance, gross_mm: float) -> ZoneBalance:
    """The account after a run ended ``gross_mm`` (>= 0) short of its plan: the net depth stays owed until it came by pipe or
    rain. A calendar zone keeps its debt by itself (only delivered water pays), so nothing is added.
    """
    if isinstance(program, CalendarProgram | MistingProgram) or gross_mm <= 0.0:
        return balance
    room = balance.depletion_mm
    if isinstance(program, PaddyProgram):
        room = max(0.0, program.upper_mm - paddy.water_mm(balance.ponding_mm or 0.0))
    return replace(balance, owed_mm=min(room, balance.owed_mm + gross_mm * program.efficiency))


def refit(program: Program, balance: ZoneBalance, catalog: Catalog, area_m2: float) -> ZoneBalance:
    """A restored account under a program that may have been edited meanwhile: same water, new limits. What no longer fits
    is put down as corrected. Call it once when a state has been restored.
    """
    fresh = initial(program, catalog, area_m2)
    if isinstance(program, CalendarProgram | MistingProgram):
        return replace(balance, depletion_mm=0.0, taw_mm=0.0, raw_mm=0.0, ponding_mm=None, stage=fresh.stage)
    if (balance.ponding_mm is None) != (fresh.ponding_mm is None) or balance.taw_mm == 0.0:
        return replace(fresh, owed_mm=min(balance.owed_mm, fresh.depletion_mm))
    if isinstance(program, ContainerProgram):
        kept = min(balance.depletion_mm, fresh.taw_mm)
        corrected = balance.corrected_mm + (balance.depletion_mm - kept)
        return replace(
            balance,
            depletion_mm=kept,
            taw_mm=fresh.taw_mm,
            raw_mm=fresh.raw_mm,
            kc=fresh.kc,
            corrected_mm=corrected,
            bias_mm_d=0.0,
        )
    return _reseason(program, balance, catalog)


def _reseason(program: FieldProgram | PaddyProgram, balance: ZoneBalance, catalog: Catalog) -> ZoneBalance:
    """Crop, soil or planting date may have changed: work out the season again for the day the account stands at."""
    inputs = StepInputs(0.0, 0.0, 0.0, 0.0, None)
    if isinstance(program, FieldProgram):
        changes = water_balance.season(program, balance, inputs, catalog)
        kept = min(balance.depletion_mm, changes["taw_mm"])
        corrected = balance.corrected_mm + (balance.depletion_mm - kept)
        same = changes["taw_mm"] == balance.taw_mm and changes["stage"] == balance.stage
        bias = balance.bias_mm_d if same else 0.0
        return replace(balance, **changes, depletion_mm=kept, corrected_mm=corrected, bias_mm_d=bias)
    return replace(balance, **paddy.season(program, balance, inputs, catalog))
