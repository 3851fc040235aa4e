"""The energy of the time since the last decision, place by place: counters first, power times time only to fill.

Places (``Accounts.flows``): ``pv``, ``load``, ``import``, ``export``, ``genset``, ``charge``, ``discharge``, ``pump/ID`` (fed by
the inverter), ``drive/ID`` (on its own panels), ``seen`` (import by power, beside its counter), ``late`` (import of another day,
told in this one), ``curtailed`` (an estimate); and
``water/ID``, m3 through a pump, ``lift/ID`` of a pump that draws from a tank, from ``metering``. Writes: ``draws``, ``accounts``,
``counters``, ``passed``.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.draft import Draft
from controller.core.node import Known, Node, all_counted, completed, judged, made_by_others, returned
from controller.core.passed import NOTHING, filled, passed, spans
from controller.core.potential import clear_w
from controller.core.state import Accounts, Parts
from controller.core.wiring import PumpWiring, Reader

ENERGY_QUANTUM_WH = 1000.0
"""One step of the coarsest energy counter (whole kWh) is always believed."""

DOUBTED, NOISE = 1.1, 0.02
"""More than so much of what powers told, and this share of the plant's peak, no counter passes in that time."""

CONNECTION_W = 5000.0
"""A grid connection, a genset or a battery gives at least this much; what their counters may grow by follows from it."""


def count(c: Draft) -> None:
    """Add the energy, and the water that ``metering`` found, to the day."""
    hours = c.lived_s / 3600.0
    w = c.wiring
    seen = Node(c.number(w.pv_power), c.number(w.load_power), c.number(w.grid_power))
    node = completed(w, seen)
    used_wh, run_s, measured, spanning_wh = _pumps(c, hours, node.load_w)
    _load(c, node, hours)
    load_w = seen.load_w
    own_w = sum(watts for name, watts in c.draws.items() if c.wiring.pump[name].entry.supply == "inverter")
    taken_w = max(own_w, load_w or 0.0)
    bought_wh = _sources(c, taken_w, node, seen.grid_w, hours)
    pv_wh = _pv(c, seen.pv_w, _made(c, seen, node, hours))
    _battery(c, hours)
    _curtailed(c, seen.pv_w, hours)
    if c.lived_s == 0.0 and not c.passed and not c.shared:
        return
    day, there_s = c.accounts, c.lived_s if c.gap_s == 0.0 else 0.0
    c.accounts = Accounts(
        day.day, day.ends_s, day.pv_wh + pv_wh, day.used_wh + used_wh, day.grid_wh + bought_wh, day.water_m3 + c.water_m3,
        day.run_s + run_s, day.covered_s + there_s,
        day.measured_s + (there_s if measured else 0.0), day.starts, day.starts_from_s, day.other_wh, _added(day.flows, c.passed),
        _shared(day.zones, c.shared), day.tanks, day.spanning_wh + spanning_wh, day.spanning_m3, day.gaps, day.gap_s,
        day.begins_s, day.until_s,
    )  # fmt: skip


def _made(c: Draft, seen: Node, node: Node, hours: float) -> Known:
    """What the plant made by all but its counter."""
    counted = c.wiring.pv_energy is not None and all_counted(c.wiring)
    if seen.pv_w is None and not c.restarted and (counted or node.pv_w is not None) and _dark(c):
        return Known(0.0, c.lived_s)
    if counted and (seen.pv_w is None or c.restarted or returned(c, c.wiring.pv_energy)):
        return made_by_others(c)
    if node.pv_w is None:
        return Known(0.0, 0.0)
    return Known(max(0.0, node.pv_w) * hours, c.lived_s)


def _dark(c: Draft) -> bool:
    """Night, whatever load and grid differ by: meters are never quite even."""
    return c.old.power.potential_w == 0.0 or clear_w(c) == 0.0


