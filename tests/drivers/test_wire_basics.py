"""Connection URLs, error texts and the log filter: what a technician reads when something is wrong."""

from __future__ import annotations

import logging

import pytest

from drivers import errors, line
from drivers.errors import DriverError, ExceptionReply, Refused, TimeOut
from drivers.modbus_url import Connection, parse_connection


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("tcp://10.0.0.5", Connection("tcp", "10.0.0.5", 502)),
        ("tcp://[::1]:1502", Connection("tcp", "::1", 1502)),
        ("rtu+tcp://gw:4196", Connection("rtu+tcp", "gw", 4196)),
        ("rtu:///dev/ttyUSB0", Connection("rtu", device="/dev/ttyUSB0")),
        (
            "rtu:///dev/serial/by-id/x?baud=2400&parity=e&stop=2",
            Connection("rtu", device="/dev/serial/by-id/x", baud=2400, parity="E", stop=2),
        ),
    ],
)
def test_urls_are_read_and_written(url: str, expected: Connection) -> None:
    """Each form gives its connection, and the canonical URL gives the same connection again."""
    assert parse_connection(url) == expected
    assert parse_connection(expected.url) == expected


def test_a_profiles_serial_defaults_fill_what_the_url_leaves_out() -> None:
    """Baud, parity and stop bits of the profile hold unless the URL says otherwise."""
    got = parse_connection("rtu:///dev/ttyS0?stop=1", baud=19200, parity="E", stop=2)
    assert (got.baud, got.parity, got.stop) == (19200, "E", 1)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("", "unknown kind"), ("udp://x", "unknown kind"), ("tcp://", "no host"), ("tcp://h:0", "port"),
        ("tcp://h:70000", "port"), ("tcp://h:1/x", "nothing may follow"), ("tcp://h:1?baud=1", "nothing may follow"),
        ("rtu://dev/ttyUSB0", "three slashes"), ("rtu:ttyUSB0", "three slashes"), ("rtu:///dev/x?baud=", "baud="),
        ("rtu:///dev/x?baud=12345", "12345"), ("rtu:///dev/x?parity=X", "parity=X"), ("rtu:///dev/x?stop=3", "stop=3"),
        ("rtu:///dev/x?speed=9600", "'speed'"),
    ],
)  # fmt: skip
def test_wrong_urls_are_refused_with_the_reason(url: str, why: str) -> None:
    """Each mistake is named, with how to write it right."""
    with pytest.raises(Refused) as raised:
        parse_connection(url)
    assert why in raised.value.what
    assert "rtu:///dev/ttyUSB0" in raised.value.hint


def test_gaps_follow_the_baud_rate() -> None:
    """3.5 characters on the wire, but never less than 5 ms; none on Modbus TCP."""
    gap = {
        url: parse_connection(url).frame_gap_s
        for url in ("tcp://h", "rtu+tcp://h:1", "rtu:///dev/x?baud=1200")
    }
    assert gap == {
        "tcp://h": 0.0,
        "rtu+tcp://h:1": 0.005,
        "rtu:///dev/x?baud=1200": pytest.approx(3.5 * 10 / 1200),
    }
    assert parse_connection("rtu:///dev/x?baud=115200").frame_gap_s == 0.005


def test_an_error_says_who_what_why_and_what_to_do() -> None:
    """The text holds device, unit, registers, bus, the event, its meaning and the hint; params hold the same for translation."""
    error = TimeOut(
        "no answer within 1 s", hint="Check the wires", device="pump", bus="rtu:///dev/x", unit=3,
        registers="holding 5", params={"seconds": 1.0},
    )  # fmt: skip
    assert str(error) == (
        "pump (unit 3, holding 5) on rtu:///dev/x: no answer within 1 s. The device is off, not connected, or listens on "
        "another address, baud rate or parity. Check the wires"
    )
    assert error.params == {
        "device": "pump", "bus": "rtu:///dev/x", "unit": "3", "registers": "holding 5", "what": "no answer within 1 s",
        "seconds": 1.0,
    }  # fmt: skip


def test_every_error_has_a_key_of_its_own() -> None:
    """The tree is flat, and each kind can be translated and told apart by its key."""
    kinds = DriverError.__subclasses__()
    assert {kind.__name__ for kind in kinds} == set(errors.__dict__) & {
        "TimeOut", "BadReply", "ExceptionReply", "Disconnected", "BackingOff", "Refused",
    }  # fmt: skip
    assert len({kind.key for kind in kinds}) == len(kinds) == 6
    assert all(kind.means for kind in kinds)


@pytest.mark.parametrize("code", [*range(1, 12), 99])
def test_every_exception_code_is_explained(code: int) -> None:
    """All codes of the specification, and unknown ones, come with a name and a hint."""
    error = ExceptionReply(code)
    assert error.params["code"] == code
    assert f"exception {code} (" in error.what
    assert len(error.hint) > 20


def test_a_repeated_log_line_passes_once_a_period(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a thousand equal lines one passes per minute, and another text is not held back by it."""
    now = [0.0]
    monkeypatch.setattr(line, "monotonic", lambda: now[0])
    limit = line.RateLimit(60.0)

    def passes(text: str) -> bool:
        return bool(limit.filter(logging.LogRecord("x", logging.ERROR, "", 0, text, None, None)))

    assert sum(passes("dead") for _ in range(1000)) == 1
    assert passes("other")
    now[0] = 61.0
    assert passes("dead")
