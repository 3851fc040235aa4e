"""`tirta-sim demo`: the simulators on the wire, the real daemon as its own process, and its page, until Ctrl-C."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import webbrowser
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.clock import PlantClock, real_mono_s, real_sleep, settled
from controller.commands.console import language, t
from controller.core.site import Site
from controller.store.errors import StoreError
from controller.store.lock import claim
from drivers.profile import Profile
from simulators.outputs import World
from simulators.serve import Served, ServeError, serve

PAGE_WAIT_S = 30.0
"""How long the page may take to answer after the daemon was started, real seconds."""

STATUS_EVERY_S = 15.0
STOP_WAIT_S = 12.0


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """``state``: what an earlier demonstration left there is removed. ``minutes``: end by itself (0: never)."""

    config: Path
    state: Path
    start: datetime
    rate: float
    browser: bool = True
    minutes: float = 0.0


async def demo(site: Site, profiles: Mapping[str, Profile], world: World, options: DemoOptions) -> int:
    """Run until Ctrl-C, the time is over or the daemon ends. Raises ServeError, OSError."""
    clock = PlantClock(options.start.timestamp(), options.rate)
    served = serve(site, profiles, world, clock, own_broker=True)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    try:
        page_is_free(site)
        # A refusal comes before the world: a broker that ends at once complains on the terminal.
        left_over(options.state)
        await served.start()
        begin_anew(options.state)
        return await _with_daemon(site, options, served, clock, stop)
    finally:
        await served.stop()


async def _with_daemon(
    site: Site, options: DemoOptions, served: Served, clock: PlantClock, stop: asyncio.Event
) -> int:
    daemon = await _daemon(options, clock)
    tasks = {
        asyncio.create_task(served.run(), name="world"),
        asyncio.create_task(_show(site, options, served), name="page"),
        asyncio.create_task(stop.wait(), name="stop"),
        asyncio.create_task(daemon.wait(), name="daemon"),
    }
    if options.minutes:
        tasks.add(asyncio.create_task(real_sleep(options.minutes * 60.0), name="time"))
    try:
        return await _until_one_ends(tasks, options)
    finally:
        await _end(daemon)  # while the simulators still answer: it switches everything off
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def page_is_free(site: Site) -> None:
    """Raises ServeError when another program has the page's port: the daemon would go on without a page."""
    host, port = site.file.web.host, site.file.web.port
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = error.strerror or str(error)
            raise ServeError(
                t(
                    f"the page's {host}:{port} cannot be opened ({why})",
                    f"halaman {host}:{port} tidak dapat dibuka ({why})",
                ),
                t(
                    "another program has it. End it, or change port under web in config.yaml",
                    "dipakai program lain. Hentikan, atau ganti port pada web di config.yaml",
                ),
            ) from None


OURS = ("ledger.db*", "telemetry.db*", "tirta.lock", "tirta.log")
MARK = "demonstration"
"""A file that tells a demonstration's state directory from a real site's."""


def begin_anew(state: Path) -> None:
    """An empty state directory: what an earlier demonstration left is removed, nothing else is touched.

    Raises ServeError where a real site's records are, or a controller runs.
    """
    state.mkdir(parents=True, exist_ok=True)
    left = left_over(state)
    try:
        os.close(claim(state))
    except StoreError as error:
        raise ServeError(str(error)) from None
    (state / MARK).touch()
    for path in left:
        path.unlink(missing_ok=True)


def left_over(state: Path) -> list[Path]:
    """What an earlier demonstration left in its state directory. Raises ServeError where a real site's records are."""
    left = [path for pattern in OURS for path in state.glob(pattern)]
    if left and not (state / MARK).exists():
        raise ServeError(
            t(
                f"{state}: holds records that no demonstration wrote",
                f"{state}: berisi catatan yang bukan dari demo",
            ),
            t("name another folder with --state", "sebut folder lain dengan --state"),
        )
    return left


