"""From real wires to a real database: what the site stores is what Grafana sees, through an outage of the server."""

from __future__ import annotations

import json
import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controller.config import load_site
from controller.core.site import Sink as SinkEntry
from controller.store.outbox import Outbox
from controller.telemetry.drain import Drain
from controller.telemetry.sink import InfluxSink
from tests.end_to_end.sites import SITES, SUNNY, Document, Station, lately, moved
from tests.fixtures_influx import Influx, VictoriaMetrics
from tests.fixtures_mqtt import Mosquitto
from tests.influx_compare import Rows, as_victoria, differences, influxql, stored, victoria
from tests.services import from_environment, wait_until

Server = Callable[[Rows], list[str]]
"""How what a database holds differs from these rows, in words."""

FLOWING = {"pv", "power", "pump", "tank", "soil", "zone", "weather", "event", "controller"}
"""Measurements that a running site must have sent before the comparison means anything."""


class Pipeline:
    """One site whose telemetry goes to ``influx`` (keys of the site file); its tank soon wants water."""

    def __init__(self, folder: Path, broker: Mosquitto, influx: dict[str, Any], start: str = SUNNY) -> None:
        folder.mkdir()
        self.site = f"uji-{uuid.uuid4().hex[:8]}"

        def change(file: Document) -> None:
            file["site"]["id"] = self.site
            file["telemetry"]["influx"] = influx
            file["tanks"][0]["refill_m"] = 1.6

        config = moved(SITES["nursery"], folder, broker.port, change)
        self.station = Station(config, start=start)
        self.path = self.station.state / "telemetry.db"
        entry = load_site(config)[0].file.telemetry.influx
        assert entry is not None
        self.entry: SinkEntry = entry

    @property
    def outbox(self) -> Outbox:
        return Outbox(self.path, InfluxSink(self.entry).name)

    def rows(self) -> int:
        return self._one("SELECT count(*) FROM points")

    def is_pumping(self) -> bool:
        return any(pump["on"] for pump in self.station.get("/api/status")["pumps"])

    def waiting(self) -> int:
        """Points that the daemon says nobody has taken yet."""
        return int(self.station.get("/health")["backlog"]["points"])

    def arrived(self, server: Server) -> Callable[[], bool]:
        """Whether everything that is on the disk now is in the database."""
        rows = stored(self.path)
        return lambda: not [one for one in server(rows) if one.startswith("missing")]

    def finish(self) -> None:
        """End the daemon, then send what its last commit left: by the shipped sink, from the shipped cursor."""
        self.station.stop()
        drain = Drain(self.outbox, InfluxSink(self.entry))
        now = 0.0
        while self.outbox.pending():
            now += max(1.0, drain.drain_once(now).next_in_s)
            assert now < 60.0, "the rest cannot be sent"

    def nothing_lost(self) -> None:
        """No dead letter, nothing thinned, no gap in the numbers."""
        assert self.outbox.rejects() == ()
        assert self._one("SELECT max(seq) - min(seq) + 1 - count(*) FROM points") == 0
        measurements = {key[0] for key in stored(self.path)}
        assert measurements >= FLOWING, measurements

    def _one(self, query: str) -> int:
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            return int(connection.execute(query).fetchone()[0])
        finally:
            connection.close()


@pytest.fixture
def pipeline(tmp_path: Path, own_mosquitto: Mosquitto) -> Iterator[Callable[..., Pipeline]]:
    """Makes the pipeline, and ends it whatever happens."""
    made: list[Pipeline] = []

    def make(influx: dict[str, Any], start: str = SUNNY) -> Pipeline:
        made.append(Pipeline(tmp_path / "site", own_mosquitto, influx, start))
        made[-1].station.start()
        return made[-1]

    yield make
    for one in made:
        one.station.stop()


def through_outage(
    line: Pipeline, server: Server, stop: Callable[[], None], start: Callable[[], None], outage_s: float
) -> None:
    """Let it flow, take the server away until a pump runs and for so many real seconds, bring it back, let the site catch up."""
    wait_until(lambda: line.rows() > 60, "points are stored", 30)
    wait_until(line.arrived(server), "points arrive", 30)
    stop()
    began, before = time.monotonic(), line.rows()
    wait_until(line.is_pumping, "a pump starts while the server is away", 60)
    time.sleep(max(0.0, outage_s - (time.monotonic() - began)))
    wait_until(lambda: line.rows() > before + 50, "the site goes on storing", 30)
    assert line.waiting() > 30, "nothing waited"
    start()
    wait_until(line.arrived(server), "the site catches up", 90)


def influx(server: Influx, database: str) -> Server:
    """How InfluxDB's rows differ from stored ones."""
    return lambda rows: differences(rows, influxql(server.url, database))


def victoria_metrics_of(server: VictoriaMetrics, site: str) -> Server:
    """The same for VictoriaMetrics: numbers only, and it rounds."""
    return lambda rows: differences(
        as_victoria(rows), victoria(server.export(f'{{site="{site}"}}'), rows), 1e-12
    )


