"""The makers' register tables, written down a second time: words by an independent master -> quantities. No code of ours.

Every rule is from the maker's public protocol document or the public maps that ``sources`` of the shipped profile names.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

Value = float | str | None
Words = Sequence[int]
Ask = Callable[[str, int, int], list[int]]
"""(table, wire address, count) -> words or bits, by a master that is not ours."""

Settings = Mapping[str, float | str]


def u16(words: Words) -> float:
    return words[0]


def s16(words: Words) -> float:
    return words[0] - 0x10000 if words[0] >= 0x8000 else words[0]


def high_first(words: Words) -> float:
    """32 bits, the way that Modbus itself suggests."""
    return words[0] * 65536 + words[1]


def low_first(words: Words) -> float:
    """32 bits, low word first."""
    return words[1] * 65536 + words[0]


def signed_low_first(words: Words) -> float:
    raw = low_first(words)
    return raw - 2**32 if raw >= 2**31 else raw


def float32(words: Words) -> float:
    return float(struct.unpack(">f", struct.pack(">HH", *words))[0])


def text(words: Words) -> str:
    return struct.pack(f">{len(words)}H", *words).rstrip(b"\0 ").decode("ascii")


@dataclass(frozen=True)
class Rule:
    """``words`` registers from ``address`` of ``table`` make ``quantity``: decode, times ``scale``, plus ``plus``."""

    quantity: str
    table: str
    address: int
    decode: Callable[[Words], float | str] = u16
    words: int = 1
    scale: float = 1.0
    plus: float = 0.0
    names: Mapping[int, Value] | None = None

    def value(self, words: Words) -> Value:
        """What the document says that these words mean."""
        decoded = self.decode(words)
        if self.names is not None:
            return self.names[int(decoded)]
        return decoded * self.scale + self.plus if isinstance(decoded, float | int) else decoded


def two(quantity: str, table: str, address: int, decode: Callable[[Words], float], scale: float) -> Rule:
    """A value of two registers."""
    return Rule(quantity, table, address, decode, 2, scale)


SDM120 = [
    two(quantity, "input", address, float32, scale)
    for quantity, address, scale in [
        ("voltage_v", 0x0000, 1.0), ("current_a", 0x0006, 1.0), ("power_w", 0x000C, 1.0), ("apparent_va", 0x0012, 1.0),
        ("reactive_var", 0x0018, 1.0), ("power_factor", 0x001E, 1.0), ("frequency_hz", 0x0046, 1.0),
        ("import_wh", 0x0048, 1000.0), ("export_wh", 0x004A, 1000.0), ("energy_wh", 0x0156, 1000.0),
    ]
]  # fmt: skip

SN_3002 = [
    Rule("vwc", "holding", 0, scale=0.001), Rule("temp_c", "holding", 1, s16, scale=0.1), Rule("ec_us_cm", "holding", 2),
    Rule("ph", "holding", 3, scale=0.1), Rule("nitrogen_mg_kg", "holding", 4), Rule("phosphorus_mg_kg", "holding", 5),
    Rule("potassium_mg_kg", "holding", 6), Rule("salinity_mg_l", "holding", 7), Rule("tds_mg_l", "holding", 8),
]  # fmt: skip

SMT100 = [
    Rule("temp_c", "holding", 0, scale=0.01, plus=-100.0),
    Rule("vwc", "holding", 1, scale=0.0001),
    Rule("permittivity", "holding", 2, scale=0.01),
    Rule("moisture_raw", "holding", 3),
]

WAVESHARE = [
    *(Rule(f"switch_{n + 1}", "coil", n) for n in range(8)),
    Rule("version", "holding", 0x8000, lambda words: f"{words[0] / 100:.2f}"),
]

GROWATT_STATES = {0: "standby", 1: "running", 3: "fault", 4: "waiting"}
GROWATT_MODES = {
    0: "waiting",
    1: "self test",
    5: "PV and battery online",
    6: "battery online",
    7: "PV offline",
}
GROWATT_LIMITS = {
    0: "",
    1: "PV",
    3: "grid voltage",
    4: "grid frequency",
    6: "inverter temperature",
    7: "remote control",
}
GROWATT = [
    Rule("version", "holding", 9, text, 3), Rule("serial_number", "holding", 23, text, 5), Rule("power_limit_pct", "holding", 3),
    Rule("status", "input", 3000, lambda words: words[0] & 0xFF, names=GROWATT_STATES),
    Rule("mode", "input", 3000, lambda words: words[0] >> 8, names=GROWATT_MODES),
    two("pv_power_w", "input", 3001, high_first, 0.1),
    *(Rule(f"pv_voltage_v_{n + 1}", "input", 3003 + 4 * n, scale=0.1) for n in range(4)),
    *(Rule(f"pv_current_a_{n + 1}", "input", 3004 + 4 * n, scale=0.1) for n in range(4)),
    *(two(f"pv_power_w_{n + 1}", "input", 3005 + 4 * n, high_first, 0.1) for n in range(4)),
    two("power_w", "input", 3023, high_first, 0.1), Rule("frequency_hz", "input", 3025, scale=0.01),
    Rule("voltage_v", "input", 3026, scale=0.1), Rule("current_a", "input", 3027, scale=0.1),
    Rule("grid_w", "input", 3041, lambda words: high_first(words[:2]) - high_first(words[2:]), 4, 0.1),
    two("load_w", "input", 3045, high_first, 0.1), two("running_s", "input", 3047, high_first, 0.5),
    two("energy_today_wh", "input", 3049, high_first, 100.0), two("energy_wh", "input", 3051, high_first, 100.0),
    two("pv_energy_wh", "input", 3053, high_first, 100.0), two("import_today_wh", "input", 3067, high_first, 100.0),
    two("import_wh", "input", 3069, high_first, 100.0), two("export_today_wh", "input", 3071, high_first, 100.0),
    two("export_wh", "input", 3073, high_first, 100.0), Rule("derating_text", "input", 3086, names=GROWATT_LIMITS),
    Rule("temp_device_c", "input", 3093, scale=0.1), Rule("fault_code", "input", 3105), Rule("warning_code", "input", 3106),
    Rule("fault_code_2", "input", 3107), Rule("warning_code_2", "input", 3108),
]  # fmt: skip

DEYE_TYPES = {3: "single-phase hybrid", 0x300: "single-phase hybrid"}
DEYE_AUX = {0: "AUX port for a generator", 1: "AUX port for a smart load", 2: "AUX port for micro-inverters"}
DEYE_STATES = {0: "standby", 1: "starting", 2: "running", 3: "running", 4: "fault", 5: "starting"}
DEYE_FAULTS = {13: "work mode changed", 18: "AC over-current", 20: "DC over-current", 23: "leakage current",
               24: "insulation", 35: "no grid", 56: "bus voltage low", 63: "arc", 64: "heat sink too hot"}  # fmt: skip


def deye_fault_bits(words: Words) -> float:
    return sum(word << (16 * index) for index, word in enumerate(words))


def deye_faults(words: Words) -> str:
    bits = int(deye_fault_bits(words))
    return "; ".join(f"F{n} {name}" for n, name in DEYE_FAULTS.items() if bits >> (n - 1) & 1)


def deye_clock(words: Words) -> str:
    """Two decimal parts in each register: year and month, day and hour, minute and second."""
    year, month, day, hour, minute, second = (part for word in words for part in (word >> 8, word & 0xFF))
    return f"20{year:02d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def hours_and_minutes(words: Words) -> float:
    """1830 is half past six in the evening; in minutes after midnight."""
    return words[0] // 100 * 60 + words[0] % 100


DEYE = [
    Rule("model", "holding", 0, names=DEYE_TYPES), Rule("serial_number", "holding", 3, text, 5),
    two("rated_power_w", "holding", 16, low_first, 0.1), Rule("device_time", "holding", 22, deye_clock, 3),
    Rule("status", "holding", 59, names=DEYE_STATES),
    Rule("energy_today_wh", "holding", 60, s16, scale=100.0), two("energy_wh", "holding", 63, signed_low_first, 100.0),
    Rule("charge_today_wh", "holding", 70, scale=100.0), Rule("discharge_today_wh", "holding", 71, scale=100.0),
    two("charge_wh", "holding", 72, low_first, 100.0), two("discharge_wh", "holding", 74, low_first, 100.0),
    Rule("import_today_wh", "holding", 76, scale=100.0), Rule("export_today_wh", "holding", 77, scale=100.0),
    Rule("import_wh", "holding", 78, lambda words: words[0] + 65536 * words[2], 3, 100.0),
    Rule("grid_frequency_hz", "holding", 79, scale=0.01), two("export_wh", "holding", 81, low_first, 100.0),
    Rule("load_today_wh", "holding", 84, scale=100.0), two("load_wh", "holding", 85, low_first, 100.0),
    Rule("temp_device_c_2", "holding", 90, scale=0.1, plus=-100.0), Rule("temp_device_c", "holding", 91, scale=0.1, plus=-100.0),
    two("pv_energy_wh", "holding", 96, low_first, 100.0), two("warning_code", "holding", 101, low_first, 1.0),
    Rule("fault_text", "holding", 103, deye_faults, 4), Rule("fault_code", "holding", 103, deye_fault_bits, 4),
    Rule("pv_energy_today_wh", "holding", 108, scale=100.0),
    Rule("pv_voltage_v_1", "holding", 109, scale=0.1), Rule("pv_current_a_1", "holding", 110, scale=0.1),
    Rule("pv_voltage_v_2", "holding", 111, scale=0.1), Rule("pv_current_a_2", "holding", 112, scale=0.1),
    Rule("grid_voltage_v", "holding", 150, scale=0.1), Rule("voltage_v", "holding", 154, scale=0.1),
    Rule("grid_current_a_1", "holding", 160, s16, scale=0.01), Rule("grid_current_a_2", "holding", 161, s16, scale=0.01),
    Rule("genset_w", "holding", 166, s16), Rule("grid_w_1", "holding", 167, s16), Rule("grid_w_2", "holding", 168, s16),
    Rule("grid_w", "holding", 169, s16), Rule("power_w", "holding", 175, s16), Rule("load_w_1", "holding", 176, s16),
    Rule("load_w_2", "holding", 177, s16), Rule("load_w", "holding", 178, s16),
    Rule("battery_temp_c", "holding", 182, scale=0.1, plus=-100.0),
    Rule("battery_voltage_v", "holding", 183, scale=0.01), Rule("soc_pct", "holding", 184),
    *(Rule(f"pv_power_w_{n + 1}", "holding", 186 + n) for n in range(4)),
    Rule("pv_power_w", "holding", 186, lambda words: float(sum(words)), 4),
    Rule("battery_w", "holding", 190, s16, scale=-1.0), Rule("battery_current_a", "holding", 191, s16, scale=-0.01),
    Rule("frequency_hz", "holding", 193, scale=0.01), Rule("grid_connected", "holding", 194),
    Rule("grid_charge", "holding", 232, lambda words: float(words[0] & 1)), Rule("mode", "holding", 235, names=DEYE_AUX),
    *(Rule(f"slot_start_min_{n + 1}", "holding", 250 + n, hours_and_minutes) for n in range(6)),
]  # fmt: skip

INVT_STATES = {1: "running", 2: "running", 3: "standby", 4: "fault", 5: "off", 6: "starting"}
INVT_SOURCES = ("keypad", "terminal", "communication")


def invt(rated_w: float) -> list[Rule]:
    """Output power is told in tenths of a per cent of the drive's rating."""
    return [
        Rule("status", "holding", 0x2100, names=INVT_STATES),
        Rule("running", "holding", 0x2100, lambda words: float(words[0] in (1, 2))),
        Rule("mode", "holding", 0x2101, lambda words: INVT_SOURCES[words[0] >> 5 & 3]),
        Rule("fault_code", "holding", 0x2102), Rule("frequency_hz", "holding", 0x3000, scale=0.01),
        Rule("frequency_set_hz", "holding", 0x3001, scale=0.01), Rule("dc_voltage_v", "holding", 0x3002, scale=0.1),
        Rule("voltage_v", "holding", 0x3003), Rule("current_a", "holding", 0x3004, scale=0.1),
        Rule("speed_rpm", "holding", 0x3005), Rule("power_w", "holding", 0x3006, s16, scale=rated_w / 1000.0),
        Rule("torque_pct", "holding", 0x3007, s16, scale=0.1),
    ]  # fmt: skip


