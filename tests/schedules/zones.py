"""Programs and steps for the tests of this folder."""

from __future__ import annotations

from datetime import date, timedelta

from schedules.balance import StepInputs, ZoneBalance
from schedules.catalog import catalog
from schedules.program import CalendarProgram, ContainerProgram, FieldProgram, PaddyProgram, Program, Window
from schedules.zone import step

CATALOG = catalog()
PLANTED = date(2026, 6, 1)
MORNING = Window.model_validate({"from": "05:30", "to": "09:00"})
EVENING = Window.model_validate({"from": "15:30", "to": "18:00"})

FIELD = FieldProgram(
    program="cabai", windows=(MORNING,), crop="chilli", planted=PLANTED, soil="ultisol", efficiency=0.9
)
POTS = ContainerProgram(program="bibit", windows=(MORNING, EVENING), pots=10_000, pot_volume_l=0.9)
PADDY = PaddyProgram(program="sawah", windows=(MORNING,), planted=PLANTED)
TURNS = CalendarProgram(
    program="giliran", windows=(MORNING, EVENING), depth_mm=6.0, every_days=2, anchor=PLANTED
)
ALL: tuple[Program, ...] = (FIELD, POTS, PADDY, TURNS)
AREA_M2 = 150.0


def quarter(
    day: int = 0,
    et0: float = 0.0,
    rain: float = 0.0,
    irrigated: float = 0.0,
    *,
    dt_s: float = 900.0,
    **more: object,
) -> StepInputs:
    """One step on the ``day``-th day after planting."""
    return StepInputs(dt_s, et0, rain, irrigated, PLANTED + timedelta(days=day), **more)  # type: ignore[arg-type]


def days(
    program: Program, balance: ZoneBalance, first: int, count: int, et0_mm_d: float = 4.0
) -> ZoneBalance:
    """Dry days in 96 steps each."""
    for day in range(first, first + count):
        for _ in range(96):
            balance = step(program, balance, quarter(day, et0_mm_d / 96.0), CATALOG)
    return balance
