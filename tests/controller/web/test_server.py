"""The server beside the controller: it streams, ends at once, survives a taken port, and leaves signals alone."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from types import FrameType

import httpx
import pytest

from controller.web import stream
from controller.web.server import WebServer
from controller.web.stream import STREAMS_MAX, Streams
from tests.controller.web.conftest import serve
from tests.controller.web.station import Station
from tests.waiting import until


async def messages(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    """The parts that each event of a stream carries."""
    async for line in answer.aiter_lines():
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def client(server: WebServer) -> httpx.AsyncClient:
    """A client of a served page."""
    return httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.bound_port}", timeout=10.0)


async def test_events(station: Station) -> None:
    """A visitor first gets every part, then after each cycle those that changed, with a form token that works."""
    async with (
        serve(station.context()) as server,
        client(server) as visitor,
        visitor.stream("GET", "/events") as answer,
    ):
        assert answer.headers["content-type"].startswith("text/event-stream")
        stream_of = messages(answer)
        first = await anext(stream_of)
        assert {"clock", "now", "zones", "stop"} <= first.keys()
        assert "09.55" in first["clock"]
        station.cycle(6)
        second = await anext(stream_of)
        assert "09.56" in second["clock"]
        assert "stop" not in second
        token = first["stop"].partition('name="token" value="')[2][:40]
        given = await visitor.post(
            "/order",
            data={"order": "run_zone", "target": "bibit", "amount": "10", "token": token},
            headers={"origin": f"http://127.0.0.1:{server.bound_port}", "accept": "application/json"},
        )
        assert given.status_code == 202


@pytest.mark.serial
async def test_events_are_not_faster_than_one_a_second(station: Station) -> None:
    """However fast cycles come, a visitor gets at most one message a second."""
    async with (
        serve(station.context()) as server,
        client(server) as visitor,
        visitor.stream("GET", "/events") as answer,
    ):
        stream_of = messages(answer)
        await anext(stream_of)
        began = time.monotonic()
        for _ in range(4):
            station.cycle(3)
            await anext(stream_of)
        # the first may be seen late: what is between the others is what was waited
        assert time.monotonic() - began >= 3 * stream.SEND_S


async def test_dead_cycle_is_told_to_those_who_watch(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When cycles stop, the stream itself brings the news."""
    monkeypatch.setattr(stream, "HEARTBEAT_S", 0.3)
    async with (
        serve(station.context(rate=1.0)) as server,
        client(server) as visitor,
        visitor.stream("GET", "/events") as answer,
    ):
        stream_of = messages(answer)
        assert "tidak bekerja" not in (await anext(stream_of))["banner"]
        station.at = replace(station.at, mono_s=station.at.mono_s + 600.0)
        async with asyncio.timeout(20.0):
            async for parts in stream_of:
                if "Pengendali tidak bekerja" in parts.get("banner", ""):
                    break


@pytest.mark.serial
async def test_open_events_do_not_hold_the_end(station: Station) -> None:
    """With five visitors watching, the server ends within two seconds, and their streams end cleanly."""
    server = WebServer(station.context(), port=0)
    await server.start()

    async def watch() -> int:
        async with client(server) as visitor, visitor.stream("GET", "/events") as answer:
            return len([parts async for parts in messages(answer)])

    watching = [asyncio.create_task(watch()) for _ in range(5)]
    await until(lambda: server._streams is not None and server._streams.open == 5)
    began = time.monotonic()
    await server.stop()
    assert time.monotonic() - began < 2.0
    assert all(count >= 1 for count in await asyncio.gather(*watching))
    assert server.bound_port is None


async def test_too_many_visitors() -> None:
    """Beyond the limit no further stream begins, and each that ends makes room."""
    streams = Streams()
    opened = [streams.events(lambda: 0, dict) for _ in range(STREAMS_MAX)]
    for one in opened:
        await anext(one)
    assert streams.full
    await opened[0].aclose()  # type: ignore[attr-defined]
    assert not streams.full
    streams.stop()
    assert streams.full
    for one in opened[1:]:
        assert [message async for message in one] == []
    assert streams.open == 0


async def test_taken_port(station: Station, caplog: pytest.LogCaptureFixture) -> None:
    """When another program has the port, the controller is told once in both languages, goes on, and gets the page later."""
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    server = WebServer(station.context(), port=port)
    await server.start(retry_s=0.05)
    assert server.bound_port is None
    await asyncio.sleep(0.3)
    assert len(station.live.notices) == 1
    assert "Pengendali tetap bekerja" in station.live.notices[0]
    assert "The controller keeps running" in station.live.notices[0]
    station.cycle()
    other.close()
    await until(lambda: server.bound_port is not None)
    async with client(server) as visitor:
        assert (await visitor.get("/health")).json()["ok"] is True
    await server.stop()


async def test_ended_while_it_waits_for_its_port(station: Station) -> None:
    """A server that still waits for its port ends at once too."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        server = WebServer(station.context(), port=other.getsockname()[1])
        await server.start()
        await asyncio.wait_for(server.stop(), 1.0)


async def test_never_open_to_others_without_a_pin(station: Station) -> None:
    """Without a PIN the page is bound to this computer alone, whatever the site file says, and the technician is told."""
    server = WebServer(station.context(), host="0.0.0.0", port=0)
    await server.start()
    assert server._host == "127.0.0.1"
    assert "PIN" in station.live.notices[0]
    await server.stop()


async def test_signals_stay_ours(station: Station) -> None:
    """The web server takes no signal handler away: SIGTERM reaches the daemon's own."""
    seen: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        seen.append(number)

    before = signal.signal(signal.SIGTERM, note)
    try:
        async with serve(station.context()) as server:
            assert signal.getsignal(signal.SIGTERM) is note
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.05)
            assert seen == [signal.SIGTERM]
            async with client(server) as visitor:
                assert (await visitor.get("/health")).status_code == 200
    finally:
        signal.signal(signal.SIGTERM, before)


async def test_fall_of_the_server_is_survived(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """A web server that exits the way uvicorn does takes neither the loop nor the controller with it, and comes back."""
    import uvicorn

    real, falls = uvicorn.Server.main_loop, []

    async def fall(self: uvicorn.Server) -> None:
        if not falls:
            falls.append(1)
            raise SystemExit(3)
        await real(self)

    monkeypatch.setattr(uvicorn.Server, "main_loop", fall)
    server = WebServer(station.context(), port=0)
    await server.start(retry_s=0.05)
    async with asyncio.timeout(5.0):
        await until(lambda: bool(station.live.notices) and server.bound_port is not None)
    async with client(server) as visitor:
        assert (await visitor.get("/health")).status_code == 200
    assert any("berhenti karena galat" in notice for notice in station.live.notices)
    await server.stop()
