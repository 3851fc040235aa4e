"""A day of black clouds that put the inverter to sleep again and again, on sites that the grid can carry."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from simulators.cases import Case, open_case, run
from tests.end_to_end.sites import SITES


def _storms(path: Path) -> Path:
    """A day whose sun is strong for seven minutes of ten and all but gone for three."""
    start = datetime(2026, 3, 2, tzinfo=ZoneInfo("Asia/Jakarta"))
    rows = ["time,ghi_w_m2,temp_air_c,rain_mm"]
    for minute in range(1440):
        dim = (
            0.0 if not 360 <= minute < 1080 else 300.0 if minute < 540 else 1.0 if minute % 10 >= 7 else 950.0
        )
        rows.append(f"{(start + timedelta(minutes=minute)).isoformat()},{dim},28,0")
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("kind", ["nursery", "vegetables"])
def test_no_run_is_shorter_than_its_minimum(kind: str, tmp_path: Path) -> None:
    """Ours starts in the bright minutes and is caught by the dark: no run, rest or start breaks the pump's limits."""
    result = run(open_case(Case(Path(SITES[kind]), _storms(tmp_path / "storms.csv"), 1)), "solar")
    assert result["pump"]["starts"] >= 5
    assert result["violations"] == []