def _pv(c: Draft, pv_w: float | None, known: Known) -> float:
    """What the plant made, Wh: by its counter, unless all others say otherwise."""
    meter = c.wiring.pv_energy
    if meter is not None:
        cap, last = c.wiring.power.pv_kwp * 1500.0 / 3600.0, c.counters.get(meter.name)
        most = None if known.known_s == 0.0 else DOUBTED * known.wh + _noise_wh(c, known.known_s)
        told = passed(c, meter, cap, ENERGY_QUANTUM_WH, known.wh, most=most, known_s=known.known_s)
        told = judged(c, meter, last, known, told)
    elif pv_w is not None:
        told = (0.0, known.wh, 0.0)
    else:
        return 0.0
    _note(c, "pv", told)
    return sum(told)


def _noise_wh(c: Draft, time_s: float) -> float:
    """What a balance of powers may be off by, Wh."""
    return NOISE * c.wiring.peak_w * time_s / 3600.0


def _pumps(c: Draft, hours: float, load_w: float | None) -> tuple[float, float, bool, float]:
    """(Wh of all pumps, seconds that they ran, whether meters told it all, Wh that passed in a silence since another day)."""
    used_wh = run_s = spanning_wh = 0.0
    measured = True
    for pump in c.wiring.pumps:
        was = c.old.pumps.get(pump.id)
        on = was is not None and was.on
        if on or pump.energy is not None:
            spanning = spans(c, pump.energy)
            told = _pump(c, pump, on, hours, load_w)
            _note(c, pump.place, told)
            told_wh = sum(told)
            used_wh += told_wh
            spanning_wh += told_wh if spanning else 0.0
        if on:
            run_s += c.lived_s
            measured = measured and (pump.power is not None or pump.energy is not None)
    return used_wh, run_s, measured, spanning_wh


def _pump(c: Draft, pump: PumpWiring, on: bool, hours: float, load_w: float | None) -> Parts:
    """Energy of one pump; notes what it draws now. Without a meter its rated power stands in."""
    draw, blind = 0.0, False
    rated = pump.entry.rated_power_w
    if on:
        seen = c.number(pump.power)
        blind = seen is None
        draw = rated if seen is None else min(max(0.0, seen), 2.0 * rated)
        c.draws[pump.id] = draw
    if pump.energy is None:
        return filled(draw * (hours + c.lost_s / 3600.0), blind)
    most = _pump_most(c, pump, hours, load_w)
    return passed(c, pump.energy, 2.0 * rated / 3600.0, ENERGY_QUANTUM_WH, draw * hours, blind, most=most)


def _pump_most(c: Draft, pump: PumpWiring, hours: float, load_w: float | None) -> float | None:
    """The most that a pump whose counter is silent takes: by its own power, else all that the site takes, Wh."""
    last = None if pump.energy is None else c.counters.get(pump.energy.name)
    if last is None or last.silent_s is None or hours == 0.0:
        return None
    watts = c.number(pump.power)
    if watts is None and pump.entry.supply == "inverter":
        watts = load_w
    return None if watts is None else DOUBTED * max(0.0, watts) * hours + _noise_wh(c, c.lived_s)


def _load(c: Draft, node: Node, hours: float) -> None:
    """All that the site takes behind its load meter."""
    _measured(c, "load", c.wiring.load_energy, node.load_w, hours)


def _measured(c: Draft, place: str, meter: Reader | None, watts: float | None, hours: float) -> None:
    """One place that has a counter, a power, or both; nothing where it has neither."""
    if meter is not None:
        assumed = 0.0 if watts is None else max(0.0, watts) * hours
        most = None if watts is None or hours == 0.0 else DOUBTED * assumed + _noise_wh(c, c.lived_s)
        _note(c, place, passed(c, meter, _cap(c), ENERGY_QUANTUM_WH, assumed, most=most))
    elif watts is not None:
        _note(c, place, (0.0, max(0.0, watts) * hours, 0.0))


