"""A broker in process: what is published is delivered before ``publish`` returns, in order; retained messages are kept."""

from __future__ import annotations

from collections import deque

from drivers.codec_payload import topic_matches
from drivers.mqtt import Handler


def _nothing() -> None:
    """Nobody waits for an acknowledgement here."""


class LoopbackBroker:
    """A `drivers.mqtt.MqttPort` that both the controller and the simulated devices use."""

    def __init__(self) -> None:
        self._handlers: list[tuple[str, Handler]] = []
        self._retained: dict[str, bytes] = {}
        self._queue: deque[tuple[str, bytes]] = deque()
        self._busy = False
        self._matching: dict[str, list[Handler]] = {}

    def subscribe(self, topic: str, handler: Handler, *, qos: int = 1, retained: bool = True) -> None:
        """Deliver what matches ``topic`` from now on, and what is retained at once (unless ``retained`` is false)."""
        self._handlers.append((topic, handler))
        self._matching.clear()
        for name, payload in self._retained.items():
            if retained and topic_matches(topic, name):
                handler(name, payload, _nothing)

    async def pause(self, seconds: float) -> None:
        """Waits between the steps of a command take no time here."""

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Deliver to every subscriber; what their handlers publish in turn comes after."""
        if retain:
            self._retained[topic] = payload
        if self._busy:
            self._queue.append((topic, payload))
            return
        self._busy = True
        try:
            self._deliver(topic, payload)
            while self._queue:
                self._deliver(*self._queue.popleft())
        finally:
            self._busy = False

    def _deliver(self, topic: str, payload: bytes) -> None:
        handlers = self._matching.get(topic)
        if handlers is None:
            handlers = [handler for pattern, handler in self._handlers if topic_matches(pattern, topic)]
            self._matching[topic] = handlers
        for handler in handlers:
            handler(topic, payload, _nothing)
