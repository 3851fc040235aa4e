"""MQTT on paho: one network thread, everything else in the event loop.

Measured with paho 2.2: a callback that raises kills the network thread while ``is_connected`` stays true; a message of QoS 1
is given again after a reconnect unless it was acknowledged; acknowledging by hand makes "after it is stored" possible.
Hence: no callback can raise, a watcher revives the thread, and each message carries its own ``ack``.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage, topic_matches_sub
from paho.mqtt.enums import CallbackAPIVersion

from drivers import line
from drivers.errors import Disconnected, Refused

Ack = Callable[[], None]
Handler = Callable[[str, bytes, Ack], None]

_RECONNECT_S = (1, 30)
_KEEPALIVE_S = 30
_WATCH_S = 5.0
_MAX_INFLIGHT = 20
_MAX_QUEUED = 1000
_MAX_PENDING = (
    10_000  # messages on their way into the event loop; more than this and those of QoS 0 are dropped
)
_REMEMBERED = 1000  # acknowledged messages, to know them again when the broker missed the acknowledgement

_log = logging.getLogger(__name__)
_log.addFilter(line.RateLimit(60.0))


def _without_delay(_client: Client, _data: object, sock: socket.socket) -> None:
    """A stop is a small packet: it must not wait for the acknowledgement of the one before (40 ms with Nagle)."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class MqttPort(Protocol):
    """What an MQTT device talks to: ``MqttClient``, or the simulators' loopback in process."""

    def subscribe(self, topic: str, handler: Handler, *, qos: int = 1, retained: bool = True) -> None:
        """Call ``handler(topic, payload, ack)`` in the event loop for each message; ``topic`` may hold + and #.

        The handler must call ``ack`` (from any thread, once is enough) when the message may be forgotten by the broker. With
        qos 0 there is nothing to acknowledge, and the message does not wait behind unacknowledged ones. ``retained`` false:
        what the broker kept from before we subscribed is not delivered, because nobody knows how old it is.
        """
        ...

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """Hand a message over. Raises ``Disconnected`` instead of keeping a command for later."""
        ...


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the broker is and who we are there."""

    host: str
    port: int = 1883
    username: str = ""
    password: str = ""

    @property
    def url(self) -> str:
        """For messages; without the password."""
        return f"mqtt://{self.host}:{self.port}"


def parse_broker(url: str) -> tuple[Broker, str]:
    """``mqtt://user:password@host:port/topic`` as broker and topic (empty when absent). Raises ``Refused``."""
    parts = urlsplit(url)
    try:
        port = 1883 if parts.port is None else parts.port
    except ValueError:
        port = 0
    if parts.scheme != "mqtt" or not parts.hostname or not port:
        shown = f"mqtt://{parts.hostname or '?'}"
        words = {"case": "broker", "url": f"{parts.scheme or '?'}://{parts.hostname or '?'}"}  # no password
        raise Refused(f"{shown}: not a broker", hint="Write mqtt://host:port/topic", bus=shown, params=words)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Broker(parts.hostname, port, user, password), unquote(parts.path).strip("/")


