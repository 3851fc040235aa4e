"""What a forced run brings until the sun serves the zone."""

from __future__ import annotations

import pytest

from schedules.planner import plan
from tests.schedules.test_planner import HOUR, NOW, STEPS, ask, want, zone

USE_L_D = 8000.0
NOON_SUN = tuple(2000.0 if 7.0 * HOUR <= i * 900.0 < 12.0 * HOUR else 0.0 for i in range(STEPS))


@pytest.mark.parametrize(("dawn_h", "share"), [(None, 0.25), (0.0, 0.61), (12.0, 0.0)])
def test_a_forced_run_brings_what_the_crop_uses_until_the_sun(dawn_h: float | None, share: float) -> None:
    """Due in an hour, sun in seven: a field at dawn uses well over half of its day by then, one at dusk nothing and waits for the
    sun, and where nobody knows the hour six hours are a quarter of a day.
    """
    dawn_s = None if dawn_h is None else NOW + dawn_h * HOUR
    zones = [zone("a", 6.0, (1.0, 3.0), (7.0, 9.0), use_l_d=USE_L_D, least_share=0.9)]
    request = ask([want("a", 9000.0, 0.9, latest_h=1.0)], zones, NOON_SUN, backup_w=1500.0, dawn_s=dawn_s)
    first, *_ = plan(request).runs
    if share == 0.0:
        assert first.start_s == NOW + 7.0 * HOUR
    else:
        assert first.start_s == NOW + HOUR
        assert first.volume_l == pytest.approx(share * USE_L_D, rel=0.02)
