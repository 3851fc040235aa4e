"""`drivers.device_order`: what scales, signs and conditions a point is read before it, and no request is made twice for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drivers.codec import compile_blocks
from drivers.device_modbus import ModbusDevice
from drivers.errors import ExceptionReply, Refused, TimeOut
from drivers.profile import Profile, library, load_profile
from drivers.profile import _parse as parse
from drivers.profile_variants import as_variant
from drivers.reading import Command, Reading, Value
from drivers.scan_plan import stand_in_settings
from drivers.transport import DEFAULT_TIMING, Read, Timing, Write
from tests.drivers.devices import HEAD

READY, TRIPPED = 0xEB31, 0xEB39


class Port:
    """Holding registers without wires; what is not there is refused. ``asked``: first registers, ``written``: in order."""

    name = "test"
    hole_words = 7

    def __init__(self, words: Mapping[int, int]) -> None:
        self.words = dict(words)
        self.silent: set[int] = set()
        self.asked: list[int] = []
        self.written: list[tuple[int, ...]] = []

    async def pause(self, seconds: float) -> None:
        """No time passes."""

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """Words of a request."""
        self.asked.append(request.address)
        places = range(request.address, request.address + request.count)
        if self.silent & set(places):
            raise TimeOut("no answer", registers=request.registers, params={"seconds": timing.timeout_s})
        if not any(a in self.words for a in places):
            raise ExceptionReply(2, registers=request.registers)
        return [self.words.get(a, 0) for a in places]

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Taken down."""
        self.written.append((request.address, *request.values))


def profile(text: str) -> Profile:
    """A profile with these points."""
    raw = (HEAD.format(name="it", kind="inverter") + text).encode()
    return parse(raw, "it.yaml", raw)


def v20(**more: int) -> tuple[ModbusDevice, Port]:
    """A SINAMICS V20 that is ready; its reference frequency is 60.00 Hz."""
    words = dict.fromkeys((*range(15, 33), *range(54, 61), *range(99, 111)), 0)
    port = Port(
        words | {0x006D: READY, 0x000F: 6000, 0x0064: 8192} | {int(k[1:]): v for k, v in more.items()}
    )
    return ModbusDevice("pump", load_profile("siemens-v20"), port, 1, {}, {}), port


def told(readings: Sequence[Reading]) -> dict[str, Value | None]:
    """Values by quantity."""
    return {r.quantity: r.value for r in readings}


async def test_the_first_reading_says_everything() -> None:
    """A point scaled by a point that is read once an hour has its value at the first reading of the fast class."""
    device, _ = v20()
    assert told(await device.read("fast"))["frequency_set_hz"] == pytest.approx(30.0)


async def test_a_trip_shows_its_code_at_once() -> None:
    """The state word is read before the fault number that it explains, though that has the lower address."""
    device, port = v20()
    assert told(await device.read("fast"))["fault_code"] is None
    port.words |= {0x006D: TRIPPED, 54: 3}
    now = told(await device.read("fast"))
    assert (now["status"], now["fault_code"]) == ("fault", 3)
    port.words |= {0x006D: READY}
    assert told(await device.read("fast"))["fault_code"] is None


async def test_no_request_is_made_for_it_twice() -> None:
    """What was read early is not read again by its own class, and later readings ask no more than their blocks."""
    device, port = v20()
    await device.read("fast")
    first = len(port.asked)
    assert first == len(device.requests["fast"]) + 1
    await device.read("once")
    assert port.asked.count(0x000F) == 1
    port.asked.clear()
    await device.read("fast")
    assert len(port.asked) == len(device.requests["fast"]) == first - 1


async def test_a_set_point_asks_for_what_scales_it() -> None:
    """A set-point before the first reading is scaled by what the drive says then; a drive that does not say it is told so."""
    device, port = v20()
    await device.command(Command("pump", "frequency_set_hz", 30.0))
    assert port.written == [(0x0064, 8192)]
    await device.command(Command("pump", "frequency_set_hz", 60.0))
    assert port.asked == [0x000F]
    device, port = v20(_15=0)  # 0 Hz cannot be
    with pytest.raises(Refused, match="frequency_set_hz is scaled by reference_frequency") as refusal:
        await device.command(Command("pump", "frequency_set_hz", 30.0))
    assert "tirta probe" in refusal.value.hint
    assert port.written == []


async def test_a_condition_is_looked_at_as_it_is_now() -> None:
    """A step's condition on a point that another request explains reads that request too: F72 of just now is acknowledged."""
    device, port = v20()
    await device.read("fast")
    port.words |= {0x006D: TRIPPED, 54: 72}
    with pytest.raises(TimeOut):
        await device.command(Command("pump", "running", 1.0, 20.0))
    assert (0x0063, 0x04FE) in port.written


async def test_a_silent_device_says_so() -> None:
    """A device that does not answer is told as that, tried early again later; a helper alone that is silent is not asked again."""
    device, port = v20()
    port.silent = set(port.words)
    with pytest.raises(TimeOut):
        await device.read("fast")
    port.silent = {0x000F}
    assert told(await device.read("fast"))["frequency_set_hz"] is None
    port.asked.clear()
    await device.read("fast")
    assert 0x000F not in port.asked


CHAIN = """\
limits: {single_reads: true}
points:
  - {name: power, address: 1, quantity: power_w, scale_by: {point: factor}}
  - {name: factor, address: 2, poll: slow, when: {point: state, is: 1}}
  - {name: state, address: 3, poll: on_demand}
  - {name: energy, address: 4, quantity: energy_wh, poll: slow, sign_by: {point: power_sign, negative: 1}}
  - {name: power_sign, address: 5}
"""


async def test_chains_through_classes() -> None:
    """What a helper needs is read before it, whatever class it stands in; each class prepares for itself."""
    port = Port({1: 40, 2: 10, 3: 1, 4: 7, 5: 0})
    device = ModbusDevice("it", profile(CHAIN), port, 1, {}, {})
    assert told(await device.read("fast")) == {"power_w": 400.0}
    assert port.asked[:2] == [3, 2]
    assert told(await device.read("slow")) == {"energy_wh": 7.0}
    other = ModbusDevice("it", profile(CHAIN), port, 1, {}, {})
    assert told(await other.read("slow")) == {"energy_wh": 7.0}


def test_the_whole_library_reads_helpers_first() -> None:
    """In every profile and variant a request stands after those of its class that it needs; none needs each other."""
    seen = 0
    for name in library():
        shipped = load_profile(name)
        if shipped.transport == "mqtt":
            continue
        settings = stand_in_settings(shipped)
        for one in [as_variant(shipped, v.name) for v in shipped.variants] or [shipped]:
            for poll in ("fast", "slow", "once", "on_demand"):
                blocks = compile_blocks(one, poll, settings)
                places = {p.name: i for i, block in enumerate(blocks) for p in block.points}
                for block in blocks:
                    needs = [h for p in block.points for h in p.helpers if h in places]
                    seen += len(needs)
                    assert all(places[h] <= places[block.points[0].name] for h in needs), (name, poll)
    assert seen