@dataclass(slots=True)
class _Subscription:
    topic: str
    handler: Handler
    qos: int
    retained: bool


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A message as it came, with the connection (``session``) that may acknowledge it."""

    topic: str
    payload: bytes
    mid: int
    qos: int
    dup: bool
    retained: bool
    session: int

    @property
    def key(self) -> tuple[int, str, bytes]:
        return (self.mid, self.topic, self.payload)


class MqttClient:
    """The real ``MqttPort``. ``start`` in a running loop, ``stop`` before it ends; it connects and reconnects by itself.

    ``client_id`` must be the site's own and stay the same: the broker keeps unacknowledged messages under it (not with
    ``keep_session`` false, for tools that come and go).
    ``status_topic`` gets a retained "online", and "offline" by last will when we die.
    """

    def __init__(
        self, broker: Broker, client_id: str, *, status_topic: str = "", keep_session: bool = True
    ) -> None:
        self.name = broker.url
        self.connects = 0
        self.dropped = 0
        self.duplicates = 0
        self.last_error = ""
        self.lost_case = ""
        self._lost_at = 0.0
        self._broker, self._client_id, self._status_topic = broker, client_id, status_topic
        self._subscriptions: list[_Subscription] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._session = 0
        self._pending = 0
        self._open: dict[tuple[int, str, bytes], _Arrival] = {}
        self._done: OrderedDict[tuple[int, str, bytes], None] = OrderedDict()
        self._keep_session = keep_session
        self._client = self._build()

    # ------------------------------------------------------------------------------------------------------ for callers

    @property
    def connected(self) -> bool:
        """Whether the broker has accepted us. True says little without ``healthy``."""
        return self._client.is_connected()

    @property
    def healthy(self) -> bool:
        """Connected, and the network thread is alive."""
        return self.connected and self._thread_alive()

    @property
    def lost_s(self) -> float:
        """For how long there has been no connection, real seconds; 0 while there is one. ``lost_case`` says why."""
        return line.monotonic() - self._lost_at if self.lost_case else 0.0

    @property
    def unacknowledged(self) -> int:
        """Messages delivered and not yet acknowledged; a broker stops at its own limit (Mosquitto: 20 by default)."""
        return len(self._open)

    def start(self) -> None:
        """Begin to connect. Returns at once; a broker that is down is tried again after 1 s, doubling to 30 s."""
        self._loop = asyncio.get_running_loop()
        self._open_connection()
        self._watcher = asyncio.create_task(self._watch(), name=f"mqtt watcher {self.name}")

    async def stop(self) -> None:
        """Say "offline", disconnect and end the thread."""
        watcher, self._watcher = self._watcher, None
        if watcher is not None:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)
            await asyncio.to_thread(self._end)

    def subscribe(self, topic: str, handler: Handler, *, qos: int = 1, retained: bool = True) -> None:
        """See ``MqttPort.subscribe``. May be called before ``start``; repeated by itself after every reconnect."""
        self._subscriptions.append(_Subscription(topic, handler, qos, retained))
        if self.connected:
            self._client.subscribe(topic, qos)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """See ``MqttPort.publish``."""
        if not self.healthy:
            raise Disconnected(
                f"no connection to the broker, {topic} not sent ({self.last_error or 'not connected yet'})",
                hint="Check that the broker runs, and its address, user and password",
                bus=self.name,
            )
        info = self._client.publish(topic, payload, qos, retain)
        if info.rc != 0:
            raise Disconnected(
                f"{topic} not sent (code {int(info.rc)})", hint="Check the broker", bus=self.name
            )

    # ------------------------------------------------------------------------------------- in the network thread, guarded

    def _build(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            clean_session=not self._keep_session,
            manual_ack=True,
        )
        client.suppress_exceptions = True
        client.reconnect_delay_set(*_RECONNECT_S)
        client.max_inflight_messages_set(_MAX_INFLIGHT)
        client.max_queued_messages_set(_MAX_QUEUED)
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password or None)
        if self._status_topic:
            client.will_set(self._status_topic, b"offline", 1, retain=True)
        client.on_socket_open = self._guard(_without_delay)
        client.on_connect = self._guard(self._connected)
        client.on_disconnect = self._guard(self._disconnected)
        client.on_connect_fail = self._guard(self._connect_failed)
        client.on_message = self._guard(self._arrived)
        return client

    def _guard(self, callback: Callable[..., None]) -> Callable[..., None]:
        """An exception in a callback would end the network thread without a word."""

        def guarded(*arguments: Any) -> None:
            try:
                callback(*arguments)
            except Exception as error:  # noqa: BLE001 - nothing may leave a callback
                self.last_error = f"{type(error).__name__}: {error}"
                _log.error("MQTT callback on %s failed: %s", self.name, self.last_error)

        return guarded

    def _connected(self, client: Client, _data: object, flags: Any, reason: Any, *_rest: object) -> None:
        if reason.is_failure:
            self._lose("denied", f"the broker denies us: {reason}")
            return
        self._session += 1
        self.connects += 1
        _log.info("%s: connected%s", self.name, " again" if self.connects > 1 else "")
        self.last_error = self.lost_case = ""
        if self._loop is not None and not flags.session_present:
            self._loop.call_soon_threadsafe(self._forget)
        for entry in tuple(self._subscriptions):
            client.subscribe(entry.topic, entry.qos)
        if self._status_topic:
            client.publish(self._status_topic, b"online", 1, retain=True)

    def _disconnected(
        self, _client: Client, _data: object, _flags: object, reason: Any, *_rest: object
    ) -> None:
        self._session += 1
        if not reason.is_failure:
            return  # we said goodbye
        self._lose("closed", "the connection to the broker is lost")

    def _connect_failed(self, *_arguments: object) -> None:
        self._lose("refused", "the broker cannot be reached")

    def _lose(self, case: str, what: str) -> None:
        """No connection: told once for each reason, not at every attempt."""
        if not self.lost_case:
            self._lost_at = line.monotonic()
        if case != self.lost_case:
            _log.warning("%s: %s; it is tried again by itself", self.name, what)
        self.lost_case, self.last_error = case, what

    def _arrived(self, client: Client, _data: object, message: MQTTMessage) -> None:
        loop = self._loop
        if loop is None or (message.qos == 0 and self._pending >= _MAX_PENDING):
            self.dropped += 1
            return
        try:
            topic = message.topic
        except UnicodeDecodeError:
            client.ack(message.mid, message.qos)
            self.dropped += 1
            return
        self._pending += 1
        arrival = _Arrival(
            topic, bytes(message.payload), message.mid, message.qos, message.dup, message.retain, self._session
        )  # fmt: skip
        loop.call_soon_threadsafe(self._deliver, arrival)

    # ------------------------------------------------------------------------------------------------ in the event loop

    def _forget(self) -> None:
        """The broker lost our session: its message numbers start anew, and nothing of before can be acknowledged."""
        self._open.clear()
        self._done.clear()

    def _deliver(self, arrival: _Arrival) -> None:
        self._pending -= 1
        if arrival.qos and self._is_duplicate(arrival):
            return
        handlers = [
            entry.handler
            for entry in self._subscriptions
            if topic_matches_sub(entry.topic, arrival.topic) and (entry.retained or not arrival.retained)
        ]
        if arrival.qos:
            self._open[arrival.key] = arrival
        waiting = {index for index, _ in enumerate(handlers)}
        if not waiting:
            self._acknowledge(arrival.key)  # an old subscription that the broker still remembers
        for index, handler in enumerate(handlers):
            self._call(handler, arrival, self._make_ack(arrival, waiting, index))

    def _is_duplicate(self, arrival: _Arrival) -> bool:
        """Redelivered, and either still on its way through us or acknowledged before (the broker did not hear it)."""
        if not arrival.dup:
            return False
        if arrival.key in self._open:
            self._open[arrival.key] = arrival  # to be acknowledged in the new session
        elif arrival.key in self._done:
            self._open[arrival.key] = arrival
            self._acknowledge(arrival.key)
        else:
            return False
        self.duplicates += 1
        return True

    def _call(self, handler: Handler, arrival: _Arrival, ack: Ack) -> None:
        try:
            handler(arrival.topic, arrival.payload, ack)
        except Exception as error:  # noqa: BLE001 - one device's handler must not stop the others
            self.last_error = f"{arrival.topic}: {type(error).__name__}: {error}"
            _log.error("MQTT handler of %s failed: %s", self.name, self.last_error)
            ack()  # else the broker would give the same message for ever

    def _make_ack(self, arrival: _Arrival, waiting: set[int], index: int) -> Ack:
        loop = self._loop
        assert loop is not None

        def in_loop() -> None:
            if index in waiting:
                waiting.discard(index)
                if not waiting:
                    self._acknowledge(arrival.key)

        def ack() -> None:
            if not loop.is_closed():
                loop.call_soon_threadsafe(in_loop)

        return ack

    def _acknowledge(self, key: tuple[int, str, bytes]) -> None:
        """Tell the broker, if the connection that brought the message still stands; else it will come again."""
        arrival = self._open.pop(key, None)
        if arrival is None:
            return
        self._done[key] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)
        if arrival.session == self._session:
            self._client.ack(arrival.mid, arrival.qos)

    # ----------------------------------------------------------------------------------------------------- the thread

    def _thread_alive(self) -> bool:
        name = f"paho-mqtt-client-{self._client_id}"
        return any(thread.name == name and thread.is_alive() for thread in threading.enumerate())

    def _open_connection(self) -> None:
        self._client.connect_async(self._broker.host, self._broker.port, _KEEPALIVE_S)
        self._client.loop_start()

    async def _watch(self) -> None:
        """Start the network thread again if it ever dies."""
        while True:
            await line.sleep(_WATCH_S)
            if not self._thread_alive():
                self.last_error = "the network thread died and was started again"
                _log.error("%s: %s", self.name, self.last_error)
                self._client = (
                    self._build()
                )  # a dead one leaves its sockets behind; the broker drops them for ours
                self._open_connection()

    def _end(self) -> None:
        if self._status_topic and self.healthy:
            info = self._client.publish(self._status_topic, b"offline", 1, retain=True)
            info.wait_for_publish(1.0)
        self._client.disconnect()
        self._client.loop_stop()
