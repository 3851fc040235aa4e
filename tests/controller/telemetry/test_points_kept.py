"""What is kept from point to point (texts, values, what is shown) never changes what a point says."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.snapshot import Sample, Snapshot
from controller.telemetry.points import Points
from drivers.reading import Quality
from tests.controller.little_world import LittleWorld, demo_site

SITE = demo_site()
SNAPSHOT, DECISION = next(iter(LittleWorld(SITE, step_s=60.0).run(0.05)))
KEYS = sorted({key for group in Points(SITE)._groups for key, _, _ in group.rows})

NEWS = st.one_of(
    st.sampled_from([0.0, -0.0, 1.0, 1, 230.0, 1e9, float("nan"), "running", "fault", None]),
    st.floats(0.0, 100.0),
)
MOVES = st.tuples(
    st.integers(0, 200),
    NEWS,
    st.sampled_from([Quality.GOOD, Quality.GOOD, Quality.GOOD, Quality.SUSPECT, Quality.ABSENT]),
    st.sampled_from([0.0, 0.0, 0.0, 30.0, 100_000.0]),
)


def moment(minute: int, table: dict[tuple[str, str], Sample]) -> Snapshot:
    """The snapshot of a minute."""
    at = replace(SNAPSHOT.at, mono_s=1e6 + 60.0 * minute, epoch_s=SNAPSHOT.at.epoch_s + 60.0 * minute)
    return replace(SNAPSHOT, at=at, readings=dict(table))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(MOVES, max_size=6), min_size=1, max_size=12))
def test_a_point_says_what_one_that_remembers_nothing_would_say(
    minutes: list[list[tuple[int, object, Quality, float]]],
) -> None:
    """Whatever values, qualities and ages come and go: every point told equals that of fresh Points for the same moment, and a
    series that has something new is not left out.
    """
    long_lived, table = Points(SITE), dict[tuple[str, str], Sample]()
    newest: dict[object, float] = {}
    for minute, moves in enumerate(minutes):
        for place, value, quality, age_s in moves:
            table[KEYS[place % len(KEYS)]] = Sample(value, quality, 1e6 + 60.0 * minute - age_s)  # type: ignore[arg-type]
        for key, sample in table.items():  # what is asked every minute and says the same
            if minute % 3 and sample.quality is Quality.GOOD and key < KEYS[len(KEYS) // 2]:
                table[key] = Sample(sample.value, sample.quality, 1e6 + 60.0 * minute)
        snapshot = moment(minute, table)
        fresh = {point.series: point for point in Points(SITE).due(snapshot, DECISION)}
        told = long_lived.due(snapshot, DECISION)
        assert [fresh[point.series] for point in told] == told
        measured = {group.series for group in long_lived._groups if group.rows and group.derive is None}
        newer = {
            s for s, point in fresh.items() if s in measured and point.mono_s > newest.get(s, float("-inf"))
        }
        assert newer <= {point.series for point in told}
        newest |= {point.series: point.mono_s for point in told}
