"""An MQTT device made of its profile and the world: it publishes by its own clock and obeys its command topics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from controller.core.instant import Instant
from drivers.codec import settings_for
from drivers.codec_hear import command_topics, hear_message
from drivers.codec_payload import PayloadCodec
from drivers.errors import Disconnected
from drivers.mqtt import Ack, MqttPort
from drivers.profile import Profile
from drivers.quantities import split_channel
from drivers.reading import Value
from simulators.outputs import Moment, Outputs, World, reader

PERIODS_PER_SILENCE = 6.0
"""A device publishes this often within the silence after which its profile calls it dead."""


class MqttDevice:
    """One device at a broker. ``topic`` is the site's name for it. Timers and periods run in plant time.

    ``channels``: how many of the profile's channels the device has; None: all that the profile knows.
    """

    def __init__(
        self,
        device: str,
        profile: Profile,
        topic: str,
        settings: Mapping[str, float | str],
        world: World,
        now: Callable[[], Instant],
        channels: int | None = None,
    ) -> None:
        assert profile.mqtt is not None
        self.device, self.profile, self.topic = device, profile, topic
        self.settings = settings_for(profile, settings)
        self.codec = PayloadCodec(profile, topic, self.settings)
        limits = {
            quantity: entry.fail_safe.max_s
            for quantity, entry in profile.commands.items()
            if entry.fail_safe.kind in ("comm_loss", "device_limit") and entry.fail_safe.max_s is not None
        }
        self.outputs = Outputs(device, world, now, limits)
        self.period_s = profile.mqtt.stale_s / PERIODS_PER_SILENCE
        self.silent = False
        self._moment = Moment(now)
        most = math.inf if channels is None else channels
        self._names = tuple(name for name in profile.quantities if (split_channel(name)[1] or 0) <= most)
        self._readers = tuple(reader(world, device, name, self._moment) for name in self._names)
        self._timed = any(message.times for message in self.codec.messages)
        self._values: list[Value | None] = []
        self._messages: list[tuple[str, bytes]] = []
        self._ports: list[MqttPort] = []
        self._due_s = float("-inf")
        self._commanded = False
        self._greet = False

    def join(self, port: MqttPort) -> None:
        """Connect to a broker: say that we are here, and listen."""
        self._ports.append(port)
        self._greet = True
        for topic in command_topics(self.profile, self.topic, self.settings):
            port.subscribe(topic, self._hear)

    def tick(self, at: Instant) -> None:
        """Run out what ran out, and publish when it is time or when something was switched."""
        self._commanded |= bool(self.outputs.expire(at))
        if not self._ports or self.silent or (at.mono_s < self._due_s and not self._commanded):
            return
        self._commanded = False
        self._due_s = at.mono_s + self.period_s
        try:
            self._say_hello()
            self.publish(at)
        except Disconnected:
            self._due_s = at.mono_s  # again with the next tick
            self._greet = True  # and a broker that began anew knows nothing of us

    def _say_hello(self) -> None:
        hello = self.codec.online_message(True) if self._greet else None
        if hello is not None:
            for port in self._ports:
                port.publish(hello[0], hello[1], 1, True)
        self._greet = False

    def publish(self, at: Instant) -> None:
        """Send all of the device's messages now. Raises Disconnected while the broker is away."""
        values = [ask() for ask in self._readers]
        if self._timed or values != self._values or not self._messages:
            known = {n: value for n, value in zip(self._names, values, strict=True) if value is not None}
            self._values, self._messages = values, self.codec.encode(known, at.utc)
        for port in self._ports:
            for topic, payload in self._messages:
                port.publish(topic, payload)

    def _hear(self, topic: str, payload: bytes, ack: Ack) -> None:
        ack()
        heard = hear_message(self.profile, topic, self.topic, payload, self.settings)
        if heard is not None and not self.silent:
            self.outputs.take(heard)
            self._commanded = True
