"""The newest outlook on sun and rain: made from what the state remembers, anew only when it would say something else."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from controller.core.site import Power, Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.core.wiring import wiring
from schedules.forecast import outlook, own_course
from schedules.outlook import STEP_S, Outlook, RainDay
from schedules.rain_chain import learned, rain_days
from schedules.solar import Array

log = logging.getLogger(__name__)

EVERY_S = 3600.0
NIGHT_S = 3 * 3600.0
"""An outlook is issued anew at least this often, by day and while the sun is down."""

MOVED = 0.08
"""And by day when the next quarter's expected clear-sky index has moved by so much."""

DAYS = 7


class Outlooks:
    """Holds the newest outlook. Asked once a cycle; works at most once a quarter of plant time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._array = array_of(site)
        self._zone = wiring(site).zoneinfo
        self._looked_s = float("-inf")
        self._index = 0.0
        self._rained = False
        self.newest: Outlook | None = None

    def consider(self, state: ControllerState, snapshot: Snapshot) -> None:
        """Issue a new outlook when it is time. Never raises: without a new one the old one stays until it is stale."""
        at = snapshot.at
        if not at.trusted or 0.0 <= at.epoch_s - self._looked_s < STEP_S:
            return
        self._looked_s = at.epoch_s // STEP_S * STEP_S
        try:
            self._look(state, at.epoch_s)
        except Exception:
            log.exception("no outlook could be made, the old one stays")

    def _look(self, state: ControllerState, now_s: float) -> None:
        course = own_course(self._array, state.sky, now_s)
        index, rained = course.expected[0].index, state.rain.today_mm >= 1.0
        night = course.slots[0].clear_w_m2 <= 0.0 and course.slots[4].clear_w_m2 <= 0.0
        if self.newest is not None and rained == self._rained:
            age = now_s - self.newest.issued_s
            still = night or abs(index - self._index) < MOVED
            if still and 0.0 <= age < (NIGHT_S if night else EVERY_S):
                return
        self._index, self._rained = index, rained
        self.newest = outlook(course, now_s, self._rain(state, now_s))

    def _rain(self, state: ControllerState, now_s: float) -> tuple[RainDay, ...]:
        """The next days by the gauge's memory and the month."""
        local = datetime.fromtimestamp(now_s, self._zone)
        first = local.replace(hour=0, minute=0, second=0, microsecond=0)
        midnights = tuple((first + timedelta(days=n)).timestamp() for n in range(1, DAYS + 1))
        chain = learned(state.rain, local.month, self._array.latitude_deg, self._array.longitude_deg)
        hour = local.hour + local.minute / 60.0
        return rain_days(state.rain, chain, now_s, midnights, hour)


def array_of(site: Site) -> Array:
    """The site's PV array as the expectation sees it."""
    power: Power = site.file.power
    return Array(
        latitude_deg=site.file.site.latitude,
        longitude_deg=site.file.site.longitude,
        pv_kwp=power.pv_kwp,
        tilt_deg=power.tilt_deg,
        azimuth_deg=power.azimuth_deg,
        limit_w=power.inverter_w,
    )
