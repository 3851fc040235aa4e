"""Killed in the worst moments: a lock-out, a rest after a trip, a tank filling with a debt, and the power of everything."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from controller.core.state import ControllerState
from controller.store.chain import Row
from tests.end_to_end.living import until
from tests.end_to_end.small_site import PANEL, REST_S, SmallSite, pump
from tests.end_to_end.test_kill9 import (
    LATE_S,
    Field,
    check_outputs_began_off,
    check_pairs,
    check_restart,
    check_water_counted_once,
    living,
)
from tests.end_to_end.ways import WAYS
from tests.fixtures_mqtt import Mosquitto

__all__ = ["living"]

RETRY_S = 120.0
DEPTH_L = 3000.0
"""10 mm on 300 m2."""


def guarded(retries: int) -> SmallSite:
    """A pump that trips within seconds when no water comes."""
    protect = {
        "settle_s": 6,
        "no_flow_after_s": 6,
        "min_flow_m3_h": 0.5,
        "retry_after_s": RETRY_S,
        "retries": retries,
    }
    return SmallSite(pump=pump("relay.switch_1", protect=protect))


def tripped(field: Field) -> ControllerState:
    """Block the intake, let the pump start, and wait until it has tripped; the state as it was saved then."""
    field.devices.world.pumps["pompa"].blocked = 1.0
    field.pump_starts(60.0)
    until("it trips", lambda: field.events("trip", "pompa"))
    state, _ = field.daemon.saved()
    assert state.pumps["pompa"].fault == "no_flow"
    return state


def test_a_lock_out_outlives_the_process(living: Callable[..., Field]) -> None:
    """A locked pump is locked after the restart, whatever is asked, until a person resets it; then it rests in full."""
    field = living(guarded(retries=0))
    state = tripped(field)
    assert state.pumps["pompa"].phase == "locked"
    rows, killed_s = field.daemon.rows(), field.kill()
    field.daemon.start()
    boot = check_restart(field, rows, state, killed_s)
    field.daemon.order("run_zone", "kebun", 10.0)
    until("longer than a rest", lambda: field.devices.now_s() > boot.epoch_s + REST_S + 20.0)
    told = field.daemon.status()
    assert (told["mode"], told["pumps"][0]["phase"]) == ("locked", "locked")
    assert field.events("start", "pompa", boot.seq) == []
    field.devices.world.pumps["pompa"].blocked = 0.0
    field.daemon.order("reset", "pompa")
    until("it starts again", lambda: field.events("start", "pompa", boot.seq))
    check_pairs(field.daemon.rows())


@pytest.mark.slow
def test_a_rest_after_a_trip_is_served_again_in_full(living: Callable[..., Field]) -> None:
    """The longer rest after a trip begins anew with the restart, and the number of tries is kept."""
    field = living(guarded(retries=3))
    state = tripped(field)
    rows = field.daemon.rows()
    until("half of the rest", lambda: field.devices.now_s() > rows[-1].epoch_s + 0.5 * RETRY_S)
    killed_s = field.kill()
    field.devices.world.pumps["pompa"].blocked = 0.0
    field.daemon.start()
    boot = check_restart(field, rows, state, killed_s)
    start = field.pump_starts(10.0, boot.seq)
    assert start.epoch_s - boot.epoch_s >= RETRY_S
    assert field.daemon.saved()[0].pumps["pompa"].retries == 1


def tank_site() -> SmallSite:
    """The pump fills a tank; the zone hangs on the tank and wants 10 mm today."""
    tank = {
        "id": "tandon", "level": {"signal": "level.level_m", "stale_s": 120}, "area_m2": 4.0, "height_m": 2.2,
        "empty_m": 0.2, "refill_m": 1.9, "full_m": 2.0,
    }  # fmt: skip
    level = {"id": "level", "profile": "qdy30a", "bus": PANEL, "unit": 12, "settings": {"level_unit": "m"}}
    return SmallSite(
        pump=pump("relay.switch_1", into="tandon"),
        source="tandon",
        more={"devices": [level], "tanks": [tank]},
    )


@pytest.mark.slow
def test_killed_while_a_tank_fills_and_a_zone_is_owed(living: Callable[..., Field]) -> None:
    """What the zone had got is taken off its debt, the rest stays owed and is planned again; the tank goes on filling."""
    field = living(tank_site(), WAYS["waveshare-relay-8ch"], start="2026-08-12T10:12:30")
    until("the tank fills", lambda: field.events("start", "pompa"))
    began = until("the zone is watered", lambda: field.events("start", "katup"))[0]
    until("a minute of water", lambda: field.devices.now_s() > began.epoch_s + 60.0)
    field.daemon.order("run_pump", "pompa", 10.0)  # anything that makes the ledger commit
    until("it is committed", lambda: field.events("order", "pompa"))
    killed_s = field.kill()
    rows, (state, _) = field.daemon.rows(), field.daemon.saved()
    given_l = check_debt_before(state)
    assert field.watch is not None
    field.watch.off_after(killed_s)

    field.daemon.start()
    boot = check_restart(field, rows, state, killed_s)
    (closed,) = field.events("close", "kebun", boot.seq)
    figures = closed.content["figures"]
    assert isinstance(figures, dict)
    assert figures["delivered_l"] == pytest.approx(given_l)
    assert figures["owed_l"] == pytest.approx(DEPTH_L - given_l)
    back, _ = field.daemon.saved()
    assert back.zones["kebun"].credit_l == pytest.approx(given_l)
    assert back.zones["kebun"].balance.owed_mm == state.zones["kebun"].balance.owed_mm
    assert back.tanks["tandon"].filling

    again = until("the rest is planned", lambda: planned(field, boot))
    assert again == pytest.approx(DEPTH_L - given_l, rel=0.01)
    start = until("the tank goes on filling", lambda: field.events("start", "pompa", boot.seq))[0]
    assert start.epoch_s - boot.epoch_s >= REST_S
    check_pairs(field.daemon.rows())


def check_debt_before(state: ControllerState) -> float:
    """The state that was committed last: a filling tank, and an irrigation under way with a debt. Returns what it had given."""
    assert state.pumps["pompa"].on
    assert state.tanks["tandon"].filling
    zone = state.zones["kebun"]
    assert zone.irrigation is not None
    assert zone.irrigation.target_l == pytest.approx(DEPTH_L)
    assert 20.0 < zone.irrigation.delivered_l < 1000.0
    assert zone.balance.owed_mm == pytest.approx(10.0)
    assert zone.credit_l == pytest.approx(zone.irrigation.delivered_l)
    return zone.irrigation.delivered_l


def planned(field: Field, boot: Row) -> float:
    """Litres that plans after the restart give the zone; 0 while there is none."""
    figures = [row.content["figures"] for row in field.events("plan", "site", boot.seq)]
    litres = [float(one["volume_l"]) for one in figures if isinstance(one, dict)]  # type: ignore[arg-type]
    return next((one for one in litres if one > 0.0), 0.0)


def test_the_power_of_everything_fails(living: Callable[..., Field], own_mosquitto: Mosquitto) -> None:
    """Controller, devices with their timers, and broker lose power at once: all off at once, and nothing moves before it is proven
    off and rested; the water is counted once.
    """
    field = living(SmallSite(), WAYS["waveshare-relay-8ch"])
    field.pump_starts(60.0)
    until("water flows", lambda: field.devices.world.pumps["pompa"].volume_m3 > 0.03)
    killed_s = field.kill()
    field.devices.power_cut()
    own_mosquitto.kill()
    rows, (state, _) = field.daemon.rows(), field.daemon.saved()
    fell = field.devices.world.since(killed_s, "relay", "switch_1")
    assert fell[-1].value == 0.0
    assert fell[-1].at_s <= killed_s + 20.0 * LATE_S, "relays fall with their power"
    until("a dark while", lambda: field.devices.now_s() > killed_s + 60.0)
    own_mosquitto.start()
    field.devices.power_back()
    field.daemon.start()
    boot = check_restart(field, rows, state, killed_s)
    start = field.pump_starts(10.0, boot.seq)
    assert start.epoch_s - boot.epoch_s >= REST_S
    check_outputs_began_off(field, boot, start)
    field.daemon.order("stop", "kebun")
    check_water_counted_once(field)
    check_pairs(field.daemon.rows())
