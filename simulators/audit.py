"""A world that watches how its pumps and valves are switched and counts what breaks the site's limits, whoever switches."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from controller.commands.console import t
from controller.core.site import Pump, Site
from simulators.weather import WeatherSource
from simulators.world import World

LATE_S: Final = 120.0
"""A limit may be seen a cycle late and acted on a cycle later."""

OPEN: Final = 0.99


SAID: Final = {
    "last-valve": ("its last valve was closed while it ran", "katup terakhirnya ditutup selagi menyala"),
    "short-run": ("stopped after {seen}, sooner than {limit}", "mati sesudah {seen}, padahal paling singkat {limit}"),
    "long-run": ("ran for {seen}, longer than {limit}", "menyala {seen}, padahal paling lama {limit}"),
    "short-rest": ("rested for {seen}, less than {limit}", "istirahat {seen}, padahal paling singkat {limit}"),
    "starts": (
        "{seen} starts within an hour, more than {limit}",
        "{seen} kali dinyalakan dalam sejam, padahal paling banyak {limit}",
    ),
    "no-valve": ("started without an open valve", "dinyalakan tanpa katup yang terbuka"),
}  # fmt: skip
"""What broke a limit -> English, Indonesian."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A limit that was broken: when (the site's time), by which pump, which (a key of ``SAID``), what was ``seen`` and the
    ``limit``, both s or starts (0: no number).
    """

    at: datetime
    pump: str
    what: str
    seen: float = 0.0
    limit: float = 0.0

    def sentence(self) -> str:
        """In the reader's language."""
        unit = "" if self.what == "starts" else t(" s", " detik")
        numbers = {"seen": f"{self.seen:.0f}{unit}", "limit": f"{self.limit:.0f}{unit}"}
        return f"{self.at} {self.pump}: {t(*SAID[self.what]).format(**numbers)}"


@dataclass(slots=True)
class Switched:
    """When a pump was last switched, POSIX seconds, and its starts of the last hour."""

    on: bool = False
    at_s: float = float("-inf")
    starts: deque[float] = field(default_factory=deque)


class AuditedWorld(World):
    """``broken``: what broke a limit, in order; ``violations``: a sentence for each, in the reader's language (empty: none)."""

    def __init__(
        self, site: Site, seed: int, start: datetime, *, weather: WeatherSource | None = None
    ) -> None:
        """As World."""
        super().__init__(site, seed, start, weather=weather)
        self.broken: list[Broken] = []
        self._switched = {ident: Switched() for ident in self.pumps}

    @property
    def violations(self) -> list[str]:
        """The sentences."""
        return [one.sentence() for one in self.broken]

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """As World; each change is judged."""
        super().apply(device, quantity, value, at)
        for ident, seen in self._switched.items():
            if self.pumps[ident].wanted is not seen.on:
                self._judge(self.pumps[ident].pump, seen)
            elif seen.on and self._fed[ident] is not None and value == 0.0:
                self._check(self._has_way(ident, told=True), ident, "last-valve")

    def _judge(self, pump: Pump, seen: Switched) -> None:
        """A pump was switched."""
        now, limits, span = self.now_s, pump.limits, self.now_s - seen.at_s
        seen.on, seen.at_s = not seen.on, now
        if not seen.on:
            done = span >= limits.min_run_s or self._must_stop(pump)
            self._check(done, pump.id, "short-run", span, limits.min_run_s)
            self._check(span <= limits.max_run_s + LATE_S, pump.id, "long-run", span, limits.max_run_s)
            return
        seen.starts.append(now)
        while seen.starts[0] <= now - 3600.0:
            seen.starts.popleft()
        self._check(span >= limits.min_rest_s, pump.id, "short-rest", span, limits.min_rest_s)
        starts, most = len(seen.starts), limits.starts_per_hour
        self._check(starts <= most, pump.id, "starts", starts, most)
        self._check(self._has_way(pump.id, told=False), pump.id, "no-valve")

    def _must_stop(self, pump: Pump) -> bool:
        """Whether water itself ends a run early: the tank above is full, there is too little below, or the pump lifts none."""
        if self.pumps[pump.id].flow_m3_h < (pump.protect.min_flow_m3_h or 0.05 * pump.rated_flow_m3_h):
            return True
        tank, source = self.tanks.get(pump.into), self.tanks.get(pump.suction_tank or "")
        if tank is not None and tank.level_m >= tank.tank.full_m:
            return True
        if source is not None:
            return source.level_m <= source.tank.empty_m
        return pump.suction is not None and self.pumps[pump.id].suction_m <= (pump.min_suction_m or 0.1)

    def _has_way(self, ident: str, *, told: bool) -> bool:
        """Whether a zone of a direct pump is open (``told``: commanded so)."""
        zones = self._fed[ident]
        return zones is None or any(
            all(valve.wanted if told else valve.position >= OPEN for valve in zone.valves) for zone in zones
        )

    def _check(self, good: bool, ident: str, what: str, seen: float = 0.0, limit: float = 0.0) -> None:
        if not good:
            self.broken.append(
                Broken(datetime.fromtimestamp(self.now_s, self.start.tzinfo), ident, what, seen, limit)
            )
