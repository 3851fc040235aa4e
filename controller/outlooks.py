"""The newest outlook on sun and rain: made from what the state remembers and what a provider told, anew only when it would say
something else. Keeps the record of who was right.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import wiring
from controller.forecast_trouble import Trouble
from controller.scores import Scores
from schedules.forecast import OWN, Course, outlook, own_course
from schedules.forecast_blend import mix, mix_rain
from schedules.forecast_provider import Provided
from schedules.forecast_skill import Skill
from schedules.outlook import STEP_S, Outlook, RainDay
from schedules.rain_chain import learned, rain_days

log = logging.getLogger(__name__)

EVERY_S = 3600.0
NIGHT_S = 3 * 3600.0
"""An outlook is issued anew at least this often, by day and while the sun is down."""

MOVED = 0.08
"""And by day when the next quarter's expected clear-sky index has moved by so much."""

DAYS = 7
RAIN_HOURS = 3
"""What is left of today's rain is worked out anew so often."""

LOOK_STEPS = 12
"""Steps that are looked at every quarter, to see whether anything moved and to promise; the whole course only for an issue."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What outlives a restart, beside the state: the provider's last word and the records of both."""

    provided: Provided | None = None
    skill: Skill = field(default_factory=Skill)
    own: Skill = field(default_factory=Skill)


class Outlooks:
    """Holds the newest outlook. Asked once a cycle; works at most once a quarter of plant time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._array = wiring(site).array
        self._zone = wiring(site).zoneinfo
        self._looked_s = float("-inf")
        self._index = 0.0
        self._rained = False
        self._news = False
        self.newest: Outlook | None = None
        self.kept = Kept()
        self.scores = Scores(self._array)
        self.trouble: Trouble | None = None  # why the provider's word does not come

    def offer(self, provided: Provided) -> None:
        """A provider's word; it is looked at with the next quarter."""
        self._news = self._news or provided != self.kept.provided
        self.kept = replace(self.kept, provided=provided)

    def consider(self, state: ControllerState, snapshot: Snapshot) -> None:
        """Issue a new outlook when it is time. Never raises: without a new one the old one stays, and a provider's word that was in
        it is not used again.
        """
        at = snapshot.at
        if not at.trusted or 0.0 <= at.epoch_s - self._looked_s < STEP_S:
            return
        self._looked_s = at.epoch_s // STEP_S * STEP_S
        try:
            self._look(state, at.epoch_s)
        except Exception:
            log.exception("no outlook could be made, the old one stays")
            if self.kept.provided is not None:
                self.kept = replace(self.kept, provided=None)
                self._looked_s = float("-inf")  # at once again, by the own forecast

    def provided(self, now_s: float) -> Provided | None:
        """The provider's word if it may still be used at POSIX ``now_s``."""
        told = self.kept.provided
        return told if told is not None and told.holds(now_s) else None

    def _look(self, state: ControllerState, now_s: float) -> None:
        near = own_course(self._array, state.sky, now_s, LOOK_STEPS * STEP_S)
        self._score(state, now_s, near)
        index, rained = near.expected[0].mean, state.rain.today_mm >= 1.0
        night = near.slots[0].clear_w_m2 <= 0.0 and near.slots[4].clear_w_m2 <= 0.0
        if self.newest is not None and rained == self._rained and not self._news:
            age = now_s - self.newest.issued_s
            still = night or abs(index - self._index) < MOVED
            if still and 0.0 <= age < (NIGHT_S if night else EVERY_S):
                return
        self._index, self._rained, self._news = index, rained, False
        self.newest = self._issue(state, now_s)

    def _issue(self, state: ControllerState, now_s: float) -> Outlook:
        course, rain = own_course(self._array, state.sky, now_s), self._rain(state, now_s)
        told = self.provided(now_s)
        if told is None:
            return outlook(course, now_s, rain)
        skill = self.kept.skill
        source = "provider" if skill.weight("day") >= 0.5 else OWN
        return outlook(mix(course, told, skill).course, now_s, mix_rain(rain, told, skill), source)

    def _score(self, state: ControllerState, now_s: float, near: Course) -> None:
        told = self.provided(now_s)
        kept, scores = self.kept, self.scores
        own, skill = scores.quarter(kept.own, kept.skill, state.sky, near, told)
        if scores.new_day(local := datetime.fromtimestamp(now_s, self._zone)):
            course = own_course(self._array, state.sky, now_s, 86400.0)
            rain = self._rain(state, now_s)[:1]
            own, skill = scores.day(own, skill, state.rain, course, rain, told, local)
        if own is not kept.own or skill is not kept.skill:
            self.kept = Kept(kept.provided, skill, own)

    def _rain(self, state: ControllerState, now_s: float) -> tuple[RainDay, ...]:
        """The next days by the gauge's memory and the month."""
        local = datetime.fromtimestamp(now_s, self._zone)
        first = local.replace(hour=0, minute=0, second=0, microsecond=0)
        midnights = tuple((first + timedelta(days=n)).timestamp() for n in range(1, DAYS + 1))
        chain = learned(state.rain, local.month, self._array.latitude_deg, self._array.longitude_deg)
        hour = local.hour // RAIN_HOURS * RAIN_HOURS
        return rain_days(state.rain, chain, now_s, midnights, hour)
