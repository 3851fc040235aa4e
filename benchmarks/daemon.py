"""The daemon as its own process, on 40 devices by Modbus TCP and MQTT, in real time with a 1 s cycle, against its budgets.

Simulators, an MQTT broker and a stand-in for InfluxDB (answers 204) run in this process. BENCH_SECONDS: how long it is watched
with its pumps at rest (600: the state is saved every ten minutes), half of it with all four running.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import socket
import sys
import threading
import time
import urllib.request
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import Use, figure, middle, say, use_of
from benchmarks._forty import PUMPS, ROOT, forty
from controller.clock import PlantClock
from controller.config import load_site
from controller.core.site import Site
from drivers.reading import Value
from simulators.season import local_midnight
from simulators.serve import serve
from simulators.world import World

STARTS = 3
SETTLE_S = 20.0
FULL_M = 2.1


class Full(World):
    """The built-in world, in which a tank can be full from one moment to the next; it remembers when that was told."""

    def __init__(self, site: Site, start: datetime) -> None:
        super().__init__(site, 1, start)
        self.full: set[str] = set()
        self.told: dict[str, float] = {}
        self.stopped: dict[str, float] = {}

    def value(self, device: str, quantity: str, at: datetime | None = None) -> Value | None:
        """A full tank's level goes out on the wire with this answer."""
        if quantity == "level_m" and device in self.full:
            self.told.setdefault(device, time.monotonic())
            return FULL_M
        return super().value(device, quantity, at)

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """A stop has come over the wire."""
        if quantity == "switch_1" and value == 0.0:
            self.stopped[device] = time.monotonic()
        super().apply(device, quantity, value, at)


