"""Forty Modbus devices of a large site as simulators of their own process, and what a master must know to ask them.

`python benchmarks/_units.py` serves them (four TCP ports, ten units each) and prints the ports; their values move every second.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from controller.core.instant import Instant
from drivers.device import make_device
from drivers.packing import HOLE_WORDS_TCP
from drivers.profile import Profile, load_profile
from drivers.quantities import is_counter, quantity
from drivers.reading import Value
from simulators.loopback import LoopbackPort
from simulators.modbus_server import TcpServer
from simulators.registers import RegisterBank, RegisterDevice

SITE = {
    "sunspec-inverter": 4, "huawei-sun2000": 3, "sma-inverter": 3, "sofar-string": 2, "goodwe-et": 2, "deye-hybrid-1p": 3,
    "must-pv1800": 1, "sdm630": 4, "chint-dtsu666": 2, "sdm120": 6, "sn-3002-soil-7in1": 6, "waveshare-relay-8ch": 4,
}  # fmt: skip
"""Profile -> how many of it: 40 devices with about 1,300 registers in their fast and slow classes. None of them needs so long a
gap that it cannot be asked for both classes within a second.
"""

BUSES = 4


def units(gaps: bool = True) -> Iterator[tuple[int, int, Profile]]:
    """(bus, unit, profile) of each device, kinds spread over the buses; without ``gaps`` they may be asked at any moment."""
    names = [name for name, count in SITE.items() for _ in range(count)]
    for i, name in enumerate(names):
        profile = load_profile(name)
        if not gaps:
            limits = profile.limits.model_copy(update={"gap_ms": 0.0, "connect_wait_ms": 0.0})
            profile = profile.model_copy(update={"limits": limits}).fresh()
        yield i % BUSES, i // BUSES + 1, profile


class Moving:
    """A world in which everything moves a little every second, totals only upwards."""

    def __init__(self) -> None:
        self.began_s = time.monotonic()

    def now(self) -> Instant:
        """Real time."""
        return Instant(time.time(), time.monotonic(), "bench", True)

    def value(self, device: str, name: str, at: datetime | None = None) -> Value | None:
        """What a healthy device shows about now."""
        row = quantity(name)
        if row is None or row.unit in ("text", ""):
            return None  # words, flags and codes stand still
        second = int(time.monotonic() - self.began_s)
        if is_counter(name):
            return 5000.0 + 10.0 * second
        middle = min(200.0, row.maximum / 2.0) if row.maximum > 0 else row.minimum / 2.0
        return max(middle, row.minimum) * (1.0 + 0.02 * math.sin(second + len(name)))

    def apply(self, device: str, name: str, value: float, at: datetime | None = None) -> None:
        """Nothing is switched here."""

    def advance(self, at: datetime) -> None:
        """It moves by itself."""


async def met(profile: Profile) -> Profile:
    """The profile as its simulated device turns out to be (SunSpec's place, numbers of strings)."""
    world = Moving()
    bank = RegisterBank({1: RegisterDevice("it", profile, {}, world, world.now)})
    device = make_device("it", profile, LoopbackPort(bank, "loop", HOLE_WORDS_TCP), 1)
    await device.read("fast")
    return device.profile


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[list[int]]:
    """The servers in a process of their own; yields their ports."""
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield [int(word) for word in (await process.stdout.readline()).split()]
    finally:
        process.terminate()
        await process.wait()


async def _serve() -> None:
    world = Moving()
    banks = [RegisterBank() for _ in range(BUSES)]
    for bus, unit, profile in units():
        banks[bus].units[unit] = RegisterDevice(f"{profile.name}-{unit}", profile, {}, world, world.now)
    servers = [TcpServer(bank) for bank in banks]
    for server in servers:
        await server.start()
    print(*(server.port for server in servers), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
