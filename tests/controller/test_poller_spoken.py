"""Messages that are said again: the same readings once more, stamped anew."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.poller import SPOKEN, Poller
from drivers.reading import Quality, Reading
from tests.controller.stations import FakeDevice, HandClock, good


def poller_of(clock: HandClock) -> Poller:
    """A poller of two devices that speak by themselves."""
    devices = {name: FakeDevice(name, {}) for name in "ab"}
    return Poller(devices, dict.fromkeys(devices, "radio"), clock.now)  # type: ignore[arg-type]


MESSAGES = [
    tuple(good(device, name, float(number)) for name in names)
    for device in "ab"
    for number in range(3)
    for names in (("x", "y"), ("y",), ("x", "z"))
]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(MESSAGES), st.booleans(), st.floats(0.0, 90.0)), max_size=40))
def test_the_table_holds_the_last_word_of_each_at_its_time(
    said: list[tuple[tuple[Reading, ...], bool, float]],
) -> None:
    """The same object, an equal copy or something else: the table is what the last message of each quantity said, then."""
    clock, expected = HandClock(), dict[tuple[str, str], tuple[object, Quality, float]]()
    poller = poller_of(clock)
    for message, copied, wait_s in said:
        clock.pass_(wait_s)
        poller.deliver(tuple(Reading(*one) for one in message) if copied else message)
        for one in message:
            expected[one.device, one.quantity] = (one.value, one.quality, clock.mono_s)
    readings = poller.snapshot(clock.now(), None, (), frozenset()).readings
    assert {key: (one.value, one.quality, one.mono_s) for key, one in readings.items()} == expected


def test_messages_that_never_come_again_are_not_kept() -> None:
    """A year of messages that are all different takes no memory."""
    clock = HandClock()
    poller = poller_of(clock)
    for number in range(10 * SPOKEN):
        clock.pass_(60.0)
        poller.deliver((good("a", "x", float(number)),))
    assert len(poller._spoken) <= SPOKEN
    assert poller.snapshot(clock.now(), None, (), frozenset()).readings["a", "x"].value == 10.0 * SPOKEN - 1
