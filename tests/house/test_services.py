"""The real services that tests stand on do start, answer, survive an outage, and leave nothing behind."""

from __future__ import annotations

import os
import select
import subprocess

import pytest

from tests.fixtures_influx import Influx, VictoriaMetrics
from tests.fixtures_mqtt import Mosquitto
from tests.fixtures_serial import SerialCable
from tests.services import RUN_S, answers, require, shared_data, wait_until

pytestmark = pytest.mark.slow


def test_mosquitto_keeps_a_retained_message_over_a_restart(own_mosquitto: Mosquitto) -> None:
    """A broker of one's own can be stopped and started, and keeps what it must keep."""
    address = ["-h", own_mosquitto.host, "-p", str(own_mosquitto.port), "-t", "a/b"]
    subprocess.run(
        [require("mosquitto_pub"), *address, "-m", "42", "-r", "-q", "1"], check=True, timeout=RUN_S
    )
    own_mosquitto.stop()
    assert not answers(own_mosquitto.port)
    own_mosquitto.start()
    got = subprocess.run(
        [require("mosquitto_sub"), *address, "-C", "1", "-W", "5"],
        check=True,
        capture_output=True,
        timeout=RUN_S,
    )
    assert got.stdout == b"42\n"


def test_shared_mosquitto_answers(mosquitto: Mosquitto) -> None:
    """The shared broker accepts connections on 127.0.0.1."""
    assert answers(mosquitto.port)


def test_influxdb_returns_what_was_written_after_a_kill(own_influxdb: Influx) -> None:
    """InfluxDB 1.6.7 answers queries with tags, strings and nanoseconds, and keeps its data over kill -9."""
    database = own_influxdb.fresh_database()
    own_influxdb.write(database, 'pv,site=a power_w=1.5,status="ok" 1000000000')
    own_influxdb.kill()
    own_influxdb.start()
    rows = own_influxdb.query(database, "SELECT * FROM pv")
    assert rows == [{"time": 1_000_000_000, "power_w": 1.5, "site": "a", "status": "ok"}]


def test_victoria_metrics_keeps_old_points(victoria_metrics: VictoriaMetrics) -> None:
    """VictoriaMetrics takes InfluxDB's line protocol on /api/v2/write and keeps points from years ago."""
    victoria_metrics.request("/api/v2/write", b"pv,site=a power_w=1.5 1577836800000000000")
    (series,) = victoria_metrics.export('{site="a"}')
    assert (series["values"], series["timestamps"]) == ([1.5], [1577836800000])


def test_serial_cable_carries_bytes(serial_cable: SerialCable) -> None:
    """What is written to one end arrives at the other."""
    near, far = (
        os.open(serial_cable.a, os.O_RDWR | os.O_NOCTTY),
        os.open(serial_cable.b, os.O_RDWR | os.O_NOCTTY),
    )
    os.write(near, b"\x01\x03\x00")
    assert select.select([far], [], [], RUN_S)[0], "nothing comes through"
    assert os.read(far, 10) == b"\x01\x03\x00"
    os.close(near)
    os.close(far)


def test_stopped_programs_are_gone(tmp_path_factory: pytest.TempPathFactory) -> None:
    """After `stop()` the port is closed and the process has ended."""
    broker = Mosquitto(tmp_path_factory.mktemp("broker"))
    broker.start()
    pid = broker.pid
    broker.stop()
    assert not answers(broker.port)
    wait_until(lambda: not _alive(pid), "the broker's end")


def test_missing_data_skips_with_its_name() -> None:
    """Data that is not beside this checkout skips, by name, even with CI=true."""
    with pytest.raises(pytest.skip.Exception, match=r"no such data.*nothing\.csv"):
        shared_data("nothing.csv")


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_missing_program_fails_only_in_ci(
    monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    """A missing program skips on a developer's machine and fails with CI=true, naming how to install it."""
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install no-such-program"):
        require("no-such-program")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