def level(words: Words) -> float:
    """QDY30A registers 3 and 4: decimal places, then the value."""
    return s16(words[1:]) / math.pow(10, words[0])


def qdy30a(unit: str) -> list[Rule]:
    """The unit is on the transmitter's label."""
    return [Rule("level_m", "holding", 3, level, 2, {"m": 1.0, "cm": 0.01, "mm": 0.001}[unit])]


def rules(profile: str, settings: Settings) -> list[Rule]:
    """The document of a model with fixed addresses."""
    if profile == "qdy30a":
        return qdy30a(str(settings["level_unit"]))
    if profile == "invt-gd100-pv":
        return invt(float(settings["rated_power_w"]))
    return {
        "sdm120": SDM120, "sn-3002-soil-7in1": SN_3002, "smt100": SMT100, "waveshare-relay-8ch": WAVESHARE,
        "growatt-tl-x": GROWATT, "deye-hybrid-1p": DEYE,
        "rs-ra-pyranometer": [Rule("irradiance_w_m2", "holding", 0)],
        "sn-3001-rain": [Rule("rain_mm", "holding", 0, scale=0.1)],
    }[profile]  # fmt: skip


def read_all(profile: str, settings: Settings, ask: Ask) -> dict[str, Value]:
    """Every quantity that the document of ``profile`` knows, asked of a device."""
    if profile == "sunspec-inverter":
        return dict(sunspec(ask))
    wanted = rules(profile, settings)
    words: dict[tuple[str, int], int] = {}
    for table, first, count in blocks(wanted):
        words |= {(table, first + i): word for i, word in enumerate(ask(table, first, count))}
    return {
        rule.quantity: rule.value([words[rule.table, rule.address + i] for i in range(rule.words)])
        for rule in wanted
    }


