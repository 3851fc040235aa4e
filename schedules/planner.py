"""From demands to a plan: which zone gets water when, so that the sun pays for it. Deterministic, fast, plain Python."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from schedules import planner_direct, planner_fills, planner_forced, planner_gravity
from schedules.plan import Fill, Plan, PlanRequest, Run, Unmet
from schedules.planner_need import SOAK_S, Need, gather
from schedules.planner_running import book_running, draw_running
from schedules.planner_scarce import falls_behind, held, in_shares, lifted
from schedules.planner_unmet import unmet
from schedules.tank_sheet import TankSheet
from schedules.timeline import Grid, PumpSheet

__all__ = ["SOAK_S", "plan", "sealed"]


def plan(request: PlanRequest) -> Plan:
    """Place the demands on the sheet. Total: whatever finds no place is named in ``unmet``; equal requests give equal plans.

    Direct zones first (what they do not use fills the tanks), then gravity zones on the expected tank levels. Within each,
    run by run, the next to whoever is most urgent after what is placed already, so that scarce water goes where it is missed most.
    """
    grid = Grid.of(request)
    pumps = {p.pump: PumpSheet.of(p, grid) for p in request.pumps}
    needs = gather(request, grid)
    book_running(request, pumps)
    direct = [n for n in needs if n.zone.source in pumps]
    supplies = {name: lifted([n for n in direct if n.zone.source == name], pumps[name]) for name in pumps}
    in_shares(direct, supplies, lambda need: planner_direct.place(need, pumps[need.zone.source], grid), grid)
    spread = [mean - low for mean, low in zip(request.power_w, request.power_low_w, strict=False)]
    tanks = {
        t.tank: TankSheet.of(t, grid, [s for s in pumps.values() if s.limits.into == t.tank], spread)
        for t in request.tanks
    }
    gravity = _gravity([n for n in needs if n.zone.source in tanks], request, tanks, grid)
    fills = planner_fills.fills(request, tanks, _short(request, gravity, tanks))
    placed = [*direct, *gravity]
    left = (u for d in request.demands if (u := unmet(d, placed, pumps, tanks)) is not None)
    return sealed(request.now_s, grid.until_s, _sorted(request.running, placed), fills, tuple(left))


def _gravity(needs: list[Need], request: PlanRequest, tanks: dict[str, TankSheet], grid: Grid) -> list[Need]:
    """The gravity zones' needs with their runs; tanks are filled by force where the sun comes too late for one of them."""

    def rounds(needs: list[Need]) -> None:
        supplies = {name: held(sheet) for name, sheet in tanks.items()}
        in_shares(
            needs, supplies, lambda need: planner_gravity.place(need, tanks[need.zone.source], grid), grid
        )

    draw_running(request, tanks)
    rounds(needs)
    late: dict[str, float] = {}
    for _ in needs if grid.backup_w > 0.0 else ():
        # What is kept for one zone by force may be another's, who then is late: until nobody is.
        dry = {
            n.zone.zone: until
            for n in needs
            if (until := planner_forced.dry_until(n, request, grid)) is not None
        }
        if dry.keys() <= late.keys():
            break
        late = dry | late
        tanks.update({name: sheet.fresh() for name, sheet in tanks.items()})
        draw_running(request, tanks)
        needs = [n for n in gather(request, grid) if n.zone.source in tanks]
        planner_forced.force(late, needs, tanks, grid)
        rounds(needs)
    return needs


def _short(request: PlanRequest, gravity: Sequence[Need], tanks: Mapping[str, TankSheet]) -> set[str]:
    """Tanks that cannot serve all that is wanted of them, or will not be able to and have no back-up."""
    zones = {name: [need for need in gravity if need.zone.source == name] for name in tanks}
    left = {need.zone.source for need in gravity if need.left_l > need.least_l}
    if request.backup_w > 0.0:
        return left
    return left | {name for name, needs in zones.items() if falls_behind(request, needs, tanks[name])}


def _sorted(running: Sequence[Run], needs: Sequence[Need]) -> tuple[Run, ...]:
    runs = (*running, *(r for n in needs for r in n.runs))
    return tuple(sorted(runs, key=lambda r: (r.start_s, r.zone, r.end_s)))


def sealed(
    made_s: float, until_s: float, runs: tuple[Run, ...], fills: tuple[Fill, ...], unmet: tuple[Unmet, ...]
) -> Plan:
    """The plan with its digest; when it was made is no part of it, so that a plan that changes nothing is seen as equal."""
    content = repr((runs, fills, unmet)).encode()
    return Plan(hashlib.sha256(content).hexdigest()[:16], made_s, until_s, runs, fills, unmet)
