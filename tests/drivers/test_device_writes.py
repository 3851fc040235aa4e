"""`drivers.device_writes` without wires: when a start is refused because the device would take it and stand still."""

from __future__ import annotations

import pytest

from drivers.device_modbus import ModbusDevice
from drivers.errors import Refused
from drivers.reading import Command
from tests.drivers.test_device_order import Port, profile

TWO = """\
points:
  - {name: state, address: 0, quantity: status, enum: {1: running, 2: standby, 3: fault}}
  - {name: permit, address: 1, quantity: run_permit}
  - {name: running, address: 0, view: true, quantity: running, enum: {1: 1, 2: 0, 3: 0}}
commands:
  running:
    on: [{function: 6, address: 9, values: [1]}]
    "off": [{function: 6, address: 9, values: [0]}]
    inhibited_by: [{quantity: status, is: fault}, {quantity: run_permit, is_not: 1}]
    verify: {quantity: running, within_ms: 1000}
"""


@pytest.mark.parametrize(("words", "said"), [((3, 1), "status is fault"), ((2, 0), "run_permit is 0")])
async def test_each_rule_of_a_list_forbids_by_itself(words: tuple[int, int], said: str) -> None:
    """Of two rules any one refuses the start, with the quantity that is to be cleared; a stop goes out all the same."""
    port = Port(dict(enumerate(words)))
    device = ModbusDevice("pump", profile(TWO), port, 1, {}, {})
    start = Command("pump", "running", 1.0, 20.0)
    await device.read("fast")
    with pytest.raises(Refused, match=said):
        await device.command(start)
    await device.command(Command("pump", "running", 0.0))
    port.words = {0: 2, 1: 1}
    await device.read("fast")
    await device.command(start)
    assert port.written == [(9, 0), (9, 1)]
