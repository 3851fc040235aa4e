"""Simulated MQTT devices: every shipped profile is heard by the shipped driver, obeys it, and keeps its own time."""

from __future__ import annotations

import itertools

import pytest

from drivers.codec import settings_for
from drivers.device import make_device
from drivers.errors import Disconnected
from drivers.profile import Profile, library, load_profile
from drivers.quantities import quantity as glossary
from drivers.reading import Command, Quality, Reading, Value
from simulators.broker import LoopbackBroker
from simulators.mqtt_devices import PERIODS_PER_SILENCE, MqttDevice
from tests.drivers.devices import TEXTS
from tests.drivers.devices import device as device_of
from tests.simulators.paper import TYPICAL, Paper, settings_of

SHIPPED = [name for name in library() if load_profile(name).mqtt is not None]
SPEAKERS = [*SHIPPED, *(name for name in TEXTS if device_of(name).mqtt is not None)]


def profile_of(name: str) -> Profile:
    """A shipped profile, or a small one made for what it needs of the language."""
    return device_of(name) if name in TEXTS else load_profile(name)


SWITCHES = [name for name in SPEAKERS if profile_of(name).commands]


class Bench:
    """One simulated device and the shipped driver for it, at one broker."""

    def __init__(self, name: str) -> None:
        self.world, self.broker = Paper(), LoopbackBroker()
        profile, self.topic = profile_of(name), "A84041000181C061"
        settings = settings_of(profile)
        self.simulated = MqttDevice("it", profile, self.topic, settings, self.world, self.world.clock.now)
        self.device = make_device("it", profile, self.broker, None, settings, self.topic)
        self.heard: list[Reading] = []
        self.device.listen(lambda readings, ack: self.heard.extend(readings))
        self.sent: list[tuple[str, bytes]] = []
        self.broker.subscribe("#", lambda topic, payload, ack: self.sent.append((topic, payload)))
        self.profile, self.settings = profile, settings_for(profile, settings)

    def say(self) -> dict[str, Reading]:
        """What the driver heard in one tick, by quantity; the last word counts."""
        self.heard.clear()
        self.simulated.tick(self.world.clock.now())
        return {reading.quantity: reading for reading in self.heard}


def typical(quantity: str) -> Value:
    """A plausible value for a quantity."""
    row, base = glossary(quantity), quantity.rstrip("0123456789").rstrip("_")
    if row is not None and row.is_text:
        return "running"
    if base in ("switch", "valve", "running", "input"):
        return 1.0
    return TYPICAL.get(quantity, TYPICAL.get(base, 567_000.0 if base.endswith("_wh") else 12.0))


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_quantity_is_heard_as_the_world_has_it(name: str) -> None:
    """World value -> payload -> the driver's reading, for everything that the profile's simulated messages carry."""
    bench = Bench(name)
    texts = {q for q in bench.profile.quantities if (row := glossary(q)) is not None and row.is_text}
    wanted = {quantity: typical(quantity) for quantity in bench.profile.quantities if quantity not in texts}
    bench.world.values = {("it", quantity): value for quantity, value in wanted.items()}
    bench.simulated.join(bench.broker)
    seen = bench.say()
    good = {
        quantity
        for quantity, reading in seen.items()
        if reading.quality is Quality.GOOD and quantity in wanted
    }
    assert good, "nothing was heard"
    for quantity in good:
        assert seen[quantity].value == pytest.approx(wanted[quantity], rel=0.02, abs=0.51), quantity
    assert not {q for q, r in seen.items() if r.quality is Quality.SUSPECT}


@pytest.mark.parametrize("name", SPEAKERS)
def test_a_device_speaks_by_its_own_clock(name: str) -> None:
    """Six times within the silence after which it would count as dead, at once when asked first, never more often."""
    bench = Bench(name)
    bench.world.values = {("it", quantity): typical(quantity) for quantity in bench.profile.quantities
                          if not ((row := glossary(quantity)) and row.is_text)}  # fmt: skip
    bench.simulated.join(bench.broker)
    period = bench.simulated.period_s
    assert period == bench.profile.mqtt.stale_s / PERIODS_PER_SILENCE  # type: ignore[union-attr]
    times = []
    for _ in range(300):
        if bench.say():
            times.append(bench.world.clock.mono_s)
        bench.world.clock.pass_(period / 30.0)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert 9 <= len(times) <= 10
    assert min(gaps) >= period * 0.999