def _cap(c: Draft) -> float:
    """The most that a connection of this site passes, Wh per second: what its plant and its loads come to, with room."""
    w = c.wiring
    return max(CONNECTION_W, 1.5 * w.peak_w, 2.0 * w.load_w) / 3600.0


def _sources(c: Draft, taken_w: float, node: Node, grid_w: float | None, hours: float) -> float:
    """Import, export and genset; returns what of ``taken_w`` the sun did not give, Wh: the measured import, all of it charged to
    what is counted; else what is taken beyond the plant's potential where a back-up can supply it. Not by the energy counter's
    steps: those come late.
    """
    w, power = c.wiring, c.wiring.power
    place = "genset" if power.backup == "diesel" and not w.genset else "import"
    if w.genset:
        _measured(c, "genset", w.genset_energy, c.number(w.genset_power), hours)
    if grid_w is not None or w.grid_import is not None:
        _late(c, place, w.grid_import, node.grid_w, hours)
        if w.grid_import is not None:
            _note(c, "seen", (0.0, max(0.0, grid_w or 0.0) * hours, 0.0))
    if w.grid_export is not None or grid_w is not None:
        _measured(c, "export", w.grid_export, None if node.grid_w is None else -node.grid_w, hours)
    if taken_w <= 0.0:
        return 0.0
    if grid_w is not None:
        return min(max(0.0, grid_w), taken_w) * hours
    if power.backup == "none" or w.grid_import is not None:  # its counter will tell
        return 0.0
    bought_wh = min(max(0.0, taken_w - (c.old.power.potential_w or 0.0)), taken_w) * hours
    _note(c, place, (0.0, 0.0, bought_wh))
    return bought_wh


def _late(c: Draft, place: str, meter: Reader | None, watts: float | None, hours: float) -> None:
    """Import; of what its counter passed since another day it is noted that it is late (``accounts.carried``)."""
    late = spans(c, meter)
    _measured(c, place, meter, watts, hours)
    if late and c.passed and c.passed[-1][0] == place:
        _note(c, "late", (max(0.0, sum(c.passed[-1][1])), 0.0, 0.0))


def _battery(c: Draft, hours: float) -> None:
    w = c.wiring
    if w.battery_power is None and w.battery_charge is None and w.battery_discharge is None:
        return
    watts = c.number(w.battery_power)
    _measured(c, "charge", w.battery_charge, watts, hours)
    _measured(c, "discharge", w.battery_discharge, None if watts is None else -watts, hours)


def _curtailed(c: Draft, pv_w: float | None, hours: float) -> None:
    """The potential that nobody took, by the estimate of the decision before."""
    potential = c.old.power.potential_w
    if potential is None or (pv_w is None and not c.draws):
        return
    made_w = sum(c.draws.values()) if pv_w is None else max(0.0, pv_w)
    _note(c, "curtailed", (0.0, 0.0, max(0.0, potential - made_w) * hours))


def _note(c: Draft, place: str, told: Parts) -> None:
    """Note what passed somewhere; nothing is noted but once, so that the place is known."""
    if told[0] != 0.0 or told[1] != 0.0 or told[2] != 0.0 or place not in c.accounts.flows:
        c.passed.append((place, told))


def _added(flows: Mapping[str, Parts], told: list[tuple[str, Parts]]) -> Mapping[str, Parts]:
    if not told:
        return flows
    flows = dict(flows)
    for place, (counted, measured, rated) in told:
        had = flows.get(place, NOTHING)
        flows[place] = (had[0] + counted, had[1] + measured, had[2] + rated)
    return flows


def _shared(
    zones: Mapping[str, tuple[float, float]], told: Mapping[str, tuple[float, float]]
) -> Mapping[str, tuple[float, float]]:
    if not told:
        return zones
    zones = dict(zones)
    for zone, (metered, nominal) in told.items():
        had = zones.get(zone, (0.0, 0.0))
        zones[zone] = (had[0] + metered, had[1] + nominal)
    return zones
