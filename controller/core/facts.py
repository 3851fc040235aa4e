"""What the interlocks look at: one bundle of facts per pump, valve and zone, read once per decision. None means: not known."""

from __future__ import annotations

from controller.core.draft import Draft
from controller.core.state import Phase, PumpState, ValveState
from controller.core.wiring import InjectorWiring, PumpWiring, ValveWiring, ZoneWiring


class PumpFacts:
    """A pump that is on or about to be. ``on``: it was on before this decision, for ``on_s`` seconds. Levels in m, ``flow`` in
    m3/h, ``pressure`` in bar, ``power`` in W. ``source_m``: level of the tank that it draws from.
    """

    __slots__ = (
        "asked", "c", "fault", "feedback", "flow", "group", "level", "off_s", "on", "on_s", "power", "pressure", "source_m",
        "state", "status", "suction", "w",
    )  # fmt: skip

    def __init__(self, c: Draft, w: PumpWiring, asked: Phase) -> None:
        readings, now = c.readings, c.mono
        self.c, self.w, self.asked = c, w, asked
        state: PumpState = c.pumps[w.id]
        self.state = state
        self.on = state.on
        self.on_s = now - state.since_s if state.on else 0.0
        self.off_s = 0.0 if state.on else now - state.off_since_s
        self.group = c.wanted.get(w.id, "idle")
        self.feedback = None if w.feedback is None else w.feedback.switch(readings, now)
        self.flow = None if w.flow is None else w.flow.read(readings, now)
        self.power = None if w.power is None else w.power.read(readings, now)
        self.pressure = None if w.pressure is None else w.pressure.read(readings, now)
        self.fault = None if w.fault is None else w.fault.read(readings, now)
        self.status = None if w.status is None else w.status.text(readings, now)
        self.suction = None if w.suction is None else w.suction.read(readings, now)
        self.level = None if w.tank is None else w.tank.level.read(readings, now)
        self.source_m = None if w.suction_tank is None else w.suction_tank.level.read(readings, now)

    def fired(self, row: str) -> bool:
        """True if this interlock had fired before: its way back needs a little more."""
        return f"{self.w.id}/{row}" in self.c.trips


class ValveFacts:
    """A valve: ``since_s`` is how long it has been commanded as it is; ``feedback`` None when unknown or not wired."""

    __slots__ = ("asked", "c", "feedback", "on", "since_s", "state", "w")

    def __init__(self, c: Draft, w: ValveWiring, asked: bool) -> None:
        self.c, self.w, self.asked = c, w, asked
        state: ValveState = c.valves[w.id]
        self.state, self.on = state, state.on
        self.since_s = c.mono - state.since_s
        self.feedback = None if w.feedback is None else w.feedback.switch(c.readings, c.mono)


class InjectorFacts:
    """An injector: ``on`` before this decision; ``feedback`` None when unknown or not wired."""

    __slots__ = ("c", "feedback", "on", "since_s", "state", "w")

    def __init__(self, c: Draft, w: InjectorWiring) -> None:
        self.c, self.w = c, w
        state: ValveState = c.injectors[w.id]
        self.state, self.on = state, state.on
        self.since_s = c.mono - state.since_s
        self.feedback = None if w.feedback is None else w.feedback.switch(c.readings, c.mono)


class ZoneFacts:
    """A zone. ``level``: that of the tank which feeds it by gravity, m; ``flow``: that of its own meter, m3/h."""

    __slots__ = ("began", "c", "flow", "group", "level", "w")

    def __init__(self, c: Draft, w: ZoneWiring) -> None:
        self.c, self.w = c, w
        irrigation = c.zones[w.id].irrigation
        self.group = c.wanted.get(w.id, "idle")
        self.began = irrigation is not None and irrigation.began_s is not None
        self.level = None if w.tank is None else w.tank.level.read(c.readings, c.mono)
        self.flow = None if w.flow is None else w.flow.read(c.readings, c.mono)

    def fired(self, row: str) -> bool:
        """True if this interlock had fired before."""
        return f"{self.w.id}/{row}" in self.c.trips
