"""What leaves the controller: acknowledgements after the commit, guarded observers, the days' totals."""

from __future__ import annotations

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from controller.core.decision import Decision, Event, EventKind, Reason
from controller.core.state import initial_state
from controller.live import Live
from controller.options import RunOptions
from controller.outlets import ACKS_HELD, Outlets
from controller.poller import Poller
from controller.store.journal import LedgerWriter
from controller.store.ledger import Ledger
from controller.watchers import Days, Guarded, rss_mb
from drivers.codec import settings_for
from drivers.codec_payload import PayloadCodec
from drivers.device import make_device
from drivers.mqtt import Broker, MqttClient
from drivers.profile import load_profile
from tests.controller.little_world import demo_site
from tests.controller.stations import FakeDevice, HandClock, good, seen
from tests.fixtures_mqtt import Mosquitto
from tests.waiting import until


class Bench:
    """Outlets of the demo site on a clock in the hand, with one MQTT device; ``told`` are acknowledged messages."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.told = HandClock(), list[int]()
        site = demo_site()
        options = RunOptions(folder / "config.yaml", folder)
        self.journal = LedgerWriter(Ledger(folder / "ledger.db"))
        self.outlets = Outlets(options, site, self.clock, self.journal, lambda reason, language: reason.key)  # type: ignore[arg-type]
        self.poller = Poller({"tanah": FakeDevice("tanah", {})}, {"tanah": "b"}, self.clock.now)  # type: ignore[dict-item]
        self.outlets._controller = SimpleNamespace(poller=self.poller, live=Live(site))  # type: ignore[assignment]
        self.state = initial_state(site)

    def deliver(self, number: int) -> None:
        """A message arrives whose acknowledgement is noted."""
        self.poller.deliver([good("tanah", "vwc", 0.2)], lambda: self.told.append(number))

    def cycle(self) -> None:
        """A second passes and the observers see it."""
        snapshot = seen(self.clock.pass_(1.0))
        for observer in self.outlets.observers:
            observer.cycle(snapshot, Decision(self.state, (), ()), 1.0)

    async def close(self) -> None:
        """As the daemon does."""
        await self.outlets.close()
        self.journal.close()


async def test_messages_are_acknowledged_after_the_commit(tmp_path: Path) -> None:
    """Nothing is acknowledged before the telemetry of its time is on the disk: 30 s later, and then once."""
    bench = Bench(tmp_path)
    bench.cycle()
    bench.deliver(1)
    for _ in range(25):
        bench.cycle()
    assert bench.told == []
    for _ in range(10):
        bench.cycle()
        await asyncio.sleep(0.02)  # the commit has its own thread
    assert bench.told == [1]
    await bench.close()


async def test_a_burst_is_committed_early(tmp_path: Path) -> None:
    """Twenty messages at once, where a broker would stop: acknowledged within a few cycles, not after half a minute."""
    bench = Bench(tmp_path)
    bench.cycle()
    for number in range(20):
        bench.deliver(number)
    assert bench.poller.unacknowledged > ACKS_HELD
    for _ in range(4):
        bench.cycle()
        await asyncio.sleep(0.05)
    assert bench.told == list(range(20))
    await bench.close()


async def test_what_came_after_the_snapshot_waits_for_the_next_commit(tmp_path: Path) -> None:
    """A message that arrives while the cycle waits for a disk is not acknowledged by that cycle's commit."""
    bench = Bench(tmp_path)
    snapshot = seen(bench.clock.pass_(1.0))
    bench.clock.pass_(0.5)
    for number in range(20):
        bench.deliver(number)
    for observer in bench.outlets.observers:
        observer.cycle(snapshot, Decision(bench.state, (), ()), 1.0)
    await asyncio.sleep(0.1)
    bench.poller.acknowledge(bench.outlets._telemetry.committed_s)
    assert bench.told == []
    await bench.close()


