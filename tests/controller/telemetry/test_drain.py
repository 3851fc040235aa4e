"""The queue is emptied without losing a line, whatever the server answers; only what it refuses for good is set apart."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.core.instant import Instant
from controller.core.site import Sink as SinkEntry
from controller.store.outbox import Outbox
from controller.store.point import Point, Series
from controller.store.telemetry import Telemetry
from controller.telemetry.drain import HOLD_S, Drain, DrainResult
from controller.telemetry.sink import InfluxSink
from tests.controller.telemetry.server import Reply, Request, Scripted

START = 1_795_737_600.0
PUMP = Series.of("pump", site="demo", device="drive")


def at(seconds: float) -> Instant:
    return Instant(START + seconds, seconds, "b")


class Site:
    """A queue on disk, a sink to the scripted server, and time that only tests move."""

    def __init__(
        self, folder: Path, url: str, api: str = "v2", max_lines: int = 5000, **options: str
    ) -> None:
        self.path = folder / "telemetry.db"
        self.queue = Telemetry(self.path, at(0), background=False)
        entry = SinkEntry.model_validate(
            {"url": url, "api": api, "database": "village", "bucket": "village", **options}
        )
        self.sink = InfluxSink(entry, timeout_ms=400)
        self.outbox = Outbox(self.path, self.sink.name)
        self.drain = Drain(self.outbox, self.sink, random.Random(1), max_lines)
        self.count, self.now = 0, 0.0

    def add(self, number: int) -> None:
        points = []
        for _ in range(number):
            self.count += 1
            points.append(Point(PUMP, f"n={self.count}", START + self.count, float(self.count)))
        self.queue.append(points, at(self.count))
        self.queue.flush(at(self.count))

    def step(self) -> DrainResult:
        result = self.drain.drain_once(self.now)
        self.now += result.next_in_s
        return result

    def until(self, done: Callable[[DrainResult], bool], steps: int = 3000) -> DrainResult:
        for _ in range(steps):
            result = self.step()
            if done(result):
                return result
        raise AssertionError(f"not within {steps} steps: {result}")

    def emptied(self) -> DrainResult:
        return self.until(lambda _: self.outbox.pending() == 0)

    def close(self) -> None:
        self.sink.close()
        self.queue.close(at(self.count))


@pytest.fixture
def make(tmp_path: Path, scripted: Scripted) -> Callable[..., Site]:
    sites: list[Site] = []

    def made(**options: object) -> Site:
        sites.append(Site(tmp_path, scripted.url, **options))  # type: ignore[arg-type]
        return sites[-1]

    yield made  # type: ignore[misc]
    for site in sites:
        site.close()


def numbers(lines: list[str]) -> list[int]:
    return [int(line.split(" n=")[1].split()[0]) for line in lines]


@pytest.mark.parametrize("api", ["v1", "v2"])
def test_everything_arrives_once(make: Callable[..., Site], scripted: Scripted, api: str) -> None:
    """204 moves the cursor: each line is sent once, gzip, with precision, to the address of its API."""
    site = make(api=api, max_lines=100)
    site.add(250)
    site.emptied()
    assert sorted(numbers(scripted.stored)) == list(range(1, 251))
    path = scripted.writes[0].path
    assert path.startswith("/write?" if api == "v1" else "/api/v2/write?")
    assert "precision=ms" in path
    assert ("db=village" if api == "v1" else "bucket=village") in path
    assert scripted.writes[0].headers["Content-Encoding"] == "gzip"
    assert scripted.stored[0].endswith(f" {round((START + numbers(scripted.stored)[0]) * 1000)}")
    quiet = len(scripted.requests)
    assert site.step().sent == 0
    assert len(scripted.requests) == quiet


def test_credentials(make: Callable[..., Site], scripted: Scripted, tmp_path: Path) -> None:
    """v1 sends Basic credentials, v2 a token, both read from files."""
    (tmp_path / "secret").write_text("geheim\n")
    site = make(api="v1", username="tani", password_file=str(tmp_path / "secret"))
    site.add(1)
    site.emptied()
    assert scripted.writes[-1].headers["Authorization"] == "Basic dGFuaTpnZWhlaW0="
    entry = SinkEntry(url=scripted.url, bucket="b", token_file=str(tmp_path / "secret"))
    assert InfluxSink(entry).send(b"m a=1 1").status == 204
    assert scripted.writes[-1].headers["Authorization"] == "Token geheim"


def refusing(*bad: int, status: int = 400) -> Callable[[Request], Reply]:
    """A server that refuses a whole request when one of these numbers is in it."""

    def answer(request: Request) -> Reply:
        found = [n for n in numbers(request.lines) if n in bad]
        return Reply(status, f'{{"message":"unable to parse n={found[0]}"}}') if found else Reply()

    return answer


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("bad", [(1,), (40,), (3, 17), (2, 3), (1, 40), (5, 20, 21, 39), tuple(range(1, 41))])
def test_refused_lines_are_found_and_kept(
    make: Callable[..., Site], scripted: Scripted, bad: tuple[int, ...], status: int
) -> None:
    """Exactly the refused lines become dead letters, each with the server's own words; all others arrive."""
    scripted.answer = refusing(*bad, status=status)
    site = make()
    site.add(40)
    result = site.until(lambda result: result.rejected > 0)
    assert sorted(numbers(scripted.stored)) == [n for n in range(1, 41) if n not in bad]
    rejects = site.outbox.rejects()
    assert numbers([reject.line for reject in rejects]) == list(bad)
    assert [reject.words for reject in rejects] == [f"unable to parse n={n}" for n in bad]
    assert {reject.status for reject in rejects} == {status}
    assert result.alarm is not None
    assert (result.alarm.key, result.alarm.params["count"]) == ("sink_refused", len(bad))
    assert site.outbox.pending() == 0


