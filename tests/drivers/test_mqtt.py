"""The MQTT client against a real Mosquitto: acknowledgement after commit, kill -9 of the broker, callbacks that throw."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from drivers.errors import Disconnected, Refused
from drivers.mqtt import Ack, Broker, MqttClient, parse_broker
from tests.fixtures_mqtt import Mosquitto
from tests.waiting import WAIT_S, until

MakeClient = Callable[..., Awaitable[MqttClient]]


@pytest.fixture
def prefix() -> str:
    """A topic of this test's own."""
    return f"t/{uuid.uuid4().hex}"


@pytest.fixture
def durable_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that keeps its queues on disk: `save` makes it write them, as it does now and then by itself."""
    broker = Mosquitto(tmp_path, persistence=True)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
async def make_client(cleanup: AsyncExitStack) -> MakeClient:
    """Start a client and wait until it is connected."""

    async def make(broker: Mosquitto, name: str = "", status_topic: str = "") -> MqttClient:
        client = MqttClient(
            Broker(broker.host, broker.port), name or uuid.uuid4().hex, status_topic=status_topic
        )
        client._client.reconnect_delay_set(1, 1)
        client.start()
        cleanup.push_async_callback(client.stop)
        await until(lambda: client.connected)
        return client

    return make


async def save(broker: Mosquitto) -> None:
    """Make Mosquitto write its state now (SIGUSR1)."""
    before = broker.log.read_text().count("Saving in-memory database")
    os.kill(broker.pid, signal.SIGUSR1)
    await until(lambda: broker.log.read_text().count("Saving in-memory database") > before)
    await asyncio.sleep(0.1)


class Inbox:
    """A handler that keeps messages; acknowledges at once, or when told."""

    def __init__(self, at_once: bool = True) -> None:
        self.messages: list[tuple[str, bytes]] = []
        self.acks: list[Ack] = []
        self._at_once = at_once

    def __call__(self, topic: str, payload: bytes, ack: Ack) -> None:
        self.messages.append((topic, payload))
        if self._at_once:
            ack()
        else:
            self.acks.append(ack)

    @property
    def payloads(self) -> list[bytes]:
        return [payload for _, payload in self.messages]


async def test_messages_reach_every_matching_handler(
    mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """Wildcards, several handlers and subscribing while connected work; others' topics do not arrive."""
    client = await make_client(mosquitto)
    one, plus = Inbox(), Inbox()
    client.subscribe(f"{prefix}/a", one)
    client.subscribe(f"{prefix}/+", plus, qos=0)
    await asyncio.sleep(0.1)
    for name in ("a", "b", "b/c"):
        client.publish(f"{prefix}/{name}", name.encode())
    await until(lambda: len(plus.messages) >= 2)
    await asyncio.sleep(0.05)
    assert set(one.payloads) == {b"a"}
    assert set(plus.payloads) == {b"a", b"b"}
    await until(lambda: client.unacknowledged == 0)


