"""What a pump can lift in each minute and what that minute must buy: the sun's share of it is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from controller.core.wiring import needed_power
from simulators.cost import prices_of
from simulators.limits import battery_may_help
from simulators.oracle_traces import Traces
from simulators.plant import OVERFLOW_SHARE
from simulators.pump import RATED_HZ, PumpState
from simulators.world import World

BINS: Final = 16
"""Minutes are priced in so many steps of the rated power, each rounded down."""

SPEEDS: Final = 24


@dataclass(frozen=True, slots=True)
class Lift:
    """By minute: the most that the pump moves, m3, and the least that must be bought for each m3 of it, Wh."""

    volume_m3: list[float]
    bought_wh: list[float]


def lift_of(world: World, pump: PumpState, potential_w: list[float]) -> Lift:
    """The pump's minutes. A battery is taken to be always full; several pumps each see all of the sun."""
    load = world.site.file.power.other_load_w
    firm, battery = world.supply.firm, world.supply.battery is not None
    full = OVERFLOW_SHARE if pump.pump.into not in world.tanks else 1.0
    room = full * sum(z.zone.flow_m3_h for z in world.zones.values() if z.zone.source == pump.pump.id)
    most = room / pump.curve.rated_m3_h if pump.pump.into not in world.tanks else 1e9
    points = _points(pump, direct=pump.pump.into not in world.tanks)
    top = min(most, max(share for share, _watts in points))
    volume, bought, known = [], [], {}
    for watts in potential_w:
        free = max(0.0, watts - load)
        if free not in known:
            if pump.pump.supply == "pv" or not (firm or battery):
                known[free] = (min(most, _sunny(pump, free)), 0.0)
            elif battery:
                known[free] = (top, 0.0)
            else:
                known[free] = (top, _bought(points, free, pump.curve.rated_w, pump.curve.rated_m3_h))
        share, need = known[free]
        volume.append(share * pump.curve.rated_m3_h / 60.0)
        bought.append(need)
    return Lift(volume, bought)


DOUBT: Final = 0.8
"""The bound lets a pump start on so much of the sun that the limits ask for: somebody may estimate it differently."""

LINGER_S: Final = 300.0
"""And lets it run on for so long beyond its shortest run and the longest cloud that it rides through."""


def possible_minutes(world: World, ident: str, traces: Traces) -> list[bool]:
    """The minutes in which a pump can be running at all under the limits, with room for another estimate of the sun."""
    pump = world.pumps[ident].pump
    surplus = world.site.file.power.surplus
    linger = int((max(surplus.stop_after_s, surplus.ride_s) + pump.limits.min_run_s + LINGER_S) / 60.0)
    found, left = [], 0
    for able in able_minutes(world, ident, traces, DOUBT):
        left = linger if able else left - 1
        found.append(left > 0)
    return found


def able_minutes(world: World, ident: str, traces: Traces, share: float = 1.0) -> list[bool]:
    """The minutes in which the limits let a pump start: sun enough by the controller's estimate (or ``share`` of enough), with the
    part of a battery that is taken to be charged, or a back-up allowed.
    """
    power, pump = world.site.file.power, world.pumps[ident].pump
    if power.backup != "none" and power.backup_for_forced and pump.supply != "pv":
        return [True] * traces.minutes
    per, limit = power.pv_kwp * power.derate, power.inverter_w or float("inf")
    helped = world.supply.battery is not None and battery_may_help(power, pump, pump.into in world.tanks)
    part = 1.0 - power.surplus.battery_share if helped else 1.0
    need = share * (part * needed_power(pump) + power.other_load_w)
    return [min(light * per, limit) >= need for light in traces.poa_w_m2]


def kwh_idr(world: World) -> float:
    """What a bought kWh costs here: the grid's price, else the genset's fuel."""
    prices = prices_of(world.site)
    return prices.grid if world.supply.has_grid else prices.fuel * prices.litre_per_kwh


def _ceiling(pump: PumpState) -> float:
    """Highest relative speed that anybody can command."""
    return 1.1 if pump.pump.frequency is not None else min(1.1, pump.set_hz / RATED_HZ)


def _sunny(pump: PumpState, free_w: float) -> float:
    """Flow over rated flow with the sun alone."""
    curve, top = pump.curve, _ceiling(pump)
    if free_w < 0.1 * curve.rated_w:
        return 0.0
    speed = top if curve.power_w(top) <= free_w else min(top, curve.speed(free_w))
    return curve.flow_share(speed)


def _points(pump: PumpState, *, direct: bool) -> list[tuple[float, float]]:
    """(flow over rated flow, power in W) that the pump can work at; throttled ones only where it feeds zones itself."""
    curve, top = pump.curve, _ceiling(pump)
    if pump.pump.frequency is not None:
        speeds = [
            curve.minimum_speed + (top - curve.minimum_speed) * index / SPEEDS
            for index in range(1, SPEEDS + 1)
        ]
    else:
        speeds = [top]
    found = [(curve.flow_share(speed), curve.power_w(speed)) for speed in speeds]
    if direct:
        full, watts = found[-1]
        least = 0.7 * curve.rated_w * top**3
        found += [
            (full * part / SPEEDS, least + (watts - least) * part / SPEEDS) for part in range(1, SPEEDS)
        ]
    return [(share, watts) for share, watts in found if share > 0.0]


def _bought(points: list[tuple[float, float]], free_w: float, rated_w: float, rated_m3_h: float) -> float:
    """Wh per m3 at the cheapest point, rounded down to a step of the rated power."""
    step = rated_w / BINS
    least = min(max(0.0, watts - free_w) / share for share, watts in points)
    return int(least / step) * step / rated_m3_h
