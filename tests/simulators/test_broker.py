"""The broker in process: order, retained messages, wildcards."""

from __future__ import annotations

import contextlib

from simulators.broker import LoopbackBroker


class Ear:
    """A subscriber that keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, bytes]] = []

    def __call__(self, topic: str, payload: bytes, ack: object) -> None:
        self.heard.append((topic, payload))


def test_what_matches_is_delivered_before_publish_returns() -> None:
    """Exact topics and wildcards, each subscriber once."""
    broker, exact, plus, rest, other = LoopbackBroker(), Ear(), Ear(), Ear(), Ear()
    for pattern, ear in (("a/b/c", exact), ("a/+/c", plus), ("a/#", rest), ("a/b", other)):
        broker.subscribe(pattern, ear)
    broker.publish("a/b/c", b"1")
    assert [ear.heard for ear in (exact, plus, rest, other)] == [[("a/b/c", b"1")]] * 3 + [[]]


def test_a_later_subscriber_is_heard_too() -> None:
    """A topic that was published before is matched anew when somebody subscribes."""
    broker, first, second = LoopbackBroker(), Ear(), Ear()
    broker.subscribe("a", first)
    broker.publish("a", b"1")
    broker.subscribe("a", second)
    broker.publish("a", b"2")
    assert (len(first.heard), second.heard) == (2, [("a", b"2")])


def test_only_retained_messages_are_kept() -> None:
    """Who subscribes later gets the last retained message, unless it does not want old ones."""
    broker, wants, fresh = LoopbackBroker(), Ear(), Ear()
    broker.publish("state", b"old", retain=True)
    broker.publish("state", b"new", retain=True)
    broker.publish("measured", b"1")
    broker.subscribe("+", wants)
    broker.subscribe("+", fresh, retained=False)
    assert wants.heard == [("state", b"new")]
    assert fresh.heard == []


def test_an_answer_comes_after_the_question() -> None:
    """What a handler publishes is delivered after the message that it answers, to everybody."""
    broker, ear = LoopbackBroker(), Ear()

    def device(topic: str, payload: bytes, ack: object) -> None:
        if payload == b"on":
            broker.publish("state", b"is on")
            broker.publish("set", b"heard")

    broker.subscribe("set", device)
    broker.subscribe("#", ear)
    broker.publish("set", b"on")
    assert ear.heard == [("set", b"on"), ("state", b"is on"), ("set", b"heard")]


def test_a_handler_that_fails_does_not_block_the_broker() -> None:
    """After an exception the next message is delivered, and nothing twice."""
    broker, ear = LoopbackBroker(), Ear()
    angry = [True]

    def device(topic: str, payload: bytes, ack: object) -> None:
        if angry:
            angry.clear()
            raise ValueError

    broker.subscribe("a", device)
    broker.subscribe("a", ear)
    with contextlib.suppress(ValueError):
        broker.publish("a", b"1")
    broker.publish("a", b"2")
    assert ear.heard[-1] == ("a", b"2")
