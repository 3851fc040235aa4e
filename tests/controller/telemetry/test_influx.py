"""Real databases end up with the rows of telemetry.db, field by field, through outages and refusals."""

from __future__ import annotations

import math
import os
import random
import threading
import time
from pathlib import Path

import pytest

from controller.core.instant import Instant
from controller.core.site import Sink as SinkEntry
from controller.store.outbox import Outbox
from controller.store.point import Point, Series, render_fields
from controller.store.telemetry import Telemetry
from controller.telemetry.drain import Drain, DrainResult
from controller.telemetry.sink import InfluxSink
from tests.fixtures_influx import Influx, VictoriaMetrics
from tests.influx_compare import as_victoria, differences, influxql, stored, victoria
from tests.services import from_environment, wait_until

START = 1_790_000_000.0  # past: VictoriaMetrics refuses points more than two days ahead
NASTY = ['Kolam "besar", isi = 3', "back\\slash \\", "tanpa spasi", "hujan → 12 mm ≥ 5", "a=b,c d"]


class Filling:
    """A queue that is filled as a site fills it, minute by minute, and a drain into one database."""

    def __init__(self, folder: Path, entry: SinkEntry, tag: str = "demo", timeout_ms: int = 2000) -> None:
        self.path, self.minute, self.now = folder / "telemetry.db", 0, 0.0
        self.queue = Telemetry(self.path, self.at, background=False)
        self.sink = InfluxSink(entry, timeout_ms)
        self.outbox = Outbox(self.path, self.sink.name)
        self.drain = Drain(self.outbox, self.sink, random.Random(1))
        self._site, self._rng = tag, random.Random(3)
        self.results: list[DrainResult] = []

    @property
    def at(self) -> Instant:
        return Instant(START + 60.0 * self.minute, 60.0 * self.minute, "b")

    def minutes(self, number: int) -> None:
        """Fill so many minutes, committed and drained as they come."""
        for _ in range(number):
            at = self.at
            self.queue.append(self._points(at), at)
            self.queue.flush(at)
            self.minute += 1
            self.step()

    def step(self) -> DrainResult:
        self.results.append(self.drain.drain_once(self.now))
        self.now += max(1.0, self.results[-1].next_in_s)
        return self.results[-1]

    def empty(self) -> None:
        for _ in range(2000):
            if self.outbox.pending() == 0:
                return
            self.step()
        pytest.fail(f"not emptied: {self.results[-1]}")

    def close(self) -> None:
        self.sink.close()
        self.queue.close(self.at)

    def _points(self, at: Instant) -> list[Point]:
        rng, minute = self._rng, self.minute
        power = 1500.0 * math.sin(minute / 200.0) + rng.random()
        pump = {
            "power_w": power,
            "running": float(power > 0),
            "starts": minute // 100,
            "energy_wh": minute * 12.5,
        }
        soil = {
            "vwc": 0.1 + 0.2 * rng.random(),
            "temp_c": 27.0,
            "ec_us_cm": float(rng.randrange(2000)),
            "ph": None,
        }
        text = NASTY[minute % len(NASTY)]
        points = [
            (Series.of("pump", site=self._site, device="drive"), pump),
            (
                Series.of("pv", site=self._site, device="inv 1"),
                {"power_w": power * 1.3, "status": "running" if power > 0 else "off"},
            ),
        ]
        points += [
            (Series.of("soil", site=self._site, zone=z, device="probe", depth_cm="20"), soil)
            for z in ("cabai", "melon")
        ]
        if minute % 5 == 0:
            tags = {"site": self._site, "kind": "start", "device": "pump-1", "zone": "-", "seq": str(minute)}
            points.append(
                (Series.of("event", **tags), {"key": "sun_enough", "text_id": text, "text_en": text})
            )
        return [Point(series, render_fields(fields), at.epoch_s, at.mono_s) for series, fields in points]  # type: ignore[arg-type]


def v1(server: Influx, database: str) -> SinkEntry:
    return SinkEntry(url=server.url, api="v1", database=database)


def test_influxdb_1_holds_what_telemetry_holds(influxdb: Influx, tmp_path: Path) -> None:
    """Six hours of points, strings and escapes included, are the same rows in InfluxDB 1.6.7 as in telemetry.db."""
    database = influxdb.fresh_database()
    site = Filling(tmp_path, v1(influxdb, database))
    site.minutes(360)
    site.empty()
    assert len(stored(site.path)) == 360 * 4 + 72
    assert differences(stored(site.path), influxql(influxdb.url, database)) == []
    assert site.outbox.rejects() == ()
    site.close()


def test_an_outage_in_the_middle_leaves_no_gap(own_influxdb: Influx, tmp_path: Path) -> None:
    """The server is killed for hours of plant time and comes back: afterwards not one row is missing or doubled."""
    database = own_influxdb.fresh_database()
    site = Filling(tmp_path, v1(own_influxdb, database))
    site.minutes(60)
    own_influxdb.kill()
    site.minutes(180)
    assert site.outbox.pending() > 180 * 4
    assert any(result.alarm and result.alarm.key == "sink_waiting" for result in site.results)
    own_influxdb.start()
    site.minutes(60)
    site.empty()
    assert differences(stored(site.path), influxql(own_influxdb.url, database)) == []
    site.close()


