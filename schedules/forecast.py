"""From what a site remembers of its sky and its rain to an Outlook. Pure; no network, no clock."""

from __future__ import annotations

from dataclasses import dataclass

from schedules.forecast_sky import Expected, SkyMemory, expect
from schedules.outlook import STEP_S, Outlook, RainDay
from schedules.solar import Array
from schedules.sun_table import NIGHT, Slot, slots

HORIZON_S = 48 * 3600.0
"""How far the course of the sun is told."""

OWN = "persistence"


@dataclass(frozen=True, slots=True)
class Course:
    """What the sky is expected to do: one Expected a slot, and the slots."""

    begin_s: float
    slots: list[Slot]
    expected: list[Expected]


def own_course(array: Array, memory: SkyMemory, now_s: float, horizon_s: float = HORIZON_S) -> Course:
    """The site's own expectation from the step that holds POSIX ``now_s`` on."""
    begin_s = now_s // STEP_S * STEP_S
    steps = int(horizon_s // STEP_S)
    found = slots(array, begin_s, steps)
    dark = [slot is NIGHT for slot in found]
    return Course(begin_s, found, expect(memory, begin_s, steps, array.longitude_deg, dark))


def outlook(course: Course, now_s: float, rain: tuple[RainDay, ...], source: str = OWN) -> Outlook:
    """The course in watts of the array and W/m2, in whole numbers."""
    mean: list[float] = []
    low: list[float] = []
    high: list[float] = []
    ghi: list[float] = []
    for slot, sky in zip(course.slots, course.expected, strict=True):
        if slot.clear_w_m2 <= 0.0:
            for each in (mean, low, high, ghi):
                each.append(0.0)
            continue
        mean.append(float(round(slot.power(sky.mean))))
        low.append(float(round(slot.power(sky.low))))
        high.append(float(round(slot.power(sky.high))))
        ghi.append(float(round(sky.mean * slot.clear_w_m2)))
    return Outlook(now_s, source, course.begin_s, tuple(mean), tuple(low), tuple(high), tuple(ghi), rain)
