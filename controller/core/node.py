"""What the meters of one node tell of each other: made plus bought equals used plus sold, in power as in energy.

A meter that is silent is stood in for by the other two; an inverter's counter that was lost or rolled over while nobody looked is
found out by what the other counters passed meanwhile. Only where plant, load and grid each have a meter, and neither battery nor
genset stands between. Writes: ``pv_share``.
"""

from __future__ import annotations

from typing import NamedTuple

from controller.core.account_figures import total
from controller.core.draft import Draft
from controller.core.passed import filled
from controller.core.state import Accounts, Counter, Parts
from controller.core.wiring import Reader, Wiring
from schedules.frozen import replace

LEARNED_OFF, USUAL_OFF = 0.03, 0.08
"""The plant's counter contradicts the others when it is off by more: where their ratio was learned, and by their classes alone
(5 % inside an inverter, twice 2 %, and the losses between them).
"""

COMMON_OFF = 0.15
"""A day on which the counters differ by more teaches nothing of their ratio."""

TAUGHT_WH = 2000.0
"""A day with less teaches nothing either."""

METER_OFF = 0.015
"""What the balance of three counters may be off by beside that, a share of all that they told."""

STEPS = 3.0
"""Differences of so many steps of all displays together mean nothing."""

STEP_WH = 100.0
"""A display whose step is not known yet."""

KNOWN_S = 300.0
"""So much of a silence may be unknown."""


SIGNS = {"load": 1.0, "export": 1.0, "import": -1.0, "genset": -1.0}
"""What the plant made, by the places of the others. Import is told as the genset's where that is the back-up."""


class Node(NamedTuple):
    """Power now, W; None where it is not known. ``grid_w``: positive when bought."""

    pv_w: float | None
    load_w: float | None
    grid_w: float | None


class Known(NamedTuple):
    """What others know of a meter: Wh since the last decision, how many seconds of it power tells (0: counters do, or none), and
    what a balance of counters may be off by, Wh.
    """

    wh: float
    known_s: float
    doubt: float = 0.0


def closed(w: Wiring) -> bool:
    """Whether plant, load and grid are all metered, and nothing else feeds or takes."""
    metered = w.pv_power is not None and w.load_power is not None and w.grid_power is not None
    return metered and not _other(w)


def _other(w: Wiring) -> bool:
    """Whether something stores or gives energy that this balance does not hold."""
    return w.genset or any(
        one is not None for one in (w.battery_power, w.battery_charge, w.battery_discharge)
    )


def completed(w: Wiring, seen: Node) -> Node:
    """``seen`` with the one that is silent told by the other two."""
    pv_w, load_w, grid_w = seen
    if (pv_w is None) + (load_w is None) + (grid_w is None) != 1 or not closed(w):
        return seen
    if pv_w is None:
        return Node(max(0.0, load_w - grid_w), load_w, grid_w)  # type: ignore[operator]
    if load_w is None:
        return Node(pv_w, max(0.0, pv_w + grid_w), grid_w)  # type: ignore[operator]
    return Node(pv_w, load_w, load_w - pv_w)


def all_counted(w: Wiring) -> bool:
    """Whether the counters of load and grid add up to what the plant made."""
    return (
        w.load_energy is not None
        and w.grid_import is not None
        and w.grid_export is not None
        and not _other(w)
    )


def made_by_others(c: Draft) -> Known:
    """What the plant made by what load and grid were told to have passed in this decision. One of them that was silent makes up for
    it when it speaks, so a sum is right once all have spoken; a single one may be negative by a step of a display.
    """
    told = [(SIGNS[place], sum(parts)) for place, parts in c.passed if place in SIGNS]
    made = sum(sign * wh for sign, wh in told) * (c.pv_share or 1.0)
    return Known(made, 0.0, METER_OFF * sum(abs(wh) for _, wh in told))


def _all_speak(c: Draft) -> bool:
    w = c.wiring
    if not all_counted(w):
        return False
    found = [
        c.counters.get(one.name) for one in (w.load_energy, w.grid_import, w.grid_export) if one is not None
    ]
    return all(one is not None and one.silent_s is None for one in found)


def returned(c: Draft, meter: Reader | None) -> bool:
    """Whether this counter speaks again after a silence of which power does not know all: what the others tell now, when they may
    have been silent too, counts.
    """
    last = None if meter is None else c.counters.get(meter.name)
    if meter is None or last is None or last.silent_s is None or c.number(meter) is None:
        return False
    return last.known_s + c.lived_s < c.mono - last.silent_s - KNOWN_S


def judged(c: Draft, meter: Reader, last: Counter | None, known: Known, told: Parts) -> Parts:
    """``told`` by the plant's counter after a silence of which others know everything. It stands, and all that was filled is taken
    back, unless they contradict it: then what they know stands.
    """
    now = c.counters.get(meter.name)
    if now is None or last is None or last.silent_s is None:
        return told
    if now.silent_s is not None:
        c.counters[meter.name] = replace(now, doubt=now.doubt + known.doubt) if known.doubt else now
        return told
    if told[0] <= 0.0 and now.value != last.value:  # not believed
        return told
    if not _all_speak(c) and known.known_s + last.known_s < c.mono - last.silent_s - KNOWN_S:
        return told
    expected = last.assumed + known.wh
    off = (LEARNED_OFF if c.pv_share else USUAL_OFF) * max(0.0, expected) + last.doubt + known.doubt
    off += STEPS * _steps(c, meter)
    # Others that were silent as well tell all of it now, what power had told of it included.
    whole = known.wh > last.assumed and abs(told[0] - known.wh) <= off
    if whole or abs(told[0] - expected) <= off:
        c.counters[meter.name] = replace(now, assumed=0.0, rated=0.0)  # nothing is owed any more
        return (told[0], last.rated - last.assumed, -last.rated)
    return filled(known.wh, False)


def _steps(c: Draft, meter: Reader) -> float:
    """The steps of all displays together, Wh."""
    w = c.wiring
    meters = (meter, w.load_energy, w.grid_import, w.grid_export)
    known = (c.counters.get(one.name) for one in meters if one is not None)
    return sum((one.step or STEP_WH) for one in known if one is not None)


def uneven(c: Draft) -> bool:
    """Whether the page that begins now will hold what a silent counter of load or grid passed on another day."""
    return all_counted(c.wiring) and not _all_speak(c)


def learn(c: Draft, day: Accounts) -> None:
    """From a day without gaps or fills, at whose ends none of the others was silent: what the plant's counter shows over what the
    others do. The last days weigh most.
    """
    flows = day.flows
    if "late" in flows or not _all_speak(c):
        return
    parts = [flows.get(place) for place in ("pv", "load", "import", "export")]
    if day.gaps or _other(c.wiring) or any(one is None or abs(one[1]) + abs(one[2]) > 1.0 for one in parts):
        return
    others = total(day, "load") + total(day, "export") - total(day, "import")
    made = total(day, "pv")
    if others >= TAUGHT_WH and abs(made - others) <= COMMON_OFF * others:
        c.pv_share = made / others if c.pv_share == 0.0 else 0.5 * (c.pv_share + made / others)
