"""How far figures may be off: by which meter, with which sign, and wider where nobody measured."""

from __future__ import annotations

import pytest

from controller.core.account_figures import figures
from controller.core.account_margins import margins
from controller.core.draft import Draft
from controller.core.instant import Instant
from controller.core.snapshot import Snapshot
from controller.core.state import Accounts, initial_state
from controller.core.wiring import wiring
from controller.impact.day import day_of
from controller.impact.day_sums import amount_of
from tests.controller.core.sites import tank_site

METERS = {
    "load_energy": "load.energy_wh", "grid_import": {"signal": "grid.import_wh", "accuracy": 0.01}, "grid_power": "grid.power_w",
    "backup": "grid", "battery_charge": "battery.charge_wh", "battery_discharge": "battery.discharge_wh",
    "pv_energy": "inverter.energy_wh",
}  # fmt: skip
FLOWS = {
    "pump/sumur": (4000.0, 0.0, 0.0), "load": (10_000.0, 0.0, 0.0), "import": (3000.0, 0.0, 0.0), "pv": (8000.0, 0.0, 0.0),
    "export": (0.0, 1000.0, 0.0), "charge": (2000.0, 0.0, 0.0), "discharge": (1800.0, 0.0, 0.0), "seen": (0.0, 2900.0, 0.0),
    "curtailed": (0.0, 0.0, 500.0), "water/sumur": (20.0, 0.0, 2.0),
}  # fmt: skip


def told(power: dict[str, object], pump: dict[str, object], day: Accounts) -> dict[str, float | str]:
    """A day's figures with their margins."""
    site = tank_site({"energy": "meter.energy_wh"} | pump, power)
    c = Draft(wiring(site), initial_state(site), Snapshot(Instant(0.0, 0.0, "b"), {}))
    return figures(day, {"toren": 1.0}) | margins(c, day, {"toren": 1.0})


def measured(**pump: object) -> dict[str, float | str]:
    """A day with a meter everywhere."""
    day = Accounts(
        "2026-01-02", used_wh=4000.0, pv_wh=8000.0, water_m3=22.0, flows=FLOWS, zones={"z1": (0.0, 10.0)}
    )
    return told(METERS, {"volume": "water.volume_m3"} | pump, day)


def test_each_meter_pushes_the_figures_that_it_stands_in() -> None:
    """Class 1 in use 2 %, inside an inverter 5 %, the site's own word before both; the pump within the load does not move the sun's
    part, and takes from the other loads what it gives to the pumps.
    """
    found = measured()
    assert found["u95.pumps_wh.meter.energy_wh"] == pytest.approx(80.0)
    assert found["u95.aux_wh.meter.energy_wh"] == pytest.approx(-80.0)
    assert found["u95.aux_wh.load.energy_wh"] == pytest.approx(200.0)
    assert found["u95.pv_wh.inverter.energy_wh"] == pytest.approx(400.0)
    assert found["u95.grid_wh.grid.import_wh"] == pytest.approx(30.0)
    assert found["u95.solar_wh.grid.import_wh"] == pytest.approx(-30.0)
    assert found["u95.solar_wh.load.energy_wh"] == pytest.approx(200.0)
    assert "u95.solar_wh.meter.energy_wh" not in found
    assert found["u95.battery_loss_wh.battery.discharge_wh"] == pytest.approx(-36.0)
    assert found["u95.curtailed_wh.potential"] == pytest.approx(100.0)


def test_figures_of_a_day_with_a_meter_everywhere() -> None:
    """All import is charged where the load is metered; the battery's loss is what did not come out; water adds up."""
    found = measured()
    assert (found["aux_wh"], found["grid_wh"], found["solar_wh"]) == (6000.0, 3000.0, 7000.0)
    assert (found["battery_loss_wh"], found["export_wh"], found["genset_wh"]) == (200.0, 1000.0, 0.0)
    assert found["unexplained_m3"] == pytest.approx(22.0 - 10.0 - 1.0)
    assert found["meters.water.volume_m3"] == 20.0
    assert found["water_filled_m3"] == 2.0


def test_what_was_rated_is_wide_and_does_not_shrink_with_days() -> None:
    """A pump by its nameplate: 15 % of each day and of the month; water by nameplate 25 %, nominal flow 20 %."""
    day = Accounts(
        "2026-01-02", used_wh=1000.0, water_m3=8.0, flows={"pump/sumur": (0.0, 0.0, 1000.0), "water/sumur": (0.0, 0.0, 8.0)},
        zones={"z1": (0.0, 5.0)},
    )  # fmt: skip
    read = day_of(told({}, {"energy": None}, day))
    assert read is not None
    for name, share in (("pumps_wh", 0.15), ("water_m3", 0.25), ("solar_wh", 0.15)):
        amount = amount_of([read] * 30, name)
        assert amount is not None
        assert amount.share == pytest.approx(share)
    assert read.margins["zones"]["z1/nominal/z1"] == pytest.approx(1.0)


def test_import_that_a_counter_tells_is_split_as_the_power_was() -> None:
    """Without a load meter: of 2.9 kWh seen the pumps took 1.45; the counter says 3 kWh, so 1.5 are theirs."""
    day = Accounts(
        "2026-01-02", used_wh=4000.0, grid_wh=1450.0, flows={k: v for k, v in FLOWS.items() if k != "load"}
    )
    assert figures(day)["grid_wh"] == pytest.approx(1500.0)
    assert figures(day)["solar_wh"] == pytest.approx(2500.0)


def test_a_genset_is_told_apart() -> None:
    """What comes through a diesel site's meter is the genset's; a genset with its own meter stands beside the grid."""
    alone = Accounts("2026-01-02", used_wh=4000.0, grid_wh=500.0, flows={"genset": (0.0, 500.0, 0.0)})
    assert (figures(alone)["grid_wh"], figures(alone)["genset_wh"]) == (0.0, 500.0)
    flows = {"import": (0.0, 700.0, 0.0), "genset": (300.0, 0.0, 0.0)}
    both = figures(Accounts("2026-01-02", used_wh=4000.0, grid_wh=700.0, flows=flows))
    assert (both["grid_wh"], both["genset_wh"], both["solar_wh"]) == (700.0, 300.0, 3000.0)