@pytest.mark.slow
@pytest.mark.parametrize("outage_s", [pytest.param(5.0, id="short"), pytest.param(60.0, id="a-minute")])
def test_influxdb_1_6_holds_what_the_site_stored(
    outage_s: float, pipeline: Callable[..., Pipeline], own_influxdb: Influx
) -> None:
    """Modbus TCP, a paced pty and Mosquitto through the daemon's process into InfluxDB 1.6.7: every field of every row is
    there once, though the server was killed and was away in the middle.
    """
    database = own_influxdb.fresh_database()
    line = pipeline({"url": own_influxdb.url, "api": "v1", "database": database})
    server = influx(own_influxdb, database)
    through_outage(line, server, own_influxdb.kill, own_influxdb.start, outage_s)
    line.finish()
    line.nothing_lost()
    assert server(stored(line.path)) == []


@pytest.mark.slow
def test_influxdb_that_hangs_costs_nothing(pipeline: Callable[..., Pipeline], own_influxdb: Influx) -> None:
    """A server that takes connections and never answers neither slows the cycle nor loses or doubles a point."""
    database = own_influxdb.fresh_database()
    line = pipeline({"url": own_influxdb.url, "api": "v1", "database": database})
    server = influx(own_influxdb, database)
    wait_until(lambda: line.rows() > 20, "points are stored", 30)
    wait_until(line.arrived(server), "points arrive", 30)
    own_influxdb.freeze()
    first = line.station.get("/health")["cycles"]
    began = time.monotonic()
    time.sleep(12.0)  # longer than the sink's own time-out
    cycles = line.station.get("/health")["cycles"] - first
    pace = cycles / (time.monotonic() - began)
    own_influxdb.thaw()
    assert pace > 5.0, f"{pace:.1f} cycles a second while the server hung, 10 when all is well"
    wait_until(line.arrived(server), "the site catches up", 90)
    line.finish()
    line.nothing_lost()
    assert server(stored(line.path)) == []


@pytest.mark.slow
def test_victoriametrics_holds_every_number(
    pipeline: Callable[..., Pipeline], own_victoria_metrics: VictoriaMetrics
) -> None:
    """The same by ``/api/v2/write``; it is asked to stop, because a killed one loses seconds that it had acknowledged."""
    line = pipeline({"url": own_victoria_metrics.url, "api": "v2", "bucket": "tirta"})
    server = victoria_metrics_of(own_victoria_metrics, line.site)
    through_outage(line, server, own_victoria_metrics.stop, own_victoria_metrics.start, 5.0)
    line.finish()
    line.nothing_lost()
    rows = stored(line.path)
    wait_until(lambda: not server(rows), "VictoriaMetrics shows every number and nothing else", 15)


@pytest.mark.slow
def test_an_influxdb_named_by_the_environment(pipeline: Callable[..., Pipeline], tmp_path: Path) -> None:
    """An InfluxDB 2.x or 3.x of TIRTA_TEST_INFLUX_URL, _TOKEN, _ORG, _BUCKET holds the running site's rows."""
    url, bucket = from_environment("TIRTA_TEST_INFLUX_URL"), from_environment("TIRTA_TEST_INFLUX_BUCKET")
    token, org = os.environ.get("TIRTA_TEST_INFLUX_TOKEN", ""), os.environ.get("TIRTA_TEST_INFLUX_ORG", "-")
    (tmp_path / "token").write_text(token)
    line = pipeline(
        {"url": url, "api": "v2", "org": org, "bucket": bucket, "token_file": str(tmp_path / "token")},
        lately(),
    )

    def server(rows: Rows) -> list[str]:
        held = influxql(url, bucket, {"Authorization": f"Token {token}"})
        return differences(rows, {key: held[key] for key in held if ("site", line.site) in key[1]})

    wait_until(lambda: line.rows() > 100, "points are stored", 30)
    wait_until(line.arrived(server), "points arrive", 60)
    line.finish()
    line.nothing_lost()
    rows = stored(line.path)
    wait_until(lambda: not server(rows), "the server shows every row and nothing else", 60)


@pytest.mark.slow
def test_the_page_tells_that_the_database_is_away(
    pipeline: Callable[..., Pipeline], own_influxdb: Influx
) -> None:
    """While the server is away the page counts what waits and says so in both languages; afterwards it is quiet again."""
    database = own_influxdb.fresh_database()
    line = pipeline({"url": own_influxdb.url, "api": "v1", "database": database})
    wait_until(lambda: line.rows() > 20, "points are stored", 30)
    own_influxdb.kill()

    def alarms() -> list[dict[str, Any]]:
        alarms = line.station.get("/api/status")["alarms"]
        return [alarm for alarm in alarms if alarm["subject"] == "influx"]

    wait_until(lambda: bool(alarms()), "the page tells", 60)
    told = alarms()[0]
    assert told["id"] != told["en"], json.dumps(told)
    assert line.waiting() > 0
    own_influxdb.start()
    wait_until(lambda: not alarms(), "the page is quiet again", 60)
