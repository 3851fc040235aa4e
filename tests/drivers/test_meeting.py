"""First contact, alone: which looks pass, which variant is taken, how many of a group there are, and what a bad answer does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drivers.codec_command import WireWrite, encode_command
from drivers.codec_hear import hear_write
from drivers.device_aside import bad_points
from drivers.device_meeting import is_known, meet
from drivers.errors import BadReply, ExceptionReply, TimeOut
from drivers.packing import pack
from drivers.profile import Profile
from drivers.profile import _parse as parse
from drivers.profile_limits import Limits
from drivers.profile_points import Point
from drivers.sunspec import Found, resolve
from drivers.transport import Table
from tests.drivers.devices import HEAD, device

Registers = Mapping[int, int]


class Wire:
    """Holding registers; whatever is not there is refused with exception 2."""

    def __init__(self, registers: Registers) -> None:
        self.registers = registers
        self.asked: list[tuple[int, int]] = []

    async def ask(self, _table: Table, address: int, count: int) -> Sequence[int]:
        """See ``drivers.device_meeting.Ask``."""
        self.asked.append((address, count))
        if any(a not in self.registers for a in range(address, address + count)):
            raise ExceptionReply(2)
        return [self.registers[a] for a in range(address, address + count)]


def profile(text: str) -> Profile:
    """A profile with these sections."""
    raw = (HEAD.format(name="it", kind="inverter") + text).encode()
    return parse(raw, "it.yaml", raw)


def looks(check: str) -> Profile:
    """A profile that is recognised by one look."""
    return profile(f"identify: [{check}]\npoints: [{{name: p, address: 0, quantity: power_w}}]\n")


@pytest.mark.parametrize(
    ("check", "registers", "passes"),
    [
        ("{address: 88, is: 305}", {88: 305}, True),
        ("{address: 88, is: [305, 314]}", {88: 124}, False),
        ("{address: 88, scale: 0.01, minimum: 1.2, maximum: 1.3}", {88: 124}, True),
        ("{address: 88, scale: 0.01, minimum: 1.2, maximum: 1.3}", {88: 305}, False),
        ("{address: 88, minimum: 300}", {88: 305}, True),
        ("{address: 5, type: s16, maximum: -1}", {5: 0xFFFF}, True),
        ("{address: 5, type: str, count: 2, matches: '^S[A-Z]1'}", {5: 0x5341, 6: 0x3145}, True),
        ("{address: 5, type: str, count: 2, matches: '^S[A-Z]1'}", {5: 0x5441, 6: 0x3145}, False),
        ("{address: 5, type: str, count: 2, is: [SA1E]}", {5: 0x5341, 6: 0x3145}, True),
        ("{address: 5, type: u32, order: cdab, is: 65536}", {5: 0, 6: 1}, True),
        ("{address: 88, minimum: 200, maximum: 299, outside: true}", {88: 305}, True),
        ("{address: 88, minimum: 200, maximum: 299, outside: true}", {88: 124}, True),
        ("{address: 88, minimum: 200, maximum: 299, outside: true}", {88: 299}, False),
        ("{address: 88, minimum: 200, maximum: 299, outside: true}", {}, False),
        ("{address: 88, is: 305}", {}, False),
        ("{address: 88, refused: true}", {}, True),
        ("{address: 88, refused: true}", {88: 1}, False),
    ],
)
async def test_looks(check: str, registers: Registers, passes: bool) -> None:
    """Numbers, texts, bounds and what must not be there; a look that fails refuses the device with words."""
    it = looks(check)
    assert is_known(it, {}) is None
    if passes:
        assert (await meet("x", it, {}, Wire(registers).ask)).points
        return
    with pytest.raises(BadReply, match="this is no Test T"):
        await meet("x", it, {}, Wire(registers).ask)


async def test_silence_is_no_answer() -> None:
    """A device that does not answer is not another model: the time-out goes on to the caller."""

    async def silent(_table: Table, _address: int, _count: int) -> Sequence[int]:
        raise TimeOut("no answer")

    with pytest.raises(TimeOut):
        await meet("x", looks("{address: 88, is: 305}"), {}, silent)


SOIL = """\
points:
  - {name: ph, address: 6, scale: 0.01, quantity: ph}
variants:
  - name: renke
    identify: [{address: 0, scale: 0.1, minimum: 0, maximum: 100}, {address: 0x12, refused: true}]
    points: [{name: moisture, address: 0, scale: 0.1, quantity: vwc, unit: "%"}, {name: ph, address: 3, scale: 0.1, quantity: ph}]
  - name: jxbs
    identify: [{address: 0x12, scale: 0.1, minimum: 0, maximum: 100}]
    points: [{name: moisture, address: 0x12, scale: 0.1, quantity: vwc, unit: "%"}]
    order: cdab
  - name: gemho
    without: [ph]
    points: [{name: moisture, address: 7, scale: 0.01, quantity: vwc, unit: "%"}]
