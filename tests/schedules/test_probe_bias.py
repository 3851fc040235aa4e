"""Probes against rain gauge and meter, in a soil of the tests' own: slow to drain, its probe slow to see, roots that grow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from math import exp

import pytest

from schedules.balance import ZoneBalance
from schedules.probe_bias import OFF_MM_D, after
from schedules.program import ContainerProgram, FieldProgram
from schedules.soil import stress
from schedules.zone import initial, refit, step
from tests.schedules.zones import AREA_M2, CATALOG, FIELD, POTS, quarter

ET0_MM_D = 4.0
QUARTERS = 96


@dataclass
class Ground:
    """Soil as it is: what stands above field capacity sinks away within days, and the probe follows within hours."""

    program: FieldProgram
    depletion_mm: float
    drains_d: float = 1.5
    lag_h: float = 6.0
    above_mm: float = 0.0
    seen_mm: float = 0.0
    taw_mm: float = 0.0

    def quarter(self, account: ZoneBalance, came_mm: float) -> float:
        """A quarter of an hour of it; returns what the probe reads, m3/m3."""
        if self.taw_mm and account.taw_mm > self.taw_mm:
            self.depletion_mm *= account.taw_mm / self.taw_mm  # new roots find soil that is as dry as the old
        self.taw_mm = account.taw_mm
        use = account.kc * ET0_MM_D / QUARTERS * stress(self.depletion_mm, account.taw_mm, account.raw_mm)
        store = self.above_mm - self.depletion_mm + came_mm - use
        self.above_mm = max(0.0, store) * exp(-1.0 / QUARTERS / self.drains_d)
        self.depletion_mm = min(self.taw_mm, max(0.0, -store))
        now = self.above_mm - self.depletion_mm
        self.seen_mm += (now - self.seen_mm) * (1.0 - exp(-0.25 / self.lag_h))
        soil = CATALOG.soil(self.program.soil)
        return min(soil.sat, soil.fc + self.seen_mm / self.taw_mm * (soil.fc - soil.wp))


Daily = Callable[[int], float]


def nothing(day: int) -> float:
    """No water."""
    return 0.0


def biases(
    program: FieldProgram = FIELD,
    first: int = 60,
    rain: Daily = nothing,
    told: Daily | None = None,
    water: Daily = nothing,
    arrives: float = 1.0,
    days: int = 40,
    dry: float = 0.5,
    heard: Callable[[int], bool] = lambda number: True,
) -> list[float]:
    """The bias at the end of each of ``days``: ``rain`` falls in four hours from noon on, the gauge tells ``told``; ``water`` is
    given at dawn, and this share of it ``arrives``; the probe is ``heard`` in these quarters of the day.
    """
    account = step(program, initial(program, CATALOG, AREA_M2), quarter(first), CATALOG)
    account = replace(account, depletion_mm=dry * account.raw_mm)
    ground = Ground(program, account.depletion_mm, seen_mm=-account.depletion_mm)
    found = []
    for day in range(days):
        for number in range(QUARTERS):
            given = water(day) * (number == 20)
            shower = 48 <= number < 64
            fell, gauged = rain(day) * shower / 16, (told or rain)(day) * shower / 16
            vwc = ground.quarter(account, fell + given * arrives * program.efficiency)
            probes = (vwc,) if heard(number) else ()
            account = step(
                program,
                account,
                quarter(first + day, ET0_MM_D / QUARTERS, gauged, given, vwc=probes),
                CATALOG,
            )
        found.append(account.bias_mm_d)
    return found


def every(days: int, mm: float) -> Daily:
    """So much each n-th day."""
    return lambda day: mm * (day % days == 0)


SAND = FIELD.model_copy(update={"soil": "sandy-loam"})
MAIZE = FIELD.model_copy(update={"crop": "maize", "soil": "clay"})


@pytest.mark.parametrize("program", [FIELD, SAND, MAIZE])
@pytest.mark.parametrize("first", [0, 30, 60])
@pytest.mark.parametrize(
    ("rain", "water"),
    [
        (nothing, every(1, 4.0)), (nothing, every(3, 14.0)), (nothing, every(1, 2.5)), (every(1, 4.0), nothing),
        (every(2, 20.0), nothing), (every(3, 25.0), nothing), (every(5, 40.0), nothing), (every(6, 8.0), every(2, 6.0)),
    ],
)  # fmt: skip
def test_honest_instruments_are_never_doubted(
    program: FieldProgram, first: int, rain: Daily, water: Daily
) -> None:
    """Dry or wet weeks, much water or too little, roots that grow: forty days without a word."""
    assert max(map(abs, biases(program, first, rain, water=water))) < OFF_MM_D


def test_growing_roots_are_no_missing_water() -> None:
    """Maize on clay that is kept thirsty while its roots grow: the same dry soil over more depth is nobody's fault."""
    assert min(biases(MAIZE, 20, water=every(1, 3.0), dry=1.3)) > -OFF_MM_D


