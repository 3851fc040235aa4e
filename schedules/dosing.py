"""When the next dose of pots is due by the sun or the air's dryness, and how large a dose is. Pure.

The sums say when a plant has drunk about a dose; the pot-water account stays the guard on both sides: nothing is given that
the pots could not hold, and a dose is due at ``dose_share`` whatever the sums say.
"""

from __future__ import annotations

from schedules.balance import Changes, StepInputs, ZoneBalance
from schedules.program import ContainerProgram

RADIATION_J_CM2 = 190.0
"""Outdoor radiation between two doses: cucumber in substrate did best at 130-190 J/cm2 with 0.19-0.29 mm each; at 300 it was
stressed (Nikolaou et al. 2017, doi:10.9755/ejfa.2017.v29.i11.1496).
"""

VPD_KPA_H = 2.7
"""The same share of a day by the air's dryness: 190 of 1,750 J/cm2, and 25 kPa h on a usual day at Tanjung Enim (Tmax 32.5, Tmin
23.2 C, RH 60-96 %: mean deficit 1.03 kPa). Reckoned, not measured: no public source states a sum for this dose. Transpiration
follows sun and dryness, neither in a straight line (cucumber, HortScience 58(10), 2023, 1208): tune it by the water that drains.
"""

BLIND_S = 1800.0
"""Without its signal for longer than this a zone is dosed by pot water."""

LEAST = 0.5
LEAST_RAW = 0.1
"""A dose waits until the pots can take this share of its set size, or of the water of ``dose_share`` where none is set."""


def limit(program: ContainerProgram) -> float:
    """The sum at which a dose is due: J/cm2 or kPa h; 0 for pot water."""
    match program.dose_by:
        case "radiation":
            if program.radiation_mj_m2 is not None:
                return 100.0 * program.radiation_mj_m2
            return program.radiation_j_cm2 or RADIATION_J_CM2
        case "vpd":
            return program.vpd_kpa_h or VPD_KPA_H
        case _:
            return 0.0


def told(program: ContainerProgram, balance: ZoneBalance) -> dict[str, float | str]:
    """The sum and its limit as a sentence shows them; nothing for pot water."""
    match program.dose_by:
        case "radiation":
            return {"radiation_j_cm2": balance.dose_sum, "limit_j_cm2": limit(program)}
        case "vpd":
            return {"vpd_kpa_h": balance.dose_sum, "limit_kpa_h": limit(program)}
        case _:
            return {}


def blind(program: ContainerProgram, balance: ZoneBalance) -> bool:
    """True while the signal is missing for so long that pot water decides."""
    return program.dose_by != "pot_water" and balance.blind_s > BLIND_S


def size_mm(program: ContainerProgram, taw_mm: float) -> float | None:
    """A dose of a set size as a depth over the zone, mm at the plants; None: all that was used. ``taw_mm``: what all pots hold."""
    if program.dose_l is not None:
        return program.dose_l / (program.pot_volume_l * program.available_share) * taw_mm
    return program.dose_mm


def wanted_mm(program: ContainerProgram, balance: ZoneBalance) -> float:
    """The next dose, mm at the plants: its size, and never more than the pots can take plus what shall drain."""
    most = (balance.depletion_mm + balance.doubt_mm) / (1.0 - program.drain_share)
    size = size_mm(program, balance.taw_mm)
    return most if size is None else min(size, most)


def due(program: ContainerProgram, balance: ZoneBalance) -> bool:
    """True if the sum asks for a dose and the pots can take a good part of it."""
    if program.dose_by == "pot_water" or blind(program, balance) or balance.dose_sum < limit(program):
        return False
    size = size_mm(program, balance.taw_mm)
    least = LEAST_RAW * balance.raw_mm if size is None else min(LEAST * size, balance.raw_mm)
    return wanted_mm(program, balance) >= least


def sums(program: ContainerProgram, balance: ZoneBalance, inputs: StepInputs, given: float) -> Changes:
    """The sums after a step. ``given``: the share of a dose that came in it; a whole one begins them anew, full pots too.
    They stop at twice the limit: a long wait does not become a string of doses.
    """
    if program.dose_by == "pot_water":
        return {}
    sun = program.dose_by == "radiation"
    seen = inputs.radiation_w_m2 if sun else inputs.vpd_kpa
    added = 0.0 if seen is None else seen * inputs.dt_s / (10_000.0 if sun else 3600.0)
    most = limit(program)
    after = min(2.0 * most, balance.dose_sum + added) - min(1.0, given) * most
    after = max(0.0, after) if given < 1.0 else min(max(0.0, after), added)
    return {"dose_sum": after, "blind_s": 0.0 if seen is not None else balance.blind_s + inputs.dt_s}
