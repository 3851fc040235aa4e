"""Shipped inverter profiles: makers sell several maps under one name, and only the right profile takes a device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from drivers.codec import compile_blocks
from drivers.device_meeting import meet
from drivers.errors import BadReply, ExceptionReply
from drivers.profile import load_profile
from drivers.transport import Table

HOLDING, INPUT = Table.HOLDING, Table.INPUT
Registers = Mapping[tuple[Table, int], int]

DEVICES: dict[str, Registers] = {
    # what each kind of device shows where the profiles look; everything else is refused with exception 2
    "Growatt of the TL-X generation": {(HOLDING, 88): 124, (HOLDING, 73): 25, (INPUT, 13): 0},
    "Growatt SPH": {(HOLDING, 88): 124, (HOLDING, 73): 25, (INPUT, 13): 0, (INPUT, 1014): 64},
    "old Growatt, version in 88": {(HOLDING, 88): 305, (INPUT, 13): 4998},
    "old Growatt, version in 73": {(HOLDING, 73): 314, (HOLDING, 88): 0, (INPUT, 13): 4998},
    "old Growatt, no version": {(INPUT, 13): 5003},
    "Deye hybrid": {(HOLDING, 0): 0x300},
    "Deye string": {(HOLDING, 0): 2},
    "Sungrow SG10RT": {(INPUT, 4999): 0x2433, (INPUT, 5001): 1},
    "Sungrow SG5K-D": {(INPUT, 4999): 0x0126, (INPUT, 5001): 0},
    "Sungrow SH5.0RS": {(INPUT, 4999): 0x0D0F, (INPUT, 5001): 0},
    "Solis hybrid": {(INPUT, 33135): 1},
}
TAKEN = {
    "growatt-tl-x": {"Growatt of the TL-X generation", "Growatt SPH"},
    "growatt-tl-xh": {"Growatt of the TL-X generation", "Growatt SPH"},
    "growatt-tl3-x": {"Growatt of the TL-X generation", "Growatt SPH"},
    "growatt-sph": {"Growatt SPH"},
    "growatt-mic-legacy": {
        "old Growatt, version in 88",
        "old Growatt, version in 73",
        "old Growatt, no version",
    },
    "deye-hybrid-1p": {"Deye hybrid"},
    "deye-string": {"Deye string"},
    "sungrow-sg": {"Sungrow SG10RT", "Sungrow SG5K-D"},
    "sungrow-sh": {"Sungrow SH5.0RS"},
    "solis-hybrid": {"Solis hybrid"},
}


async def takes(profile: str, registers: Registers) -> bool:
    """Whether a device that shows these registers is met as this profile."""

    async def ask(table: Table, address: int, count: int) -> Sequence[int]:
        places = [(table, a) for a in range(address, address + count)]
        if any(place not in registers for place in places):
            raise ExceptionReply(2)
        return [registers[place] for place in places]

    try:
        await meet("x", load_profile(profile), {"variant": "auto"}, ask)
    except BadReply:
        return False
    return True


@pytest.mark.parametrize("profile", TAKEN)
async def test_only_its_own_devices(profile: str) -> None:
    """Each profile takes the devices that it describes and refuses its look-alikes of the same maker."""
    assert {name for name, shown in DEVICES.items() if await takes(profile, shown)} == TAKEN[profile]


def test_an_spf_is_never_asked_across_its_boundary() -> None:
    """No request of any class holds more than 45 registers or crosses a multiple of 45."""
    profile = load_profile("growatt-spf")
    blocks = [c for poll in ("fast", "slow", "once", "on_demand") for c in compile_blocks(profile, poll, {})]
    assert {c.address // 45 for c in blocks} == {0, 1}
    assert all(c.count <= 45 and c.address // 45 == (c.address + c.count - 1) // 45 for c in blocks)
