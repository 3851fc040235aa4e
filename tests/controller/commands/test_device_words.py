"""What the commands that talk to devices say when it goes wrong: true, in the reader's language, with something to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from controller.commands.probe import fitting
from controller.commands.readdress import INDONESIAN, SIGNS, _interrupted, _words
from controller.commands.scan_texts import hit_lines, lost_lines, noise_lines
from controller.commands.scan_words import known_host, place_of
from controller.commands.wire_words import why_not
from controller.errors import TirtaError
from drivers.errors import Disconnected, DriverError, TimeOut
from drivers.modbus_url import Connection, parse_connection
from drivers.mqtt import parse_broker
from drivers.probe import no_topic
from drivers.profile import load_profile
from drivers.reach import story
from drivers.readdress import recipe_of
from drivers.readdress_guard import Move
from drivers.scan import Hit, Report
from drivers.scan_judge import Misfit

SOIL = "sn-3002-soil-7in1"
PORT = Connection("rtu", device="/dev/ttyUSB0")
GATEWAY = Connection("tcp", host="127.0.0.1", port=502)


@pytest.fixture
def indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader speaks Indonesian."""
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")


def gone(case: str, connection: Connection) -> Disconnected:
    """A lost connection."""
    what, hint = story(case)
    return Disconnected(what, hint=hint, bus=connection.url, params={"case": case})


def error_of(wrong: Callable[[], object]) -> DriverError:
    """What a call raises."""
    with pytest.raises(DriverError) as error:
        wrong()
    return error.value


@pytest.mark.parametrize(
    ("wrong", "says", "help_"),
    [
        (lambda: parse_connection("ttyUSB0"), "ini bukan sambungan: ttyUSB0", "rtu:///dev/ttyUSB0"),
        (lambda: parse_connection("mqtt://x"), "profil ini untuk Modbus", "tirta devices"),
        (
            lambda: parse_broker("tcp://u:secret@x"),
            "ini bukan broker MQTT: tcp://x",
            "mqtt://host:port/topic",
        ),
    ],
)
@pytest.mark.usefixtures("indonesian")
def test_a_wrong_connection(wrong: Callable[[], object], says: str, help_: str) -> None:
    """A connection that is written wrong is told in Indonesian, with how it is written, and without a password."""
    message, hint = why_not(error_of(wrong))
    assert says in message
    assert help_ in hint
    assert "secret" not in message


@pytest.mark.usefixtures("indonesian")
def test_a_broker_without_topic() -> None:
    """The topic is missing, and nobody is sent to check the cable for it."""
    message, hint = why_not(no_topic(parse_broker("mqtt://127.0.0.1")[0]))
    assert "topic belum ditulis" in message
    assert hint == "mqtt://host:port/topic"


def test_english_promises_nothing_that_a_command_does_not_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command that ends does not say that it tries again; what is forbidden names the words to type; silence may be two."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert "again" not in " ".join(why_not(gone("port_missing", PORT)))
    assert "usermod -aG dialout" in why_not(gone("port_forbidden", PORT))[1]
    silent = TimeOut("no answer within 1 s", device="probe", unit=3, params={"seconds": 1.0})
    assert why_not(silent)[0].startswith("(unit 3)")
    assert "Two devices with one address" in why_not(silent)[1]


@pytest.mark.usefixtures("indonesian")
def test_a_scan_that_ends_early_says_so() -> None:
    """A device that was not looked at is no unknown model; a pulled adapter is no silent cable; one reason is said once."""
    assert "berakhir sebelum dikenali" in "".join(hit_lines(Hit(PORT, 5)))
    pulled = "".join(lost_lines(Report(opened=1, unreachable=[(PORT, gone("port_missing", PORT))])))
    assert "di tengah pencarian" in pulled
    many = [(Connection("tcp", host="x", port=n), gone("unknown_host", GATEWAY)) for n in (1, 2, 3)]
    assert len(list(lost_lines(Report(unreachable=many)))) == 1


@pytest.mark.usefixtures("indonesian")
def test_noise_is_told_once_a_place() -> None:
    """Garbled addresses of a cable share a line; a network port that speaks something else is not two devices on one address."""
    cable = list(noise_lines(Report(noise=[(PORT, 1), (PORT, 11)])))
    assert [("alamat 1, 11: jawaban kacau" in line) for line in cable] == [True]
    network = list(noise_lines(Report(noise=[(GATEWAY, 1), (GATEWAY, 2)])))
    assert [("bukan Modbus TCP" in line) for line in network] == [True]
    assert list(noise_lines(Report(hits=[Hit(GATEWAY, 1)], noise=[(GATEWAY, 2)]))) == []


def test_where_a_scan_goes(tmp_path: Path) -> None:
    """ttyUSB0 is a port, a host stays one, an address in numbers must be whole, a folder is neither."""
    assert place_of("ttyUSB77") == "/dev/ttyUSB77"
    assert place_of("gateway.local:502") == "gateway.local:502"
    assert known_host("192.168.1.50") == "192.168.1.50"
    with pytest.raises(TirtaError):
        known_host("192.168.1")
    with pytest.raises(TirtaError):
        place_of(str(tmp_path))


@pytest.mark.usefixtures("indonesian")
def test_readdress_in_indonesian() -> None:
    """Every sign of a stranger has its words; a wrong address names the range; an interruption says what was written."""
    assert {str(misfit) for misfit in Misfit} | {"address"} == set(SIGNS)
    move = Move(load_profile(SOIL), 1, 300)
    assert "hanya 1 sampai 254, bukan 300" in _words(move, error_of(lambda: recipe_of(move.profile, 300)))[0]
    no_way = _words(move, error_of(lambda: recipe_of(load_profile("growatt-spf"), 5)))
    assert no_way[1] == INDONESIAN["no_way"][1]
    assert _interrupted(written=False).endswith("tidak ada yang ditulis")
    assert "tirta scan" in _interrupted(written=True)


def test_a_narrow_window_keeps_names_and_values() -> None:
    """What does not fit is left out from the least useful on; name, value, unit, age and doubts stay; a wide one keeps all."""
    line = ("moisture (vwc)", "40001", "holding 0", "240", "00F0", "0.24", "m3/m3", "0 s", "")
    assert fitting([line], 120) == [line]
    assert fitting([line], 30) == [(line[0], *line[5:])]
    assert fitting([line], 60) == [line[:4] + line[5:]]