def test_a_server_that_refuses_everything_alike_is_a_wrong_target(
    make: Callable[..., Site], scripted: Scripted
) -> None:
    """When every line is refused in words that blame no line, nothing is thrown away: it is held, with an alarm."""
    scripted.answer = lambda _: Reply(400, '{"message":"organisation is suspended"}')
    site = make()
    site.add(200)
    result = site.until(lambda result: result.alarm is not None)
    assert result.alarm is not None
    assert result.alarm.key == "sink_hold"
    assert result.alarm.params["words"] == "organisation is suspended"
    assert site.outbox.rejects() == ()
    assert site.outbox.pending() == 200
    scripted.answer = lambda _: Reply()
    site.emptied()
    assert sorted(set(numbers(scripted.stored))) == list(range(1, 201))


@pytest.mark.parametrize("status", [401, 403, 404, 405, 200, 302])
def test_misconfiguration_is_held(make: Callable[..., Site], scripted: Scripted, status: int) -> None:
    """No rights, no database, or an answer that is no InfluxDB's: everything is kept, told, and tried slowly."""
    scripted.answer = lambda _: Reply(status, '{"message":"mended soon"}')
    site = make()
    site.add(10)
    result = site.step()
    assert result.alarm is not None
    assert result.alarm.key == "sink_hold"
    assert result.alarm.params["status"] == status
    assert result.next_in_s == HOLD_S
    assert site.drain.drain_once(site.now - 1).next_in_s == pytest.approx(1.0)
    assert len(scripted.writes) == 1
    scripted.answer = lambda _: Reply()
    result = site.step()
    assert result.alarm is None
    assert numbers(scripted.stored) == list(range(1, 11))


def test_too_large_is_halved(make: Callable[..., Site], scripted: Scripted) -> None:
    """413 makes batches smaller until they pass; later batches stay small; one line that is too large is set apart."""

    def answer(request: Request) -> Reply:
        too_large = len(request.lines) > 60 or 77 in numbers(request.lines)
        return Reply(413, "too large") if too_large else Reply()

    scripted.answer = answer
    site = make(max_lines=500)
    site.add(400)
    site.emptied()
    assert sorted(numbers(scripted.stored)) == [n for n in range(1, 401) if n != 77]
    assert [reject.status for reject in site.outbox.rejects()] == [413]
    site.add(100)
    before = len(scripted.writes)
    site.emptied()
    assert max(len(request.lines) for request in scripted.writes[before:]) <= 60


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "17"}, 17.0, 17.0),
        (
            {"Retry-After": "Fri, 27 Nov 2026 00:01:00 GMT", "Date": "Fri, 27 Nov 2026 00:00:20 GMT"},
            40.0,
            40.0,
        ),
        ({"Retry-After": "86400000"}, 3600.0, 3600.0),
        ({"Retry-After": "soon"}, 0.5, 1.0),
        ({}, 0.5, 1.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_busy_server_says_when(
    make: Callable[..., Site],
    scripted: Scripted,
    status: int,
    headers: dict[str, str],
    least: float,
    most: float,
) -> None:
    """429 and 503 wait as long as the server asks (seconds or date by its own clock), else a jittered second."""
    # http.server adds its own Date first; the client joins both, so the date case only works when ours is alone
    scripted.answer = lambda _: Reply(raw=raw(status, headers))
    site = make()
    site.add(5)
    result = site.step()
    assert least <= result.next_in_s <= most
    scripted.answer = lambda _: Reply()
    site.emptied()
    assert numbers(scripted.stored) == [1, 2, 3, 4, 5]


def raw(status: int, headers: dict[str, str]) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} Busy\r\n{lines}Content-Length: 0\r\nConnection: close\r\n\r\n".encode()


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500, "oops"),
        Reply(502),
        Reply(408),
        Reply(hang=True),
        Reply(raw=b"\x00\xff garbage\r\n\r\n"),
        Reply(raw=b"HTTP/1.1 2"),
        Reply(503, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")),
    ],
    ids=["500", "502", "408", "hang", "garbage", "torn", "words"],
)
def test_trouble_never_gives_up(make: Callable[..., Site], scripted: Scripted, reply: Reply) -> None:
    """Errors, silence and garbage are waited out, longer each time up to five minutes, for ever, and nothing is lost."""
    scripted.answer = lambda _: reply
    site = make()
    site.add(8)
    rounds = 4 if reply.hang else 30
    pauses = [site.step().next_in_s for _ in range(rounds)]
    assert all(pause >= 0.5 for pause in pauses)
    assert max(pauses) <= 300.0
    if not reply.hang:
        assert min(pauses[10:]) >= 150.0
        assert len(set(pauses)) == rounds, "no two sites come back in step"
        alarm = site.drain.drain_once(site.now).alarm
        assert alarm is not None
        assert alarm.key == "sink_waiting"
    scripted.answer = lambda _: Reply()
    site.now += 301.0
    result = site.emptied()
    assert result.alarm is None
    assert sorted(set(numbers(scripted.stored))) == list(range(1, 9))