def test_rain_that_sinks_in_makes_good_what_it_took_and_no_more() -> None:
    """A probe that sees the rain late first takes it out of the account, then puts it in: both count, and nothing beyond."""
    assert after(-1.0, 0.1, 900.0, wet=True) > after(-1.0, 0.0, 900.0, wet=True)
    assert after(0.0, 0.1, 900.0, wet=True) == 0.0 < after(0.0, 0.1, 900.0, wet=False)
    assert after(0.0, -0.1, 900.0, wet=True) < 0.0


@pytest.mark.parametrize(
    ("wrong", "sign"),
    [
        ({"told": every(1, 20.0), "water": every(1, 3.5)}, -1.0),  # a gauge that counts what never fell
        ({"told": every(1, 4.0), "water": every(1, 3.5)}, -1.0),
        ({"rain": every(1, 4.0), "told": nothing}, 1.0),  # a clogged one
        ({"water": every(1, 4.0), "arrives": 0.0}, -1.0),  # clogged drippers
        ({"water": every(1, 4.0), "arrives": 0.0, "heard": lambda number: 24 <= number < 80}, -1.0),  # and a probe that sleeps
    ],
)  # fmt: skip
def test_days_that_do_not_add_up_are_found(wrong: dict[str, object], sign: float) -> None:
    """A gauge, a meter or a pipe that is wrong each day is found within a week, with its sign."""
    found = biases(days=10, **wrong)  # type: ignore[arg-type]
    assert sign * found[6] > OFF_MM_D
    assert abs(found[0]) < OFF_MM_D


def test_what_is_mended_is_forgotten_within_days() -> None:
    """Drippers that were clogged for ten days and are free again are not held against anybody a week later."""
    found = biases(water=every(1, 4.0), arrives=0.0, days=10)
    assert found[-1] < -1.5 * OFF_MM_D
    account = replace(initial(FIELD, CATALOG, AREA_M2), bias_mm_d=found[-1], probe_age_s=0.0)
    for number in range(7 * QUARTERS):
        account = step(FIELD, account, quarter(70 + number // QUARTERS, vwc=(0.25,)), CATALOG)
    assert abs(account.bias_mm_d) < OFF_MM_D


def test_silence_is_no_agreement_and_is_forgotten() -> None:
    """While no probe speaks the mean fades; its first word ever, and one jump of it, never come to a warning."""
    account = replace(initial(FIELD, CATALOG, AREA_M2), bias_mm_d=-2.5, probe_age_s=0.0, probe_vwc=0.2)
    for number in range(10 * QUARTERS):
        account = step(FIELD, account, quarter(60 + number // QUARTERS), CATALOG)
    assert -0.4 < account.bias_mm_d < 0.0
    fresh = step(FIELD, initial(FIELD, CATALOG, AREA_M2), quarter(60, vwc=(0.25,)), CATALOG)
    assert fresh.bias_mm_d == 0.0
    moved = [replace(fresh, depletion_mm=fresh.depletion_mm + 15.0)]
    for _ in range(2 * QUARTERS):
        moved.append(step(FIELD, moved[-1], quarter(60, vwc=(0.25, 0.25)), CATALOG))
    assert moved[-1].depletion_mm == pytest.approx(fresh.depletion_mm, abs=0.5)
    assert 0.5 < max(one.bias_mm_d for one in moved) < OFF_MM_D


@pytest.mark.parametrize("edited", [FIELD.model_copy(update={"soil": "sand"}), POTS])
def test_another_program_begins_anew(edited: FieldProgram | ContainerProgram) -> None:
    """Whoever corrects the soil, or grows something else, is not told of what was before; a restart alone forgets nothing."""
    account = step(FIELD, initial(FIELD, CATALOG, AREA_M2), quarter(60), CATALOG)
    doubted = replace(account, bias_mm_d=-2.5)
    assert refit(FIELD, doubted, CATALOG, AREA_M2).bias_mm_d == -2.5
    assert refit(edited, doubted, CATALOG, AREA_M2).bias_mm_d == 0.0


def test_bare_ground_says_nothing() -> None:
    """Before the planting and after the harvest nothing is held against anybody."""
    for planted in (date(2027, 1, 1), date(2025, 1, 1)):
        bare = FIELD.model_copy(update={"planted": planted})
        account = replace(initial(bare, CATALOG, AREA_M2), bias_mm_d=2.0)
        assert step(bare, account, quarter(10), CATALOG).bias_mm_d == 0.0
