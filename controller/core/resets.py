"""The reset of a drive's fault: who asks for it, when it may be pressed, and what a press that did not help means.

A trip by the drive's own fault owes one press, at the start that comes after its rest; one that has not helped by the pump's
``verify_s`` makes the next trip. Writes: ``pumps`` (``press_owed``, ``pressed_s``), ``presses``, ``events``.
"""

from __future__ import annotations

from controller.core.decision import EventKind, Level, Reason
from controller.core.draft import Draft, Params
from controller.core.interlocks_pumps import FAULTY
from controller.core.state import Phase, PumpState
from controller.core.wiring import PumpWiring
from drivers.reading import Command
from schedules.frozen import replace

CAUSES = frozenset({"drive_fault", "drive_status"})
"""The trips that a reset can mend."""


def follow(c: Draft) -> None:
    """A person's reset presses at once where that may be, else at the next start. What is owed or awaited ends with the fault."""
    for pump in c.wiring.pumps:
        if pump.reset is None:
            continue
        state, fault = c.pumps[pump.id], shown(c, pump)
        if fault is False:
            if state.press_owed or state.pressed_s is not None:
                c.pumps[pump.id] = replace(state, press_owed=False, pressed_s=None)
        elif pump.id in c.resets:
            if _may(c, pump, state):
                _press(c, pump, state)
            else:
                c.pumps[pump.id] = replace(state, press_owed=True)


def counts(c: Draft, pump: PumpWiring, state: PumpState, cause: str) -> bool:
    """A rested pump should start and only its drive's fault forbids it: True when that is a trip of its own; False while a press,
    made here where it is owed, may still help, and for a drive that cannot be reset.
    """
    if pump.reset is None or cause not in CAUSES:
        return False
    if state.press_owed:
        if _may(c, pump, state):
            _press(c, pump, state)
        return False
    if state.pressed_s is None:
        return True
    if _waits(c, pump, state) or not _answered(c, pump, state.pressed_s):
        return False
    params = _tries(pump, state) | {"verify_s": c.mono - state.pressed_s}
    c.event(EventKind.TRIP, Reason(pump.id, "fault_reset_failed", params, Level.ALARM, "interlock"), params)
    return True


def shown(c: Draft, pump: PumpWiring) -> bool | None:
    """Whether the drive shows a fault; None where no signal tells."""
    code = c.number(pump.fault)
    status = None if pump.status is None else pump.status.text(c.readings, c.mono)
    if code or status in FAULTY:
        return True
    return None if code is None and status is None else False


def _may(c: Draft, pump: PumpWiring, state: PumpState) -> bool:
    """Off, proven off by now, nobody holds everything, and no press is under way."""
    if c.emergency or not state.proven or state.phase in (Phase.STARTING, Phase.RUNNING):
        return False
    off = pump.feedback is None or pump.feedback.switch(c.readings, c.mono) is False
    return off and pump.key not in c.failed and not _waits(c, pump, state)


def _waits(c: Draft, pump: PumpWiring, state: PumpState) -> bool:
    return state.pressed_s is not None and c.mono - state.pressed_s < pump.entry.run.verify_s


def _answered(c: Draft, pump: PumpWiring, since_s: float) -> bool:
    """True if all that could show the fault has spoken after the press."""
    readers = [reader for reader in (pump.fault, pump.status) if reader is not None]
    samples = [c.readings.get(reader.key) for reader in readers]
    return all(sample is not None and sample.mono_s > since_s for sample in samples)


def _tries(pump: PumpWiring, state: PumpState) -> Params:
    return {"retry": state.retries, "retries": pump.entry.protect.retries}


def _press(c: Draft, pump: PumpWiring, state: PumpState) -> None:
    """One press; it is not worth anything any more when its time is over."""
    assert pump.reset is not None
    params: Params = {"off_s": c.mono - state.off_since_s}
    if state.retries:
        reason = Reason(pump.id, "fault_reset_retry", params | _tries(pump, state), group="interlock")
    else:
        reason = Reason(pump.id, "fault_reset_person", params, group="manual")
    code = c.number(pump.fault)
    known: Params = {} if code is None else {"code": code}
    c.event(EventKind.PRESS, reason, {**reason.params, **known})
    c.presses.append(Command(*pump.reset, 1.0, pump.entry.run.verify_s))
    c.pumps[pump.id] = replace(state, press_owed=False, pressed_s=c.mono)