async def test_unacknowledged_messages_come_again_after_kill_9(
    durable_mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """After kill -9 of the broker, a daemon that died before its commit gets exactly the uncommitted messages again."""
    first = MqttClient(Broker(durable_mosquitto.host, durable_mosquitto.port), "tirta-site")
    inbox = Inbox(at_once=False)
    first.subscribe(f"{prefix}/#", inbox)
    first.start()
    await until(lambda: first.connected)
    await asyncio.sleep(0.1)
    sender = await make_client(durable_mosquitto)
    for number in range(8):
        sender.publish(f"{prefix}/soil", str(number).encode())
    await until(lambda: len(inbox.messages) == 8)
    for ack in inbox.acks[:5]:
        ack()
    await until(lambda: first.unacknowledged == 3)
    await until(lambda: durable_mosquitto.log.read_text().count("Received PUBACK from tirta-site") == 5)
    await save(durable_mosquitto)
    durable_mosquitto.kill()
    await first.stop()
    durable_mosquitto.start()
    again = Inbox(at_once=False)
    second = MqttClient(Broker(durable_mosquitto.host, durable_mosquitto.port), "tirta-site")
    second.subscribe(f"{prefix}/#", again)
    second.start()
    try:
        await until(lambda: len(again.messages) == 3)
        assert sorted(again.payloads) == [b"5", b"6", b"7"]
        for ack in again.acks:
            ack()
        await until(lambda: second.unacknowledged == 0)
    finally:
        await second.stop()


async def test_a_redelivered_message_is_handled_once(
    durable_mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """While the commit is pending the broker dies and returns: no second delivery, and the late ack counts in the new session."""
    client = await make_client(durable_mosquitto)
    inbox = Inbox(at_once=False)
    client.subscribe(f"{prefix}/#", inbox)
    await asyncio.sleep(0.1)
    client.publish(f"{prefix}/soil", b"31.4")
    await until(lambda: len(inbox.messages) == 1)
    await save(durable_mosquitto)
    durable_mosquitto.kill()
    await until(lambda: not client.connected)
    durable_mosquitto.start()
    await until(lambda: client.connected and client.duplicates == 1)
    assert inbox.payloads == [b"31.4"]
    inbox.acks[0]()
    await until(lambda: client.unacknowledged == 0)
    await until(lambda: "Received PUBACK from" in durable_mosquitto.log.read_text())
    client.publish(f"{prefix}/soil", b"31.5")
    await until(lambda: len(inbox.messages) == 2)
    assert client.connects == 2


async def test_a_throwing_handler_stops_nothing(
    mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """Handlers and network callbacks that raise leave the thread alive, the others served and the message acknowledged."""
    client = await make_client(mosquitto)
    inbox = Inbox()

    def throws(_topic: str, _payload: bytes, _ack: Ack) -> None:
        raise ValueError("bad payload")

    client.subscribe(f"{prefix}/#", throws)
    client.subscribe(f"{prefix}/#", inbox)
    await asyncio.sleep(0.1)
    client._client.on_message = client._guard(lambda *_: 1 / 0)
    client.publish(f"{prefix}/x", b"lost in the callback", qos=0)
    await until(lambda: "ZeroDivisionError" in client.last_error)
    client._client.on_message = client._guard(client._arrived)
    for number in range(20):
        client.publish(f"{prefix}/x", str(number).encode())
    await until(lambda: len(inbox.messages) == 20)
    await until(lambda: client.unacknowledged == 0)
    assert client.healthy
    assert "bad payload" in client.last_error


async def test_a_dead_network_thread_is_started_again(
    mosquitto: Mosquitto, make_client: MakeClient, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Should the thread die all the same, `healthy` tells it although paho says connected, and the watcher revives it."""
    monkeypatch.setattr("drivers.mqtt._WATCH_S", 0.3)
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    client = await make_client(mosquitto)
    inbox = Inbox()
    client.subscribe(f"{prefix}/#", inbox)
    await asyncio.sleep(0.1)
    client._client.suppress_exceptions = False
    client._client.on_message = lambda *_: 1 / 0
    client.publish(f"{prefix}/x", b"kill", qos=0)
    await until(lambda: not client._thread_alive())
    assert client.connected
    assert not client.healthy
    with pytest.raises(Disconnected):
        client.publish(f"{prefix}/x", b"no")
    client._client.on_message = client._guard(client._arrived)
    await until(lambda: client.healthy)
    await asyncio.sleep(0.2)
    client.publish(f"{prefix}/x", b"back")
    await until(lambda: b"back" in inbox.payloads)


async def test_it_connects_to_a_broker_that_comes_up_later(own_mosquitto: Mosquitto, prefix: str) -> None:
    """Started before the broker, it subscribes by itself; a command meanwhile is refused, not kept for later."""
    own_mosquitto.stop()
    client = MqttClient(Broker(own_mosquitto.host, own_mosquitto.port), "late")
    inbox = Inbox()
    client.subscribe(f"{prefix}/#", inbox)
    client.start()
    try:
        with pytest.raises(Disconnected, match="not sent"):
            client.publish(f"{prefix}/cmnd", b"ON")
        await until(lambda: "reached" in client.last_error)
        own_mosquitto.start()
        await until(lambda: client.connected)
        await asyncio.sleep(0.1)
        client.publish(f"{prefix}/cmnd", b"OFF")
        await until(lambda: bool(inbox.messages))
        assert inbox.payloads == [b"OFF"]
    finally:
        await client.stop()


async def test_a_lost_broker_is_told_once_with_its_reason_and_its_return(
    own_mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says when the broker goes, why it cannot be reached (once, not at every attempt) and when it is back; the client
    says why and since when for as long as it lasts.
    """
    caplog.set_level("INFO", "drivers.mqtt")
    client = MqttClient(Broker(own_mosquitto.host, own_mosquitto.port), "lost")
    client.start()
    try:
        await until(lambda: client.connected)
        assert (client.lost_case, client.lost_s) == ("", 0.0)
        own_mosquitto.stop()
        await until(lambda: client.lost_case == "refused")
        await asyncio.sleep(1.5)
        assert client.lost_s > 1.0
        own_mosquitto.start()
        await until(lambda: client.connected)
        assert (client.lost_case, client.lost_s) == ("", 0.0)
    finally:
        await client.stop()
    told = [record.message.partition(": ")[2] for record in caplog.records if record.name == "drivers.mqtt"]
    again = "; it is tried again by itself"
    lost = ["the connection to the broker is lost" + again, "the broker cannot be reached" + again]
    assert told == ["connected", *lost, "connected again"]


async def test_our_own_availability(mosquitto: Mosquitto, make_client: MakeClient, prefix: str) -> None:
    """The status topic is retained online, offline by last will when the connection breaks, and offline after a clean stop."""
    watcher = await make_client(mosquitto)
    inbox = Inbox()
    watcher.subscribe(f"{prefix}/status", inbox)
    client = await make_client(mosquitto, status_topic=f"{prefix}/status")
    await until(lambda: inbox.payloads == [b"online"])
    client._client.socket().shutdown(2)  # type: ignore[union-attr]
    await until(lambda: inbox.payloads == [b"online", b"offline", b"online"])
    await client.stop()
    await until(lambda: inbox.payloads[3:] == [b"offline"])
    retained: list[bytes] = []
    late = Client(CallbackAPIVersion.VERSION2)
    late.on_message = lambda _c, _d, message: retained.append(message.payload)
    late.connect(mosquitto.host, mosquitto.port)
    late.subscribe(f"{prefix}/status")
    late.loop_start()
    await until(lambda: retained == [b"offline"])
    late.disconnect()
    late.loop_stop()


async def test_control_does_not_wait_behind_measurements(
    mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """With the broker's window full of uncommitted measurements (20), a state message of QoS 0 still comes at once."""
    client = await make_client(mosquitto)
    soil, state = Inbox(at_once=False), Inbox()
    client.subscribe(f"{prefix}/soil", soil)
    client.subscribe(f"{prefix}/state", state, qos=0)
    await asyncio.sleep(0.1)
    sender = await make_client(mosquitto)
    for number in range(40):
        sender.publish(f"{prefix}/soil", str(number).encode())
    await until(lambda: client.unacknowledged == 20)
    sender.publish(f"{prefix}/state", b"ON")
    await until(lambda: state.payloads == [b"ON"], 1.0)
    async with asyncio.timeout(WAIT_S):
        while len(soil.messages) < 40 or soil.acks:
            for ack in soil.acks:
                ack()
            soil.acks.clear()
            await asyncio.sleep(0.02)
    assert soil.payloads == [str(number).encode() for number in range(40)]


async def test_a_topic_that_is_no_text_is_dropped(
    mosquitto: Mosquitto, make_client: MakeClient, prefix: str
) -> None:
    """Payloads of any bytes arrive unharmed, and the client counts what nobody subscribed to as acknowledged."""
    client = await make_client(mosquitto)
    inbox = Inbox()
    client.subscribe(f"{prefix}/#", inbox)
    await asyncio.sleep(0.1)
    payloads = [b"", b"\x00\xff\xfe", b"x" * 200_000]
    for payload in payloads:
        client.publish(f"{prefix}/p", payload)
    await until(lambda: inbox.payloads == payloads)


def test_broker_urls() -> None:
    """User, password, port and topic are read from the URL; what is no broker is refused without showing a password."""
    assert parse_broker("mqtt://h/zigbee2mqtt/soil%201") == (Broker("h", 1883), "zigbee2mqtt/soil 1")
    assert parse_broker("mqtt://u:p%40@h:1884") == (Broker("h", 1884, "u", "p@"), "")
    for url in ("http://h", "mqtt://", "mqtt://u:secret@h:99999/x"):
        with pytest.raises(Refused) as raised:
            parse_broker(url)
        assert "secret" not in str(raised.value)
    assert "p@" not in Broker("h", 1884, "u", "p@").url
