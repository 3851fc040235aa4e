"""Cycle and soak: an application faster than the soil drinks is cut into parts with pauses, so that nothing runs off."""

from __future__ import annotations

from schedules.catalog import Catalog
from schedules.program import FieldProgram, Program

SURFACE_MM = 5.0
"""Water that may stand on a field's surface for a while without running off, mm: what small clods and furrows hold."""

USUAL_SOAK_S = 1800.0
"""The pause of a program that names none, where its runs are cut by ``cycle_s`` or ``cycle_mm``, s."""


def cycle(program: Program, rate_mm_h: float, catalog: Catalog) -> tuple[float, float]:
    """(longest run at once, pause after it), s, for a zone that is watered at ``rate_mm_h`` (gross, > 0). A pause of 0: the
    program is watered in one go. The technician's ``cycle_s``, ``cycle_mm`` and ``soak_s`` come first; else a field's soil
    (its saturated conductivity) says how long ``SURFACE_MM`` takes to stand and to seep away.
    """
    longest = program.max_run_s
    if program.cycle_s is not None:
        longest = min(longest, program.cycle_s)
    if program.cycle_mm is not None:
        longest = min(longest, program.cycle_mm / rate_mm_h * 3600.0)
    if longest < program.max_run_s or program.soak_s is not None:
        soak = USUAL_SOAK_S if program.soak_s is None else program.soak_s
        return max(longest, program.min_run_s), soak
    if not isinstance(program, FieldProgram):
        return longest, 0.0
    drinks = catalog.soil(program.soil).ksat_mm_h
    if rate_mm_h <= drinks:
        return longest, 0.0
    standing_s = SURFACE_MM / (rate_mm_h - drinks) * 3600.0
    if standing_s >= longest:
        return longest, 0.0
    return max(standing_s, program.min_run_s), SURFACE_MM / drinks * 3600.0
