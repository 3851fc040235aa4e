"""A person's row while the daemon runs: through its page, with the PIN, into the very ledger that is meant."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

import pytest

from controller.commands.notes import add_note
from controller.core.site import Site
from controller.errors import TirtaError
from controller.pin import write_pin
from controller.store.chain import Note
from controller.store.ledger import Ledger
from controller.store.lock import claim
from tests.controller.test_app import Station

NOTE = Note("indicator", "members", {"value": 24.0, "by": "Siti Rahma"})


def options(station: Station, state: Path, pin_file: Path | None) -> argparse.Namespace:
    pin = None if pin_file is None else str(pin_file)
    port = station.site.file.web.port
    return argparse.Namespace(state=str(state), url=f"http://127.0.0.1:{port}", config=None, pin_file=pin)


def with_pin(site: Site) -> Site:
    """The site with a PIN on its page."""
    web = site.file.web.model_copy(update={"pin_file": "pin"})
    return site.model_copy(update={"file": site.file.model_copy(update={"web": web})})


async def test_a_row_through_the_daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the PIN, or meant for another ledger, it is refused; with it the row joins the daemon's chain."""
    monkeypatch.delenv("TIRTA_PIN", raising=False)
    station = Station(tmp_path, monkeypatch)
    write_pin(station.options.config.parent / "pin", "270831")
    station.site = with_pin(station.site)
    state, pin = station.options.state, tmp_path / "typed"
    pin.write_text("270831")
    lock = claim(state)
    other = claim(tmp_path / "other")
    (tmp_path / "other" / "ledger.db").touch()
    daemon = station.build()
    running = asyncio.create_task(daemon.run())
    await station.turn(3.0)
    with pytest.raises(TirtaError, match="PIN"):
        await asyncio.to_thread(add_note, options(station, state, None), NOTE)
    with pytest.raises(TirtaError, match="another ledger"):
        await asyncio.to_thread(add_note, options(station, tmp_path / "other", pin), NOTE)
    noted = await asyncio.to_thread(add_note, options(station, state, pin), NOTE)
    far = await asyncio.to_thread(add_note, options(station, tmp_path / "elsewhere", pin), NOTE)
    daemon.stop.set()
    assert await running == 0
    await station.stack.aclose()
    os.close(lock)
    os.close(other)
    with Ledger(state / "ledger.db") as ledger:
        assert ledger.verify() == ()
        rows = {row.seq: row for row in ledger.rows(kind="indicator")}
        by_command = await asyncio.to_thread(add_note, options(station, state, None), NOTE)
    assert set(rows) == {noted.seq, far.seq}
    assert rows[noted.seq].content["figures"] == {"value": 24.0, "by": "Siti Rahma", "via": "api"}
    assert by_command.seq > max(rows)
