"""What the controller remembers from one decision to the next: one frozen value, stored as one row of JSON.

Field names ending in ``_s`` hold monotonic seconds of the boot in ``boot`` unless their line says POSIX seconds. On a new
boot every one of them is started again in full (``arrival.py``); counts, balances and debts stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from controller.core.site import Site
from schedules.catalog import catalog
from schedules.forecast_sky import SkyMemory
from schedules.frozen import light, replace
from schedules.misting import Mist
from schedules.plan import Demand, Plan
from schedules.rain_chain import RainMemory
from schedules.solar import CLIMATE_CLEARNESS
from schedules.turns import Turn
from schedules.zone import ZoneBalance, initial

GRID_S = 900.0
"""The grid of the water balances, seconds of plant time."""


class Phase(StrEnum):
    """Where a pump stands. The output is on in RUNNING only; the valves it needs are open from STARTING to STOPPING."""

    STOPPED = "stopped"
    STARTING = "starting"  # its valves are opening
    RUNNING = "running"
    STOPPING = "stopping"  # off; its valves wait for the water to stand still
    RESTING = "resting"
    LOCKED = "locked"  # a person must look and reset

    __hash__ = str.__hash__  # equal to its text, so alike in hash; and in C: it is part of many keys


@light
@dataclass(frozen=True, slots=True)
class PumpState:
    """One pump. ``rest_s``: how long this rest lasts. ``fault``: the interlock that sent it to rest or locked it.

    ``starts``: moments of the starts of the last hour. ``fed``: the zones that its open valves lead to; ``served``: those
    that had them last. ``manual_until_s``:
    a person asked it to fill its tank. ``paused_until_s``: a person stopped it; no automatic start before.
    ``proven``: since this controller started, the device has shown (or accepted) that it is off.
    ``press_owed``: a press of the drive's reset is due at the next start; ``pressed_s``: it was pressed then, without help yet.
    ``probing_s``: it was started to see whether the sun carries it, since then. ``hertz``: its drive's set-point since ``hertz_s``.
    """

    phase: Phase = Phase.RESTING
    since_s: float = 0.0
    off_since_s: float = 0.0
    rest_s: float = 0.0
    proven: bool = False
    fault: str = ""
    retries: int = 0
    starts: tuple[float, ...] = ()
    starts_today: int = 0
    group: str = "idle"
    fed: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    short_since_s: float | None = None
    manual_until_s: float | None = None
    paused_until_s: float | None = None
    press_owed: bool = False
    pressed_s: float | None = None
    probing_s: float | None = None
    hertz: float = 0.0
    hertz_s: float = 0.0

    @property
    def on(self) -> bool:
        """True while the output is commanded on."""
        return self.phase is Phase.RUNNING


@light
@dataclass(frozen=True, slots=True)
class ValveState:
    """One valve as commanded, since when, and whether it has proven to be shut since this controller started."""

    on: bool = False
    since_s: float = 0.0
    proven: bool = False


@light
@dataclass(frozen=True, slots=True)
class TankState:
    """``filling``: between the refill mark and the target. ``planned_l``: usable litres when the plan was last asked for."""

    filling: bool = False
    planned_l: float | None = None


@light
@dataclass(frozen=True, slots=True)
class Irrigation:
    """One irrigation under way or waiting for its pump. ``target_l`` 0: by time only (manual).

    ``start_s``/``latest_start_s``: POSIX seconds of the plan. ``ordered_s``, ``began_s``, ``ends_s``: monotonic; ``began_s`` is
    None until water can flow. ``duration_s`` counts from then for a manual irrigation.
    """

    group: str
    start_s: float
    target_l: float
    duration_s: float
    ordered_s: float
    ends_s: float
    needs_sun: bool = False
    latest_start_s: float | None = None
    began_s: float | None = None
    delivered_l: float = 0.0


@light
@dataclass(frozen=True, slots=True)
class ZoneState:
    """One zone. ``credit_l``: litres delivered since the last balance step. ``done_s``: POSIX start of the last planned
    irrigation that is over (an echo of it in a later plan is not repeated). ``ended_s``: POSIX end of the last irrigation that
    brought water. ``got_l``: litres received lately (schedules/shares.py).
    """

    balance: ZoneBalance
    irrigation: Irrigation | None = None
    credit_l: float = 0.0
    done_s: float = 0.0
    paused_until_s: float | None = None
    ended_s: float = 0.0
    got_l: float = 0.0


@light
@dataclass(frozen=True, slots=True)
class Feed:
    """The fertigation of one zone. ``turn``: irrigations since the last one with stock solution. The rest is of the irrigation that
    was ordered at ``ordered_s``: ``active`` if it gets some; ``seen_l`` delivered so far; ``clean_l`` of clean water since the
    beginning or the last pulse; ``span_l``, ``span_s``: water and time since the first rinse was over (``primed``); ``on_s``:
    injected; ``pulse_s``: ``on_s`` at the beginning of the pulse that runs; ``rinsing_s``: when the last rinse began.
    """

    turn: int = 0
    ordered_s: float | None = None
    active: bool = False
    seen_l: float = 0.0
    clean_l: float = 0.0
    primed: bool = False
    span_l: float = 0.0
    span_s: float = 0.0
    on_s: float = 0.0
    pulse_s: float | None = None
    rinsing_s: float | None = None


@light
@dataclass(frozen=True, slots=True)
class Air:
    """Sums of the weather since the last balance step; each mean is sum / count. ``rain_mm`` is a sum, ``bursts`` how
    it fell: (mm, s) each, between two readings of the gauge; ``gauged_s``: monotonic, the latest. ``evening_share``: Rs/Rso
    of the last hours with a high sun, None before the first; it tells the night's clouds.
    """

    sampled_s: float | None = None
    temp_c: float = 0.0
    temp_n: int = 0
    rh_pct: float = 0.0
    rh_n: int = 0
    rh_min_pct: float | None = None
    wind_m_s: float = 0.0
    wind_n: int = 0
    irradiance_w_m2: float = 0.0
    irradiance_n: int = 0
    rain_mm: float = 0.0
    evening_share: float | None = None
    bursts: tuple[tuple[float, float], ...] = ()
    gauged_s: float | None = None


@light
@dataclass(frozen=True, slots=True)
class PowerState:
    """The sun's power, W, None while unknown. ``potential_w``: what the plant could give; ``budget_w``: what of it is free
    for all pumps together; ``mean_w``: its mean over ``Surplus.average_s``. ``buckets``: (seconds, watt-seconds), oldest first.
    ``source``, ``spread``: where the potential comes from (``potential.py``) and its standard error as a share; ``sure_w``: what of
    the budget meters prove.
    """

    potential_w: float | None = None
    budget_w: float | None = None
    mean_w: float | None = None
    buckets: tuple[tuple[float, float], ...] = ()
    source: str = ""
    spread: float = 0.0
    sure_w: float | None = None


@light
@dataclass(frozen=True, slots=True)
class SunState:
    """What is learned of plant and sky. ``ratio``: power over irradiance x kWp x derate, of late, resting on ``ratio_h`` hours of
    sun; ``usual``: the same over months. ``clear``: share of a clear sky's power when it was last seen, at POSIX ``seen_s``.
    ``probes``: failed ones of the day; the last one's pause ``probe_wait_s`` ends at monotonic ``probe_until_s``, and a clear
    sky would have given ``probe_clear_w`` then.
    """

    ratio: float = 1.0
    ratio_h: float = 0.0
    usual: float = 1.0
    clear: float = CLIMATE_CLEARNESS
    seen_s: float = 0.0
    probes: int = 0
    probe_wait_s: float = 0.0
    probe_until_s: float | None = None
    probe_clear_w: float = 0.0


Parts = tuple[float, float, float]
"""An amount: what of it a counter told, what is a measured rate times time, what is a rating (or an estimate) times time."""


@light
@dataclass(frozen=True, slots=True)
class Accounts:
    """The day so far (``day``: local ISO date, "" while no trusted clock has named it; it ends at POSIX ``ends_s``).

    ``pv_wh``: produced. ``used_wh``: taken by the pumps. ``other_wh``: taken by everything else on the site, 0 where no load meter
    tells. ``grid_wh``: the part of both that came from the grid or genset.
    ``covered_s``: seconds seen by decisions; ``measured_s``: of them with a measured pump energy wherever a pump ran.
    ``starts_from_s``: covered seconds at which an untrusted clock's limit of daily starts was renewed.

    ``flows``: by place of measurement, Wh or m3 (``flows.py`` names them). ``zones``: m3 by zone: metered, and by nominal flow.
    ``tanks``: m3 in each when the day began. ``spanning_wh``, ``spanning_m3``: of pumps, passed in a silence that began before this
    day. ``gaps``, ``gap_s``: times without the controller. ``begins_s``: POSIX; ``until_s``: POSIX, the last sign of life of a day
    that waits for a clock. ``other_wh``: of states before ``flows`` only.
    """

    day: str = ""
    ends_s: float = 0.0
    pv_wh: float = 0.0
    used_wh: float = 0.0
    grid_wh: float = 0.0
    water_m3: float = 0.0
    run_s: float = 0.0
    covered_s: float = 0.0
    measured_s: float = 0.0
    starts: int = 0
    starts_from_s: float = 0.0
    other_wh: float = 0.0
    flows: Mapping[str, Parts] = field(default_factory=dict)
    zones: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    tanks: Mapping[str, float] = field(default_factory=dict)
    spanning_wh: float = 0.0
    spanning_m3: float = 0.0
    gaps: int = 0
    gap_s: float = 0.0
    begins_s: float = 0.0
    until_s: float = 0.0


@light
@dataclass(frozen=True, slots=True)
class Counter:
    """The last value of a counter, when it was seen (monotonic), and what was assumed while it was silent since then, ``rated`` of
    it by a rating. ``silent_s``: when the silence began, None while it speaks. ``step``: the least that it grew by so far, 0:
    unknown. ``most``: of so many seconds of the silence, ``known_s``, the most that can have passed, as others measured it.
    ``doubt``: what that may be off by, where it is a balance of counters.
    """

    value: float
    seen_s: float
    assumed: float = 0.0
    rated: float = 0.0
    silent_s: float | None = None
    step: float = 0.0
    most: float = 0.0
    known_s: float = 0.0
    doubt: float = 0.0


@light
@dataclass(frozen=True, slots=True)
class ControllerState:
    """All that survives a decision. ``cycle_s``: measured cycle length (0: unknown). ``began_s``: first decision of this
    boot or after a gap. ``grid_s``: plant seconds since the last balance step. ``replan``: why a new plan is due now ("" if
    not). ``due_s``: POSIX moment before which no run of the plan can begin. ``pending``: "subject/row" -> since when an
    interlock's condition holds; ``trips``: "subject/row" -> reason key of those that have fired.
    """

    boot: str = ""
    mono_s: float = 0.0
    epoch_s: float = 0.0
    trusted: bool = False
    cycle_s: float = 0.0
    gap_s: float = 0.0
    began_s: float = 0.0
    emergency: bool = False
    grid_s: float = 0.0
    replan: str = ""
    due_s: float = 0.0
    plan: Plan | None = None
    demands: tuple[Demand, ...] = ()
    pumps: Mapping[str, PumpState] = field(default_factory=dict)
    valves: Mapping[str, ValveState] = field(default_factory=dict)
    tanks: Mapping[str, TankState] = field(default_factory=dict)
    zones: Mapping[str, ZoneState] = field(default_factory=dict)
    air: Air = Air()
    power: PowerState = PowerState()
    accounts: Accounts = Accounts()
    counters: Mapping[str, Counter] = field(default_factory=dict)
    pending: Mapping[str, float] = field(default_factory=dict)
    trips: Mapping[str, str] = field(default_factory=dict)
    held: Mapping[str, float] = field(default_factory=dict)
    """"subject/row" -> the moment until which an interlock that fired keeps its effect."""
    turn: Turn = field(default_factory=Turn)
    """Whose turn the water is (schedules/turns.py)."""
    seen_s: float = 0.0
    """POSIX seconds of the last sign of life before a restart; set on a state that was read back only."""
    sky: SkyMemory = field(default_factory=SkyMemory)
    rain: RainMemory = field(default_factory=RainMemory)
    """What the site's own sky and rain gauge have taught: the outlook's memory."""
    thirst: float = 1.0
    """What the probes say the crops use over what the weather says (thirst.py)."""
    taught: float = 0.0
    """How much the probes have lately said of that: 0 nothing, towards 1 day after day."""
    injectors: Mapping[str, ValveState] = field(default_factory=dict)
    feeds: Mapping[str, Feed] = field(default_factory=dict)
    """Fertigation by zone, for zones that have an injector and a program that uses it."""
    mists: Mapping[str, Mist] = field(default_factory=dict)
    """Misting by zone."""
    sun: SunState = SunState()
    shelved: Accounts | None = None
    """A day that ended, or may have, while nobody looked: closed or gone on with when a trusted clock tells which day it is."""
    pv_share: float = 0.0
    """What the plant's counter shows over what those of load and grid add up to, learned (node.py); 0: not yet."""


def restored(state: ControllerState, seen_s: float = 0.0) -> ControllerState:
    """A state read back by a new process: its next decision begins as after a new boot, even if the computer did not.

    ``seen_s``: POSIX seconds of the last sign of life, when there is a later one than the state.
    """
    return replace(state, boot=f"{state.boot}+", seen_s=seen_s) if state.boot else state


def initial_state(site: Site) -> ControllerState:
    """The state of a controller that has never decided: everything off and unproven, every zone's balance as its program
    starts it.
    """
    file = site.file
    known = catalog()
    return ControllerState(
        pumps={pump.id: PumpState() for pump in file.pumps},
        valves={valve.id: ValveState() for valve in file.valves},
        tanks={tank.id: TankState() for tank in file.tanks},
        injectors={one.id: ValveState() for one in file.injectors},
        mists={zone.id: Mist() for zone in file.zones if site.programs[zone.program_name].kind == "misting"},
        feeds={
            zone.id: Feed()
            for zone in file.zones
            if zone.injector is not None and site.programs[zone.program_name].fertigation is not None
        },
        zones={
            zone.id: ZoneState(initial(site.programs[zone.program_name], known, zone.area_m2))
            for zone in file.zones
        },
    )
