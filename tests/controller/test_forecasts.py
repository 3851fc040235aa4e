"""A provider's forecast on its way in: real HTTP and a real broker, and everything that may be wrong with both."""

from __future__ import annotations

import asyncio
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from controller import forecasts as module
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.site_power import Forecast
from controller.forecasts import Failed, Forecasts, fetch
from controller.outlooks import Outlooks
from drivers.mqtt import Broker, MqttClient
from schedules.forecast_provider import MAX_BYTES
from tests.controller.little_world import DAWN, demo_site
from tests.fixtures_mqtt import Mosquitto
from tests.waiting import until

BODY = json.dumps({"issued": DAWN, "start": DAWN, "ghi_w_m2": [100.0] * 48}).encode()

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """An HTTP server on 127.0.0.1 that answers as told; ``asked``: the paths."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answer: Answer = plain(BODY)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                outer.answer(self)

            def log_message(self, *_arguments: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        socketserver.TCPServer.server_close(self._server)


def plain(body: bytes, code: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        try:
            handler.wfile.write(b" ")
            handler.wfile.flush()
        except OSError:
            return
        time.sleep(0.05)


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.close()


def site(**forecast: object) -> Site:
    """The demonstration's site with a provider."""
    plain_site = demo_site()
    weather = plain_site.file.weather.model_copy(update={"forecast": Forecast.model_validate(forecast)})
    return plain_site.model_copy(update={"file": plain_site.file.model_copy(update={"weather": weather})})


def moment(trusted: bool = True) -> Callable[[], Instant]:
    return lambda: Instant(DAWN, 1000.0, "boot", trusted)


async def ran(one: Forecasts, until: Callable[[], object], seconds: float = 5.0) -> None:
    """Let it run until something is so."""
    task = asyncio.create_task(one.run())
    try:
        async with asyncio.timeout(seconds):
            while not until():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def told_as(outlooks: Outlooks, kind: str, why: str) -> bool:
    """The trouble that people are shown."""
    return outlooks.trouble is not None and outlooks.trouble.kind == kind and why in outlooks.trouble.detail


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits seconds on a site waits hundredths here."""
    monkeypatch.setattr(module, "FIRST_S", 0.01)
    monkeypatch.setattr(module, "RETRY_S", 0.02)


async def test_it_is_fetched_offered_kept_and_found_again(server: Server, tmp_path: Path) -> None:
    """The site's place stands in the address; the word reaches the outlooks, is on disk at the end and comes back from there."""
    entry = site(url=server.url + "/f?lat={latitude}&lon={longitude}", kind="json")
    outlooks, path = Outlooks(entry), tmp_path / "forecast.json"
    await ran(Forecasts(entry, outlooks, moment(), path), lambda: outlooks.kept.provided)
    where = entry.file.site
    assert server.asked == [f"/f?lat={where.latitude:.4f}&lon={where.longitude:.4f}"]
    told = outlooks.kept.provided
    assert told is not None
    assert told.ghi(DAWN, DAWN + 3600.0) == 100.0
    again = Outlooks(entry)
    Forecasts(entry, again, moment(), path)
    assert again.kept == outlooks.kept