async def test_a_flow_does_not_wait_behind_unacknowledged_uplinks(mosquitto: Mosquitto) -> None:
    """Thirty uplinks of a soil probe that nobody acknowledges fill the broker's window; the water meter is heard all the same."""
    topic = uuid.uuid4().hex
    client = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    sender = MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex)
    heard: list[str] = []
    soil = make_device("soil", load_profile("dragino-lse01"), client, topic=topic)
    flow = make_device(
        "flow", load_profile("pulse-flow-meter"), client, settings={"pulses_per_litre": 1}, topic=topic
    )
    for device in (soil, flow):
        device.listen(lambda readings, ack: heard.append(readings[0].device))
    for one in (client, sender):
        one.start()
    try:
        await until(lambda: client.connected and sender.connected)
        await asyncio.sleep(0.2)
        profile = load_profile("dragino-lse01")
        codec = PayloadCodec(profile, topic, settings_for(profile, {}))
        for minute in range(30):
            [(name, uplink)] = codec.encode({"vwc": 0.25}, datetime(2026, 11, 20, 7, minute, tzinfo=UTC))
            sender.publish(name, uplink)
        await asyncio.sleep(0.5)
        sender.publish(f"{topic}/sensor/flow/state", b"60")
        for _ in range(100):
            if "flow" in heard:
                break
            await asyncio.sleep(0.02)
        assert heard.count("soil") == 20, "the broker's window"
        assert heard.count("flow") == 1
    finally:
        await sender.stop()
        await client.stop()


class Falls:
    """An observer that fails when told to."""

    def __init__(self) -> None:
        self.angry, self.calls = True, 0

    def cycle(self, *_arguments: object) -> None:
        """Fail or not."""
        self.calls += 1
        if self.angry:
            raise RuntimeError("mistake")


def test_a_mistake_of_an_observer_is_told_once_per_series(caplog: pytest.LogCaptureFixture) -> None:
    """A hundred failures are one line and one notice; after it worked once, the next failure is told again."""
    falls, notices = Falls(), list[str]()
    guarded = Guarded("Telemetry", falls, notices.append)  # type: ignore[arg-type]
    with caplog.at_level(logging.ERROR):
        for _ in range(100):
            guarded.cycle(None, None, 0.0)  # type: ignore[arg-type]
        falls.angry = False
        guarded.cycle(None, None, 0.0)  # type: ignore[arg-type]
        falls.angry = True
        guarded.cycle(None, None, 0.0)  # type: ignore[arg-type]
    assert (falls.calls, len(caplog.records), len(notices)) == (102, 2, 2)
    assert "Telemetry berhenti" in notices[0]
    assert "Telemetry stopped" in notices[0]


def closing(used_wh: float) -> Event:
    """A daily closing."""
    return Event(EventKind.DAY, "site", Reason("site", "day_closed"), {"used_wh": used_wh, "grid_wh": 0.0})


def test_totals_are_all_closings_and_today() -> None:
    """What the ledger closed before, what is closed now, and the day that runs."""
    days = Days(demo_site(), ({"used_wh": 1000.0}, {"used_wh": 2000.0}))
    state = initial_state(demo_site())
    days.cycle(seen(HandClock().now()), Decision(state, (), (), (closing(500.0),)), 0.0)
    totals = days.totals({"used_wh": 250.0})
    assert totals["today"]["solar_kwh"] == pytest.approx(0.25)
    assert totals["total"]["solar_kwh"] == pytest.approx(3.75)


def test_memory_is_measured() -> None:
    """This process has more than a megabyte and less than a gigabyte."""
    assert 1.0 < (rss_mb() or 0.0) < 1000.0


async def test_the_page_is_told_whose_profile_is_unverified(tmp_path: Path) -> None:
    """Of the rain gauge (one source) and the soil probe (two that agree) only the rain gauge is named to the page."""
    bench = Bench(tmp_path)
    profiles = {"hujan": load_profile("sn-3001-rain"), "tanah": load_profile("sn-3002-soil-7in1")}
    assert [one.confidence for one in profiles.values()] == ["S", "C2"]
    bench.poller.devices = {name: SimpleNamespace(profile=one) for name, one in profiles.items()}
    assert bench.outlets._controller is not None
    assert bench.outlets._context(bench.outlets._controller).unverified == {"hujan"}
    await bench.close()
