"""Eight devices on one 9600-baud bus: how long a round of all their fast classes takes against what the wire allows.

The other end of a pseudo-terminal is a process of its own that keeps wire time to the tenth of a millisecond: a question takes its
ten bits a byte, the device its turn-round, and every byte of the answer comes when it would on copper. What the wire allows is the
sum of that, of 3.5 characters of silence before each question (the one before an answer is part of the turn-round), and of the
gap that a device wants before its next question.
BENCH_SECONDS: for how long rounds are made (30).
"""

from __future__ import annotations

import asyncio
import os
import pty
import subprocess
import sys
import time
import tty
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, middle
from benchmarks._units import Moving
from drivers.bus import Bus
from drivers.codec import settings_for
from drivers.device_modbus import ModbusDevice
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.profile import load_profile
from simulators.modbus_server import RtuLine
from simulators.registers import RegisterBank, RegisterDevice

BAUD, BITS = 9600, 10
SILENT_CHARS = 3.5
TURN_ROUND_S = 0.010
"""From the end of a question to the first byte of the answer; makers state 5 to 50 ms."""

SITE = (
    "sdm120",
    "sdm120",
    "sn-3002-soil-7in1",
    "sn-3002-soil-7in1",
    "smt100",
    "qdy30a",
    "pzem-016",
    "waveshare-relay-8ch",
)
SETTINGS = {"qdy30a": {"level_unit": "m"}}
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
CHAR_S = BITS / BAUD


def bank() -> RegisterBank:
    """The eight devices, units 1 to 8."""
    world = Moving()
    return RegisterBank(
        {
            unit: RegisterDevice(
                f"{name}-{unit}", load_profile(name), SETTINGS.get(name, {}), world, world.now
            )
            for unit, name in enumerate(SITE, 1)
        }
    )


def serve() -> None:
    """The far end: prints the path of the port, then answers at wire speed for ever."""
    master, slave = pty.openpty()
    tty.setraw(master)
    print(os.ttyname(slave), flush=True)
    line = RtuLine(bank())
    while True:
        asked = os.read(master, 512)
        heard_s = time.monotonic() + len(asked) * CHAR_S
        for reply in line.feed(asked):
            for i in range(len(reply)):
                _until(heard_s + TURN_ROUND_S + (i + 1) * CHAR_S)
                os.write(master, reply[i : i + 1])


def _until(moment_s: float) -> None:
    """Sleep, and be awake in time."""
    while (left := moment_s - time.monotonic()) > 0.0:
        time.sleep(max(0.0, left - 0.0002) if left > 0.0004 else 0.0)


def allowed_s(devices: list[ModbusDevice]) -> tuple[float, int]:
    """Seconds that a round takes on the wire, and its requests."""
    seconds, before = 0.0, 0
    requests = [(device, request) for device in devices for request in device.requests["fast"]]
    for device, request in requests:
        data = (request.count + 7) // 8 if request.table.is_bits else 2 * request.count
        chars = SILENT_CHARS + 8 + 5 + data
        again = max(0.0, device.timing.gap_s - SILENT_CHARS * CHAR_S) if device.unit == before else 0.0
        seconds += chars * CHAR_S + TURN_ROUND_S + again
        before = device.unit
    return seconds, len(requests)


async def main() -> None:
    """Rounds, one after the other, as fast as the driver goes."""
    process = await asyncio.create_subprocess_exec(sys.executable, __file__, "serve", stdout=subprocess.PIPE)
    assert process.stdout is not None
    path = (await process.stdout.readline()).decode().strip()
    bus = Bus(ModbusLink(parse_connection(f"rtu://{path}?baud={BAUD}")))
    bus.start()
    devices = []
    for unit, name in enumerate(SITE, 1):
        profile = load_profile(name)
        settings = settings_for(profile, SETTINGS.get(name, {}))
        devices.append(ModbusDevice(f"{name}-{unit}", profile, bus, unit, settings, {}))
    rounds = []
    try:
        for device in devices:
            await device.read("fast")
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            began = time.monotonic()
            for device in devices:
                await device.read("fast")
            rounds.append(time.monotonic() - began)
    finally:
        status = bus.status()
        await bus.stop()
        process.terminate()
        await process.wait()
    least, requests = allowed_s(devices)
    figure("a round of 8 devices at 9600 baud: requests", requests, "")
    figure("... as the wire allows", 1000.0 * least, "ms")
    figure("... achieved (median)", 1000.0 * middle(rounds), "ms")
    figure("achieved of what the wire allows", 100.0 * least / middle(rounds), "%", 85.0, "more")
    figure("time-outs and bad replies", status.time_outs + status.bad_replies, "", 0.0)


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        serve()
    else:
        asyncio.run(main())
