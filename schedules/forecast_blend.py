"""Own expectation and a provider's word, mixed by their records, lead by lead."""

from __future__ import annotations

from dataclasses import dataclass

from schedules.forecast import Course
from schedules.forecast_provider import Provided
from schedules.forecast_skill import Skill
from schedules.forecast_sky import TOP, Expected
from schedules.frozen import replace
from schedules.outlook import RAIN_STEPS_MM, STEP_S, RainDay
from schedules.sun_table import Slot

KNOTS = ((4.0, "1h"), (12.0, "3h"), (48.0, "day"))
"""Leads in steps at which the weights hold; between them they are linear."""

LOW_SUN_W_M2 = 60.0


@dataclass(frozen=True, slots=True)
class Mixed:
    """The mixed course, and the provider's own clear-sky indices beside it (None where it says nothing)."""

    course: Course
    told: tuple[float | None, ...]


def weight_at(skill: Skill, lead: float) -> float:
    """The provider's weight at a lead in steps; it fades to nothing towards the present, where the own sensor knows."""
    before, low = 0.0, 0.0
    for knot, name in KNOTS:
        high = skill.weight(name)
        if lead <= knot:
            return low + (high - low) * (lead - before) / (knot - before)
        before, low = knot, high
    return low


def mix(course: Course, provided: Provided, skill: Skill) -> Mixed:
    """The course with the provider's word in it. Its hours are spread over quarters by the clear sky."""
    expected, told = [], []
    for i, (slot, own) in enumerate(zip(course.slots, course.expected, strict=True)):
        index = _told(provided, course, slot, i)
        told.append(index)
        expected.append(own if index is None else _one(own, index, skill, i + 1.0))
    return Mixed(replace(course, expected=expected), tuple(told))


def _told(provided: Provided, course: Course, slot: Slot, i: int) -> float | None:
    """The provider's clear-sky index in a step: its mean over what the clear sky has in the provider's own step."""
    if slot.clear_w_m2 < LOW_SUN_W_M2:
        return None
    begin = course.begin_s + i * STEP_S
    mean = provided.ghi(begin, begin + STEP_S)
    if mean is None:
        return None
    wide = max(1, round(provided.step_s / STEP_S))
    first = i - round(((begin - provided.begin_s) % provided.step_s) / STEP_S)
    whole = [course.slots[n].clear_w_m2 for n in range(max(0, first), min(len(course.slots), first + wide))]
    clear = sum(whole) / len(whole) if whole else 0.0
    return min(TOP, mean / clear) if clear >= LOW_SUN_W_M2 else None


def _one(own: Expected, told: float, skill: Skill, lead: float) -> Expected:
    weight = weight_at(skill, lead)
    index = own.mean + weight * (told - own.mean)
    width = skill.narrower("3h" if lead <= 12.0 else "day") if weight > 0.0 else 1.0
    return Expected(
        index,
        max(0.0, index - width * (own.mean - own.low)),
        min(TOP, max(index, index + width * (own.high - own.mean))),
    )


def mix_rain(days: tuple[RainDay, ...], provided: Provided, skill: Skill) -> tuple[RainDay, ...]:
    """The days with the provider's rain mixed in by its Brier record. Its amounts shift the mean, its chance (or whether it has
    1 mm) the chances; what falls on a wet day keeps the shape of here.
    """
    weight = skill.weight("rain")
    found: list[RainDay] = []
    for day in days:
        chance = told_chance(provided, day)
        if chance is None:
            found.append(day)
            continue
        scale = (1.0 - weight) * 1.0 + weight * chance / max(0.02, day.chance[0])
        amount = provided.rain(day.begin_s, day.end_s)
        mean = day.mean_mm * scale if amount is None else (1.0 - weight) * day.mean_mm + weight * amount
        each = tuple(round(min(1.0 - 0.001, one * scale), 3) for one in day.chance)
        found.append(replace(day, mean_mm=round(mean, 2), chance=each))
    return days if tuple(found) == days else _summed(days, tuple(found))


def told_chance(provided: Provided, day: RainDay) -> float | None:
    """The provider's chance of a wet day; from its amount alone, how often that comes true is a guess: 0.8 or 0.15."""
    chance = provided.chance(day.begin_s, day.end_s)
    if chance is not None:
        return chance
    amount = provided.rain(day.begin_s, day.end_s)
    return None if amount is None else 0.8 if amount >= RAIN_STEPS_MM[0] else 0.15


def _summed(own: tuple[RainDay, ...], mixed: tuple[RainDay, ...]) -> tuple[RainDay, ...]:
    """The sums' chances move with the expected sums: the own distribution of a sum, read at amounts scaled by the change."""
    found: list[RainDay] = []
    before = after = 0.0
    for old, new in zip(own, mixed, strict=True):
        before, after = before + old.mean_mm, after + new.mean_mm
        ratio = max(0.05, min(20.0, after / max(0.05, before)))
        sums = tuple(round(_read(old.sum_chance, mm / ratio), 3) for mm in RAIN_STEPS_MM)
        wet = round(max(sums[0], new.chance[0], found[-1].sum_chance[0] if found else 0.0), 3)
        last = found[-1].sum_chance if found else (0.0,) * len(sums)
        grown = tuple(max(a, b, c) for a, b, c in zip((wet, *sums[1:]), new.chance, last, strict=True))
        found.append(replace(new, sum_chance=grown))
    return tuple(found)


def _read(chances: tuple[float, ...], amount_mm: float) -> float:
    """Chance of at least ``amount_mm`` of a day's or a sum's chances, linear between the told amounts."""
    low_mm, low = 0.0, min(1.0, chances[0] + 0.25 * (1.0 - chances[0]))
    for mm, chance in zip(RAIN_STEPS_MM, chances, strict=True):
        if amount_mm <= mm:
            return low + (chance - low) * (amount_mm - low_mm) / (mm - low_mm)
        low_mm, low = mm, chance
    return low * RAIN_STEPS_MM[-1] / amount_mm
