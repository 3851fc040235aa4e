"""The planner's question and answer. Times are POSIX seconds (UTC); the caller does calendars through ``timezone``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from schedules.frozen import light

MIN_FLOW_SHARE = 0.6
"""Pipes and drippers: a zone alone on its pump may run at this share of its nominal flow; below it the far end gets nothing."""

OPEN_FLOW_SHARE = 0.1
"""An open channel: any stream reaches a paddy, so weak sun is used too."""


@light
@dataclass(frozen=True, slots=True)
class Demand:
    """Water that one zone wants.

    ``net_mm``: depth wanted in the root zone, mm (>= 0). ``volume_l``: gross volume at the valve, litres, after application
    efficiency. ``urgency``: 0 can wait .. 1 is hurt now. ``latest_start_s``: when it must start at the latest to avoid
    stress (POSIX s), None when it may wait for ever. ``key``/``params``: the reason, for people.
    """

    zone: str
    net_mm: float
    volume_l: float
    urgency: float
    latest_start_s: float | None
    key: str
    params: Mapping[str, float | str] = field(default_factory=dict)


@light
@dataclass(frozen=True, slots=True)
class ZoneLimits:
    """How one zone can take water: nominal ``flow_m3_h``, its allowed ``windows`` as (start, end) POSIX s within the horizon
    (already resolved from local time), minimum and maximum run in seconds, and ``source``: a tank id or a pump id.
    """

    zone: str
    source: str
    flow_m3_h: float
    windows: tuple[tuple[float, float], ...]
    min_run_s: float
    max_run_s: float
    use_l_d: float = 0.0
    """What the zone uses up in a day, gross litres; 0 where nobody knows."""
    soak_s: float = 0.0
    """Pause between two runs, s; 0: the planner's usual one."""
    soaks_until_s: float = 0.0
    """POSIX s until which the last run soaks in."""
    member: str = ""
    """Whose land it is, "" where nobody said; a member's zones claim scarce water together."""
    weight: float = 1.0
    """Its claim on scarce water: share x area, above 0."""
    got_l: float = 0.0
    """Litres that it has received lately (schedules/shares.py)."""
    holder: str = ""
    """Whose turn it is now, "" without turns or when it is this zone's own."""
    least_share: float = MIN_FLOW_SHARE
    """The least share of its flow at which the zone alone on its pump is worth it."""

    @property
    def least_flow_m3_h(self) -> float:
        """Flow below which the zone gets nothing useful, m3/h."""
        return self.least_share * self.flow_m3_h


@light
@dataclass(frozen=True, slots=True)
class PumpLimits:
    """One pump: ``threshold_w`` below which nothing flows, ``rated_w``, ``rated_flow_m3_h``, ``min_run_s``, ``min_rest_s``,
    ``starts_left`` today, ``running_s``/``resting_s`` elapsed at ``now_s`` (one of them 0), ``into``: tank id or "zones".
    """

    pump: str
    into: str
    rated_w: float
    threshold_w: float
    rated_flow_m3_h: float
    min_run_s: float
    min_rest_s: float
    starts_left: int
    running_s: float = 0.0
    resting_s: float = 0.0
    locked: bool = False
    backed: bool = True
    """False where grid or genset cannot feed it."""


@light
@dataclass(frozen=True, slots=True)
class TankLimits:
    """One tank: usable ``volume_l`` now (above its reserve), ``capacity_l`` (usable)."""

    tank: str
    volume_l: float
    capacity_l: float


@light
@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Everything the planner may know. ``power_w``: expected PV power on a grid of ``step_s`` from ``now_s``, W."""

    now_s: float
    step_s: float
    power_w: tuple[float, ...]
    demands: tuple[Demand, ...]
    zones: tuple[ZoneLimits, ...]
    pumps: tuple[PumpLimits, ...]
    tanks: tuple[TankLimits, ...]
    rain_until_s: float = 0.0
    running: tuple[Run, ...] = ()
    """Runs under way: a re-plan never chops them."""
    backup_w: float = 0.0
    """What grid or genset may add for a forced start, W; 0: none may, then a late demand waits for the sun."""
    power_low_w: tuple[float, ...] = ()
    """The power that is exceeded nine times of ten, W, on the grid of ``power_w``; () if nobody can say."""
    dawn_s: float | None = None
    """A dawn, POSIX s: crops use water as the sun stands (``schedules.daylight``); None: evenly by day and night."""


@light
@dataclass(frozen=True, slots=True)
class Run:
    """One irrigation of one zone: ``start_s``..``end_s`` POSIX s, gross ``volume_l``, forced start where there is one.

    ``needs_sun``: start only with enough surplus (a direct pump); a forced start (``latest_start_s`` passed) does not wait.
    """

    zone: str
    start_s: float
    end_s: float
    volume_l: float
    needs_sun: bool
    latest_start_s: float | None = None


@light
@dataclass(frozen=True, slots=True)
class Fill:
    """Fill ``tank`` with ``pump`` up to ``target_l`` (usable litres) when the sun gives enough, not before ``from_s`` (POSIX s;
    0: at once). Below ``refill_l`` filling begins although the site's own refill mark is not reached.

    ``forced_from_s``..``forced_until_s``: the sun comes too late for a demand; the pump then runs on whatever the site allows
    until the tank holds ``forced_l``. ``short``: the tank cannot serve all that is wanted of it, so a start need not wait for the
    usual margin of sun.
    """

    tank: str
    pump: str
    target_l: float
    from_s: float = 0.0
    refill_l: float = 0.0
    forced_from_s: float | None = None
    forced_until_s: float = 0.0
    forced_l: float = 0.0
    short: bool = False


@dataclass(frozen=True, slots=True)
class Unmet:
    """A demand (or part of it) for which no place was found within the horizon, and why (an i18n key)."""

    zone: str
    volume_l: float
    key: str
    params: Mapping[str, float | str] = field(default_factory=dict)


@light
@dataclass(frozen=True, slots=True)
class Plan:
    """A latched intention for the horizon ``made_s``..``until_s``. ``ident`` is a digest of the content: equal plans are equal."""

    ident: str
    made_s: float
    until_s: float
    runs: tuple[Run, ...] = ()
    fills: tuple[Fill, ...] = ()
    unmet: tuple[Unmet, ...] = ()
