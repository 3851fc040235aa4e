"""Irrigations under way on the planner's sheets: they keep their pump, their flow and their water, whatever else is planned."""

from __future__ import annotations

from collections.abc import Mapping

from schedules.plan import PlanRequest, Run, ZoneLimits
from schedules.tank_sheet import TankSheet
from schedules.timeline import Piece, PumpSheet, mean_flow


def book_running(request: PlanRequest, pumps: Mapping[str, PumpSheet]) -> None:
    """A run under way keeps its pump and its flow until it ends."""
    for run, zone in _under_way(request):
        sheet = pumps.get(zone.source)
        if sheet is not None:
            sheet.book([Piece(max(run.start_s, request.now_s), run.end_s, _flow(run, zone))])


def draw_running(request: PlanRequest, tanks: Mapping[str, TankSheet]) -> None:
    """A gravity run under way draws the rest of its water."""
    for run, zone in _under_way(request):
        sheet = tanks.get(zone.source)
        if sheet is not None:
            flow = _flow(run, zone)
            litres = flow / 3.6 * (run.end_s - max(run.start_s, request.now_s))
            sheet.book(request.now_s, litres, flow)


def _under_way(request: PlanRequest) -> list[tuple[Run, ZoneLimits]]:
    zones = {zone.zone: zone for zone in request.zones}
    return [
        (run, zones[run.zone]) for run in request.running if run.zone in zones and run.end_s > request.now_s
    ]


def _flow(run: Run, zone: ZoneLimits) -> float:
    """Flow of a run under way, m3/h: its zone's own (its start may be the planned one, so its mean says less)."""
    return zone.flow_m3_h or mean_flow(run)
