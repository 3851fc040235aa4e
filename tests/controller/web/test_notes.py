"""What people state through the page's way in: a number's day must have come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from controller.store.chain import Head, Note
from controller.store.notes import Noted
from tests.controller.web.conftest import visit
from tests.controller.web.station import Station

LATE = datetime(2026, 11, 22, 15, 30, tzinfo=UTC).timestamp()
"""22.30 WIB on the 22nd, 00.30 WIT on the 23rd."""


async def _posted(
    station: Station, figures: dict[str, Any], kind: str = "indicator"
) -> tuple[int, str, list[Note]]:
    """The answer's code and its sentence in both languages, and what reached the ledger."""
    taken: list[Note] = []

    async def add(note: Note) -> Noted:
        taken.append(note)
        return Noted(7, Head(7))

    async with visit(replace(station.context(), note=add)) as client:
        answer = await client.post(
            "/api/notes", json={"kind": kind, "subject": "members", "figures": figures}
        )
    told = answer.json()
    return answer.status_code, f"{told['id']} | {told['en']}", taken


@pytest.mark.parametrize(("day", "trusted", "code"), [
    ("2026-11-22", True, 201), ("2026-11-23", True, 400), ("2027-01-01", False, 201), ("tomorrow", True, 400),
])  # fmt: skip
async def test_tomorrow_by_the_sites_calendar_is_refused(
    station: Station, day: str, trusted: bool, code: int
) -> None:
    """A day that has not begun at the site, and what is no day, is refused in both languages; an untrusted clock knows none."""
    station.at = replace(station.at, epoch_s=LATE, trusted=trusted)
    found, said, taken = await _posted(station, {"value": 60.0, "day": day})
    assert (found, len(taken)) == (code, code == 201)
    if day == "2026-11-23":
        assert "2026-11-23 belum tiba: di lokasi ini tanggal 2026-11-22. Angka diisi" in said
        assert "has not come yet: it is 2026-11-22 at the site" in said


async def test_only_a_number_has_such_a_day(station: Station) -> None:
    """A verification's and a baseline's figures are taken as they are."""
    station.at = replace(station.at, epoch_s=LATE)
    assert (await _posted(station, {"day": "2026-12-01"}, "verification"))[0] == 201
