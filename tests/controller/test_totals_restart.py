"""A restart of the whole controller: its totals go on, so that no database falls and no book counts twice."""

from __future__ import annotations

import contextlib
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from drivers.device import Counting
from drivers.errors import DriverError
from tests.controller.test_app import Station


async def test_the_daemon_keeps_its_totals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every counter that the first daemon read is given to the second one before it reads anything."""
    station = Station(tmp_path, monkeypatch)
    before = station.build()
    for device in before.controller.poller.devices.values():
        for poll in device.polls:
            with contextlib.suppress(DriverError):
                await device.read(poll)
    kept = {
        name: one.totals
        for name, one in before.controller.poller.devices.items()
        if isinstance(one, Counting)
    }
    await station.stack.aclose()
    assert any(kept.values())
    station.stack = AsyncExitStack()
    after = station.build().controller.poller.devices
    assert {name: one.totals for name, one in after.items() if isinstance(one, Counting)} == kept
    await station.stack.aclose()
