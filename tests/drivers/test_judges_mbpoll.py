"""An independent judge of fourteen more profiles: mbpoll's words, decoded by the makers' rules written down here, are our values.

No rule here is taken from a profile: each is from the maker's document or the open project that the profile names as source.
(The models of the shipped sites are judged in tests/end_to_end/test_probe_and_mbpoll.py.)
"""

from __future__ import annotations

import asyncio
import math
import struct

import pytest

from drivers.device import make_device
from drivers.profile import load_profile
from simulators.modbus_server import TcpServer
from simulators.registers import RegisterBank, RegisterDevice
from tests.drivers.conftest import MakeBus
from tests.drivers.round_trip import hasty, passes
from tests.drivers.test_library_wires import met, seen_by
from tests.end_to_end.documents import Rule, Value, Words, float32, high_first, low_first, s16, text, two
from tests.end_to_end.masters import Mbpoll, mbpoll_line
from tests.simulators.paper import Paper, settings_of

UNIT = 9


def s32(words: Words) -> float:
    """High word first, two's complement."""
    return float(struct.unpack(">i", struct.pack(">HH", *words))[0])


def u64(words: Words) -> float:
    """Four registers, the highest first."""
    return float(struct.unpack(">Q", struct.pack(">4H", *words))[0])


def decimal(words: Words) -> float:
    """MUST: thousands of kWh in one register, tenths in the next."""
    return words[0] * 1000 + words[1] / 10


def fraction(words: Words) -> float:
    """Lorric: whole number and ten-thousandths."""
    return words[0] + words[1] / 10000


def kipp(words: Words) -> float:
    """Kipp & Zonen: the radiation divided by ten to the scale factor before it."""
    return s16(words[1:]) / math.pow(10, s16(words[:1]))


def row(table: str, *rules: tuple[str, int] | tuple[str, int, float]) -> list[Rule]:
    """Plain registers: quantity, address, factor."""
    return [Rule(r[0], table, r[1], scale=r[2] if len(r) == 3 else 1.0) for r in rules]


def floats(table: str, *rules: tuple[str, int, float]) -> list[Rule]:
    """32-bit floats, high word first."""
    return [two(quantity, table, address, float32, scale) for quantity, address, scale in rules]


RULES: dict[str, list[Rule]] = {
    "huawei-sun2000": [
        Rule("serial_number", "holding", 30015, text, 10), two("rated_power_w", "holding", 30073, high_first, 1.0),
        Rule("pv_voltage_v_1", "holding", 32016, s16, scale=0.1), Rule("pv_current_a_2", "holding", 32019, s16, scale=0.01),
        two("pv_power_w", "holding", 32064, s32, 1.0), two("power_w", "holding", 32080, s32, 1.0),
        two("current_a_1", "holding", 32072, s32, 0.001), Rule("frequency_hz", "holding", 32085, scale=0.01),
        two("energy_wh", "holding", 32106, high_first, 10.0), two("energy_today_wh", "holding", 32114, high_first, 10.0),
    ],
    "sma-inverter": [
        Rule("energy_wh", "holding", 30513, u64, 4), Rule("energy_today_wh", "holding", 30517, u64, 4),
        Rule("running_s", "holding", 30521, u64, 4), two("rated_power_w", "holding", 30233, high_first, 1.0),
        two("pv_current_a_1", "holding", 30769, s32, 0.001), two("pv_voltage_v_1", "holding", 30771, s32, 0.01),
        two("power_w", "holding", 30775, s32, 1.0), two("voltage_v_1", "holding", 30783, high_first, 0.01),
        two("frequency_hz", "holding", 30803, high_first, 0.01), two("temp_device_c", "holding", 30953, s32, 0.1),
    ],
    "solis-string": [
        two("power_w", "input", 3004, s32, 1.0), two("pv_power_w", "input", 3006, high_first, 1.0),
        two("energy_wh", "input", 3008, high_first, 1000.0), Rule("energy_today_wh", "input", 3014, scale=100.0),
        Rule("temp_device_c", "input", 3041, s16, scale=0.1),
        *row("input", ("pv_voltage_v_1", 3021, 0.1), ("pv_current_a_2", 3024, 0.1), ("frequency_hz", 3042, 0.01)),
    ],
    "growatt-spf": [
        two("pv_power_w_1", "input", 3, high_first, 0.1), two("power_w", "input", 9, high_first, 0.1),
        two("apparent_va", "input", 11, high_first, 0.1),
        *row("input", ("pv_voltage_v_1", 1, 0.1), ("pv_voltage_v_2", 2, 0.1), ("battery_voltage_v", 17, 0.01), ("soc_pct", 18)),
    ],
    "must-pv1800": [
        Rule("pv_energy_wh", "holding", 15217, decimal, 2, 1000.0), two("serial_number", "holding", 20002, high_first, 1.0),
        Rule("pv_voltage_v", "holding", 15205, s16, scale=0.1), Rule("pv_power_w", "holding", 15208, s16),
    ],
    "sensecap-mtec-02": [
        Rule("temp_c", "holding", 0, s16, scale=0.01),
        *row("holding", ("vwc", 1, 0.0001), ("ec_us_cm", 2), ("salinity_mg_l", 3), ("tds_mg_l", 4), ("permittivity", 5, 0.01)),
    ],
    "sdm630": floats(
        "input", ("voltage_v_1", 0, 1.0), ("voltage_v_3", 4, 1.0), ("current_a_2", 8, 1.0), ("power_w_3", 0x10, 1.0),
        ("power_w", 0x34, 1.0), ("apparent_va", 0x38, 1.0), ("reactive_var", 0x3C, 1.0), ("power_factor", 0x3E, 1.0),
        ("frequency_hz", 0x46, 1.0), ("import_wh", 0x48, 1000.0), ("export_wh", 0x4A, 1000.0), ("energy_wh", 0x156, 1000.0),
    ),
    "chint-dtsu666": floats(
        "holding", ("voltage_v_1", 0x2006, 0.1), ("current_a_1", 0x200C, 0.001), ("power_w", 0x2012, 0.1),
        ("frequency_hz", 0x2044, 0.01), ("import_wh", 0x101E, 1000.0), ("export_wh", 0x1028, 1000.0),
    ),
    "pzem-016": [
        two("current_a", "input", 1, low_first, 0.001), two("power_w", "input", 3, low_first, 0.1),
        two("energy_wh", "input", 5, low_first, 1.0),
        *row("input", ("voltage_v", 0, 0.1), ("frequency_hz", 7, 0.1), ("power_factor", 8, 0.01)),
    ],
    "pzem-017": [
        two("dc_power_w", "input", 2, low_first, 0.1), two("energy_wh", "input", 4, low_first, 1.0),
        *row("input", ("dc_voltage_v", 0, 0.01), ("dc_current_a", 1, 0.01)),
    ],
    "ecowitt-wn90lp": [
        Rule("temp_air_c", "holding", 0x167, scale=0.1, plus=-40.0),
        *row("holding", ("illuminance_lx", 0x165, 10.0), ("uv_index", 0x166, 0.1), ("rh_pct", 0x168), ("wind_m_s", 0x169, 0.1),
             ("wind_from_deg", 0x16B), ("rain_mm", 0x16C, 0.1), ("air_pressure_hpa", 0x16D, 0.1)),
    ],
    "kipp-zonen-smp": [
        Rule("irradiance_w_m2", "input", 4, kipp, 2), Rule("temp_device_c", "input", 8, s16, scale=0.1),
    ],
    "lorric-fu-tx310": [Rule("flow_m3_h", "input", 0, fraction, 2)],
    "r4d8-relay": [Rule(f"switch_{n}", "holding", n) for n in range(1, 9)],
}  # fmt: skip
"""By profile. Addresses are those on the wire."""

