"""The poller: who is asked when, what lands in the table, and that nobody's silence or mistake reaches the others."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime

import pytest

from controller.poller import RETRY_ONCE_S, Poller
from drivers.errors import ExceptionReply
from drivers.reading import Quality, Reading
from tests.controller.stations import EPOCH, FakeDevice, HandClock, good, settle, silence


def poller_of(clock: HandClock, *devices: FakeDevice, buses: dict[str, str] | None = None) -> Poller:
    """A poller of these devices; all on bus "b" unless said otherwise."""
    bus_of = {device.id: (buses or {}).get(device.id, "b") for device in devices}
    return Poller({device.id: device for device in devices}, bus_of, clock.now)  # type: ignore[misc]


async def test_each_class_is_asked_in_its_own_period() -> None:
    """In stepped time a class is asked when its period has passed, not before."""
    clock, device = HandClock(), FakeDevice("a", {"fast": 2.0, "slow": 60.0})
    poller = poller_of(clock, device)
    for _ in range(121):
        await poller.poll_due(clock.now())
        clock.pass_(1.0)
    assert device.asked.count("fast") == 61
    assert device.asked.count("slow") == 3


async def test_what_is_read_once_is_asked_again_only_until_it_answers() -> None:
    """The class "once" is retried every minute while it fails, and never again after its answer."""
    clock = HandClock()
    device = FakeDevice("a", {"once": 3600.0}, {"once": silence("a")})
    poller = poller_of(clock, device)
    for _ in range(int(3 * RETRY_ONCE_S)):
        await poller.poll_due(clock.now())
        clock.pass_(1.0)
    assert len(device.asked) == 3
    device.answers["once"] = [Reading("a", "serial_number", "x1")]
    for _ in range(1000):
        await poller.poll_due(clock.now())
        clock.pass_(10.0)
    assert len(device.asked) == 4
    assert poller.health["a"].ok


async def test_the_snapshot_is_frozen() -> None:
    """What comes in after a snapshot was taken does not change it."""
    clock, device = HandClock(), FakeDevice("a", answers={"fast": [good("a", "power_w", 1.0)]})
    poller = poller_of(clock, device)
    await poller.poll_due(clock.now())
    first = poller.snapshot(clock.now(), None, (), frozenset())
    device.answers["fast"] = [good("a", "power_w", 2.0)]
    await poller.poll_due(clock.pass_(1.0))
    second = poller.snapshot(clock.now(), None, (), frozenset())
    assert first.readings[("a", "power_w")].value == 1.0
    assert second.readings[("a", "power_w")].value == 2.0
    assert second.readings[("a", "power_w")].mono_s == first.readings[("a", "power_w")].mono_s + 1.0


async def test_an_unchanged_value_is_as_fresh_as_its_last_answer() -> None:
    """The same value again carries the time of the latest answer: only silence makes a value stale."""
    clock, device = HandClock(), FakeDevice("a", answers={"fast": [good("a", "power_w", 0.0)]})
    poller = poller_of(clock, device)
    for _ in range(5):
        await poller.poll_due(clock.pass_(1.0))
    assert (
        poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "power_w")].mono_s == clock.mono_s
    )


def reported(value: float, epoch_s: float) -> Reading:
    """A value with the device's own time."""
    return Reading("a", "vwc", value, Quality.GOOD, datetime.fromtimestamp(epoch_s, UTC))


async def test_an_old_uplink_does_not_overwrite_a_newer_value() -> None:
    """A late LoRaWAN uplink is dropped; a newer one is stored at the time it was measured, not at its arrival."""
    clock = HandClock(5000.0)
    poller = poller_of(clock, FakeDevice("a", {}))
    poller.deliver([reported(0.20, EPOCH + 4990.0)])
    poller.deliver([reported(0.35, EPOCH + 4000.0)])
    sample = poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "vwc")]
    assert (sample.value, sample.mono_s) == (0.20, 4990.0)
    poller.deliver([reported(0.21, EPOCH + 4995.0)])
    assert poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "vwc")].value == 0.21


async def test_a_device_whose_clock_is_ahead_counts_as_now() -> None:
    """A payload from the future is not fresher than now, so that it goes stale like any other."""
    clock = HandClock()
    poller = poller_of(clock, FakeDevice("a", {}))
    poller.deliver([reported(0.2, EPOCH + clock.mono_s + 9e5)])
    assert poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "vwc")].mono_s == clock.mono_s


async def test_an_untrusted_wall_clock_does_not_date_uplinks() -> None:
    """While the wall clock may be wrong, arrival is all that is known."""
    clock = HandClock(trusted=False)
    poller = poller_of(clock, FakeDevice("a", {}))
    poller.deliver([reported(0.2, EPOCH - 9e6)])
    assert poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "vwc")].mono_s == clock.mono_s


async def test_the_last_word_of_a_device_is_kept_with_its_quality() -> None:
    """A suspect value stands in the table as the device said it, and no decision may use it."""
    clock = HandClock()
    device = FakeDevice("a", answers={"fast": [good("a", "power_w", 5.0)]})
    poller = poller_of(clock, device)
    await poller.poll_due(clock.now())
    device.answers["fast"] = [Reading("a", "power_w", 9e9, Quality.SUSPECT)]
    await poller.poll_due(clock.pass_(1.0))
    sample = poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "power_w")]
    assert (sample.value, sample.quality) == (9e9, Quality.SUSPECT)


