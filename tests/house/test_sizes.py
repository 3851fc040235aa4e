"""Files and functions stay small, and public names are documented."""

from __future__ import annotations

import pytest

from tests.house import sizes


def test_sizes_are_within_budget(capsys: pytest.CaptureFixture[str]) -> None:
    """Every file and function is within its budget and every public name has a docstring; the numbers are printed."""
    with capsys.disabled():
        print(f"\n{sizes.table()}")
    problems = sizes.problems()
    assert not problems, "\n".join(["over budget:", *problems])


def test_percentiles_are_nearest_rank() -> None:
    """The measure itself: of 1..100 lines the median is 51, the 95th percentile 95, the maximum 100."""
    assert sizes.measured([sizes.Sized(n, "") for n in range(1, 101)]) == (51, 95, 100)