"""


@pytest.mark.parametrize(
    ("registers", "places"),
    [
        ({0: 300}, {"moisture": 0, "ph": 3}),
        ({0x12: 300}, {"moisture": 0x12, "ph": 6}),
        ({7: 1}, {"moisture": 7}),
    ],
)
async def test_one_name_three_maps(registers: Registers, places: dict[str, int]) -> None:
    """A soil probe of three makers under one name is told apart; the last map needs no look."""
    met = await meet("x", profile(SOIL), {"variant": "auto"}, Wire(registers).ask)
    assert {p.name: p.address for p in met.points} == places


async def test_no_map_fits() -> None:
    """When every variant has looks and none passes, each one's first failure is told."""
    text = SOIL.replace(
        "  - name: gemho\n    without: [ph]\n", "  - name: gemho\n    identify: [{address: 15, is: 1}]\n"
    )
    with pytest.raises(
        BadReply, match=r"renke: holding 0 is refused.*jxbs: holding 18 is refused.*gemho: holding 15"
    ):
        await meet("x", profile(text), {}, Wire({}).ask)


def test_all_quantities_are_known_before_the_device_is() -> None:
    """A site may name what only one variant has; the profile asks for the variant by itself."""
    it = profile(SOIL)
    assert it.quantities == ("ph", "vwc")
    assert it.settings["variant"].choices == ("auto", "renke", "jxbs", "gemho")
    assert is_known(it, {"variant": "jxbs"}) is None or is_known(it, {"variant": "jxbs"}).points  # type: ignore[union-attr]


@pytest.mark.parametrize(("word", "left"), [(2, {1, 2}), (0, set()), (4, {1, 2, 3, 4}), (77, {1, 2, 3, 4})])
async def test_as_many_as_there_are(word: int, left: set[int], caplog: pytest.LogCaptureFixture) -> None:
    """Groups are asked as often as the device says; a number that cannot be is told, and all are asked."""
    met = await meet("x", device("huawei"), {}, Wire({30071: word}).ask)
    assert {int(p.name[2]) for p in met.points if p.name.startswith("pv")} == left
    assert ("is no number of 0 to 4" in caplog.text) is (word == 77)


@pytest.mark.parametrize("bad", [{3}, {0, 9}, set(range(10)), {4, 5}, set()])
async def test_halving_finds_exactly_the_bad_ones(bad: set[int]) -> None:
    """Whatever registers are refused, those and no others are found; points that belong together stand or fall together."""
    points = [Point(name=f"p{i}", address=i, together="pair" if i in (4, 5) else None) for i in range(10)]

    async def attempt(first: Point, last: Point) -> None:
        if bad & set(range(first.start, last.start + 1)):
            raise ExceptionReply(3)

    found = {p.start for p in await bad_points(points, attempt)}
    assert found == bad if bad else not found


@pytest.mark.parametrize(("addresses", "starts"), [((0, 3), [0]), ((0, 8), [0, 8]), ((65533,), [65528])])
def test_requests_of_an_exact_size(addresses: tuple[int, ...], starts: list[int]) -> None:
    """Every request on the table asks for exactly eight, also at the end of the address space."""
    points = [Point(name=f"p{a}", address=a, table="discrete", type="bool") for a in addresses]
    blocks = pack(points, Limits(exact_counts={"discrete": 8}))
    assert [b.address for b in blocks] == starts
    assert {b.count for b in blocks} == {8}
    assert sorted(p.start for b in blocks for p in b.points) == sorted(addresses)


async def test_a_sunspec_limit_is_written_where_the_model_stands() -> None:
    """A command may go to a point by name: its place and its scale are those of the device that was walked."""
    it = profile(
        """\
sunspec:
  models:
    - ids: [123]
      name: controls
      lengths: [24]
      points:
        - {name: limit, address: 5, quantity: power_limit_pct, scale_by: {point: limit_sf, how: ten_to}, access: read_write}
        - {name: limit_sf, address: 23, type: s16}
commands:
  power_limit_pct:
    set: [{function: 16, at: m123_limit, values: [value]}]
    value: {minimum: 0, maximum: 100, scale_by: {point: m123_limit_sf, how: ten_to}}
    verify: {quantity: power_limit_pct, within_ms: 2000, tolerance: 1}
""".replace(
            "scale_by: {point: m123_limit_sf, how: ten_to}}",
            "scale_by: [{point: m123_limit_sf, how: ten_to}]}",
        )
    )
    walked = resolve(it, [Found(123, 40100, 24)])
    context: dict[str, float | str] = {"m123_limit_sf": -2.0}
    (step,) = encode_command(walked, "power_limit_pct", 55.5, 0.0, {}, context=context)
    assert isinstance(step, WireWrite)
    assert (step.address, step.values) == (40105, (5550,))
    (heard,) = hear_write(walked, 16, 40105, (5550,), {}, context)
    assert heard.value == pytest.approx(55.5)
