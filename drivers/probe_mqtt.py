"""An MQTT device as a table: every value beside the payload that it came in. Nothing is sent."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from drivers import line
from drivers.device import make_device
from drivers.errors import DriverError, Refused
from drivers.mqtt import Ack, Broker, Handler, MqttClient, parse_broker
from drivers.probe import no_topic, silence
from drivers.probe_live import Row, Settings
from drivers.profile_model import Profile
from drivers.quantities import quantity
from drivers.reading import Quality, Reading

_RAW_LENGTH = 60


@dataclass(slots=True)
class Ear:
    """An `drivers.mqtt.MqttPort` that writes down what came, by topic, before it is decoded."""

    client: MqttClient
    heard: dict[str, bytes] = field(default_factory=dict)
    topic: str = ""

    def subscribe(self, topic: str, handler: Handler, *, qos: int = 1, retained: bool = True) -> None:
        """As the client; the broker forgets nothing because of us: messages are acknowledged as they come."""

        def listen(where: str, payload: bytes, ack: Ack) -> None:
            self.heard[where], self.topic = payload, where
            handler(where, payload, ack)

        self.client.subscribe(topic, listen, qos=qos, retained=retained)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Never. Raises Refused."""
        raise Refused("looking sends nothing", hint="Use the controller to switch")


@dataclass(slots=True)
class MqttLive:
    """See `Live`. ``wait_s``: the longest that one look waits while nothing has come at all."""

    profile: Profile
    ear: Ear
    wait_s: float
    topic: str = ""
    errors: list[DriverError] = field(default_factory=list)
    readings: dict[str, tuple[Reading, float, str]] = field(default_factory=dict)

    def take(self, new: tuple[Reading, ...], ack: Ack | None) -> None:
        """Deliver of the device."""
        now = line.monotonic()
        self.readings |= {reading.quantity: (reading, now, self.ear.topic) for reading in new}
        if ack is not None:
            ack()

    async def look(self) -> list[Row]:
        """See `Live.look`."""
        end = line.monotonic() + self.wait_s
        while not self.readings and line.monotonic() < end:
            await line.sleep(0.1)
        self.errors.clear()
        if not self.readings:
            self.errors.append(silence(self.ear.client, self.topic, self.wait_s))
        rows = [self._row(name) for name in self.profile.quantities if name in self.readings]
        missing = [name for name in self.profile.quantities if name not in self.readings]
        return rows + [_silent(name, self.profile.confidence) for name in missing]

    def _row(self, name: str) -> Row:
        reading, at, topic = self.readings[name]
        row = quantity(name)
        payload = self.ear.heard.get(topic, b"").decode("utf-8", "replace")
        raw = payload if len(payload) <= _RAW_LENGTH else payload[: _RAW_LENGTH - 1] + "…"
        unit = "" if row is None or row.is_text else row.unit
        age = line.monotonic() - at
        return Row(
            name,
            name,
            "",
            topic,
            raw,
            reading.value,
            unit,
            str(reading.quality),
            age,
            self.profile.confidence,
        )


def _silent(name: str, confidence: str) -> Row:
    row = quantity(name)
    unit = "" if row is None or row.is_text else row.unit
    return Row(name, name, "", "", None, None, unit, str(Quality.ABSENT), None, confidence)


@asynccontextmanager
async def watch_mqtt(
    profile: Profile, url: str, settings: Settings, wait_s: float, login: tuple[str, str] = ("", "")
) -> AsyncIterator[MqttLive]:
    """The device on a session of its own. Raises Refused without a topic or for impossible settings."""
    broker, topic = parse_broker(url)
    if not topic:
        raise no_topic(broker)
    if login[0]:
        broker = Broker(broker.host, broker.port, *login)
    client = MqttClient(broker, f"tirta-probe-{uuid.uuid4().hex[:8]}", keep_session=False)
    live = MqttLive(profile, Ear(client), wait_s, topic)
    device = make_device(profile.name, profile, live.ear, settings=settings, topic=topic)
    device.listen(live.take)
    client.start()
    try:
        yield live
    finally:
        await client.stop()
