"""The report of the month on the page: made by a process of its own, one at a time, and told when there is none."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

from controller.options import RunOptions
from controller.outlets import report_command
from controller.web.routes_report import Reports
from tests.controller.report.ledgers import site_of, write_ledger
from tests.controller.site_files import SITES
from tests.controller.web.conftest import PIN, visit
from tests.controller.web.station import Station


def command(state: Path) -> tuple[str, ...]:
    """What the daemon of the nursery would start."""
    return report_command(RunOptions(SITES / "nursery.yaml", state))


async def test_the_page_shows_the_report(station: Station, tmp_path: Path) -> None:
    """The page links to the report, which comes whole in the visitor's language and may fetch and run nothing."""
    write_ledger(tmp_path, site_of(), "2026-03-01", "2026-03-04")
    async with visit(replace(station.context(), report=command(tmp_path))) as client:
        assert 'href="/report"' in (await client.get("/")).text
        answer = await client.get("/report?lang=en")
    assert answer.status_code == 200
    assert answer.text.rstrip().endswith("</html>")
    assert "March 2026, data until 4 March 2026" in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


async def test_no_ledger_no_report(station: Station, tmp_path: Path) -> None:
    """Where there is nothing to report yet the page says so; without a command there is no link and no such page."""
    async with visit(replace(station.context(), report=command(tmp_path))) as client:
        answer = await client.get("/report")
        assert answer.status_code == 404
        assert "Belum ada laporan" in answer.text
    async with visit(station.context()) as client:
        assert (await client.get("/report")).status_code == 404
        assert "/report" not in (await client.get("/")).text


SLOW = (sys.executable, "-c", "import time; print('x', flush=True); time.sleep(600)")


async def test_one_at_a_time(station: Station) -> None:
    """While one report is made another visitor is told to try again."""
    async with visit(replace(station.context(), report=SLOW)) as client:
        first = asyncio.create_task(client.get("/report"))
        await asyncio.sleep(0.2)
        second = await client.get("/report?lang=en")
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        ends = [task for task in asyncio.all_tasks() if task.get_name() == "report ends"]
        await asyncio.gather(*ends)
    assert len(ends) == 1
    assert second.status_code == 503
    assert "Another report is being made" in second.text


async def test_a_report_that_nobody_reads_ends() -> None:
    """Who goes away in the middle ends the process, and the next one may ask."""
    reports = Reports(SLOW)
    pieces = reports.pieces("id")
    assert (await anext(pieces)).startswith(b"x")
    assert reports.busy
    await pieces.aclose()  # type: ignore[attr-defined]
    assert reports.ending is not None
    await reports.ending
    assert not reports.busy


async def test_reading_needs_the_pin_where_the_page_does(
    station: Station, pin_hash: str, tmp_path: Path
) -> None:
    """On the site's network the report asks for the PIN like every other page."""
    write_ledger(tmp_path, site_of(), "2026-03-01", "2026-03-04")
    context = replace(station.context(pin_hash, host="0.0.0.0"), report=command(tmp_path))
    async with visit(context) as client:
        assert (await client.get("/report")).status_code == 303
        assert (await client.get("/report", headers={"x-tirta-pin": PIN})).status_code == 200