NEGATIVE = ("power_w", "temp_c", "temp_device_c", "temp_air_c", "reactive_var", "irradiance_w_m2")
"""What is also tried below zero, where the rule has a sign."""


SIGNS = (s16, s32, float32, kipp)
"""Rules that know a sign."""


async def judged(name: str, sign: float, make_bus: MakeBus) -> tuple[list[str], int]:
    """Where mbpoll with the maker's rule and our driver differ on one device, and how many values were compared."""
    profile = hasty(load_profile(name))
    settings = settings_of(profile) | ({"flow_unit": "m3/h"} if name.startswith("lorric") else {})
    world = Paper()
    for one in reversed(passes(await met(profile, settings))):
        world.values |= {("it", q): v for q, v in one.values.items()}
    for quantity in NEGATIVE:
        value = world.values.get(("it", quantity))
        if isinstance(value, float) and any(
            r.quantity == quantity and r.decode in SIGNS for r in RULES[name]
        ):
            world.values["it", quantity] = sign * min(
                value, 15.0 if quantity.startswith(("temp", "irr")) else value
            )
    server = TcpServer(RegisterBank({UNIT: RegisterDevice("it", profile, settings, world, world.clock.now)}))
    await server.start()
    try:
        url = f"tcp://127.0.0.1:{server.port}"
        ours = await seen_by(make_device("it", profile, make_bus(url), UNIT, settings))
        theirs = await asyncio.to_thread(asked, RULES[name], Mbpoll(mbpoll_line(url), UNIT))
    finally:
        await server.stop()
    told = {quantity: reading.value for quantity, reading in ours.items()}
    return [
        f"{q}: ours {told.get(q)!r}, mbpoll {v!r}" for q, v in theirs.items() if unlike(told.get(q), v)
    ], len(theirs)


def asked(rules: list[Rule], master: Mbpoll) -> dict[str, Value]:
    """Every value by mbpoll's words and the maker's rule."""
    return {rule.quantity: rule.value(master.ask(rule.table, rule.address, rule.words)) for rule in rules}


def unlike(ours: object, theirs: Value) -> bool:
    """Whether they differ; a number that is a name for us is the same digits."""
    if isinstance(ours, str) and isinstance(theirs, float | int):
        return ours != f"{theirs:.0f}"
    if isinstance(ours, float | int) and isinstance(theirs, float | int):
        return ours != pytest.approx(theirs, rel=1e-6, abs=1e-9)
    return ours != theirs


SIGNED = [n for n, rules in RULES.items() if any(r.quantity in NEGATIVE and r.decode in SIGNS for r in rules)]


@pytest.mark.parametrize(("name", "sign"), [*((n, 1.0) for n in RULES), *((n, -1.0) for n in SIGNED)])
async def test_mbpoll_and_the_makers_rule_say_what_we_say(name: str, sign: float, make_bus: MakeBus) -> None:
    """Inverters, meters, probes, weather, flow and relays, 16 to 64 bits, high and low word first, floats, decimal splits and
    run-time scales, positive and negative.
    """
    wrong, compared = await judged(name, sign, make_bus)
    assert wrong == []
    assert compared == len(RULES[name])


async def test_the_judge_is_heard(make_bus: MakeBus, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another rule than the maker's is complained about, so the comparison can fail."""
    swapped = [two("power_w", "input", 3, high_first, 0.1), Rule("voltage_v", "input", 0, scale=0.01)]
    monkeypatch.setitem(RULES, "pzem-016", swapped)
    wrong, _ = await judged("pzem-016", 1.0, make_bus)
    assert [text.partition(":")[0] for text in wrong] == ["power_w", "voltage_v"]
