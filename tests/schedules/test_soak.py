"""An application faster than the soil drinks comes in parts, and a pause is not forgotten by the next plan."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schedules.catalog import catalog
from schedules.plan import Run
from schedules.planner import plan
from schedules.program import FieldProgram
from schedules.soak import SURFACE_MM, cycle
from tests.schedules.test_planner import HOUR, NOW, ask, at, want, zone

FULL_SUN = (1500.0,) * 192


def program(**changes: Any) -> FieldProgram:
    """A field on clay."""
    data = {
        "program": "p", "crop": "chilli", "planted": date(2026, 1, 1), "soil": "clay",
        "windows": [{"from": "00:00", "to": "23:59"}],
    }  # fmt: skip
    return FieldProgram.model_validate(data | changes)


def test_a_soil_that_drinks_fast_enough_is_watered_in_one_go() -> None:
    """Below the soil's conductivity the longest run stays and nothing soaks."""
    assert cycle(program(soil="sand"), 30.0, catalog()) == (7200.0, 0.0)


def test_a_soil_that_drinks_slowly_gets_parts() -> None:
    """On clay a part lasts until 5 mm stand, and soaks until they have seeped away."""
    drinks = catalog().soil("clay").ksat_mm_h
    longest, soak = cycle(program(), drinks + 20.0, catalog())
    assert longest == pytest.approx(SURFACE_MM / 20.0 * 3600.0)
    assert soak == pytest.approx(SURFACE_MM / drinks * 3600.0)
    assert cycle(program(min_run_s=2000.0), drinks + 20.0, catalog())[0] == 2000.0


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"cycle_s": 600}, (600.0, 1800.0)),
        ({"cycle_mm": 2.0, "soak_s": 900}, (720.0, 900.0)),
        ({"soak_s": 1200}, (7200.0, 1200.0)),
        ({"cycle_s": 600, "soak_s": 0}, (600.0, 0.0)),
    ],
)
def test_the_technician_comes_first(asked: dict[str, float], told: tuple[float, float]) -> None:
    """What the program says about parts and pauses outranks the soil."""
    assert cycle(program(**asked), 10.0, catalog()) == pytest.approx(told)


def test_other_zones_run_while_one_soaks() -> None:
    """Two zones of half an hour at once and half an hour of soaking take turns on one pump without a pause of the pump."""
    limits = {"max_run_s": 0.5 * HOUR, "soak_s": 0.5 * HOUR}
    zones = [zone("a", 5.0, **limits), zone("b", 5.0, **limits)]
    one = plan(ask([want("a", 5000.0, 0.9), want("b", 5000.0, 0.8)], zones, FULL_SUN))
    spans = [(r.zone, *at(r)) for r in one.runs]
    assert spans == [("a", 0.0, 0.5), ("b", 0.5, 1.0), ("a", 1.0, 1.5), ("b", 1.5, 2.0)]
    assert one.unmet == ()


def test_a_new_plan_remembers_the_pause() -> None:
    """A zone whose last part soaks for another 20 minutes waits for them, and one under way soaks after its end."""
    soaks = zone("a", 5.0, soak_s=HOUR, soaks_until_s=NOW + 1200.0)
    assert plan(ask([want("a", 5000.0)], [soaks], FULL_SUN)).runs[0].start_s == NOW + 1200.0
    under_way = Run("a", NOW - 600.0, NOW + 600.0, 1000.0, True)
    one = plan(ask([want("a", 5000.0)], [zone("a", 5.0, soak_s=HOUR)], FULL_SUN, running=(under_way,)))
    assert one.runs[1].start_s >= NOW + 600.0 + HOUR