@pytest.mark.parametrize("name", SWITCHES)
def test_commands_are_obeyed_reported_and_run_out(name: str) -> None:
    """On reaches the world and is reported with the next tick; the lease runs out in plant time; off is obeyed."""
    import asyncio

    bench = Bench(name)
    bench.simulated.join(bench.broker)
    bench.say()
    quantity, entry = next(iter(bench.profile.commands.items()))
    value = 1.0 if entry.value is None else entry.value.maximum
    asyncio.run(bench.device.command(Command("it", quantity, value, 60.0)))
    assert bench.world.told[-1] == ("it", quantity, value)
    bench.world.clock.pass_(1.0)
    proof = entry.verify.quantity if entry.verify else quantity
    assert bench.say()[proof].value == value
    if entry.lease is not None:
        bench.world.clock.pass_(70.0)
        assert bench.say()[proof].value == 0.0
        assert bench.world.told[-1] == ("it", quantity, 0.0)
    asyncio.run(bench.device.command(Command("it", quantity, 0.0)))
    assert bench.world.told[-1] == ("it", quantity, 0.0)


LIMITED = [
    name
    for name in SWITCHES
    if any(c.fail_safe.kind == "device_limit" for c in profile_of(name).commands.values())
]


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_set_by_hand_ends_the_output(name: str) -> None:
    """The output falls by itself so long after the last order on, and every order on begins the time anew."""
    import asyncio

    bench = Bench(name)
    bench.simulated.join(bench.broker)
    quantity, entry = next(iter(bench.profile.commands.items()))
    limit = entry.fail_safe.max_s
    assert limit is not None
    for _ in range(2):
        asyncio.run(bench.device.command(Command("it", quantity, 1.0, 60.0)))
        bench.world.clock.pass_(0.9 * limit)
        assert bench.say()[quantity].value == 1.0
    bench.world.clock.pass_(0.2 * limit)
    assert bench.say()[quantity].value == 0.0
    assert bench.world.told[-1] == ("it", quantity, 0.0)


def test_a_silent_device_neither_speaks_nor_obeys() -> None:
    """Without power nothing is published and no command is heard."""
    import asyncio

    bench = Bench("shelly-gen2-relay")
    bench.simulated.join(bench.broker)
    bench.simulated.silent = True
    assert bench.say() == {}
    asyncio.run(bench.device.command(Command("it", "switch_1", 1.0, 60.0)))
    assert bench.world.told == []


def test_it_greets_again_after_the_broker_was_away() -> None:
    """A broker that comes back knows nothing retained: the device says that it is online again."""
    name = next(n for n in SHIPPED if load_profile(n).mqtt.availability is not None)  # type: ignore[union-attr]
    bench = Bench(name)
    bench.world.values = {("it", quantity): typical(quantity) for quantity in bench.profile.quantities
                          if not ((row := glossary(quantity)) and row.is_text)}  # fmt: skip
    bench.simulated.join(bench.broker)
    bench.say()
    hello = bench.simulated.codec.online_message(True)
    assert hello in bench.sent
    publish, bench.broker.publish = bench.broker.publish, _gone  # type: ignore[method-assign]
    bench.world.clock.pass_(bench.simulated.period_s)
    assert bench.say() == {}
    bench.broker.publish = publish  # type: ignore[method-assign]
    bench.sent.clear()
    assert bench.say()
    assert hello in bench.sent


def _gone(*_arguments: object, **_named: object) -> None:
    raise Disconnected("the broker is away", bus="b")


def test_a_total_that_falls_is_doubted_until_it_stays() -> None:
    """A valve's pulse counter that was reset: the same message again and again is another opinion each time, then it goes on."""
    bench = Bench("uc511")
    bench.simulated.join(bench.broker)
    seen = []
    for pulses in (1000.0, 20.0, 20.0, 20.0, 30.0):
        bench.world.values["it", "valve_pulses_1"] = pulses
        reading = bench.say()["valve_pulses_1"]
        seen.append((reading.value, reading.quality is Quality.GOOD))
        bench.world.clock.pass_(bench.simulated.period_s)
    assert seen == [(1000.0, True), (20.0, False), (20.0, False), (1000.0, True), (1010.0, True)]
