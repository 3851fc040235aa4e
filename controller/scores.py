"""What was promised and what came: each quarter and each day the forecasts are held against the site's own sensors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.forecast import Course
from schedules.forecast_blend import mix, mix_rain, told_chance
from schedules.forecast_provider import Provided
from schedules.forecast_skill import LEADS, Skill, judged, promised
from schedules.forecast_sky import SkyMemory
from schedules.outlook import STEP_S, RainDay
from schedules.rain_chain import RainMemory
from schedules.solar import LOW_COSINE, Array, clear_sky_ghi
from schedules.sun_table import slots

HIGH_SUN_W_M2 = clear_sky_ghi(LOW_COSINE)
"""Steps whose clear sky is weaker are not judged: the sun is lower than 10 degrees."""

WHOLE = 0.95
"""A day is judged when so much of it was measured."""

Pair = tuple[Skill, Skill]
"""Of the own forecast alone, and of own, provider and mix side by side."""


@dataclass(slots=True)
class Scores:
    """Keeps the day that is being counted; the records themselves are values."""

    array: Array
    _seen_s: float = 0.0
    _day: str = ""
    _midnight_s: float = 0.0
    _slots: int = 0
    _measured: int = 0
    _kwh_m2: float = 0.0

    def quarter(self, own: Skill, both: Skill, sky: SkyMemory, near: Course, told: Provided | None) -> Pair:
        """Judge what was promised for the quarter just seen, and promise for those at LEADS."""
        if sky.at_s != self._seen_s and sky.recent and sky.recent[0] >= 0.0:
            self._seen_s = sky.at_s
            own, both = self._judge(own, both, sky)
        mixed = None
        for name, lead in LEADS.items():
            slot, expected = near.slots[lead - 1], near.expected[lead - 1]
            if slot.clear_w_m2 < HIGH_SUN_W_M2:
                continue
            at, mine = near.begin_s + (lead - 1) * STEP_S, expected.mean * slot.clear_w_m2
            own = promised(own, at, name, mine, mine, mine)
            if told is None:
                continue
            mixed = mixed or mix(near, told, both)
            index = mixed.told[lead - 1]
            if index is not None:
                blend = mixed.course.expected[lead - 1].mean * slot.clear_w_m2
                both = promised(both, at, name, mine, index * slot.clear_w_m2, blend)
        return own, both

    def _judge(self, own: Skill, both: Skill, sky: SkyMemory) -> Pair:
        begin_s = round(sky.at_s / STEP_S - 1.0) * STEP_S
        truth = sky.recent[0] * slots(self.array, begin_s, 1)[0].clear_w_m2
        self._measured += 1
        self._kwh_m2 += truth * STEP_S / 3.6e6
        for name in LEADS:
            own, both = judged(own, begin_s, name, truth), judged(both, begin_s, name, truth)
        return own, both

    def new_day(self, local: datetime) -> bool:
        """Whether another local day has begun since this was asked last."""
        return local.date().isoformat() != self._day

    def day(
        self,
        own: Skill,
        both: Skill,
        rain: RainMemory,
        course: Course,
        today: tuple[RainDay, ...],
        told: Provided | None,
        local: datetime,
    ) -> Pair:
        """Judge the day that is over, and promise for the one that begins (not when it is found half gone)."""
        if self._slots and self._measured >= WHOLE * self._slots:
            own = judged(own, self._midnight_s, "day", self._kwh_m2)
            both = judged(both, self._midnight_s, "day", self._kwh_m2)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        if rain.before >= 0 and rain.day == local.date().isoformat():
            before = (midnight - timedelta(days=1)).timestamp()
            own = judged(own, before, "rain", float(rain.before))
            both = judged(both, before, "rain", float(rain.before))
        self._day, self._midnight_s = local.date().isoformat(), midnight.timestamp()
        self._measured, self._kwh_m2 = 0, 0.0
        high = [slot.clear_w_m2 >= HIGH_SUN_W_M2 for slot in course.slots]
        self._slots = sum(high) if local - midnight < timedelta(hours=1) else 0
        if not self._slots:
            return own, both
        mine, wet = _sum(course, [one.mean for one in course.expected], high), today[0].chance[0]
        own = promised(own, self._midnight_s, "day", mine, mine, mine)
        own = promised(own, self._midnight_s, "rain", wet, wet, wet)
        return own, both if told is None else self._told(both, course, today, told, mine, high)

    def _told(
        self,
        both: Skill,
        course: Course,
        today: tuple[RainDay, ...],
        told: Provided,
        mine: float,
        high: list[bool],
    ) -> Skill:
        """The provider's promises for the day beside the own ones."""
        mixed = mix(course, told, both)
        known = [index for index, is_high in zip(mixed.told, high, strict=True) if is_high]
        if all(index is not None for index in known):
            theirs = _sum(course, [index or 0.0 for index in mixed.told], high)
            blend = _sum(course, [one.mean for one in mixed.course.expected], high)
            both = promised(both, self._midnight_s, "day", mine, theirs, blend)
        chance = told_chance(told, today[0])
        if chance is None:
            return both
        blended = mix_rain(today, told, both)[0].chance[0]
        return promised(both, self._midnight_s, "rain", today[0].chance[0], chance, blended)


def _sum(course: Course, indices: list[float], high: list[bool]) -> float:
    """kWh/m2 of the slots with a high sun."""
    return sum(
        index * slot.clear_w_m2 * STEP_S / 3.6e6
        for index, slot, is_high in zip(indices, course.slots, high, strict=True)
        if is_high
    )
