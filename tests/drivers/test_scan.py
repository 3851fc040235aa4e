"""`drivers.scan` on real ptys and sockets: what hangs there, at which speed, and what it is."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from drivers.modbus_url import Connection
from drivers.profile import load_profile
from drivers.profile_model import Profile
from drivers.scan import Report, scan
from drivers.scan_network import scan_network
from drivers.scan_plan import PLAIN, Call, Format, Stop, calls_at
from simulators.cable import Cable
from simulators.pty_server import PtyServer
from tests.drivers.cables import on_pty, on_tcp, rtu, station
from tests.services import free_port
from tests.waiting import until

SLOW, FAST = Format(4800), Format(9600)
PATIENCE_S = 0.25
NAMES = (
    "sn-3002-soil-7in1",
    "sdm120",
    "sunspec-inverter",
    "rs-ra-pyranometer",
    "sn-3001-rain",
    "qdy30a",
    "growatt-tl-x",
)


@pytest.fixture(scope="module")
def profiles() -> tuple[Profile, ...]:
    """A handful of the library: look-alikes and others."""
    return tuple(load_profile(name) for name in NAMES)


def stop(connection: Connection, *units: int) -> Stop:
    """A place with these units."""
    return Stop(connection, tuple(Call(unit, PLAIN) for unit in units), PATIENCE_S)


async def found(stops: Sequence[Stop], profiles: Sequence[Profile]) -> Report:
    """The report of a scan."""
    report = Report()
    await scan(stops, profiles, report)
    return report


async def test_devices_of_different_speeds_on_one_cable(
    tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """Each device is found at its own speed and recognised, though two have the same address; nothing was written."""
    cable, path = await on_pty(
        cleanup, tmp_path, station("sn-3002-soil-7in1", 1, (4800, 1)), station("sdm120", 1, (9600, 1)),
        station("sunspec-inverter", 3, (9600, 1)),
    )  # fmt: skip
    report = await found([stop(rtu(path, FAST), 1, 2, 3), stop(rtu(path, SLOW), 1, 3)], profiles)
    seen = {(h.connection.baud, h.unit): h.verdict.chosen.label for h in report.hits if h.verdict.chosen}
    assert seen == {(9600, 1): "sdm120", (9600, 3): "sunspec-inverter", (4800, 1): "sn-3002-soil-7in1"}
    assert not report.noise
    assert cable.writes == []


async def test_two_on_one_address_are_told_and_nothing_is_guessed(
    tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """Garbled answers are reported with their address; a good device beside them is found all the same."""
    _, path = await on_pty(
        cleanup, tmp_path, station("rs-ra-pyranometer", 1), station("qdy30a", 1), station("sdm120", 2)
    )
    report = await found([stop(rtu(path, FAST), 1, 2)], profiles)
    assert [unit for _, unit in report.noise] == [1]
    assert [hit.unit for hit in report.hits] == [2]


async def test_a_device_that_answers_at_every_speed_is_one_device(
    tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """The same address with the same profile at another speed is named as such, not listed twice."""
    _, path = await on_pty(cleanup, tmp_path, station("sdm120", 2, None))
    report = await found([stop(rtu(path, FAST), 2), stop(rtu(path, SLOW), 2)], profiles)
    assert [(hit.unit, hit.also) for hit in report.hits] == [(2, ["4800 8N1"])]


async def test_an_unknown_address_is_found_by_the_any_address(
    tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """Alone on the cable a Renke probe at 77 answers 255, and tells where it really is."""
    _, path = await on_pty(cleanup, tmp_path, station("sn-3002-soil-7in1", 77, (4800, 1)))
    calls = tuple(call for call in calls_at(profiles, SLOW, full=False) if call.find)
    assert [call.unit for call in calls] == [255]
    report = await found([Stop(rtu(path, SLOW), calls, PATIENCE_S)], profiles)
    assert [(hit.unit, hit.find) for hit in report.hits] == [(77, False)]


@pytest.mark.parametrize("framing", ["tcp", "rtu+tcp"])
async def test_a_network_gateway(
    framing: str, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """A port that is silent as Modbus TCP is tried as RTU over TCP; devices behind both are recognised."""
    _, connection = await on_tcp(
        cleanup, station("sdm120", 2), station("growatt-tl-x", 5), rtu=framing != "tcp"
    )
    report = Report()
    place = Connection("tcp", host=connection.host, port=connection.port)
    await scan_network([stop(place, 2, 5)], profiles, report)
    seen = {(h.connection.kind, h.unit): h.verdict.chosen.label for h in report.hits if h.verdict.chosen}
    assert seen == {(framing, 2): "sdm120", (framing, 5): "growatt-tl-x"}


async def test_a_device_that_answers_to_every_unit_is_one(
    cleanup: AsyncExitStack, profiles: tuple[Profile, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network device that does not care for the unit is listed once, at its profile's own."""
    monkeypatch.setattr(Cable, "_hearing", lambda self, _unit: self.stations)
    _, connection = await on_tcp(cleanup, station("sdm120", 2))
    report = await found([stop(connection, 4, 2, 1)], profiles)
    assert [(hit.unit, hit.any_unit) for hit in report.hits] == [(1, True)]


async def test_what_cannot_be_opened_is_told(tmp_path: Path, profiles: tuple[Profile, ...]) -> None:
    """A port that is not there or refused ends in a reason, at once, not in an exception."""
    missing = await found([stop(rtu(str(tmp_path / "none"), line), 1) for line in (FAST, SLOW)], profiles)
    assert [error.params["case"] for _, error in missing.unreachable] == ["port_missing"]
    refused = await found([stop(Connection("tcp", host="127.0.0.1", port=free_port()), 1)], profiles)
    assert [error.params["case"] for _, error in refused.unreachable] == ["refused"]
    assert (missing.opened, refused.opened) == (0, 0)


async def test_a_cancelled_scan_keeps_what_it_found_and_frees_the_port(
    tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """After a cancel the report holds the devices so far, and the port opens again."""
    _, path = await on_pty(cleanup, tmp_path, station("sdm120", 1, (9600, 1)))
    report = Report()
    stops = [stop(rtu(path, FAST), 1), stop(rtu(path, SLOW), *range(2, 200))]
    task = asyncio.create_task(scan(stops, profiles, report))
    await until(lambda: report.hits and report.hits[0].verdict.chosen)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    again = await found([stop(rtu(path, FAST), 1)], profiles)
    assert [hit.unit for hit in report.hits] == [hit.unit for hit in again.hits] == [1]


@pytest.mark.parametrize("end", ["cancel", "unplug"])
async def test_who_answered_is_not_lost_when_the_sweep_ends_early(
    end: str, tmp_path: Path, cleanup: AsyncExitStack, profiles: tuple[Profile, ...]
) -> None:
    """A device that was heard, but not looked at yet, stands in the report as such; an adapter that is gone is told."""
    server = PtyServer(Cable([station("sdm120", 1, None)]), tmp_path / "ttyRS485", 0)
    await server.start()
    cleanup.push_async_callback(server.stop)
    report = Report()
    task = asyncio.create_task(scan([stop(rtu(str(server.path), FAST), *range(1, 100))], profiles, report))
    await until(lambda: report.hits)
    if end == "cancel":
        task.cancel()
    else:
        await server.stop()
    await asyncio.gather(task, return_exceptions=True)
    assert [(hit.unit, hit.looked) for hit in report.hits] == [(1, False)]
    cases = [error.params["case"] for _, error in report.unreachable]
    assert cases == ([] if end == "cancel" else ["port_missing"])