def test_an_idle_queue_is_left_alone(
    make: Callable[..., Site], scripted: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With everything sent the file is not even opened (that would write to the card) until something new is committed."""
    site = make()
    site.add(5)
    site.emptied()
    site.step()
    site.step()
    opened = []
    really = Outbox._opened
    monkeypatch.setattr(Outbox, "_opened", lambda box: opened.append(1) or really(box))
    for _ in range(20):
        assert site.step().sent == 0
    assert opened == []
    site.add(1)
    assert site.step().sent == 1
    assert numbers(scripted.stored)[-1] == 6


def test_nothing_listens(tmp_path: Path) -> None:
    """A server that is not there is waited for, and what waits is told meanwhile."""
    site = Site(tmp_path, "http://127.0.0.1:1")
    site.add(3)
    result = site.step()
    assert result.next_in_s <= 1.0
    assert result.pending == 3
    assert site.outbox.pending() == 3
    site.close()


def test_live_data_is_not_starved_by_a_backlog(make: Callable[..., Site], scripted: Scripted) -> None:
    """With days of backlog, what is measured now is sent within two steps; in the end all has arrived."""
    site = make(max_lines=500)
    site.add(20_000)
    waited = 0
    for _ in itertools.count():
        site.add(3)
        newest = site.count
        for steps in itertools.count(1):
            site.step()
            if newest in numbers(scripted.stored[-1000:]):
                waited = max(waited, steps)
                break
        if site.outbox.pending() == 0:
            break
    assert waited <= 2
    assert sorted(set(numbers(scripted.stored))) == list(range(1, site.count + 1))
    assert len(scripted.stored) < 1.1 * site.count


def test_health_is_asked_before_a_backlog_is_replayed(make: Callable[..., Site], scripted: Scripted) -> None:
    """After trouble a large backlog is not thrown at a server whose health call fails."""
    site = make(max_lines=100)
    site.add(1000)
    scripted.answer = lambda request: Reply(503)
    for _ in range(5):
        site.step()
    assert scripted.writes == []
    assert {request.path for request in scripted.requests} == {"/health"}
    scripted.answer = lambda _: Reply()
    site.emptied()
    assert sorted(numbers(scripted.stored)) == list(range(1, 1001))


def test_the_cursor_survives_a_restart(make: Callable[..., Site], scripted: Scripted, tmp_path: Path) -> None:
    """A new process goes on where the last answer was; a batch without an answer is sent again, unchanged."""
    site = make(max_lines=10)
    site.add(35)
    site.step()
    scripted.answer = lambda _: Reply(500)
    site.step()
    unanswered = scripted.writes[-1].lines
    scripted.answer = lambda _: Reply()
    again = Drain(Outbox(site.path, site.sink.name), site.sink, random.Random(2), 10)
    now = 0.0
    for _ in range(50):
        now += again.drain_once(now).next_in_s
    assert sorted(numbers(scripted.stored)) == list(range(1, 36))
    assert set(unanswered) <= set(scripted.stored)


def test_any_sequence_of_answers_loses_nothing(make: Callable[..., Site], scripted: Scripted) -> None:
    """Five hundred random answers of every kind later each line is stored or a dead letter, never neither."""
    rng = random.Random(7)
    bad = {n for n in range(1, 2000) if n % 97 == 0}
    trouble = [
        Reply(429),
        Reply(503, "", {"Retry-After": "3"}),
        Reply(401),
        Reply(raw=b"x"),
        Reply(413),
        Reply(200),
    ]
    left = [500]

    def answer(request: Request) -> Reply:
        left[0] -= 1
        if left[0] > 0 and rng.random() < 0.4 and len(request.lines) != 1:
            return rng.choice(trouble)
        return refusing(*bad)(request) if request.method == "POST" else Reply()

    scripted.answer = answer
    site = make(max_lines=64)
    while site.count < 1500:
        site.add(50)
        for _ in range(5):
            site.step()
    site.emptied()
    rejected = numbers([reject.line for reject in site.outbox.rejects()])
    assert set(rejected) == {n for n in bad if n <= site.count}
    assert set(numbers(scripted.stored)) | set(rejected) == set(range(1, site.count + 1))
    assert not set(numbers(scripted.stored)) & set(rejected)
