"""Ten thousand exchanges with devices and gateways that misbehave: none delivers a wrong value, on any kind of wire.

Every register changes in every exchange, so that a value of another register, of another question, or of before the question
is seen as what it is.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from drivers.bus import Bus
from drivers.errors import BackingOff, DriverError
from drivers.transport import Read, Table, Timing, Write
from simulators.faults import Busy, Fault, HalfDead, Restarting, Sometimes, Stale
from tests.drivers import rogue as r
from tests.drivers.conftest import MakeBus, MakeRogue

KINDS = ("tcp", "rtu+tcp", "rtu")
TIME_OUT_S = 0.08
TIMING = Timing(timeout_s=TIME_OUT_S)
ADDRESSES = (100, 103, 200, 300, 400)
COUNT = 3

FAULTS: dict[str, tuple[Callable[[], Fault], float, int]] = {
    # name -> fault, share of the answers that it befalls, how many of them are wanted on each wire
    "late": (lambda: r.late(1.3 * TIME_OUT_S), 0.5, 80),
    "very late": (lambda: r.late(2.5 * TIME_OUT_S), 0.3, 60),
    "slow": (lambda: r.slow(2, 0.004), 0.7, 120),
    "silent": (lambda: r.silent, 0.5, 80),
    "short": (lambda: r.short, 0.6, 160),
    "long": (lambda: r.long, 0.6, 160),
    "wrong count": (lambda: r.wrong_count, 0.6, 160),
    "wrong function": (lambda: r.wrong_function, 0.6, 160),
    "wrong unit": (lambda: r.wrong_unit, 0.6, 120),
    "garbage": (lambda: r.garbage, 0.5, 80),
    "garbage first": (lambda: r.garbage_first, 0.7, 200),
    "broken": (lambda: r.broken, 0.5, 80),
    "doubled": (lambda: r.doubled(0.0), 0.7, 240),
    "doubled soon": (lambda: r.doubled(0.004), 0.7, 240),
    "doubled later": (lambda: r.doubled(0.02), 0.7, 240),
    "doubled at random": (lambda: at_random(0.05), 0.7, 240),
    "chattering": (lambda: r.doubled(0.006, 5), 0.7, 120),
    "stale": (lambda: Stale(0.0), 0.7, 200),
    "stale, then right": (lambda: Stale(0.01), 0.7, 200),
    "exception 2": (lambda: r.refusing(2), 0.6, 160),
    "exception 4": (lambda: r.refusing(4), 0.6, 160),
    "exception 6": (lambda: r.refusing(6), 0.6, 160),
    "exception 11": (lambda: r.refusing(11), 0.6, 120),
    "busy": (Busy, 1.0, 200),
    "half-dead bus": (HalfDead, 0.5, 120),
    "closing": (lambda: r.half_then_closes, 0.2, 40),
    "restarting": (lambda: Restarting(0.05), 0.1, 16),
}
LANES = 3
"""So many devices with each fault, at once."""


def at_random(longest_s: float) -> Fault:
    """Doubled, the second time at any time up to ``longest_s`` later, in a fixed order of times."""
    steps = itertools.cycle(range(1, 14))

    async def fault(answer: r.Answer) -> None:
        await r.doubled(next(steps) * 7 % 13 * longest_s / 13 + 0.001)(answer)

    return fault


@dataclass
class Memory:
    """What a rogue's registers said: every time other words, in every register."""

    said: list[tuple[int, tuple[int, ...]]] = field(default_factory=list)
    told: dict[int, tuple[int, ...]] = field(default_factory=dict)

    def words(self, _unit: int, address: int, count: int) -> Sequence[int]:
        """For the rogue."""
        words = tuple((len(self.said) * 131 + address * 7 + 1009 * i) & 0xFFFF for i in range(count))
        self.said.append((address, words))
        return words

    def judge(self, address: int, words: tuple[int, ...], since: int) -> str:
        """right, repeated (what the same question was told the last time), or wrong."""
        before, self.told[address] = self.told.get(address), words
        if (address, words) in self.said[since:]:
            return "right"
        return "repeated" if words == before else "WRONG"


async def lane(bus: Bus, device: r.Rogue, memory: Memory, fault: Sometimes, wanted: int) -> Counter[str]:
    """Ask in turn until the fault has come so often; what was delivered, and which errors."""
    results: Counter[str] = Counter()
    addresses = itertools.cycle(ADDRESSES)
    while fault.count < wanted:
        address, since = next(addresses), len(memory.said)
        try:
            words = await bus.read(Read(3, Table.HOLDING, address, COUNT), timing=TIMING)
        except BackingOff:
            await asyncio.sleep(0.005)
            continue
        except DriverError as error:
            results[type(error).__name__] += 1
            await asyncio.sleep(0 if bus.status().connected else 0.01)
            continue
        results[memory.judge(address, tuple(words), since)] += 1
        if results.total() % 7 == 0:
            results[await written(bus, device, results.total())] += 1
    return results


async def written(bus: Bus, device: r.Rogue, number: int) -> str:
    """A write that is confirmed has arrived."""
    before = len(device.asked)
    write = Write(3, 6, number & 0xFF, (number,))
    try:
        await bus.write(write, timing=TIMING)
    except DriverError as error:
        return f"write {type(error).__name__}"
    pdu = bytes((6, 0, number & 0xFF)) + number.to_bytes(2, "big")
    return "written" if (3, pdu) in device.asked[before:] else "WRONG write"


@pytest.mark.slow
@pytest.mark.serial
@pytest.mark.parametrize("kind", KINDS)
async def test_no_wrong_value_in_thousands_of_faulty_exchanges(
    kind: str, make_rogue: MakeRogue, make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """3,600 faulty exchanges a kind of wire, with every fault at once beside each other: 0 wrong, no write confirmed that did not
    arrive, and each device delivers right values in between. At most once a device the answer before is taken for new.
    """
    monkeypatch.setattr("drivers.bus_units.BACK_OFF_S", (0.01,))
    monkeypatch.setattr("drivers.reconnect.RECONNECT_S", (0.02, 0.05))
    lanes: dict[str, list[asyncio.Task[Counter[str]]]] = {}
    faults: list[Sometimes] = []
    for name, (make, share, wanted) in FAULTS.items():
        for seed in range(LANES):
            device, memory = await make_rogue(kind), Memory()
            fault = Sometimes(make(), share, seed)
            device.always, device.words, device.in_order = fault, memory.words, name == "very late"
            faults.append(fault)
            work = lane(make_bus(device.url), device, memory, fault, wanted // LANES)
            lanes.setdefault(name, []).append(asyncio.create_task(work))
    told = {name: sum([await task for task in tasks], Counter()) for name, tasks in lanes.items()}
    for name, counts in told.items():
        print(f"{kind:8} {name:18} {dict(counts)}")
    assert sum(fault.count for fault in faults) >= 3600
    wrong = {name: counts for name, counts in told.items() if counts["WRONG"] or counts["WRONG write"]}
    assert wrong == {}
    assert sum(counts["repeated"] for counts in told.values()) <= LANES
    assert all(counts["right"] > 10 for counts in told.values())