def test_a_frozen_server_in_the_middle_of_a_batch(own_influxdb: Influx, tmp_path: Path) -> None:
    """A server that hangs and thaws (its answer comes too late) has each row once at the end."""
    database = own_influxdb.fresh_database()
    site = Filling(tmp_path, v1(own_influxdb, database), timeout_ms=300)
    site.minutes(5)
    own_influxdb.freeze()
    threading.Timer(1.5, own_influxdb.thaw).start()
    site.minutes(3)
    time.sleep(1.5)
    site.minutes(5)
    site.empty()
    assert any(result.sent == 0 and result.pending > 0 for result in site.results), (
        "the server was never waited for"
    )
    assert differences(stored(site.path), influxql(own_influxdb.url, database)) == []
    site.close()


def test_type_conflicts_cost_only_the_conflicting_lines(influxdb: Influx, tmp_path: Path) -> None:
    """A field of another type (in the same shard) refuses its lines one by one, in the server's words; the rest is stored."""
    database = influxdb.fresh_database()
    influxdb.write(database, "pv,device=alien power_w=5i 1790000000000000000")
    site = Filling(tmp_path, v1(influxdb, database))
    site.minutes(0)
    for _ in range(50):
        site.queue.append(site._points(site.at), site.at)
        site.minute += 1
    site.queue.flush(site.at)
    site.empty()
    rejects = site.outbox.rejects()
    assert len(rejects) == 50
    assert all("field type conflict" in reject.words and reject.line.startswith("pv,") for reject in rejects)
    expected = {key: fields for key, fields in stored(site.path).items() if key[0] != "pv"}
    actual = {key: fields for key, fields in influxql(influxdb.url, database).items() if key[0] != "pv"}
    assert differences(expected, actual) == []
    site.close()


def test_missing_database_and_wrong_api_are_held_until_mended(influxdb: Influx, tmp_path: Path) -> None:
    """No such database, and /api/v2/write on a 1.6.7: 404, everything kept; when the database is made all rows come."""
    site = Filling(tmp_path, v1(influxdb, "created_later"))
    site.minutes(10)
    assert site.results[-1].alarm is not None
    assert (site.results[-1].alarm.key, site.results[-1].alarm.params["status"]) == ("sink_hold", 404)
    assert "created_later" in str(site.results[-1].alarm.params["words"])
    influxdb.request("/query", b"", q='CREATE DATABASE "created_later"')
    site.empty()
    assert differences(stored(site.path), influxql(influxdb.url, "created_later")) == []
    answer = InfluxSink(SinkEntry(url=influxdb.url, bucket="created_later")).send(b"m a=1 1")
    assert answer.status == 404
    site.close()


def test_victoriametrics_takes_the_numbers(victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    """By /api/v2/write all numbers of telemetry.db are in VictoriaMetrics at their times (it has no strings)."""
    site = Filling(tmp_path, SinkEntry(url=victoria_metrics.url, bucket="x"), tag="victoria-1")
    site.minutes(120)
    site.empty()
    rows = stored(site.path)
    expected = as_victoria(rows)
    assert len(expected) > 120 * 10

    def same() -> bool:
        return not differences(
            expected, victoria(victoria_metrics.export('{site="victoria-1"}'), rows), 1e-12
        )

    wait_until(same, "VictoriaMetrics shows every number")
    site.close()


def test_victoriametrics_outage(own_victoria_metrics: VictoriaMetrics, tmp_path: Path) -> None:
    """The same through a stop and start of VictoriaMetrics."""
    site = Filling(tmp_path, SinkEntry(url=own_victoria_metrics.url, bucket="x"), tag="v2")
    site.minutes(30)
    own_victoria_metrics.stop()
    site.minutes(60)
    own_victoria_metrics.start()
    site.minutes(10)
    site.empty()
    rows = stored(site.path)
    expected = as_victoria(rows)

    def same() -> bool:
        return not differences(expected, victoria(own_victoria_metrics.export('{site="v2"}'), rows), 1e-12)

    wait_until(same, "VictoriaMetrics shows every number")
    site.close()


def test_a_server_named_by_the_environment(tmp_path: Path) -> None:
    """An InfluxDB 2.x or 3.x of TIRTA_TEST_INFLUX_URL, _TOKEN, _ORG, _BUCKET holds the same rows."""
    url = from_environment("TIRTA_TEST_INFLUX_URL")
    token, bucket = (
        os.environ.get("TIRTA_TEST_INFLUX_TOKEN", ""),
        from_environment("TIRTA_TEST_INFLUX_BUCKET"),
    )
    (tmp_path / "token").write_text(token)
    org = os.environ.get("TIRTA_TEST_INFLUX_ORG", "-")
    tag = f"test-{random.SystemRandom().randrange(10**9)}"
    site = Filling(
        tmp_path, SinkEntry(url=url, bucket=bucket, org=org, token_file=str(tmp_path / "token")), tag, 10_000
    )
    site.minutes(60)
    site.empty()

    def same() -> bool:
        rows = influxql(url, bucket, {"Authorization": f"Token {token}"})
        return not differences(stored(site.path), {k: v for k, v in rows.items() if ("site", tag) in k[1]})

    wait_until(same, "the server shows every row")
    site.close()
