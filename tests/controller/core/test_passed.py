"""What a counter passed is told once: fills stand in for its silence and are taken back; jumps that cannot be are not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.passed import passed
from controller.core.snapshot import Sample, Snapshot
from controller.core.state import ControllerState, Parts, initial_state
from controller.core.wiring import Reader, wiring
from drivers.reading import Quality
from tests.controller.core.sites import tank_site

SITE = tank_site({"power": "meter.power_w", "energy": "meter.energy_wh"})
METER = Reader(SITE.file.pumps[0].energy)  # type: ignore[arg-type]
CAP, QUANTUM, MINUTE = 0.5, 1000.0, 60.0


class Books:
    """Minutes of one counter; ``parts`` adds up what was told."""

    def __init__(self) -> None:
        self.state: ControllerState = replace(initial_state(SITE), boot="b", mono_s=0.0)
        self.now_s, self.parts = 0.0, (0.0, 0.0, 0.0)

    def minute(self, shown: float | None, assumed: float = 0.0, rated: bool = False) -> Parts:
        """One decision; None: the counter is silent."""
        before_s, self.now_s = self.now_s, self.now_s + MINUTE
        table = {} if shown is None else {METER.key: Sample(shown, Quality.GOOD, self.now_s)}
        c = Draft(wiring(SITE), self.state, Snapshot(Instant(self.now_s, self.now_s, "b"), table))
        c.dt = self.now_s - before_s
        told = passed(c, METER, CAP, QUANTUM, assumed, rated)
        self.state = replace(self.state, counters=c.counters, mono_s=self.now_s)
        self.parts = tuple(map(sum, zip(self.parts, told, strict=True)))  # type: ignore[assignment]
        return told

    @property
    def told(self) -> float:
        """All that was told so far."""
        return sum(self.parts)


minutes = st.lists(st.tuples(st.integers(0, 25), st.booleans(), st.floats(0.0, 3.0)), min_size=1, max_size=60)


@given(minutes)
def test_silences_in_any_order_count_nothing_twice(told: list[tuple[int, bool, float]]) -> None:
    """However the counter falls silent and whatever was filled in: once it has counted along and speaks, its word is the sum."""
    books, shown = Books(), 5000.0
    books.minute(shown)
    for growth, silent, share in told:
        shown += growth
        books.minute(None if silent else shown, share * growth, rated=growth % 2 == 0)
    shown += 2000.0  # enough that whatever was filled in proves to be counted
    for _ in range(100):
        books.minute(None)
    books.minute(shown)
    books.minute(shown + 20.0)
    assert books.told == pytest.approx(shown + 20.0 - 5000.0)
    assert books.parts[1:] == pytest.approx((0.0, 0.0), abs=1e-6)


def test_a_fill_is_taken_back_by_its_kind() -> None:
    """10 Wh by measured power and 12 by rating while silent; the counter then tells 18: that is all, and nothing is filled."""
    books = Books()
    books.minute(100.0)
    books.minute(101.0)
    books.minute(None, 10.0)
    books.minute(None, 12.0, rated=True)
    assert books.parts == (1.0, 10.0, 12.0)
    assert books.minute(119.0, 9.0) == (18.0, -10.0, -12.0)
    assert books.parts == (19.0, 0.0, 0.0)


def test_a_meter_that_was_replaced_in_its_silence_leaves_the_fill() -> None:
    """It comes back without having counted: the estimate of that time is all that there is, and it stays."""
    books = Books()
    books.minute(100.0)
    books.minute(101.0)
    for _ in range(30):
        books.minute(None, 12.0, rated=True)
    books.minute(101.0)
    books.minute(111.0)
    assert books.parts == pytest.approx((11.0, 0.0, 360.0))


def test_a_coarse_counter_owes_what_was_filled() -> None:
    """A counter of whole kWh is silent for ten minutes: 150 Wh are filled in, and taken off the next kWh, which holds them."""
    books = Books()
    for shown in (3000.0, *[3000.0] * 80, 4000.0):
        books.minute(shown)
    for _ in range(10):
        books.minute(None, 15.0)
    books.minute(4000.0)
    assert books.told == pytest.approx(1150.0)
    for shown in (*[4000.0] * 60, 5000.0):
        books.minute(shown)
    assert books.told == pytest.approx(2000.0)


@pytest.mark.parametrize("night", [0, 600])
def test_a_jump_is_another_meter(night: int) -> None:
    """40 kWh more from one minute to the next are none of ours, even if the counter had not moved for a night."""
    books = Books()
    books.minute(100.0)
    books.minute(110.0)
    for _ in range(night):
        books.minute(110.0)
    books.minute(40_110.0, 7.0)
    assert books.told == pytest.approx(17.0), "what was measured in that minute stands in"
    books.minute(40_120.0)
    assert books.told == pytest.approx(27.0)


def test_a_total_that_was_kept_too_early_counts_nothing_twice() -> None:
    """Killed: the totals on the disk are older than the books, and the device lost its counter meanwhile. The total is 12 Wh less
    than the books know; what it grows by from there is new, what it stands at is not.
    """
    books = Books()
    books.minute(814_000.0)
    books.minute(814_012.0)
    for _ in range(7 * 1440):
        books.minute(None)
    books.minute(814_000.0)
    books.minute(814_020.0)
    assert books.told == pytest.approx(12.0 + 20.0)


def test_an_outage_of_a_week_is_believed() -> None:
    """What passed in a long silence comes from the counter, up to what can pass."""
    books = Books()
    books.minute(100.0)
    for _ in range(7 * 1440):
        books.minute(None)
    books.minute(100_100.0)
    assert books.parts == (100_000.0, 0.0, 0.0)
