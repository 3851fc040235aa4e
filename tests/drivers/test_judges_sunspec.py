"""An independent judge of SunSpec: pysunspec2 (the SunSpec Alliance's own) and our driver read one device over one TCP socket."""

from __future__ import annotations

import asyncio
import random
import struct
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import sunspec2.device as definitions
from sunspec2.modbus.client import SunSpecModbusClientDeviceTCP

from drivers.device import make_device
from drivers.profile import load_profile
from drivers.reading import Value
from drivers.transport import Table
from simulators.frames import ILLEGAL_ADDRESS, RefusedByDevice
from simulators.modbus_server import TcpServer
from tests.drivers.conftest import MakeBus

UNIT = 3
AC = {
    "current_a": "A", "voltage_v": "PhVphA", "power_w": "W", "frequency_hz": "Hz", "energy_wh": "WH", "dc_current_a": "DCA",
    "dc_voltage_v": "DCV", "dc_power_w": "DCW", "temp_device_c": "TmpCab", "fault_code": "Evt1",
}  # fmt: skip
STATES = {
    1: "off",
    2: "standby",
    3: "starting",
    4: "running",
    5: "derated",
    6: "standby",
    7: "fault",
    8: "standby",
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "common": {"maker": "Mn", "model": "Md", "version": "Vr", "serial_number": "SN"}
}
PANELS = {"pv_current_a": "DCA", "pv_voltage_v": "DCV", "pv_power_w": "DCW"}
UNIMPLEMENTED = {
    "int16": b"\x80\x00", "uint16": b"\xff\xff", "acc32": b"\0\0\0\0", "enum16": b"\xff\xff", "bitfield32": b"\xff\xff\xff\xff",
    "float32": b"\x7f\xc0\x00\x00", "sunssf": b"\x80\x00", "count": b"\xff\xff",
}  # fmt: skip


