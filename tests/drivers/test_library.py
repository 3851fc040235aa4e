"""The library as a whole: what a device is stands in its profile and nowhere else, and each profile is tried by numbers from
outside.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from drivers.profile import Profile, library, load_profile
from drivers.profile_commands import WriteStep
from drivers.profile_golden import play
from drivers.profile_points import expand
from tests.house.source import Module, below

CODE = ("drivers/", "controller/", "simulators/")
ASKS = {"Read": 2, "Write": 2, "WireWrite": 1, "ask": 1, "Point": 99, "WriteStep": 99}
"""Calls that take a place in a device, and which of their arguments it is (99: only by name)."""


def telling(number: object) -> bool:
    """Whether a number in the code can hardly be anything but a register: four digits, no power of two, not round."""
    return type(number) is int and number > 1000 and number % 100 != 0 and number & (number - 1) != 0


def places() -> dict[int, str]:
    """Every place of every profile, on paper and on the wire, with one that has it."""
    found: dict[int, str] = {}
    for name in library():
        found |= dict.fromkeys(_places(load_profile(name)), name)
    return found


def _places(profile: Profile) -> Iterator[int]:
    points = [*profile.points, *(p for v in profile.variants for p in expand(v.points))]
    for point in points:
        yield from point.addresses
        if isinstance(point.doc, int):
            yield point.doc
    for entry in profile.commands.values():
        for step in (s for _, steps in entry.parts for s in steps):
            if isinstance(step, WriteStep) and step.address is not None:
                yield step.address
    for look in (*profile.identify, *profile.setup):
        yield look.address


def repeated(module: Module, registers: dict[int, str], names: set[str]) -> Iterator[str]:
    """What a file says of devices by itself: a register that a profile has, a profile by name, a place in a call."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and telling(node.value) and node.value in registers:
            yield f"{module.at(node)}: {node.value} is a register of {registers[node.value]}"
        if isinstance(node, ast.Constant) and node.value in names:
            yield f"{module.at(node)}: names the profile {node.value}"
        if isinstance(node, ast.Call):
            at = ASKS.get(getattr(node.func, "id", getattr(node.func, "attr", "")))
            given = [] if at is None else node.args[at : at + 1]
            given += [k.value for k in node.keywords if k.arg == "address" and at is not None]
            if any(isinstance(arg, ast.Constant) and type(arg.value) is int for arg in given):
                yield f"{module.at(node)}: a place in a device, as a number in code"


def test_no_register_stands_anywhere_but_in_its_profile() -> None:
    """No Python file of drivers, controller and simulators holds a telling register number of any profile (above 1000, neither
    round nor a power of two), the name of a profile, or a number as a place in a read, a write or a point. It cannot see small
    or round register numbers that are computed with elsewhere; without a profile's name there is no device to apply them to.
    """
    registers, names = places(), set(library())
    assert sum(map(telling, registers)) > 200
    found = [text for module in below(*CODE) for text in repeated(module, registers, names)]
    assert not found, "\n".join(found)


def test_the_check_of_registers_sees_what_it_is_for() -> None:
    """Each of the three ways to say a device's registers in code is found."""
    text = 'if name == "sdm120": a = 3093\nport.read(Read(unit, Table.INPUT, 12, 2))\nx = 4096 + 2000'
    module = Module("drivers/x.py", text, ast.parse(text))
    found = list(repeated(module, places(), set(library())))
    assert len(found) == 3, found
    assert all(any(word in line for line in found) for word in ("3093 is", "sdm120", "as a number in code"))


@pytest.mark.parametrize("name", library())
def test_each_profile_is_tried_by_numbers_from_outside(name: str) -> None:
    """At least one golden exchange that says a value (SunSpec: pysunspec2 judges it), all of them come out right, and an
    exchange with a wrong expectation does not.
    """
    profile = load_profile(name)
    if profile.sunspec is None:
        says = [g for g in profile.golden if g.command is None or g.writes or g.publishes]
        assert says, "no golden exchange"
        assert profile.commands or any(g.expect for g in says), "no golden exchange tells a value"
    assert list(play(profile)) == []
    for golden in profile.golden:
        number = next((q for q, v in golden.expect.items() if isinstance(v, float | int)), None)
        if number is not None:
            wrong = golden.model_copy(update={"expect": {number: float(golden.expect[number] or 0) * 3 + 7}})
            assert list(play(profile.model_copy(update={"golden": (wrong,)}))), golden.note


@pytest.mark.parametrize("name", [n for n in library() if load_profile(n).commands])
def test_each_command_has_its_golden_bytes(name: str) -> None:
    """Every command (one of each repeated row) has a golden exchange with its very bytes or messages, or stands in the round
    trips of test_library_wires.py and test_library_broker.py, which take all of them; those that change the state of a pump,
    a valve or a relay must have bytes.
    """
    profile = load_profile(name)
    rows = {q.rstrip("0123456789").rstrip("_") for q in profile.commands}
    proven = {g.command[0].rstrip("0123456789").rstrip("_") for g in profile.golden if g.command is not None}
    wanted = rows & {"running", "switch", "valve"}
    assert wanted <= proven, sorted(wanted - proven)