def blocks(wanted: Sequence[Rule]) -> list[tuple[str, int, int]]:
    """Registers side by side are asked together; never a register that the document does not have."""
    cells = sorted({(rule.table, rule.address + i) for rule in wanted for i in range(rule.words)})
    found: list[tuple[str, int, int]] = []
    for table, address in cells:
        if found and found[-1][0] == table and found[-1][1] + found[-1][2] == address:
            found[-1] = (table, found[-1][1], found[-1][2] + 1)
        else:
            found.append((table, address, 1))
    return found


# ------------------------------------------------------------------------------------------------------------- SunSpec

SUNSPEC_STATES = {
    1: "off",
    2: "standby",
    3: "starting",
    4: "running",
    5: "derated",
    6: "standby",
    7: "fault",
    8: "standby",
}


def sunspec(ask: Ask) -> Iterator[tuple[str, Value]]:
    """Walk the chain from "SunS" at 40000 and read models 1, 103 and 160 by the Alliance's tables."""
    assert ask("holding", 40000, 2) == [0x5375, 0x6E53]
    address = 40002
    while True:
        model, length = ask("holding", address, 2)
        if model == 0xFFFF:
            return
        block = ask("holding", address, 2 + length)
        if model == 1:
            yield from common(block)
        elif model == 103:
            yield from three_phase(block)
        elif model == 160:
            yield from mppt(block)
        address += 2 + length


