"""Forty devices with 1,200 registers and more on Modbus TCP, 1 s fast, 10 s slow: ours, one request per point, bare pymodbus.

All ask the same simulators (a process of their own) within the same seconds, in turns, so that a busy machine is busy for each of
them; what they use is the processor time of this process while they are asking. Bare pymodbus gets the fewest requests that there
can be (`_ideal.py`) and decodes nothing. Ours and bare pymodbus run twice: keeping the gaps that the devices need (a process that
sleeps between two requests pays for waking up), and without gaps, as one request per point must to get done.
BENCH_SECONDS: how many seconds of the plan (30).
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from pymodbus.client import AsyncModbusTcpClient

from benchmarks._figures import figure
from benchmarks._ideal import ideal
from benchmarks._units import BUSES, met, served, units
from drivers.bus import Bus
from drivers.device import Device, make_device
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile import Profile
from drivers.transport import Read, Table

SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
SLOW_S = 10

Turn = Callable[[int, bool], Awaitable[None]]
"""Read everything of one bus that is due; True when the slow class is."""


@dataclass
class Master:
    """One way to ask: what a second of it is, and what it has used so far. ``sent`` counts requests since ever."""

    turn: Turn
    sent: Callable[[], int]
    requests: int = 0
    cpu_s: float = 0.0

    async def second(self, slow: bool) -> None:
        """All buses at once, as long as it takes."""
        sent, cpu = self.sent(), time.process_time()
        await asyncio.gather(*(self.turn(bus, slow) for bus in range(BUSES)))
        self.requests += self.sent() - sent
        self.cpu_s += time.process_time() - cpu


async def measured(masters: Sequence[Master]) -> None:
    """Second by second, each master in its turn, who begins changes."""
    for slow in (True, False):
        for master in masters:
            await master.second(slow)
            master.requests, master.cpu_s = 0, 0.0
    due = time.monotonic()
    for second in range(SECONDS):
        shift = second % len(masters)
        for master in (*masters[shift:], *masters[:shift]):
            await master.second(second % SLOW_S == 0)
        due = max(due + 1.0, time.monotonic())
        await asyncio.sleep(due - time.monotonic())


async def drivers(stack: AsyncExitStack, ports: Sequence[int], gaps: bool, single: bool = False) -> Master:
    """The shipped stack: bus, link, devices. ``single``: one request per point."""
    buses = [Bus(ModbusLink(parse_connection(f"tcp://127.0.0.1:{port}"))) for port in ports]
    devices: dict[int, list[Device]] = {}
    for at, unit, profile in units(gaps):
        known = _one_by_one(await met(profile)) if single else profile
        devices.setdefault(at, []).append(make_device(f"{profile.name}-{unit}", known, buses[at], unit))
    for bus in buses:
        bus.start()
        stack.push_async_callback(bus.stop)

    async def turn(at: int, slow: bool) -> None:
        for device in devices[at]:
            await device.read("fast")
            if slow and "slow" in device.polls:
                await device.read("slow")

    for device in (d for row in devices.values() for d in row):
        for poll in device.polls:
            await device.read(poll)
    return Master(turn, lambda: sum(bus.status().requests for bus in buses))


def _one_by_one(profile: Profile) -> Profile:
    """The same device, asked for one point at a time."""
    alone: Mapping[str, object] = {"single_reads": True, "blocks": (), "exact_counts": {}}
    points = [p.model_copy(update={"together": None}) for p in profile.points]
    update = {
        "limits": profile.limits.model_copy(update=alone),
        "sunspec": None,
        "identify": (),
        "variants": (),
    }
    return profile.with_points(points).model_copy(update=update).fresh()


async def bare(stack: AsyncExitStack, ports: Sequence[int], gaps: bool) -> Master:
    """pymodbus alone, the fewest requests, words as they come; with ``gaps`` it sleeps between two requests to one unit."""
    clients = [AsyncModbusTcpClient("127.0.0.1", port=port, retries=0) for port in ports]
    plans: dict[int, list[tuple[float, list[Read], list[Read]]]] = {}
    for at, unit, profile in units(gaps):
        known = await met(profile)
        fast, slow = known.of_class("fast"), known.of_class("slow")
        both = ideal((*fast, *slow), known.limits, unit)
        apart = [*ideal(fast, known.limits, unit), *ideal(slow, known.limits, unit)]
        least = min(both, apart, key=len)
        plans.setdefault(at, []).append((known.limits.gap_ms / 1000, ideal(fast, known.limits, unit), least))
    for client in clients:
        await client.connect()
        stack.callback(client.close)
    sent = 0

    async def turn(at: int, slow: bool) -> None:
        nonlocal sent
        client = clients[at]
        ask = {
            Table.COIL: client.read_coils, Table.DISCRETE: client.read_discrete_inputs,
            Table.HOLDING: client.read_holding_registers, Table.INPUT: client.read_input_registers,
        }  # fmt: skip
        for gap_s, *plan in plans[at]:
            for i, read in enumerate(plan[slow]):
                sent += 1
                if i and gap_s:
                    await asyncio.sleep(gap_s)
                answer = await ask[read.table](read.address, count=read.count, device_id=read.unit)
                assert not answer.isError(), (read, answer)

    return Master(turn, lambda: sent)


async def main() -> None:
    """All of them, and how they compare."""
    known = [await met(profile) for _, _, profile in units()]
    cells = [
        {(p.table, a) for p in k.points if p.poll in ("fast", "slow") for a in p.addresses} for k in known
    ]
    figure("devices", len(known), "")
    figure("registers of their fast and slow classes", sum(map(len, cells)), "")
    async with served() as ports, AsyncExitStack() as stack:
        runs = {
            "ours": await drivers(stack, ports, gaps=True),
            "bare pymodbus, ideal blocks": await bare(stack, ports, gaps=True),
            "ours, no gaps": await drivers(stack, ports, gaps=False),
            "bare pymodbus, no gaps": await bare(stack, ports, gaps=False),
            "one request per point, no gaps": await drivers(stack, ports, gaps=False, single=True),
        }
        await measured(list(runs.values()))
    for name, used in runs.items():
        figure(f"{name}: requests", used.requests / SECONDS, "1/s")
        figure(f"{name}: processor", 1000.0 * used.cpu_s / SECONDS, "ms/s")
    ours, least, hasty, hasty_least, single = runs.values()
    figure("requests, ours to the ideal", ours.requests / least.requests, "x", 1.3)
    figure("processor, ours to bare pymodbus", ours.cpu_s / least.cpu_s, "x", 2.0)
    figure("... without gaps (no device stands that)", hasty.cpu_s / hasty_least.cpu_s, "x")
    figure("requests, one per point to ours", single.requests / ours.requests, "x")


if __name__ == "__main__":
    asyncio.run(main())
