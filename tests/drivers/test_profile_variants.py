"""`drivers.profile_variants`: what differs on the line and at the address register between maps of one product name."""

from __future__ import annotations

import pytest

from drivers.device import make_device
from drivers.device_modbus import ModbusDevice
from drivers.profile import Profile, ProfileError
from drivers.profile import _parse as parse
from drivers.profile_variants import as_variant, serial_of, serials_of, ways_of
from drivers.scan_plan import Format, formats_of
from simulators.loopback import LoopbackPort
from simulators.registers import RegisterBank
from tests.drivers.devices import HEAD

TWO = """\
serial: {baud: 9600, parity: N, unit: 1, other_bauds: [4800]}
readdress: {address: 257}
points: [{name: p, address: 0, quantity: power_w}]
variants:
  - {name: old, identify: [{address: 9, is: 1}], serial: {baud: 2400, unit: 5}, readdress: {address: 256, function: 16}}
  - {name: even, identify: [{address: 9, is: 2}], serial: {parity: E}}
  - {name: plain}
"""


def profile(text: str) -> Profile:
    """A profile with these sections."""
    raw = (HEAD.format(name="it", kind="meter") + text).encode()
    return parse(raw, "it.yaml", raw)


def test_a_variant_says_only_what_differs_on_the_line() -> None:
    """Its own keys count, the others stay the profile's; the site's setting chooses, auto takes the profile's."""
    two = profile(TWO)
    old = as_variant(two, "old").serial
    assert (old.baud, old.parity, old.unit, old.other_bauds) == (2400, "N", 5, (4800,))
    assert serial_of(two, {"variant": "even"}).parity == "E"
    assert serial_of(two, {"variant": "auto"}) == serial_of(two, {}) == two.serial
    assert len(serials_of(two)) == 3


def test_the_site_s_variant_speaks_at_its_own_address() -> None:
    """A device without a unit in the site's file is spoken to as its variant comes from the factory."""
    port = LoopbackPort(RegisterBank(), "bus")
    for name, unit in (("old", 5), ("plain", 1)):
        made = make_device("it", profile(TWO), port, settings={"variant": name})
        assert isinstance(made, ModbusDevice)
        assert made.unit == unit


def test_a_scan_tries_the_lines_of_all_variants() -> None:
    """Factory settings of every variant first, then the other speeds."""
    two = profile(TWO)
    assert formats_of(two)[:3] == (Format(9600), Format(2400), Format(9600, "E"))
    assert Format(4800, "E") in formats_of(two)


def test_ways_to_another_address() -> None:
    """One form for each recipe; a profile whose variants take it alike is itself."""
    ways = ways_of(profile(TWO))
    assert [(w.readdress.address, w.readdress.function) for w in ways if w.readdress] == [(256, 16), (257, 6)]
    alike = profile(TWO.replace(", readdress: {address: 256, function: 16}", ""))
    assert ways_of(alike) == (alike,)
    only = profile(TWO.replace("readdress: {address: 257}\n", ""))
    assert [w.readdress is None for w in ways_of(only)] == [False, True]


def test_a_variant_s_own_recipe_is_checked() -> None:
    """A write that the device does not take is told at the step inside the variant."""
    wrong = TWO.replace("function: 16}}", "save: [{function: 5, address: 9, values: [1]}]}}")
    wrong += "limits: {write_functions: [6, 16]}\n"
    with pytest.raises(ProfileError) as refused:
        profile(wrong)
    (problem,) = refused.value.problems
    assert "takes only function 6, 16" in problem.message
    assert problem.path.startswith("variants[0].readdress.save[0]")
