"""How a device is asked: the pace of its profile reaches the wire, and requests are as long as the wire makes worth while."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drivers.bus import Bus
from drivers.device_modbus import ModbusDevice
from drivers.modbus import ModbusLink
from drivers.modbus_url import parse_connection
from drivers.packing import pack
from drivers.profile_model import Limits
from drivers.reading import Command
from drivers.transport import DEFAULT_TIMING, Read, Timing, Write
from tests.drivers.test_device_order import Port, profile
from tests.drivers.test_packing import at, spans

PACED = """\
limits: {timeout_ms: 300, gap_ms: 850, connect_wait_ms: 1000}
poll_s: {fast: 3}
points:
  - {name: power, address: 0, quantity: power_w}
  - {name: far, address: 20, quantity: voltage_v}
  - {name: energy, address: 100, quantity: energy_wh, poll: slow}
  - {name: serial, address: 200, quantity: fault_code, poll: once}
  - {name: service, address: 300, quantity: temp_c, poll: on_demand}
commands:
  running:
    on: [{function: 6, address: 9, values: [1]}]
    "off": [{function: 6, address: 9, values: [0]}]
    verify: {quantity: power_w, within_ms: 1000}
"""


class Paced(Port):
    """A port that takes down how each request is to be treated."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(range(400), 0))
        self.timings: set[Timing] = set()

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """As it is."""
        self.timings.add(timing)
        return await super().read(request, timing=timing)

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """As it is."""
        self.timings.add(timing)
        await super().write(request, urgent=urgent, timing=timing)


async def test_every_question_and_write_keeps_the_profiles_pace() -> None:
    """Time-out, gap and wait after connecting go with each request to the bus, which keeps them."""
    port = Paced()
    device = ModbusDevice("it", profile(PACED), port, 1, {}, {})
    await device.read("fast")
    await device.command(Command("it", "running", 1.0, 20.0))
    await device.command(Command("it", "running", 0.0))
    assert port.timings == {Timing(timeout_s=0.3, gap_s=0.85, connect_wait_s=1.0)}


async def test_each_class_asks_for_its_own_points_only() -> None:
    """
    ::

        class     fast         slow  once      once again  on demand
        asked     0, 20        100   200       nothing     never by itself
        every     3 s (here)   60 s  3600 s                -
    """
    port = Paced()
    device = ModbusDevice("it", profile(PACED), port, 1, {}, {})
    asked = []
    for poll in ("fast", "slow", "once", "once"):
        port.asked.clear()
        await device.read(poll)
        asked.append(list(port.asked))
    assert asked == [[0, 20], [100], [200], []]
    assert device.polls == {"fast": 3, "slow": 60, "once": 3600}
    assert ModbusDevice("it", profile(PACED), port, 1, {}, {"fast": 7}).polls["fast"] == 7


@pytest.mark.parametrize(
    ("url", "own_port", "starts"),
    [
        ("rtu:///dev/x", False, [0, 20]),  # 19 registers cost more than a request
        ("rtu+tcp://h:1", False, [0, 20]),
        ("tcp://h:1", False, [0]),
        ("tcp://h:1", True, [0]),
    ],
)
def test_the_wire_says_how_much_is_read_through(url: str, own_port: bool, starts: list[int]) -> None:
    """The same two registers are two requests on RS485, one on TCP."""
    bus = Bus(ModbusLink(parse_connection(url)))
    text = PACED + ("tcp_port: 502\n" if own_port else "")
    device = ModbusDevice("it", profile(text), bus, 1, {}, {})
    assert [request.address for request in device.requests["fast"]] == starts


def test_bits_are_an_eighth_of_it() -> None:
    """56 coils are read through where 7 registers would be; their limit is their own."""
    coils = [
        at(0, table="coil", type="bool"),
        at(57, table="coil", type="bool"),
        at(115, table="coil", type="bool"),
    ]
    assert spans(pack(coils, Limits(), 7)) == [(0, 58), (115, 1)]
    row = [at(i, table="coil", type="bool") for i in range(20)]
    assert spans(pack(row, Limits(max_bits=8, max_words=16), 7)) == [(0, 8), (8, 8), (16, 4)]


def test_a_class_without_points_is_not_polled() -> None:
    """A device that has fast points only is asked by no other clock."""
    text = "points: [{name: power, address: 0, quantity: power_w}]\n"
    assert dict(ModbusDevice("it", profile(text), Paced(), 1, {}, {}).polls) == {"fast": 2.0}
