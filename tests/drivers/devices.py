# ruff: noqa: E501 - YAML
"""Small profiles after real devices, each for what it needs of the language. Not the shipped ones: those have all their points."""

from __future__ import annotations

from functools import cache

from drivers.profile import Profile
from drivers.profile import _parse as parse

HEAD = "profile: {name}\nmaker: Test\nmodel: T\nkind: {kind}\nconfidence: U\nsources: [test]\n"

TEXTS: dict[str, tuple[str, str]] = {
    "solis": ("hybrid", """\
points:
  - {name: direction, address: 33135, table: input, type: enum16}
  - {name: battery, address: 33149, table: input, type: s32, absolute: true, quantity: battery_w,
      sign_by: {point: direction, negative: 1, positive: 0}}
  - {name: aux, address: 33140, table: input, quantity: genset_w, absent_at_first: [0]}
"""),
    "sungrow": ("inverter", """\
numbering: {minus: 1}
order: cdab
points:
  - {name: output_type, doc: 5002, table: input, type: enum16, poll: once, simulate: {value: 0}}
  - {name: phase_a, doc: 5019, table: input, scale: 0.1, quantity: voltage_v_1, when: {point: output_type, is: [0, 1]}}
  - {name: line_ab, doc: 5019, table: input, scale: 0.1, quantity: line_voltage_v_1, view: true, when: {point: output_type, is: 2}}
  - {name: state, doc: 5038, table: input, type: enum16, quantity: status,
      enum: {0x0000: running, 0x8000: "off", 0x5500: fault, 0x9100: running, 0x1400: standby}}
  - {name: state_raw, doc: 5038, table: input, view: true}
  - {name: fault, doc: 5045, table: input, quantity: fault_code, when: {point: state_raw, is: [0x5500, 0x9100]}}
  - {name: limit_switch, doc: 5007, poll: on_demand}
"""),
    "must": ("hybrid", """\
serial: {baud: 19200, unit: 4}
points:
  - {name: machine, address: 20000, type: str, count: 1, poll: once, simulate: {value: PV}}
  - {name: machine_number, address: 20001, poll: once, simulate: {value: 1800}}
  - {name: version, address: 20004, quantity: version, version: "#.##.##", poll: once}
  - {name: pv_total, address: 15217, weights: [1000, 0.1], unit: kWh, quantity: pv_energy_wh}
  - {name: run_time, address: 15219, weights: [3600, 60, 1], unit: s, quantity: running_s}
derived:
  - {quantity: model, join: "{machine}{machine_number}"}
golden:
  - {note: PV1800, address: 20000, words: [0x5056, 1800], expect: {model: PV1800}}
  - {note: 12 MWh and 345 tenths, address: 15217, words: [12, 345], expect: {pv_energy_wh: 12034500}}
"""),
    "deye": ("hybrid", """\
order: cdab
limits: {write_functions: [16]}
points:
  - {name: clock, address: 22, type: clock, quantity: device_time, poll: slow}
  - {name: grid_charge, address: 232, mask: 0x0001, quantity: grid_charge}
  - {name: rest, address: 232, mask: 0xFFFE, poll: on_demand, view: true}
  - {name: "slot{n}", address: 250, type: hhmm, quantity: "slot_start_min_{n}", repeat: {count: 3, step: 1}}
commands:
  grid_charge:
    on: [{function: 16, address: 232, mask: 0x0001, values: [1]}]
    "off": [{function: 16, address: 232, mask: 0x0001, values: [0]}]
    verify: {quantity: grid_charge, within_ms: 2000}
golden:
  - {address: 22, words: [0x1509, 0x0606, 0x3801], expect: {device_time: "2021-09-06T06:56:01"}}
  - {address: 250, words: [0, 1830, 2400], expect: {slot_start_min_1: 0, slot_start_min_2: 1110, slot_start_min_3: 1440}}
"""),
    "slots": ("inverter", """\
points:
  - {name: begin, address: 3038, type: hhmm, quantity: slot_start_min}
  - {name: end, address: 3039, type: hhmm, quantity: slot_end_min}
commands:
  slot_start_min:
    set: [{function: 16, address: 3038, values: [value, keep]}]
    value: {minimum: 0, maximum: 1000}
    verify: {quantity: slot_start_min, within_ms: 500}
"""),
    "catnip": ("soil", """\
settings:
  dry: {label: {en: raw in air, id: mentah di udara}, minimum: 0, maximum: 65535, default: 292}
  wet: {label: {en: raw in water, id: mentah di air}, minimum: 0, maximum: 65535, default: 650}
points:
  - {name: moisture, address: 0, table: input, quantity: vwc, curve: [[dry, 0], [wet, 60]], unit: "%"}
  - {name: probe, address: 1, table: input, quantity: ec_us_cm, polynomial: [10, 0.5, 0.0001]}
"""),
    "sensecap": ("soil", """\
points:
  - {name: unit, address: 0x21, type: enum16, poll: slow}
  - {name: temperature, address: 0, type: s16, scale: 0.01, quantity: temp_c, unit_by: {point: unit, table: {0: "°C", 1: "°F"}}}
  - {name: body, address: 8, type: s16, scale: 0.1, unit: K, quantity: temp_device_c}
golden:
  - {note: 64.29 F, address: 0, words: [6429], given: {unit: 1}, expect: {temp_c: 17.938889}}
  - {note: 17.94 C, address: 0, words: [0x0702], given: {unit: 0}, expect: {temp_c: 17.94}}
"""),
    "qdy": ("level", """\
settings:
  made_for: {label: {en: unit on the label, id: satuan pada label}, choices: [cm, mm]}
points:
  - {name: code, address: 2, type: enum16, together: a}
  - {name: level, address: 4, type: s16, scale: 0.01, together: a, quantity: level_m, unit_by: {point: code, table: {16: m, 17: cm, 1: kPa, 19: kPa of water}}}
  - {name: pressure, address: 4, type: s16, scale: 0.01, together: a, view: true, quantity: pressure_bar, unit_by: {point: code, table: {16: m, 17: cm, 1: kPa}}}
  - {name: other, address: 7, type: s16, scale: 0.1, quantity: level_m_2, unit_by: {setting: made_for}}
"""),
    "r4d8": ("relay", """\
limits: {timeout_ms: 300}
identify: [{address: 0x20, is: [1, 2], note: {en: kind of board, id: jenis papan}}]
points:
  - {name: "relay{n}", address: 1, quantity: "switch_{n}", enum: {1: 1, 0: 0}, repeat: {count: 4, step: 1}}
commands:
  "switch_{n}":
    repeat: {count: 4, step: 1}
    on: [{function: 6, address: 1, values: [lease]}]
    "off": [{function: 6, address: 1, values: [0x0600]}]
    lease: {pieces: [{max_s: 255, offset: 0x0600}]}
    deaf_to: [{function: 6, address: 1, values: [0x0200]}]
    power_on: "off"
    verify: {quantity: "switch_{n}", within_ms: 1000}
    fail_safe: {kind: timed_on}
variants:
  - {name: r4d8, identify: [{address: 0xF0, refused: true}], without: [kind]}
  - name: ryn4
    identify: [{address: 0xF0, is: 4}]
    address_shift: -1
    points: [{name: firmware, address: 0xF3, quantity: version, version: "#.##", poll: once, simulate: {value: "1.05"}}]
golden:
  - {note: 10 s, command: [switch_1, 1, 10], writes: ["01 06 00 01 06 0A 5B AD"]}
  - {note: 10 s on the other board, settings: {variant: ryn4}, command: [switch_2, 1, 10], writes: ["01 06 00 01 06 0A 5B AD"]}
""".replace(", without: [kind]", "")),
    "pzem": ("meter", """\
order: cdab
points:
  - {name: power, address: 3, table: input, type: u32, scale: 0.1, quantity: power_w, max_step: 3000, reject: packet, maximum: 23000}
  - {name: energy, address: 5, table: input, type: u32, quantity: energy_wh, counter: command}
commands:
  counter_reset:
    press: [{function: 0x42}]
    verify: {quantity: energy_wh, within_ms: 2000, equals: 0}
golden:
  - {note: reset, command: [counter_reset, 1, 0], writes: ["01 42 80 11"]}
"""),
    "altivar": ("pump_drive", """\
serial: {baud: 19200, parity: E, unit: 2}
points:
  - {name: eta, address: 3201, mask: 0x006F, poll: fast}
  - {name: running, address: 3201, quantity: running, view: true, first: [{mask: 0x6F, is: 0x27, value: 1}], otherwise: 0}
  - {name: state, address: 3201, quantity: status, view: true, otherwise: standby,
      first: [{mask: 0x08, value: fault}, {mask: 0x6F, is: 0x27, value: running}, {mask: 0x10, is: 0, value: "off"}]}
commands:
  running:
    on:
      - {function: 6, address: 8501, values: [0x06], only_if: {point: eta, is_not: [0x23, 0x27]}, until: {point: eta, equals: [0x21, 0x23], within_ms: 500}}
      - {function: 6, address: 8501, values: [0x07], only_if: {point: eta, is_not: 0x27}, until: {point: eta, equals: [0x23, 0x27], within_ms: 500}}
      - {function: 6, address: 8501, values: [0x0F], until: {point: eta, equals: 0x27, within_ms: 500}}
    "off": [{function: 6, address: 8501, values: [0x07]}]
    verify: {quantity: running, within_ms: 3000}
    fail_safe: {kind: comm_loss, max_s: 10}
"""),
    "vacon": ("pump_drive", """\
limits: {single_reads: true}
setup: [{address: 813, value: 25, needed_by: [running], writes_per_day: 2, why: {en: stops when we die, id: berhenti bila komputer mati}}]
points:
  - {name: word, address: 2100, table: input, mask: 0x0002, quantity: running}
  - {name: permit, address: 2101, table: input, quantity: run_permit, enum: {1: 1, 0: 0}, simulate: {value: 1}}
  - {name: p101, address: 101, quantity: power_limit_pct, poll: slow}
commands:
  running:
    on: [{function: 6, address: 2000, values: [1]}]
    "off": [{function: 6, address: 2000, values: [0]}]
    inhibited_by: {quantity: run_permit, is: 0}
    verify: {quantity: running, within_ms: 3000}
    fail_safe: {kind: comm_loss, max_s: 5}
  run_permit:
    on: [{function: 6, address: 2001, values: [9]}]
    "off": [{function: 6, address: 2001, values: [8]}]
    verify: {quantity: run_permit, within_ms: 3000}
  power_limit_pct:
    set: [{function: 6, address: 101, values: [value]}]
    value: {minimum: 0, maximum: 100, step: 5}
    wear: eeprom
    writes_per_day: 3
    verify: {quantity: power_limit_pct, within_ms: 500}
"""),
    "lc": ("relay", """\
serial: {unit: 255}
limits: {exact_counts: {discrete: 8}}
points:
  - {name: "in{n}", table: discrete, type: bool, address: 0, quantity: "input_{n}", repeat: {count: 4, step: 1}}
readdress: {address: 0, function: 16, type: f32, minimum: 2, maximum: 20, before: [{function: 6, address: 9, values: [0x55AA]}],
  save: [{function: 6, address: 15, values: [0]}]}
"""),
    "rainwise": ("weather", """\
limits: {wake_up: {after_s: 5, wait_ms: 50}, timeout_ms: 100}
points:
  - {name: tips, address: 0, unit: mm, scale: 0.254, quantity: rain_mm, counter: {resets: restart, rolls_at: 65536, max_step: 20}}
  - {name: ph, address: 1, scale: 0.01, quantity: ph, warm_up_s: 300, simulate: {value: 6.5}}
"""),
    "huawei": ("inverter", """\
tcp_port: 502
limits: {single_client: true, connect_wait_ms: 1000}
points:
  - {name: strings, address: 30071, poll: once, simulate: {value: 2}}
  - {name: "pv{n}_voltage", address: 32016, type: s16, scale: 0.1, quantity: "pv_voltage_v_{n}", repeat: {count: 4, step: 2, count_from: strings}}
  - {name: "pv{n}_current", address: 32017, type: s16, scale: 0.01, quantity: "pv_current_a_{n}", repeat: {count: 4, step: 2, count_from: strings}}
  - {name: exported, address: 37119, type: s32, scale: 0.01, unit: kWh, absolute: true, quantity: export_wh}
derived:
  - {name: "pv{n}", quantity: "pv_power_w_{n}", product: ["pv{n}_voltage", "pv{n}_current"], repeat: {count: 4, step: 1}}
  - {quantity: pv_power_w, sum: {pv1: 1, pv2: 1, pv3: 1, pv4: 1}, present_only: true}
"""),
    "sofar": ("inverter", """\
points:
  - {name: faults, address: 1, type: bits80, quantity: fault_text, bits: {0: grid over-voltage, 79: last one}}
  - {name: code, address: 8, type: bcd32, quantity: warning_code}
  - {name: limits, address: 12, active_low: 0x0030, quantity: fault_text_2, bits: {4: OFF2, 5: OFF3, 0: other}}
  - {name: firmware, address: 14, type: u32, quantity: version, version: x.x.x.x}
  - {name: state, address: 16, quantity: status, enum: {3: running, 0: waiting}, otherwise: fault}
  - {name: number, address: 16, quantity: fault_code, view: true, enum: {0: 0, 3: 0}, otherwise: raw}
"""),
}  # fmt: skip

