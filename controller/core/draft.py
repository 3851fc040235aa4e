"""The working copy of one decision: the old state, the snapshot, and the next state as it takes shape.

Every step of ``decide`` takes a Draft and writes only the fields that are its own (named in the step's module). It never leaves
``decide``; what leaves is frozen.
"""

from __future__ import annotations

from controller.core.decision import Event, EventKind, Reason
from controller.core.snapshot import Snapshot
from controller.core.state import (
    Accounts,
    Air,
    ControllerState,
    Counter,
    Feed,
    Parts,
    Phase,
    PowerState,
    PumpState,
    SunState,
    TankState,
    ValveState,
    ZoneState,
)
from controller.core.wiring import Reader, Wiring
from drivers.reading import Command
from schedules.misting import Mist

Params = dict[str, float | str]


class Draft:
    """See the module. ``dt`` is the time since the last decision, 0 at a start; ``lived_s`` the part of it in which outputs may
    have been on. ``restarted``: this decision begins from outputs off, because of a new boot or a gap.
    """

    __slots__ = (
        "accounts", "air", "asked", "began_s", "boot", "counters", "cycle_s", "demands", "draws", "dt", "due_s", "emergency",
        "epoch", "events", "failed", "feeds", "gap_s", "grid_s", "halted", "held", "injected", "injectors", "lived_s",
        "lost_s", "mists", "mono", "old", "opened", "passed", "pending", "plan", "power", "pressed", "presses", "pumps", "pv_share",
        "rain", "readings", "reasons", "replan", "resets", "restarted", "shared", "shelved", "sky", "snapshot", "sun",
        "tanks", "taught", "thirst", "trips", "trusted", "turn", "valves", "waits", "wanted", "water_m3", "wiring", "zones",
    )  # fmt: skip

    def __init__(self, wiring: Wiring, old: ControllerState, snapshot: Snapshot) -> None:
        at = snapshot.at
        self.wiring, self.old, self.snapshot = wiring, old, snapshot
        self.readings, self.failed = snapshot.readings, snapshot.failed
        self.mono, self.epoch, self.trusted, self.boot = (
            float(at.mono_s),
            float(at.epoch_s),
            at.trusted,
            at.boot,
        )
        self.dt = self.lived_s = 0.0
        self.restarted = False
        self.cycle_s, self.gap_s, self.began_s = old.cycle_s, 0.0, old.began_s
        self.emergency, self.grid_s, self.replan, self.due_s = old.emergency, old.grid_s, "", old.due_s
        self.plan, self.demands = old.plan, old.demands
        self.pumps: dict[str, PumpState] = dict(old.pumps)
        self.valves: dict[str, ValveState] = dict(old.valves)
        self.injectors: dict[str, ValveState] = dict(old.injectors)
        self.feeds: dict[str, Feed] = dict(old.feeds)
        self.mists: dict[str, Mist] = dict(old.mists)
        self.injected: set[str] = set()  # injectors that are wanted on
        self.tanks: dict[str, TankState] = dict(old.tanks)
        self.zones: dict[str, ZoneState] = dict(old.zones)
        self.counters: dict[str, Counter] = dict(old.counters)
        self.pending: dict[str, float] = dict(old.pending)
        self.trips: dict[str, str] = dict(old.trips)
        self.held: dict[str, float] = dict(old.held)
        self.turn = old.turn
        self.opened: set[str] = set()  # valves that are open after this decision
        self.air: Air = old.air
        self.sky, self.rain = old.sky, old.rain
        self.thirst, self.taught = old.thirst, old.taught
        self.power: PowerState = old.power
        self.sun: SunState = old.sun
        self.accounts: Accounts = old.accounts
        self.shelved: Accounts | None = old.shelved
        self.pv_share = old.pv_share
        self.lost_s = 0.0  # decided before a restart, after the state that was kept
        self.passed: list[tuple[str, Parts]] = []  # what went by since the last decision, by place
        self.shared: dict[str, tuple[float, float]] = {}  # m3 to zones: metered, by nominal flow
        self.water_m3 = 0.0  # pumped since the last decision
        self.draws: dict[str, float] = {}  # W taken by each pump that is on
        self.halted: set[str] = set()  # pumps that a person wants off now, minimum run or not
        self.resets: set[str] = set()  # pumps whose fault a person wants reset
        self.presses: list[Command] = []  # what has no state and is done once, now
        self.wanted: dict[str, str] = {}  # zone or pump -> arbitration group that wants it on
        self.pressed: set[str] = set()  # pumps whose tank is short of water
        self.waits: dict[str, Reason] = {}  # zone or pump -> why it does not run
        self.asked: dict[str, Phase] = {}  # what each pump's machine proposes, pump by pump
        self.events: list[Event] = []
        self.reasons: list[Reason] = []

    def number(self, reader: Reader | None) -> float | None:
        """The signal's value now, or None."""
        return None if reader is None else reader.read(self.readings, self.mono)

    def event(self, kind: EventKind, reason: Reason, figures: Params | None = None) -> None:
        """Note one change for the ledger."""
        self.events.append(Event(kind, reason.subject, reason, figures or {}))