def common(block: Words) -> Iterator[tuple[str, Value]]:
    for quantity, first, count in [
        ("maker", 2, 16),
        ("model", 18, 16),
        ("version", 42, 8),
        ("serial_number", 50, 16),
    ]:
        yield quantity, text(block[first : first + count])


def three_phase(block: Words) -> Iterator[tuple[str, Value]]:
    def scaled(value: float, factor: int) -> float:
        return value * math.pow(10, s16(block[factor:]))

    def unsigned(offset: int, factor: int) -> Value:
        return None if block[offset] == 0xFFFF else scaled(block[offset], factor)

    def signed(offset: int, factor: int) -> Value:
        return None if block[offset] == 0x8000 else scaled(s16(block[offset:]), factor)

    for name, offset, factor in [
        ("current_a", 2, 6), ("current_a_1", 3, 6), ("current_a_2", 4, 6), ("current_a_3", 5, 6), ("line_voltage_v_1", 7, 13),
        ("line_voltage_v_2", 8, 13), ("line_voltage_v_3", 9, 13), ("voltage_v", 10, 13), ("voltage_v_2", 11, 13),
        ("voltage_v_3", 12, 13), ("frequency_hz", 16, 17), ("dc_current_a", 27, 28), ("dc_voltage_v", 29, 30),
    ]:  # fmt: skip
        yield name, unsigned(offset, factor)
    for name, offset, factor in [
        ("power_w", 14, 15), ("apparent_va", 18, 19), ("reactive_var", 20, 21), ("dc_power_w", 31, 32), ("temp_device_c", 33, 37),
        ("temp_device_c_2", 34, 37), ("temp_device_c_3", 35, 37), ("temp_device_c_4", 36, 37),
    ]:  # fmt: skip
        yield name, signed(offset, factor)
    per_cent = signed(22, 23)
    yield "power_factor", per_cent / 100 if isinstance(per_cent, float) else None
    yield (
        "energy_wh",
        scaled(high_first(block[24:]), 26) or None,
    )  # an accumulator that never counted is "not implemented"
    yield "status", SUNSPEC_STATES[block[38]]
    yield "fault_code", high_first(block[40:])
    yield "fault_text", "" if high_first(block[40:]) == 0 else "?"
    for number, offset in [(2, 44), (3, 46), (4, 48), (5, 50)]:
        bits = high_first(block[offset:])
        yield f"fault_code_{number}", None if bits == 0xFFFFFFFF else bits


def mppt(block: Words) -> Iterator[tuple[str, Value]]:
    for module in range(block[8]):
        base = 10 + 20 * module
        for name, offset, factor in [("pv_current_a", 9, 2), ("pv_voltage_v", 10, 3), ("pv_power_w", 11, 4)]:
            yield f"{name}_{module + 1}", block[base + offset] * math.pow(10, s16(block[factor:]))
        counted = high_first(block[base + 12 :]) * math.pow(10, s16(block[5:]))
        yield f"pv_energy_wh_{module + 1}", counted or None
