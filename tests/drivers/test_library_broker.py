"""Every shipped MQTT profile through a real broker: what its simulated device publishes, the shipped driver tells."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from drivers.device import Device, make_device
from drivers.mqtt import Broker, MqttClient
from drivers.profile import Profile, library, load_profile
from drivers.profile_mqtt import channels, fill_number
from drivers.quantities import quantity as glossary
from drivers.reading import Command, Quality, Reading, Value
from simulators.mqtt_devices import MqttDevice
from tests.drivers.test_mqtt import until
from tests.fixtures_mqtt import Mosquitto
from tests.simulators.paper import TYPICAL, Paper, settings_of

NAMES = [name for name in library() if load_profile(name).mqtt is not None]


class Pair:
    """One simulated device and the shipped driver for it, a client each."""

    def __init__(self, name: str, theirs: MqttClient, ours: MqttClient) -> None:
        self.name, self.profile, self.world = name, load_profile(name), Paper()
        settings, topic = settings_of(self.profile), f"{uuid.uuid4().hex}"
        self.wanted = values_of(self.profile)
        self.world.values = {(name, quantity): value for quantity, value in self.wanted.items()}
        self.heard: dict[str, Reading] = {}
        self.device: Device = make_device(name, self.profile, ours, None, settings, topic)
        self.device.listen(lambda readings, ack: self.heard.update({r.quantity: r for r in readings}))
        self.simulated = MqttDevice(name, self.profile, topic, settings, self.world, self.world.clock.now)
        self.simulated.join(theirs)

    def speak(self) -> None:
        """Publish now."""
        self.world.clock.pass_(self.simulated.period_s)
        self.simulated.tick(self.world.clock.now())

    def complaints(self) -> list[str]:
        """What was not told as the world has it, of what this device sends at all."""
        wrong = []
        for quantity in sorted(self.wanted.keys() - unsent(self.profile)):
            if quantity not in self.heard:
                wrong.append(f"{self.name}: {quantity} was not heard")
                continue
            reading, value = self.heard[quantity], self.wanted[quantity]
            near = reading.value == value or (
                isinstance(value, float) and reading.value == pytest.approx(value, rel=0.02, abs=0.06)
            )
            if reading.quality is not Quality.GOOD or not near:
                wrong.append(f"{self.name}: {quantity} should be {value!r}, told {reading}")
        return wrong


def unsent(profile: Profile) -> set[str]:
    """Quantities that only stand in messages which the profile does not let simulators send."""
    said: dict[bool, set[str]] = {True: set(), False: set()}
    for message in profile.mqtt.messages if profile.mqtt else ():
        for entry in (f for f in message.fields if f.quantity):
            said[message.simulate] |= {
                fill_number(entry.quantity, n) for n in channels(entry.repeat, message.repeat)
            }
    return said[False] - said[True]


def values_of(profile: Profile) -> dict[str, Value]:
    """Something for every number that the profile can carry, whole where it is counted."""
    wanted: dict[str, Value] = {}
    for name in profile.quantities:
        row, base = glossary(name), name.rstrip("0123456789").rstrip("_")
        if row is None or row.is_text:
            continue
        usual = TYPICAL.get(name, TYPICAL.get(base, 567_000.0 if base.endswith("_wh") else 12.0))
        flag = (row.unit, row.minimum, row.maximum) == ("", 0, 1)
        inside = row.minimum <= usual <= row.maximum
        wanted[name] = 1.0 if flag else usual if inside else (row.minimum + row.maximum) / 2
    return wanted


@pytest.fixture
async def pairs(mosquitto: Mosquitto) -> AsyncIterator[list[Pair]]:
    """Every MQTT profile at one broker, subscribed and connected."""
    async with AsyncExitStack() as stack:
        clients = [
            MqttClient(Broker(mosquitto.host, mosquitto.port), uuid.uuid4().hex, keep_session=False)
            for _ in range(2)
        ]
        for client in clients:
            client.start()
            stack.push_async_callback(client.stop)
        await until(lambda: all(client.connected for client in clients))
        made = [Pair(name, *clients) for name in NAMES]
        await asyncio.sleep(0.2)  # subscriptions are on their way
        yield made


async def test_every_profile_is_heard_through_a_broker(pairs: list[Pair]) -> None:
    """Each profile's messages go through Mosquitto, and every number comes out as the world gave it."""
    for pair in pairs:
        pair.speak()
    await until(lambda: all(pair.heard for pair in pairs))
    await asyncio.sleep(0.2)
    complaints = [text for pair in pairs for text in pair.complaints()]
    assert not complaints, "\n".join(complaints)
    assert len(NAMES) >= 5


async def test_every_command_goes_through_a_broker(pairs: list[Pair]) -> None:
    """On and off of each commanded output reach the simulated device with the right value."""
    told: list[str] = []
    for pair in pairs:
        for quantity, entry in pair.profile.commands.items():
            value = 1.0 if entry.value is None else entry.value.maximum
            for wanted in (value, 0.0) if entry.off else (value,):
                before = len(pair.world.told)
                await pair.device.command(Command(pair.name, quantity, wanted, 60.0 if wanted else 0.0))
                await until(lambda: len(pair.world.told) > before)  # noqa: B023 - awaited in this very turn
                if pair.world.told[-1] != (pair.name, quantity, wanted):
                    told.append(f"{pair.name}: {quantity} = {wanted:g} became {pair.world.told[-1]}")
    assert told == []