async def test_a_failed_poll_leaves_the_old_sample_to_go_stale() -> None:
    """Silence changes no sample: its age alone tells."""
    clock = HandClock()
    device = FakeDevice("a", answers={"fast": [good("a", "power_w", 5.0)]})
    poller = poller_of(clock, device)
    await poller.poll_due(clock.now())
    device.answers["fast"] = silence("a")
    await poller.poll_due(clock.pass_(30.0))
    sample = poller.snapshot(clock.now(), None, (), frozenset()).readings[("a", "power_w")]
    assert sample.mono_s == clock.mono_s - 30.0
    assert not poller.health["a"].ok
    assert poller.health["a"].key == "TimeOut"


async def test_a_dead_device_does_not_delay_another_bus() -> None:
    """While a device of one bus hangs in its time-out, the other bus is polled in its period."""
    clock = HandClock()
    dead, alive = FakeDevice("dead", gate=asyncio.Event()), FakeDevice("alive")
    poller = poller_of(clock, dead, alive, buses={"dead": "x", "alive": "y"})
    task = asyncio.create_task(poller.run(clock))
    await settle(400)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert len(dead.asked) == 1
    assert len(alive.asked) > 10


async def test_a_mistake_about_one_device_stops_no_poll(caplog: pytest.LogCaptureFixture) -> None:
    """An exception that is no DriverError is logged once with its traceback, shown in the health, and polling goes on."""
    clock = HandClock()
    bad, fine = FakeDevice("bad", answers={"fast": ValueError("mistake")}), FakeDevice("fine")
    fine.answers["fast"] = [good("fine", "power_w", 1.0)]
    poller = poller_of(clock, bad, fine)
    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(poller.run(clock))
        await settle(400)
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert len(bad.asked) > 5
    assert len(fine.asked) > 5
    assert (poller.health["bad"].ok, poller.health["bad"].error) == (False, "mistake")
    assert poller.health["fine"].ok
    assert sum("reading bad (fast) failed" in record.message for record in caplog.records) == 1


async def test_a_poller_without_anything_to_poll_does_not_end() -> None:
    """A site whose devices all speak by themselves keeps its poller: a task that ends would end the daemon."""
    poller = poller_of(HandClock(), FakeDevice("mqtt", {}))
    task = asyncio.create_task(poller.run(HandClock()))
    await settle()
    assert not task.done()
    task.cancel()


async def test_a_device_that_answers_in_part_is_told_so_without_flapping(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One class that always fails beside one that always answers: ok with an error text, and one line in the log."""
    clock = HandClock()
    device = FakeDevice(
        "a", {"fast": 1.0, "slow": 1.0}, {"fast": [good("a", "power_w", 1.0)], "slow": silence("a")}
    )
    poller = poller_of(clock, device)
    with caplog.at_level(logging.INFO):
        for _ in range(10):
            await poller.poll_due(clock.pass_(1.0))
    health = poller.health["a"]
    assert (health.ok, health.key) == (True, "TimeOut")
    assert len(caplog.records) == 1
    device.answers["slow"] = []
    await poller.poll_due(clock.pass_(1.0))
    assert poller.health["a"].error == ""


async def test_what_of_a_device_fails_is_kept_with_its_health() -> None:
    """The registers of its problems, once each, while there are any; the device itself is well."""
    clock = HandClock()
    device = FakeDevice("a", answers={"fast": [good("a", "power_w", 1.0)]})
    poller = poller_of(clock, device)
    told = []
    for registers in ("", "holding 5/holding 9/holding 5", ""):
        names = registers.split("/") if registers else []
        device.problems = tuple(ExceptionReply(2, registers=name) for name in names)
        await poller.poll_due(clock.pass_(1.0))
        health = poller.health["a"]
        told.append((health.ok, health.key, health.registers))
    assert told == [(True, "", ""), (True, "ExceptionReply", "holding 5, holding 9"), (True, "", "")]


async def test_silence_and_return_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A device that falls silent for an hour and returns leaves two lines, and counts its failures."""
    clock = HandClock()
    device = FakeDevice("a", answers={"fast": [good("a", "power_w", 1.0)]})
    poller = poller_of(clock, device)
    with caplog.at_level(logging.INFO):
        await poller.poll_due(clock.now())
        device.answers["fast"] = silence("a")
        for _ in range(3600):
            await poller.poll_due(clock.pass_(1.0))
        assert poller.health["a"].failures == 3600
        device.answers["fast"] = [good("a", "power_w", 1.0)]
        await poller.poll_due(clock.pass_(1.0))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert poller.health["a"].failures == 0


async def test_an_offline_mqtt_device_is_not_healthy() -> None:
    """A last will that makes every value absent shows in the health; the next message ends it."""
    clock, device = HandClock(), FakeDevice("a", {})
    poller = poller_of(clock, device)
    poller.listen()
    assert device.deliver is not None
    device.deliver([good("a", "switch_1", 1.0)], None)
    assert poller.health["a"].ok
    device.deliver([Reading("a", "switch_1", None, Quality.ABSENT)], None)
    assert (poller.health["a"].ok, poller.health["a"].key) == (False, "Offline")
    device.deliver([good("a", "switch_1", 1.0)], None)
    assert (poller.health["a"].ok, poller.health["a"].error) == (True, "")


async def test_messages_are_acknowledged_once_and_only_after_their_commit() -> None:
    """What was delivered before the commit is acknowledged, what came after it waits."""
    clock, told = HandClock(), []
    poller = poller_of(clock, FakeDevice("a", {}))
    for name in ("one", "two", "three"):
        poller.deliver([good("a", "vwc", 0.2)], lambda name=name: told.append(name))  # type: ignore[misc]
        clock.pass_(10.0)
    assert poller.unacknowledged == 3
    poller.acknowledge(1015.0)
    assert told == ["one", "two"]
    poller.acknowledge(1015.0)
    assert told == ["one", "two"]
    poller.acknowledge(2000.0)
    assert (told, poller.unacknowledged) == (["one", "two", "three"], 0)
