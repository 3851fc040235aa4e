"""Independent eyes on an output: pymodbus and paho, with nothing of ours between them and the wire."""

from __future__ import annotations

import json
import struct
import threading
from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion
from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from tests.end_to_end.living import until

EVERY_REAL_S = 0.01


class Watch:
    """What an output was, and when that was seen (plant time, POSIX seconds): the changes, and the last look."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._ending = threading.Event()
        self.changes: list[tuple[float, bool]] = []
        self.looked_s = 0.0

    @property
    def on(self) -> bool | None:
        """As it was last seen; None before it was seen."""
        return self.changes[-1][1] if self.changes else None

    def off_after(self, at_s: float) -> float:
        """When it was first seen off after ``at_s``; waits for it."""
        return float(
            until(
                "off on the wire", lambda: next((t for t, on in self.changes if t >= at_s and not on), None)
            )
        )

    def _note(self, on: bool) -> None:
        self.looked_s = self._now_s()
        if self.on is not on:
            self.changes.append((self.looked_s, on))


class ModbusWatch(Watch):
    """Asks a Modbus TCP server over and over. ``read``: the client to whether the output is on."""

    def __init__(
        self, now_s: Callable[[], float], port: int, read: Callable[[ModbusTcpClient], bool | None]
    ) -> None:
        super().__init__(now_s)
        self._read = read
        self._client = ModbusTcpClient("127.0.0.1", port=port, timeout=2, retries=0)
        self._thread = threading.Thread(target=self._look, name="modbus watch", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._ending.set()
        self._thread.join(5.0)
        self._client.close()

    def _look(self) -> None:
        while not self._ending.wait(EVERY_REAL_S):
            try:
                on = self._read(self._client) if self._client.connected or self._client.connect() else None
            except (ModbusException, OSError):
                self._client.close()
                continue
            if on is not None:
                self._note(on)


def coil(unit: int, address: int) -> Callable[[ModbusTcpClient], bool | None]:
    """A relay's coil."""

    def read(client: ModbusTcpClient) -> bool | None:
        answer = client.read_coils(address, count=1, device_id=unit)
        return None if answer.isError() else bool(answer.bits[0])

    return read


def holding(unit: int, address: int, on: int) -> Callable[[ModbusTcpClient], bool | None]:
    """A holding register that reads ``on`` while the output is on."""

    def read(client: ModbusTcpClient) -> bool | None:
        answer = client.read_holding_registers(address, count=1, device_id=unit)
        return None if answer.isError() else bool(answer.registers[0] == on)

    return read


def draws_power(unit: int, address: int = 0x000C) -> Callable[[ModbusTcpClient], bool | None]:
    """A meter's power, a big-endian float in input registers: more than a watt is on."""

    def read(client: ModbusTcpClient) -> bool | None:
        answer = client.read_input_registers(address, count=2, device_id=unit)
        if answer.isError():
            return None
        return bool(struct.unpack(">f", struct.pack(">HH", *answer.registers))[0] > 1.0)

    return read


class MqttWatch(Watch):
    """Listens to the topics in which a device tells its state. ``read``: topic and payload to whether the output is on."""

    def __init__(
        self,
        now_s: Callable[[], float],
        port: int,
        read: Callable[[str, Any], bool | None],
        name: str = "watch",
    ) -> None:
        super().__init__(now_s)
        self._read = read
        self._client = Client(CallbackAPIVersion.VERSION2, f"test-{name}")
        self._client.on_connect = lambda client, *_rest: client.subscribe("#", 0)
        self._client.on_message = self._heard
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def close(self) -> None:
        """End it."""
        self._client.disconnect()
        self._client.loop_stop()

    def _heard(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        try:
            payload = json.loads(message.payload)
        except ValueError:
            payload = message.payload.decode("utf-8", "replace")  # a bare word
        on = self._read(message.topic, payload)
        if on is not None:
            self._note(on)


def json_state(topic: str, key: str, on: object) -> Callable[[str, Any], bool | None]:
    """On when ``key`` of the JSON object in ``topic`` is ``on``."""

    def read(where: str, payload: Any) -> bool | None:
        if where != topic or not isinstance(payload, dict) or key not in payload:
            return None
        return bool(payload[key] == on)

    return read
