"""A drive on the inverter's side follows the sun by its set-point: by the pump's curve, calmly, within what is paid for."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from controller.core.snapshot import Order
from controller.core.speeds import expected_w, paid_hz, speeds_of
from tests.controller.core.sites import direct_site
from tests.controller.core.test_probing import ZERO_EXPORT
from tests.controller.core.timeline import Plant, at, play, runs_plan

ENTRY = {
    "frequency": "drive.frequency_set_hz", "limits": {"min_run_s": 60.0, "min_rest_s": 60.0}, "power": "meter.power_w",
    "protect": {"no_flow_after_s": 600.0, "dry_power_share": 0.5},
}  # fmt: skip
SUN = 1000.0 / 1.6
"""Irradiance at which the plant of the test gives 1,000 W."""


class Driven(Plant):
    """A pump that takes what its set-point asks for; ``sun_w`` of a throttled inverter, the rest from the grid."""

    sun_w = 1600.0

    def _answers(self):
        state = self.state.pumps["sungai"]
        load = expected_w(speeds_of(self.site.file.pumps[0]), state.hertz) if state.on else 0.0
        pv = min(self.sun_w, load)
        return {**super()._answers(), "power": load, "pv": pv, "grid": load - pv}


def driven(power=None, cycle_s=1.0):
    """A plant whose zone is watered for hours, from 400 s on."""
    plant = Driven(direct_site(ENTRY, power), cycle_s=cycle_s)
    plant.plan = runs_plan(("a", 400.0, 30_000.0, 90_000.0))
    return plant


def hertz(plant):
    """The set-point that is commanded, Hz."""
    return next(c.value for c in plant.last.commands if c.quantity == "frequency_set_hz")


def test_the_curve_from_the_static_head_to_rated():
    """The lowest step lies just above 50 Hz x root(static / shut-off head), power rises with each step to rated."""
    least, powers = speeds = speeds_of(direct_site(ENTRY).file.pumps[0])
    assert least == 41.5, "50 x root(0.8 / 1.3) = 39.2, and 2 Hz more"
    assert all(one < other for one, other in itertools.pairwise(powers))
    assert powers[-1] == 1000.0
    assert paid_hz(speeds, 1000.0) == 50.0
    assert paid_hz(speeds, 0.0) == least
    assert expected_w(speeds, paid_hz(speeds, 750.0)) <= 750.5


def test_the_speed_follows_the_sun():
    """It starts at its lowest speed, rises a hertz a second at most, falls at once, and is 0 with the pump off."""
    plant = driven()
    play(plant, at(0, sun=SUN), at(406).on("va", "sungai"))
    assert hertz(plant) == 41.5
    play(plant, at(500))
    assert hertz(plant) == 50.0
    play(plant, at(501, sun=SUN * 0.75))
    assert hertz(plant) == paid_hz(speeds_of(plant.site.file.pumps[0]), 750.0) == 45.5
    play(plant, at(502).order(Order.EMERGENCY_STOP).on())
    assert hertz(plant) == 0.0


def test_a_person_gets_full_speed():
    """What a person asks for runs at 50 Hz whatever the sun."""
    plant = driven()
    play(plant, at(0, sun=SUN), at(410).order(Order.RUN_ZONE, "b", 10.0), at(440).on("vb", "va", "sungai"))
    assert hertz(plant) == 50.0


def test_behind_a_throttled_inverter_it_climbs_until_power_is_missing():
    """Tried at its lowest speed, then step by step up to what the hidden sun carries, and no further than the meter's margin."""
    plant = driven(ZERO_EXPORT, cycle_s=5.0)
    plant.sun_w = 760.0
    play(plant, at(0), at(410))
    assert hertz(plant) == 41.5
    play(plant, at(2500).on("va", "sungai"))
    assert 44.0 <= hertz(plant) <= 46.5
    assert (
        sum(
            1
            for _, d in plant.decisions
            for e in d.events
            if e.kind.value == "start" and e.subject == "sungai"
        )
        == 1
    )
    plant.sun_w = 600.0
    play(plant, at(2510))
    assert expected_w(speeds_of(plant.site.file.pumps[0]), hertz(plant)) <= 610.0


def changes(plant):
    """Moments and values of the set-point while the pump runs."""
    values = [(t, d.state.pumps["sungai"].hertz) for t, d in plant.decisions if d.state.pumps["sungai"].on]
    return [(t, one, other) for (_, one), (t, other) in itertools.pairwise(values) if one != other]


@settings(max_examples=10, deadline=None)
@given(suns=st.lists(st.floats(0.45, 1.2), min_size=40, max_size=40))
def test_a_flickering_sky_does_not_make_it_flap(suns):
    """Whatever the sun does every 10 s: rises are 15 s apart at least and ramped, and no set-point asks for more than there is."""
    plant = driven()
    play(plant, at(0, sun=SUN), at(600))
    speeds = speeds_of(plant.site.file.pumps[0])
    for i, share in enumerate(suns):
        play(plant, at(610 + 10 * i, sun=SUN * share))
        now = hertz(plant)
        assert now == 0.0 or expected_w(speeds, now) <= max(1000.0 * share, expected_w(speeds, 41.5)) + 1.0
    rises = [t for t, before, after in changes(plant) if after > before]
    assert all(later - earlier >= 15.0 for earlier, later in itertools.pairwise(rises))
