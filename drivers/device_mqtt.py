"""An MQTT device: its messages become readings when they come, its availability decides whether they still hold."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers import line
from drivers.codec import CodecError
from drivers.codec_command import WirePublish, WireStep, encode_command
from drivers.codec_payload import Measured, PayloadCodec
from drivers.codec_scale import Settings
from drivers.counters import Kept
from drivers.device_guard import Guard
from drivers.device_steps import Sequences, inhibited, pause_of
from drivers.errors import BadReply, DriverError, Refused
from drivers.mqtt import Ack, MqttPort
from drivers.profile_model import Profile
from drivers.reading import GOOD, Command, Quality, Reading, Value

Deliver = Callable[[tuple[Reading, ...], Ack | None], None]
"""Takes readings; ``ack`` (None: nothing to do) is to be called once they are committed."""

_log = logging.getLogger(__name__)
_log.addFilter(line.RateLimit(60.0))


_TOPICS = 64
"""Topics whose last message is remembered (a wildcard may match any number)."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """The last message of a topic and what it says: the same payload again needs no decoding."""

    payload: bytes
    readings: tuple[Reading, ...]
    values: dict[str, Value | None]


class MqttDevice:
    """See ``drivers.device.Device``. ``topic`` is the site's name for it in the profile's topics.

    Messages that tell their own time are acknowledged by whoever they are delivered to, after the commit, and the broker keeps
    them while we are away. Nobody knows how old the rest would be after a pause: it is only taken while it is fresh (QoS 0,
    nothing retained), so that an old flow never passes for today's, nor waits behind unacknowledged messages.
    """

    def __init__(self, device: str, profile: Profile, port: MqttPort, topic: str, settings: Settings) -> None:
        self.id = device
        self.profile = profile
        self.polls: Mapping[str, float] = {}
        self.topic = topic
        self.online: bool | None = None
        self._port, self._settings = port, settings
        self._codec = PayloadCodec(profile, topic, settings)
        fields = [f for m in self._codec.messages for f in m.fields if f.quantity is not None]
        self._guard = Guard(
            (f.entry.model_copy(update={"quantity": f.quantity}) for f in fields), settings, 0.0
        )
        self._guarded = self._guard.watches(f.quantity for f in fields if f.quantity is not None)
        self._last: dict[str, Value | None] = {}
        self._heard: dict[str, _Heard] = {}
        self._problem: DriverError | None = None
        self._deliver: Deliver | None = None
        self._steps = Sequences(device, self._send, self._look, pause_of(port))

    @property
    def problems(self) -> tuple[DriverError, ...]:
        """The error of the last message, if it could not be read."""
        return () if self._problem is None else (self._problem,)

    @property
    def totals(self) -> Mapping[str, Kept]:
        """See ``drivers.device.Counting``."""
        return self._guard.totals

    def go_on(self, totals: Mapping[str, Kept], away_s: float) -> None:
        """See ``drivers.device.Counting``. Messages come when they come: how long nobody listened changes nothing."""
        self._guard.go_on(totals)

    async def read(self, _poll_class: str) -> tuple[Reading, ...]:
        """Nothing to ask: it speaks by itself."""
        return ()

    async def command(self, command: Command) -> None:
        """See ``Device.command``. Raises ``Disconnected`` rather than keep a command for later."""
        try:
            steps = encode_command(
                self.profile, command.quantity, command.value, command.lease_s, self._settings, self.topic
            )
        except CodecError as error:
            raise Refused(str(error), hint="Correct the site file or the profile", device=self.id) from None
        for rule in self.profile.commands[command.quantity].inhibited_by if command.value else ():
            if rule.holds(known := self._last.get(rule.quantity)):
                raise inhibited(command, rule, known)
        await self._steps.run(command, steps)

    def listen(self, deliver: Deliver) -> None:
        """Subscribe to everything that the profile knows. Call once."""
        self._deliver = deliver
        timed: dict[str, bool] = {}
        for message in self._codec.messages:
            timed[message.pattern] = timed.get(message.pattern, False) or bool(message.times)
        for topic, has_time in timed.items():
            qos = 1 if has_time and not self._is_control else 0
            self._port.subscribe(topic, self._on_message, qos=qos, retained=has_time)
        if self._codec.availability_topic is not None:
            self._port.subscribe(self._codec.availability_topic, self._on_availability, qos=0)

    @property
    def _is_control(self) -> bool:
        return self.profile.mqtt is not None and self.profile.mqtt.kind == "control"

    def _on_availability(self, topic: str, payload: bytes, ack: Ack) -> None:
        """Offline: every value is absent from now on. Online: the next messages bring them back."""
        ack()
        try:
            online = self._codec.online(topic, payload)
        except CodecError as error:
            self._tell(topic, error)
            return
        self.online = online
        if online is False and self._deliver is not None:
            self._last.clear()
            absent = (
                Reading(self.id, quantity, None, Quality.ABSENT) for quantity in self.profile.quantities
            )
            self._deliver(tuple(absent), None)

    def _on_message(self, topic: str, payload: bytes, ack: Ack) -> None:
        before = self._heard.get(topic)
        if before is not None and before.payload == payload and self._deliver is not None:
            ack()
            self._accept(before.readings, before.values, None)
            return
        try:
            measured = self._codec.decode(topic, payload)
        except CodecError as error:
            ack()
            self._tell(topic, error)
            return
        held = (
            not self._is_control and self._deliver is not None and any(at is not None for *_, at in measured)
        )
        if not held:
            ack()
        if not measured or self._deliver is None:
            return
        measured, pending = self._judged(measured)
        readings = tuple(Reading(self.id, name, value, quality, at) for name, value, quality, at in measured)
        values = {r.quantity: r.value if r.quality is GOOD else None for r in readings}
        room = topic in self._heard or len(self._heard) < _TOPICS
        if room and not pending and all(reading.measured_at is None for reading in readings):
            self._heard[topic] = _Heard(payload, readings, values)
        self._accept(readings, values, ack if held else None)

    def _judged(self, measured: list[Measured]) -> tuple[list[Measured], bool]:
        """What the guard believes of a message, and whether the same message again would say something new."""
        if not self._guarded:
            return measured, False
        judged, pending = self._guard.judge([(name, value, quality) for name, value, quality, _ in measured])
        return [(*row, at) for row, (*_, at) in zip(judged, measured, strict=True)], pending

    def _accept(
        self, readings: tuple[Reading, ...], values: dict[str, Value | None], ack: Ack | None
    ) -> None:
        self._problem = None
        self.online = True if self.online is not None else None
        self._last.update(values)
        if self._deliver is not None:
            self._deliver(readings, ack)

    def _tell(self, topic: str, error: CodecError) -> None:
        hint = "Compare the topic and the payload with the profile"
        self._problem = BadReply(f"{topic}: {error}", hint=hint, device=self.id)
        _log.warning("%s", self._problem)

    async def _send(self, step: WireStep, _urgent: bool) -> None:
        if not isinstance(step, WirePublish):
            raise Refused("the profile writes registers by MQTT", hint="Correct the profile", device=self.id)
        try:
            self._port.publish(step.topic, step.payload, step.qos)
        except DriverError as error:
            error.device = self.id
            raise

    async def _look(self, quantity: str) -> Value | None:
        return self._last.get(quantity)
