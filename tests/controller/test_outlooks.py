"""When an outlook is issued, what makes it change, and that it reaches planner, decision and recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from controller import outlooks as module
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.outlooks import EVERY_S, MOVED, NIGHT_S, Outlooks
from controller.store.record import Recorder
from controller.store.replay import Recording, replay
from schedules.forecast_provider import Provided
from schedules.forecast_sky import SkyMemory, learn
from schedules.outlook import STEP_S, Outlook
from tests.controller.little_world import LittleWorld, demo_site
from tests.controller.stations import EPOCH, HandClock

LON = demo_site().file.site.longitude


def seen(epoch_s: float, trusted: bool = True) -> Snapshot:
    return Snapshot(HandClock(epoch_s - EPOCH, trusted).now(), {})


NOON = (EPOCH // 86_400.0) * 86_400.0 + 5 * 3600.0  # 12:00 in Palembang


def sky(index: float, at_s: float) -> SkyMemory:
    memory = SkyMemory()
    for i in range(4):
        memory = learn(memory, at_s - (3 - i) * STEP_S, index, LON)
    return memory


def issued(outlooks: Outlooks, state: ControllerState, epoch_s: float) -> Outlook:
    outlooks.consider(state, seen(epoch_s))
    assert outlooks.newest is not None
    return outlooks.newest


def test_it_is_issued_when_it_says_something_else() -> None:
    """Not twice a quarter; by day when the sky has moved or an hour is over; and nothing without a trusted clock."""
    outlooks = Outlooks(demo_site())
    outlooks.consider(ControllerState(), seen(NOON, trusted=False))
    assert outlooks.newest is None
    state = ControllerState(sky=sky(0.8, NOON))
    first = issued(outlooks, state, NOON + 1.0)
    dark = ControllerState(sky=sky(0.3, NOON))
    assert issued(outlooks, dark, NOON + 100.0) is first  # the same quarter: not even looked at
    still = ControllerState(sky=sky(0.8 - MOVED / 4, NOON + STEP_S))
    assert issued(outlooks, still, NOON + STEP_S) is first
    moved = issued(outlooks, ControllerState(sky=sky(0.3, NOON + 2 * STEP_S)), NOON + 2 * STEP_S)
    assert moved is not first
    assert moved.power_w[0] < first.power_w[0]
    later = issued(
        outlooks, ControllerState(sky=sky(0.3, NOON + 2 * STEP_S + EVERY_S)), NOON + 2 * STEP_S + EVERY_S
    )
    assert later is not moved


def test_at_night_seldom() -> None:
    """While the sun is down an outlook holds for three hours."""
    outlooks, night = Outlooks(demo_site()), NOON + 10 * 3600.0
    first = issued(outlooks, ControllerState(), night)
    assert issued(outlooks, ControllerState(), night + NIGHT_S - STEP_S) is first
    assert issued(outlooks, ControllerState(), night + NIGHT_S) is not first


def test_a_providers_word_changes_the_outlook_and_none_degrades() -> None:
    """A dark word darkens tomorrow at the next quarter; when it is too old the own expectation is back."""
    outlooks = Outlooks(demo_site())
    own = issued(outlooks, ControllerState(), NOON)
    outlooks.offer(Provided(NOON, NOON - 3600.0, 3600.0, (5.0,) * 60, (0.5,) * 60, (0.9,) * 60))
    mixed = issued(outlooks, ControllerState(), NOON + STEP_S)
    place = int(86_400.0 / STEP_S)
    assert mixed.power_w[place - 1] < 0.8 * own.power_w[place]
    assert mixed.rain[2].chance[0] > own.rain[2].chance[0]
    after = issued(outlooks, ControllerState(), NOON + 2 * 86_400.0)
    assert after.power_w[:40] == pytest.approx(own.power_w[:40], rel=0.02, abs=60.0)


def test_a_word_that_cannot_be_used_is_dropped(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever breaks on a provider's word, after a restart too: the next cycle goes by the own forecast, and the log says why."""

    def broken(*_arguments: object) -> None:
        raise ValueError("strange word")

    monkeypatch.setattr(module, "mix", broken)
    outlooks = Outlooks(demo_site())
    outlooks.offer(Provided(NOON, NOON - 3600.0, 3600.0, (5.0,) * 60, (0.5,) * 60, (0.9,) * 60))
    outlooks.consider(ControllerState(), seen(NOON))
    assert outlooks.newest is None
    assert "strange word" in caplog.text
    outlooks.consider(ControllerState(), seen(NOON + 1.0))
    assert outlooks.newest is not None
    assert outlooks.kept.provided is None


def test_errors_are_counted_against_the_own_sensor() -> None:
    """Over ten days of a steady sky that the provider knows better, its record and its weight show it."""
    site = demo_site()
    outlooks, state = Outlooks(site), ControllerState()
    start = NOON - 12 * 3600.0
    for quarter in range(96 * 10):
        at = start + quarter * STEP_S
        hour = (at / 3600.0 + 7.0) % 24.0
        index = 0.4 if 7.0 <= hour <= 17.0 else None
        state = replace(state, sky=learn(state.sky, at, index, LON))
        if quarter % 4 == 0:
            outlooks.offer(told(site, at, 0.42))
        outlooks.consider(state, seen(at))
    both = outlooks.kept.skill
    assert both.records["3h"].n > 100
    assert both.records["day"].n > 5
    assert (both.records["3h"].rmse("told") or 1e9) < 30.0
    assert both.weight("3h") > 0.5
    assert len(outlooks.kept.own.promises) < 62


def told(site: object, at: float, share: float) -> Provided:
    """A provider that expects this share of the clear sky from now on."""
    from controller.core.wiring import array_of
    from schedules.sun_table import slots

    begin = at // 3600.0 * 3600.0
    clear = [slot.clear_w_m2 for slot in slots(array_of(site), begin, 192)]  # type: ignore[arg-type]
    hours = tuple(share * sum(clear[i : i + 4]) / 4.0 for i in range(0, 192, 4))
    return Provided(at, begin, 3600.0, hours)


def test_it_is_recorded_and_replays(tmp_path: Path) -> None:
    """A recorded half hour with outlooks that come and go gives back each snapshot and replays to the same decisions."""
    world, outlooks = LittleWorld(demo_site()), Outlooks(demo_site())
    recorder, snapshots = Recorder(tmp_path, world.site, world.state, background=False), []
    for number, (snapshot, decision) in enumerate(world.run(0.5)):
        outlooks.consider(decision.state, snapshot)
        shown = replace(snapshot, outlook=None if number % 50 < 10 else outlooks.newest)
        recorder.cycle(shown, decision, 1.0)
        snapshots.append(shown)
    recorder.close()
    (file,) = recorder.files
    back = [cycle.snapshot for cycle in Recording(file).cycles()]
    assert [one.outlook for one in back] == [one.outlook for one in snapshots]
    assert any(one.outlook for one in back)
    assert replay(file, demo_site()).mismatches == ()