MQTT = "transport: mqtt\n"
TEXTS["em500"] = ("soil", MQTT + """\
mqtt:
  messages:
    - envelopes: [chirpstack_v4, chirpstack_v3, tts_v3]
      port: 85
      layout: {tlv: true, skip: [{channel: 0xFF, type: 0x0B, length: 1}]}
      fields:
        - {path: temperature, tlv: {channel: 3, type: 0x67, as: s16, scale: 0.1}, quantity: temp_c, decimals: 1}
        - {path: moisture, tlv: {channel: 4, type: 0x68, scale: 0.5}, quantity: vwc, unit: "%", decimals: 1}
        - {path: [electricity, ec], tlv: {channel: 5, type: 0x7F, as: u16}, absent: [65535, 65533], quantity: ec_us_cm, decimals: 0}
        - {path: battery, tlv: {channel: 1, type: 0x75}, quantity: node_battery_pct, decimals: 0}
golden:
  - {note: 01756403671901046873057FF000 through ChirpStack v4, topic: "application/1/device/{topic}/event/up",
      payload: '{"fPort":85,"data":"AXVkA2cZAQRocwV/8AA="}', expect: {temp_c: 28.1, vwc: 0.575, ec_us_cm: 240, node_battery_pct: 100}}
""")  # fmt: skip
TEXTS["uc511"] = ("valve", MQTT + """\
mqtt:
  messages:
    - envelopes: [chirpstack_v4, tts_v3]
      layout: {tlv: true}
      fields:
        - {path: valve_1, tlv: {channel: 3, type: 1}, quantity: valve_1, decimals: 0}
        - {path: valve_1_pulse, tlv: {channel: 4, type: 0xC8, as: u32}, quantity: valve_pulses_1, decimals: 0}
        - {path: pressure, tlv: {channel: 9, type: 0x7B, as: u16}, unit: kPa, quantity: pressure_bar, decimals: 0}
commands:
  "valve_1":
    on: [{downlink: [0xFF, 0x1D, 0xA0, 0, {word: lease, bytes: 3}], port: 85}]
    "off": [{downlink: [0xFF, 0x1D, 0x00, 0], port: 85}]
    lease: {pieces: [{max_s: 16777215}], type: u32}
    verify: {quantity: valve_1, within_ms: 60000}
    fail_safe: {kind: timed_on}
""")  # fmt: skip


@cache
def text_of(name: str) -> str:
    """The YAML of a device."""
    kind, text = TEXTS[name]
    return HEAD.format(name=name, kind=kind) + text


@cache
def device(name: str) -> Profile:
    """The loaded profile of a device."""
    raw = text_of(name).encode()
    return parse(raw, f"{name}.yaml", raw)
