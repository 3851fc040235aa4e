"""Commands: what is written, that a lease goes with every on, and that the device's side hears the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.codec import CodecError, settings_for
from drivers.codec_command import WirePublish, WireStep, WireWrite, encode_command, encode_lease
from drivers.codec_hear import Heard, command_topics, decode_lease, hear_message, hear_write
from drivers.codec_links import factors_of
from drivers.codec_scale import Context, Settings
from drivers.profile import Profile, library, load_profile
from drivers.profile_commands import Lease, Piece
from tests.simulators.paper import settings_of

RATED: dict[str, float | str] = {"rated_power_w": 5500.0}
TASMOTA = Lease(pieces=(Piece(max_s=11.1, unit_s=0.1), Piece(max_s=64800, unit_s=1, offset=100)))


def test_waveshare_on_is_always_a_timer() -> None:
    """The relay is never switched on plainly: the write carries the delay in 100 ms units, rounded up, cut to 32767."""
    profile = load_profile("waveshare-relay-8ch")
    assert encode_command(profile, "switch_3", 1, 30, {}) == (WireWrite(5, 0x0202, (300,)),)
    assert encode_command(profile, "switch_1", 1, 99999, {}) == (WireWrite(5, 0x0200, (32767,)),)
    assert encode_command(profile, "switch_8", 0, 0, {}) == (WireWrite(5, 0x0007, (0,)),)
    with pytest.raises(CodecError, match="only switched on for a time"):
        encode_command(profile, "switch_1", 1, 0, {})


def test_drive() -> None:
    """The INVT drive runs with 1, ramps down with 5, and takes its frequency in hundredths within bounds."""
    profile = load_profile("invt-gd100-pv")
    assert encode_command(profile, "running", 1, 30, RATED) == (WireWrite(6, 0x2000, (1,)),)
    assert encode_command(profile, "running", 0, 0, RATED) == (WireWrite(6, 0x2000, (5,)),)
    assert encode_command(profile, "frequency_set_hz", 42.5, 30, RATED) == (WireWrite(6, 0x2001, (4250,)),)
    with pytest.raises(CodecError, match="takes 0 to 60"):
        encode_command(profile, "frequency_set_hz", 61, 30, RATED)


def test_unknown_command_lists_what_there_is() -> None:
    """An output that the device does not have is an error that lists those that it has."""
    with pytest.raises(CodecError, match="it takes: running, frequency_set_hz"):
        encode_command(load_profile("invt-gd100-pv"), "switch_1", 1, 30, RATED)


def test_tasmota_and_shelly_and_valve() -> None:
    """MQTT commands carry the lease in the device's own words and go to the site's topic."""
    (step,) = encode_command(load_profile("tasmota-relay"), "switch_2", 1, 600, {}, "pump-house")
    assert step == WirePublish("cmnd/pump-house/Backlog", b"PulseTime2 700; Power2 ON")
    (step,) = encode_command(load_profile("shelly-gen2-relay"), "switch_2", 1, 600, {}, "shelly-1")
    assert isinstance(step, WirePublish)
    assert step.topic == "shelly-1/rpc"
    assert json.loads(step.payload)["params"] == {"id": 1, "on": True, "toggle_after": 600}
    (step,) = encode_command(load_profile("sonoff-swv"), "valve", 1, 1800, {}, "kebun")
    assert isinstance(step, WirePublish)
    assert json.loads(step.payload)["cyclic_timed_irrigation"]["irrigation_duration"] == 1800
    assert (
        encode_command(load_profile("sonoff-swv"), "valve", 0, 0, {}, "kebun")[0].payload
        == b'{"state":"OFF"}'
    )  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("seconds", "raw"), [(0.05, 1), (11.1, 111), (11.5, 112), (12, 112), (600, 700), (1e6, 64900)]
)
def test_piecewise_lease(seconds: float, raw: int) -> None:
    """Tasmota's PulseTime: tenths up to 111, then seconds plus 100; never the 0 that means no timer."""
    assert encode_lease(TASMOTA, seconds) == raw


@given(st.floats(0.1, 64800))
def test_lease_is_never_shorter_than_asked(seconds: float) -> None:
    """The device's timer holds at least as long as asked, and less than a second longer."""
    held = decode_lease(TASMOTA, encode_lease(TASMOTA, seconds))
    assert seconds - 1e-6 <= held < seconds + 1.01


def test_every_command_is_heard_as_it_was_meant() -> None:
    """For each shipped profile and output: what the driver sends for on, off and set-points, a device of it understands."""
    heard = 0
    for name in library():
        profile = load_profile(name)
        settings = settings_for(profile, settings_of(profile))
        for quantity, entry in profile.commands.items():
            for value in (entry.value.maximum / 2, 0.0) if entry.value else (1.0, 0.0):
                context: Context = dict.fromkeys(factors_of(entry), 50.0)
                steps = encode_command(profile, quantity, value, 90, settings, "dev", context)
                told = [one for step in steps for one in _heard(profile, step, settings, context)]
                meant = [one for one in told if one.quantity == quantity]
                near = pytest.approx(value, rel=1e-3)
                assert not steps or any(one.value == near for one in meant), (name, quantity, value)
                if entry.lease is not None and value:
                    assert any((one.lease_s or 0.0) >= 90.0 for one in meant), (name, quantity)
                heard += len(meant)
    assert heard > 40


def _heard(profile: Profile, step: WireStep, settings: Settings, context: Context) -> tuple[Heard, ...]:
    """What a device of the profile makes of one step."""
    if isinstance(step, WireWrite):
        return hear_write(profile, step.function, step.address, step.values, settings, context)
    assert step.topic in command_topics(profile, "dev", settings)
    heard = hear_message(profile, step.topic, "dev", step.payload, settings)
    return () if heard is None else (heard,)


def test_what_means_nothing_is_not_heard() -> None:
    """Writes to other places, other values and other topics are no commands."""
    relay = load_profile("waveshare-relay-8ch")
    assert hear_write(relay, 5, 0x0000, (0xFF00,), {}) == ()
    assert hear_write(relay, 6, 0x0200, (7,), {}) == ()
    assert hear_write(relay, 5, 0x0400, (7,), {}) == ()
    tasmota = load_profile("tasmota-relay")
    assert hear_message(tasmota, "cmnd/dev/POWER1", "dev", b"TOGGLE", {}) is None
    assert hear_message(tasmota, "cmnd/other/POWER1", "dev", b"OFF", {}) is None
    assert hear_message(load_profile("shelly-gen2-relay"), "dev/rpc", "dev", b"not json", {}) is None


def test_fail_safes() -> None:
    """Each profile says how long an output outlives the computer: by timer, or not at all."""
    assert load_profile("waveshare-relay-8ch").fail_safe_s("switch_1") == pytest.approx(3276.7)
    assert load_profile("tasmota-relay").fail_safe_s("switch_8") == 64800
    assert load_profile("invt-gd100-pv").fail_safe_s("running") is None
    assert load_profile("sdm120").fail_safe_s("running") is None
