"""Killed again and again, at any moment, around midnight, and started again while the old leases still hold."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.living import local, until
from tests.end_to_end.small_site import REST_S, SmallSite
from tests.end_to_end.test_kill9 import (
    RATE,
    Field,
    check_outputs_began_off,
    check_pairs,
    check_water_counted_once,
    living,
)
from tests.end_to_end.ways import WAYS
from tests.fixtures_mqtt import Mosquitto

__all__ = ["living"]

LONG_S = 900.0
"""A lease that cannot run out within the test: 30 real seconds."""


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.kind != "comm_loss"])
def test_a_start_switches_off_what_its_lease_still_holds(
    name: str, living: Callable[..., Field], tmp_path: Path
) -> None:
    """A restart within the lease finds the pump running: it is commanded off at once, proven, and rests before it runs again."""
    way = WAYS[name]
    site = way.site(tmp_path)
    lease_s = min(LONG_S, way.longest_s)
    site.pump["lease_s"] = site.valve["lease_s"] = lease_s
    field = living(site, way)
    assert field.watch is not None
    field.pump_starts(60.0)
    until("on at an independent client", lambda: field.watch.on)
    killed_s = field.kill()
    asked_s = field.devices.now_s()
    field.daemon.start()
    off_s = field.watch.off_after(killed_s)
    assert off_s < killed_s + 0.9 * lease_s, "the lease ran out, nobody commanded anything"
    print(f"\n{name}: off {(off_s - asked_s) / RATE:.2f} real seconds after the start")
    boot = field.events("boot", "site")[-1]
    start = field.pump_starts(10.0, boot.seq)
    assert start.epoch_s - boot.epoch_s >= REST_S
    check_outputs_began_off(field, boot, start)
    until("water flows", lambda: field.devices.world.pumps["pompa"].volume_m3 > 0.03)
    field.daemon.order("stop", "kebun")
    check_water_counted_once(field)
    check_pairs(field.daemon.rows())


@pytest.mark.slow
def test_killed_at_any_moment(living: Callable[..., Field]) -> None:
    """However often and whenever the process dies, the ledger is whole, starts and stops are paired, and water is counted once."""
    field = living(SmallSite())
    moments = random.Random(5)
    for _ in range(6):
        field.daemon.order("run_zone", "kebun", 60.0)
        time.sleep(moments.uniform(0.05, 3.5))
        field.kill()
        check_pairs(field.daemon.rows())
        field.daemon.start()
    boot = field.events("boot", "site")[-1]
    field.pump_starts(60.0, boot.seq)
    field.daemon.order("stop", "kebun")
    rows = field.daemon.rows()
    assert [row.kind for row in rows].count("boot") == 7
    starts = field.events("start", "pompa")
    assert len(starts) >= 2
    assert field.daemon.status()["today"]["starts"] == len(starts)
    check_water_counted_once(field)


def test_killed_around_midnight(living: Callable[..., Field], own_mosquitto: Mosquitto) -> None:
    """A day that ended while nobody was there is closed once, with what it had; another restart does not close it again."""
    power = {
        "pv_kwp": 10,
        "irradiance": "surya.irradiance_w_m2",
        "backup": "grid",
    }  # at night by hand: from the grid
    field = living(SmallSite(more={"power": power}), start="2026-08-12T23:45")
    midnight_s = local("2026-08-13T00:00").timestamp()
    field.pump_starts(60.0)
    until("water flows", lambda: field.devices.world.pumps["pompa"].volume_m3 > 0.02)
    field.daemon.order("stop", "kebun")
    until("it has stopped", lambda: field.events("stop", "pompa"))
    assert field.devices.now_s() < midnight_s, "too slow for this test"
    field.kill()
    until("the next day", lambda: field.devices.now_s() > midnight_s + 10.0)
    field.daemon.start()
    (closing,) = until("the day is closed", lambda: field.events("day", "site"))
    figures = closing.content["figures"]
    assert isinstance(figures, dict)
    assert figures["starts"] == 1
    moved = field.devices.world.pumps["pompa"].volume_m3
    assert 0.0 < figures["water_m3"] <= moved + 0.001

    def counted() -> float:  # what the meter told only after the restart belongs to the new day
        return figures["water_m3"] + field.daemon.status()["today"]["water_m3"]  # type: ignore[no-any-return]

    until("all water is counted", lambda: abs(counted() - moved) < 0.001, 5.0)
    field.kill()
    field.daemon.start()
    until("it decides", lambda: field.daemon.status()["cycles"] > 3)
    assert len(field.events("day", "site")) == 1
    assert field.daemon.status()["today"]["starts"] == 0