class Chain:
    """A SunSpec device as a dictionary of registers, filled by the Alliance's model files."""

    def __init__(self, models: Sequence[int], factors: Sequence[int], seed: int, absent: float = 0.0) -> None:
        self.words: dict[int, int] = {}
        self._random, self._factors, self._absent = random.Random(seed), factors, absent
        self._put(40000, b"SunS")
        address = 40002
        for model in models:
            address = self._model(model, address)
        self._put(address, b"\xff\xff\0\0")

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """See ``simulators.frames.Bank``."""
        try:
            return [self.words[a] for a in range(address, address + count)]
        except KeyError:
            raise RefusedByDevice(ILLEGAL_ADDRESS) from None

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """Nothing is written here."""
        raise RefusedByDevice(ILLEGAL_ADDRESS)

    def _put(self, address: int, data: bytes) -> None:
        self.words |= {
            address + i // 2: int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)
        }

    def _model(self, model: int, address: int) -> int:
        group = definitions.get_model_def(model)["group"]
        data = b"".join(self._raw(p) for p in group["points"][2:])
        for inner in group.get("groups", []) * 2:
            data += b"".join(self._raw(p) for p in inner["points"])
        self._put(address, struct.pack(">HH", model, len(data) // 2) + data)
        return address + 2 + len(data) // 2

    def _raw(self, point: Mapping[str, Any]) -> bytes:
        kind, any_of = point["type"], self._random
        if kind == "string":
            return f"Contoh {any_of.randrange(1000)}".encode().ljust(2 * point["size"], b"\0")
        if point["name"] == "N":
            return struct.pack(">H", 2)
        if kind == "sunssf":
            return struct.pack(">h", any_of.choice(self._factors))
        if kind in UNIMPLEMENTED and any_of.random() < self._absent:
            return UNIMPLEMENTED[kind]
        form, low, high = {
            "int16": (">h", -900, 900), "uint16": (">H", 0, 2400), "acc32": (">I", 1, 9_000_000), "enum16": (">H", 1, 8),
            "bitfield32": (">I", 0, 0xFFFF), "float32": (">f", 1, 300),
        }.get(kind, (f">{point['size']}H", 0, 0))  # fmt: skip
        values = [any_of.randint(low, high) + (0.25 if form == ">f" else 0)] * (
            point["size"] if kind not in UNIMPLEMENTED else 1
        )
        return struct.pack(form, *values)


async def both(chain: Chain, make_bus: MakeBus) -> tuple[dict[str, Value | None], dict[int, Any]]:
    """What our driver tells, by quantity, and the judge's models by number."""
    server = TcpServer(chain)
    await server.start()
    try:
        bus = make_bus(f"tcp://127.0.0.1:{server.port}")
        device = make_device("it", load_profile("sunspec-inverter"), bus, UNIT)
        ours: dict[str, Value | None] = {}
        for poll in ("once", "slow", "fast"):
            ours |= {r.quantity: r.value for r in await device.read(poll)}
        return ours, await asyncio.to_thread(judged, server.port)
    finally:
        await server.stop()


def judged(port: int) -> dict[int, Any]:
    """The whole device as pysunspec2 reads it."""
    judge = SunSpecModbusClientDeviceTCP(slave_id=UNIT, ipaddr="127.0.0.1", ipport=port, timeout=5)
    try:
        judge.scan()
        return {number: models[0] for number, models in judge.models.items() if isinstance(number, int)}
    finally:
        judge.close()


def expected(models: Mapping[int, Any], inverter: int) -> dict[str, Value | None]:
    """The judge's numbers under our names. A value whose factor is not implemented means nothing (the judge hands out the bare
    register then).
    """
    said = {q: number(models[inverter], models[inverter].points[name]) for q, name in AC.items()}
    state = models[inverter].points["St"].value
    said["status"] = None if state is None else STATES[state]
    said |= {q: models[1].points[name].value for q, name in WORDS["common"].items()}
    said["rated_power_w"] = number(models[120], models[120].points["WRtg"])
    for i, module in enumerate(models[160].groups["module"], 1):
        said |= {f"{q}_{i}": number(models[160], module.points[name]) for q, name in PANELS.items()}
    return said


def number(model: Any, point: Any) -> Value | None:
    """A point as the judge computes it, None where its factor is not implemented."""
    if point.sf is not None and model.points[point.sf].value is None:
        return None
    value: Value | None = point.cvalue
    return value


def unlike(ours: Mapping[str, Value | None], theirs: Mapping[str, Value | None]) -> list[str]:
    """Where the two differ."""
    wrong = []
    for quantity, value in theirs.items():
        told = ours.get(quantity)
        same = told == value or (
            isinstance(told, float | int)
            and isinstance(value, float | int)
            and told == pytest.approx(value, rel=1e-6, abs=1e-9)
        )
        if not same:
            wrong.append(f"{quantity}: ours {told!r}, pysunspec2 {value!r}")
    return wrong


CASES = {
    "negative": ([-1, -2, -3], 0.0), "zero": ([0], 0.0), "positive": ([1, 2], 0.0), "mixed": ([-2, -1, 0, 1], 0.0),
    "invalid": ([-0x8000], 0.0), "some invalid": ([-0x8000, -1, 0], 0.0), "unimplemented": ([-1, 0], 0.5), "nothing": ([-1], 1.0),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("inverter", [103, 113])
async def test_ours_equals_the_alliances_own_reader(inverter: int, case: str, make_bus: MakeBus) -> None:
    """Models 1, 103 or 113, 120 and 160 with random registers: every number and word is the judge's, with negative, zero, positive
    and invalid scale factors and with unimplemented values.
    """
    factors, absent = CASES[case]
    for seed in range(3 if case == "mixed" else 1):
        ours, models = await both(Chain([1, inverter, 120, 160], factors, seed, absent), make_bus)
        assert set(models) == {1, inverter, 120, 160}
        theirs = expected(models, inverter)
        assert unlike(ours, theirs) == [], (case, seed)
        known = [quantity for quantity, value in theirs.items() if value is not None]
        assert len(known) >= {"nothing": 4, "invalid": 4}.get(case, 10)


async def test_the_judge_is_heard(make_bus: MakeBus) -> None:
    """The comparison fails when one register of the device changes between the two, so it can fail at all."""
    chain = Chain([1, 103, 120, 160], [-1], 1)
    ours, _ = await both(chain, make_bus)
    power = 40002 + 68 + 2 + 12
    chain.words[power] ^= 1
    _, models = await both(chain, make_bus)
    assert [text.partition(":")[0] for text in unlike(ours, expected(models, 103))] == ["power_w"]
