"""A sink's progress settles exactly what was answered, whatever the order, and live data is never behind a backlog."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from controller.store.progress import Progress, Span

spans = st.tuples(st.integers(1, 60), st.integers(0, 12)).map(lambda t: Span(t[0], t[0] + t[1]))


@given(st.lists(spans))
def test_settled_is_the_union(answered: list[Span]) -> None:
    """After any answers in any order exactly their numbers are settled, gaps are the rest, and JSON keeps it."""
    progress = Progress()
    for span in answered:
        progress = progress.settled(span)
    settled = {n for span in answered for n in range(span.first, span.last + 1)}
    assert {n for n in range(1, 80) if progress.has(n)} == settled
    missing = [n for gap in progress.gaps(79) for n in range(gap.first, gap.last + 1)]
    assert missing == sorted(set(range(1, 80)) - settled)
    assert Progress.from_json(progress.to_json()) == progress
    bounds = [progress.done, *(n for span in progress.ahead for n in (span.first, span.last))]
    assert all(b - a > 1 for a, b in zip(bounds[::2], bounds[1::2], strict=False))


@given(st.integers(0, 40), st.lists(spans, max_size=4), st.integers(60, 90), st.integers(1, 20))
def test_alternating_live_and_backlog_sends_everything(
    done: int, ahead: list[Span], newest: int, limit: int
) -> None:
    """Live takes the newest, backlog the oldest; in turn they settle all, and live is up to date after one step."""
    progress = Progress(done)
    for span in ahead:
        progress = progress.settled(span)
    for _ in range(90):
        live = progress.live(newest, limit)
        if live is not None:
            assert 0 < live.size <= limit
            progress = progress.settled(live)
            if len(progress.ahead) < 8:
                assert progress.has(newest)
        old = progress.backlog(newest)
        if old is not None:
            progress = progress.settled(Span(old.first, min(old.last, old.first + limit - 1)))
        if not progress.gaps(newest):
            break
    assert progress.gaps(newest) == ()