async def _until_one_ends(tasks: set[asyncio.Task[Any]], options: DemoOptions) -> int:
    shown = next(task for task in tasks if task.get_name() == "page")
    pending = tasks
    while True:
        done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        if done != {shown}:
            break
    names = {task.get_name() for task in done}
    if "daemon" in names and "stop" not in names:
        say(
            t(
                "The daemon ended by itself; its words are in {}:",
                "Pengendali berhenti sendiri; katanya di {}:",
            ).format(_log(options))
        )
        say(tail(_log(options)))
        return 2
    for task in done:
        error = task.exception()
        if error is not None:
            raise error
    return 0


async def _daemon(options: DemoOptions, clock: PlantClock) -> asyncio.subprocess.Process:
    """`tirta run` as its own process, on the same plant time."""
    command = [
        sys.executable, "-m", "controller.cli", "run", "-c", str(options.config), "--state", str(options.state),
        "--plant-start", options.start.isoformat(), "--plant-rate", str(options.rate),
        "--plant-anchor", repr(clock.anchor_mono_s),
    ]  # fmt: skip
    with _log(options).open("wb") as log:
        return await asyncio.create_subprocess_exec(
            *command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


async def _end(daemon: asyncio.subprocess.Process) -> None:
    """Ask it to stop: it switches everything off first. Kill it only when it does not."""
    if daemon.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        daemon.send_signal(signal.SIGTERM)
    waiting = asyncio.ensure_future(daemon.wait())
    if not await settled(STOP_WAIT_S, waiting):
        with contextlib.suppress(ProcessLookupError):
            daemon.kill()
        await waiting


async def _show(site: Site, options: DemoOptions, served: Served) -> None:
    """Wait for the page, open it, then say every few seconds where the day stands."""
    url = f"http://{site.file.web.host}:{site.file.web.port}/"
    began = real_mono_s()
    while await fetch(site, "/health") is None:
        if real_mono_s() - began > PAGE_WAIT_S:
            say(
                t("The page at {} does not answer yet; see {}", "Halaman {} belum menjawab; lihat {}").format(
                    url, _log(options)
                )
            )
            break
        await real_sleep(0.2)
    day_min = 1440.0 / options.rate
    say(f"\n  Halaman / page:  {url}\n")
    say(f"  Waktu simulasi {options.rate:g}x: satu hari dalam {day_min:.0f} menit. Hentikan dengan Ctrl-C.")
    say(f"  Plant time runs {options.rate:g}x: a day in {day_min:.0f} minutes. Stop with Ctrl-C.\n")
    if options.browser and _has_screen():
        webbrowser.open(url)
    while True:
        await real_sleep(STATUS_EVERY_S)
        status = await fetch(site, "/api/status")
        if status is not None:
            say(line_of(status, served.clock.now().utc.astimezone(options.start.tzinfo)))


def line_of(status: Mapping[str, Any], at: datetime) -> str:
    """One line of progress: the time, what runs and why, in the language of this terminal."""
    spoken = language()
    reasons = [
        f"{one.get('subject')}: {one.get(spoken)}" for one in status.get("reasons", []) if one.get(spoken)
    ]
    return f"  {at:%d %b %H.%M}  " + "  |  ".join(reasons[:3])


async def fetch(site: Site, path: str) -> dict[str, Any] | None:
    """A JSON answer of the daemon's page, or None while there is none."""
    port = site.file.web.port
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return None
    request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n"
    try:
        writer.write(request.encode())
        head, _empty, body = (await reader.read()).partition(b"\r\n\r\n")
        answer = json.loads(body) if b" 200 " in head[:20] else None
        return answer if isinstance(answer, dict) else None
    except (OSError, ValueError):
        return None
    finally:
        writer.close()


def _has_screen() -> bool:
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")) or sys.platform == "darwin"


def _log(options: DemoOptions) -> Path:
    return options.state / "tirta.log"


def tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return str(error)


def say(text: str) -> None:
    """Progress goes to stderr."""
    print(text, file=sys.stderr, flush=True)