async def test_it_fails_backs_off_and_recovers(
    server: Server, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors and garbage are told once each, the last good word stays, and the next good answer ends it."""
    entry = site(url=server.url)
    outlooks = Outlooks(entry)
    one = Forecasts(entry, outlooks, moment(), tmp_path / "f")
    for answer, kind, why in (
        (plain(b"", 500), "busy", "HTTP 500"),
        (plain(b"", 401), "refused", "HTTP 401"),
        (plain(b"<html>"), "unreadable", "not JSON"),
        (plain(b"[]"), "unreadable", "not a JSON object"),
    ):
        server.answer = answer
        await ran(one, lambda why=why, kind=kind: told_as(outlooks, kind, why))  # type: ignore[misc]
    assert outlooks.kept.provided is None
    server.answer = plain(BODY)
    await ran(one, lambda: outlooks.kept.provided)
    assert outlooks.trouble is None
    assert [record.levelname for record in caplog.records].count("WARNING") == 4


async def test_a_mistake_of_ours_does_not_end_the_asking(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What nobody thought of is logged with its place, and the provider is asked again."""
    monkeypatch.setattr(module, "RETRY_MAX_S", 0.02)
    entry = site(url=server.url)
    outlooks = Outlooks(entry)
    one = Forecasts(entry, outlooks, moment(), tmp_path / "f")
    right = outlooks.offer
    monkeypatch.setattr(outlooks, "offer", lambda told: right(told) if caplog.records else 1 / 0)
    await ran(one, lambda: outlooks.kept.provided)
    assert [record.exc_info is not None for record in caplog.records] == [True]


@pytest.mark.parametrize("code", [429, 503])
def test_a_provider_that_asks_for_rest_gets_it(server: Server, code: int) -> None:
    """Retry-After in seconds is honoured, up to six hours."""
    server.answer = plain(b"", code, Retry_After="120")
    with pytest.raises(Failed) as caught:
        fetch(server.url, 2.0)
    assert caught.value.wait_s == 120.0
    server.answer = plain(b"", code, Retry_After="999999")
    with pytest.raises(Failed) as caught:
        fetch(server.url, 2.0)
    assert caught.value.wait_s == module.ASKED_MAX_S


def test_a_huge_body_is_cut_off(server: Server) -> None:
    """No more than the limit is read, whatever the server says it will send."""
    server.answer = plain(b" " * (MAX_BYTES + 100_000))
    with pytest.raises(Failed, match="more than"):
        fetch(server.url, 5.0)


def test_a_body_that_drips_is_given_up(server: Server) -> None:
    """A server that sends a byte now and then does not stretch the time-out."""
    server.answer = dripping
    began = time.monotonic()
    with pytest.raises(Failed, match="not done within"):
        fetch(server.url, 0.3)
    assert time.monotonic() - began < 1.5


def test_nobody_there() -> None:
    """A port that nobody listens on fails at once, with the system's words."""
    with pytest.raises(Failed, match="refused"):
        fetch("http://127.0.0.1:9", 2.0)


def test_tls_is_verified(server: Server) -> None:
    """A server that speaks no proper TLS is not believed over https."""
    with pytest.raises(Failed):
        fetch(server.url.replace("http:", "https:"), 2.0)


async def test_a_cycle_is_never_held_up(server: Server, tmp_path: Path) -> None:
    """While a server stays silent the event loop turns freely, and an end of the daemon is not delayed."""
    release = threading.Event()
    server.answer = lambda _handler: (release.wait(10.0) and None) or None
    entry = site(url=server.url, timeout_s=5.0)
    one = Forecasts(entry, Outlooks(entry), moment(), tmp_path / "f")
    task = asyncio.create_task(one.run())
    worst = 0.0
    await until(lambda: server.asked)
    for _ in range(20):
        began = time.monotonic()
        await asyncio.sleep(0.005)
        worst = max(worst, time.monotonic() - began)
    began = time.monotonic()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    release.set()
    assert time.monotonic() - began < 1.0
    assert worst < 0.5


async def test_without_a_trusted_clock_nobody_is_asked(server: Server, tmp_path: Path) -> None:
    """Times cannot be compared then: nothing is fetched, and people see why."""
    entry = site(url=server.url)
    outlooks = Outlooks(entry)
    task = asyncio.create_task(Forecasts(entry, outlooks, moment(trusted=False), tmp_path / "f").run())
    await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert server.asked == []
    assert told_as(outlooks, "clock", "")


async def test_a_retained_message_is_heard(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """A forecast that was retained before we came is heard; garbage after it is refused and the good one stays."""
    broker = Broker(mosquitto.host, mosquitto.port)
    teller = MqttClient(broker, "forecast-teller", keep_session=False)
    hearer = MqttClient(broker, "forecast-hearer", keep_session=False)
    entry = site(bus="sensor", topic="test-forecasts/sun")
    outlooks = Outlooks(entry)
    one = Forecasts(entry, outlooks, moment(), tmp_path / "f")
    teller.start()
    try:
        async with asyncio.timeout(10.0):
            await until(lambda: teller.healthy)
            teller.publish("test-forecasts/sun", BODY, 1, True)
            one.listen({"sensor": hearer})
            hearer.start()
            await until(lambda: outlooks.kept.provided is not None)
            teller.publish("test-forecasts/sun", b"\xff\x00", 1, True)
            await until(lambda: outlooks.trouble)
        assert told_as(outlooks, "unreadable", "test-forecasts/sun")
        assert outlooks.kept.provided.begin_s == DAWN
    finally:
        await teller.stop()
        await hearer.stop()


def test_a_damaged_file_costs_the_record_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What cannot be read is said and begun anew."""
    path = tmp_path / "forecast.json"
    path.write_text("{")
    entry = site(url="http://127.0.0.1:9")
    outlooks = Outlooks(entry)
    Forecasts(entry, outlooks, moment(), path)
    assert outlooks.kept.provided is None
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize(
    "forecast",
    [
        {},
        {"url": "http://x", "bus": "b", "topic": "t"},
        {"bus": "b"},
        {"url": "file:///etc/passwd"},
        {"bus": "b", "topic": "a/#"},
    ],
)
def test_one_way_in_is_named(forecast: dict[str, str]) -> None:
    """Neither none nor both ways, no half of one, and no other scheme than http and https."""
    with pytest.raises(ValueError, match=r"one of them|pattern"):
        Forecast.model_validate(forecast)