class _Takes(BaseHTTPRequestHandler):
    """An InfluxDB that takes everything."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read and say 204."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def main() -> None:
    """All of it."""
    folder = ROOT / ".cache" / "bench" / "daemon"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with _influx() as url:
        asyncio.run(_measure(forty(folder, url), folder))


async def _measure(config: Path, folder: Path) -> None:
    site, profiles = load_site(config)
    start = local_midnight(site, "2026-08-12T10:00")
    world, clock = Full(site, start), PlantClock(start.timestamp(), 1.0)
    served = serve(site, profiles, world, clock)
    await served.start()
    moving = asyncio.create_task(served.run())
    try:
        firsts = []
        for number in range(STARTS - 1):
            async with _daemon(config, folder / f"start-{number}", start, clock) as (_pid, first_s):
                firsts.append(first_s)
        async with _daemon(config, folder / "state", start, clock) as (pid, first_s):
            figure("first decision after the start (median of 3)", middle([*firsts, first_s]), "s", 2.0)
            seconds = float(os.environ.get("BENCH_SECONDS", "600"))
            resting = await _watch(pid, site, seconds)
            await _run_pumps(world, site)
            before = use_of(pid)
            await _pass(seconds / 2, pid)
            pumping = _disk("with four pumps running", before, use_of(pid))
            day_mb = (18.0 * resting + 6.0 * pumping) * 3600.0 / 1e6
            figure("daemon, 40 devices: written in a day with 6 h of pumping", day_mb, "MB", 60.0)
            await _stops(world)
    finally:
        moving.cancel()
        await served.stop()


async def _watch(pid: int, site: Site, seconds: float) -> float:
    """Memory and processor, the page closed, then open on one phone; returns bytes a second written at rest."""
    await asyncio.sleep(SETTLE_S)
    before = use_of(pid)
    await _pass(seconds, pid)
    quiet = use_of(pid)
    figure("daemon, 40 devices: memory", quiet.rss_mb, "MB", 96.0)
    figure("daemon, 40 devices: processor, of one core", quiet.cpu_share(before), "%", 3.0)
    resting = _disk("at rest", before, quiet)
    phone = asyncio.create_task(_phone(site.file.web.port))
    await asyncio.sleep(2.0)
    before = use_of(pid)
    await _pass(min(60.0, seconds), pid)
    seen = use_of(pid)
    phone.cancel()
    figure("... with the page open on one phone", seen.cpu_share(before), "%")
    figure("... its memory, highest since the start", seen.peak_mb, "MB", 96.0)
    health = await asyncio.to_thread(_get, site.file.web.port, "/health")
    say(json.dumps(health))
    return resting


def _disk(how: str, before: Use, after: Use) -> float:
    """Bytes a second that went to the disk."""
    rate = (after.written - before.written) / (after.at_s - before.at_s)
    figure(f"daemon, 40 devices: written to disk {how}", rate * 86400.0 / 1e6, "MB/day")
    return rate


async def _run_pumps(world: Full, site: Site) -> None:
    """Start each pump by hand."""
    for n in range(PUMPS):
        body = {"order": "run_pump", "target": f"pompa-{n}", "amount": 30}
        await asyncio.to_thread(_post, site.file.web.port, "/api/orders", body)
    end = time.monotonic() + 90.0
    while not all(pump.wanted for pump in world.pumps.values()):
        await asyncio.sleep(0.2)
        if time.monotonic() > end:
            raise SystemExit(f"not all pumps run: {[p.wanted for p in world.pumps.values()]}")


async def _stops(world: Full) -> None:
    """Fill the tank of each running pump: from the answer that tells it to the stop that comes over the wire."""
    world.stopped.clear()
    for n in range(PUMPS):
        await asyncio.sleep(1.37)  # not in step with the cycle
        world.full.add(f"level-{n}")
    end = time.monotonic() + 30.0
    while len(world.stopped) < PUMPS:
        await asyncio.sleep(0.05)
        if time.monotonic() > end:
            raise SystemExit(f"stopped: {world.stopped}")
    delays = [world.stopped[f"relay-{n}"] - world.told[f"level-{n}"] for n in range(PUMPS)]
    say(f"from the reading to the stop: {', '.join(f'{d:.3f}' for d in delays)} s")
    figure("from a full tank's reading to the stop on the wire (worst of 4)", max(delays), "s", 2.0)


async def _pass(seconds: float, pid: int) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0.0:
        await asyncio.sleep(min(30.0, left))
        now = use_of(pid)
        say(f"{left:.0f} s left, {now.rss_mb:.1f} MB, {now.cpu_s:.1f} s of processor time")


async def _phone(port: int) -> None:
    """One page that watches the stream of events."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET /events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n\r\n".encode()
    )
    size = 0
    try:
        while data := await reader.read(65536):
            size += len(data)
    finally:
        say(f"the page was sent {size / 1e3:.0f} kB")
        writer.close()


@contextlib.asynccontextmanager
async def _daemon(
    config: Path, state: Path, start: datetime, clock: PlantClock
) -> AsyncIterator[tuple[int, float]]:
    """`tirta run` on the same plant time; yields its pid and the seconds until its first decision (systemd's READY=1)."""
    os.mkdir(state)  # noqa: PTH102 - nothing else runs in this loop
    address = str(state / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.setblocking(False)
        began = time.monotonic()
        with (state / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "controller.cli", "run", "-c", str(config), "--state", str(state),
                "--plant-start", start.isoformat(), "--plant-anchor", repr(clock.anchor_mono_s),
                stdout=log, stderr=log, cwd=ROOT, env={**os.environ, "NOTIFY_SOCKET": address},
            )  # fmt: skip
        try:
            async with asyncio.timeout(30.0):
                while b"READY=1" not in await asyncio.get_running_loop().sock_recv(ear, 256):
                    pass
            yield process.pid, time.monotonic() - began
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


@contextlib.contextmanager
def _influx() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Takes)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()


def _get(port: int, path: str) -> object:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.loads(answer.read())


def _post(port: int, path: str, body: object) -> object:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
