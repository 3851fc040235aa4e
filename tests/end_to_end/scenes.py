"""How a scene begins, and small variants of the shipped sites with sensors that those do not have."""

from __future__ import annotations

from typing import Any

from controller.core.snapshot import Order
from simulators.field import PaddyGround
from tests.end_to_end.closed_loop import Document, Loop, make_loop
from tests.end_to_end.referee import Referee

PRIMED = {"nursery": 660.0, "vegetables": 660.0, "kutai": 660.0, "paddy": 960.0}
"""When the pump has just started, plant seconds after the first decision: the first rest is over."""


def scene(
    kind: str, cycle_s: float = 1.0, at: str = "2026-12-01T09:00", change: Any = None, flooded: bool = False
) -> tuple[Loop, Referee]:
    """A site whose tank (or a person) wants water, a moment before its controller begins. ``flooded``: its paddies want none."""
    loop = make_loop(kind, cycle_s, at, change)
    referee = Referee(loop)
    for tank in loop.world.tanks.values():
        tank.volume_m3 = 0.7 * (tank.tank.refill_m or tank.tank.full_m) * tank.tank.area_m2
    for zone in loop.world.zones.values():
        if flooded and isinstance(zone.ground, PaddyGround):
            zone.ground.water_mm = 45.0
    loop.begin()
    return loop, referee


def running(
    kind: str, cycle_s: float = 1.0, at: str = "2026-12-01T09:00", change: Any = None, flooded: bool = False
) -> tuple[Loop, Referee]:
    """A site whose pump runs and has settled."""
    loop, referee = scene(kind, cycle_s, at, change, flooded)
    loop.run(max(60.0, 2.0 * cycle_s))
    if kind == "paddy":
        loop.order(Order.RUN_ZONE, "petak-hulu", 240.0)
    pump = next(iter(loop.world.pumps.values()))
    loop.until(lambda: pump.wanted, 3600.0)
    loop.run(pump.pump.protect.settle_s + 20.0)
    assert pump.flow_m3_h > 0.0
    return loop, referee


def limits(**changes: Any) -> Any:
    """The first pump with other limits."""

    def change(file: Document) -> Document:
        file["pumps"][0]["limits"] |= changes
        return file

    return change


def protect(**changes: Any) -> Any:
    """The first pump with another protection."""

    def change(file: Document) -> Document:
        file["pumps"][0]["protect"] |= changes
        return file

    return change


def with_pressure(**wanted: float) -> Any:
    """The paddy with a pressure transmitter (10 m of water are 0.98 bar) behind its pump."""

    def change(file: Document) -> Document:
        entry = next(dict(d) for d in file["devices"] if d["id"] == "sungai")
        file["devices"] = [*file["devices"], entry | {"id": "tekanan", "unit": 9}]
        pump = file["pumps"][0]
        pump["pressure"] = {"signal": "tekanan.level_m", "scale": 0.098, "stale_s": 30}
        pump["protect"] |= wanted
        return file

    return change


def with_positions(device: str, first: int) -> Any:
    """Valves that tell their true position on spare channels of a relay board (limit switches)."""

    def change(file: Document) -> Document:
        for number, valve in enumerate(file["valves"]):
            signal = {"signal": f"{device}.switch_{first + number}", "stale_s": 30}
            valve["command"] |= {"feedback": signal, "verify_s": 5.0}
        return file

    return change


def without_fault_code(file: Document) -> Document:
    """A drive that only tells its state."""
    file["pumps"][0]["fault"] = None
    return file


def from_a_pond(file: Document) -> Document:
    """The pump draws from a pond that is a tank of the site."""
    level = {"signal": "kolam.level_m", "stale_s": 60}
    pond = {"id": "kolam", "level": level, "area_m2": 100, "height_m": 3, "empty_m": 0.5, "full_m": 2.5}
    file["tanks"] = [*file["tanks"], pond]
    file["pumps"][0].update(suction=None, min_suction_m=None, suction_tank="kolam")
    return file


def metered_zone(file: Document) -> Document:
    """The first zone has a meter of its own."""
    entry = next(dict(d) for d in file["devices"] if d["profile"] == "pulse-flow-meter")
    file["devices"] = [*file["devices"], entry | {"id": "meter-petak", "topic": "meter-petak"}]
    file["zones"][0]["flow"] = {"signal": "meter-petak.flow_m3_h", "stale_s": 60}
    return file
