"""`tirta scan` on a network address: which ports are open, and what answers there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace

from drivers.errors import Disconnected
from drivers.modbus_url import Connection
from drivers.profile_model import Profile
from drivers.scan import Progress, Report, scan
from drivers.scan_line import ScanLine
from drivers.scan_plan import Stop, calls_at

NETWORK_PATIENCE_S = 0.6


async def open_ports(
    host: str, ports: Iterable[int], patience_s: float = 1.5
) -> tuple[list[int], list[Disconnected]]:
    """Which ports of a host take a connection, and why the others do not; all at once."""

    async def knock(port: int) -> Disconnected | None:
        on = ScanLine(Connection("tcp", host=host, port=port), patience_s)
        try:
            await on.open()
        except Disconnected as error:
            return error
        finally:
            on.close()
        return None

    listed = list(ports)
    answers = await asyncio.gather(*(knock(port) for port in listed))
    found = [port for port, answer in zip(listed, answers, strict=True) if answer is None]
    return found, [answer for answer in answers if answer is not None]


def network_stops(profiles: Sequence[Profile], host: str, ports: Iterable[int], *, full: bool) -> list[Stop]:
    """The sweep of open ports, each as Modbus TCP."""
    calls = calls_at(profiles, None, full=full)
    return [Stop(Connection("tcp", host=host, port=port), calls, NETWORK_PATIENCE_S) for port in ports]


async def scan_network(
    stops: Sequence[Stop], profiles: Sequence[Profile], report: Report, progress: Progress = lambda *_: None
) -> None:
    """As `scan`; a port that says nothing as Modbus TCP is tried as RTU over TCP (transparent gateways)."""
    for stop in stops:
        before = len(report.hits)
        await scan([stop], profiles, report, progress)
        if len(report.hits) == before and not _refused(report, stop):
            other = replace(stop.connection, kind="rtu+tcp")
            await scan([replace(stop, connection=other)], profiles, report, progress)


def _refused(report: Report, stop: Stop) -> bool:
    return any(connection == stop.connection for connection, _ in report.unreachable)
