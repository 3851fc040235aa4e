# ruff: noqa: E501 - one mistake a line
"""Mistakes in the newer words of the language are refused where they stand, with a hint where there is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.profile import ProfileError, load_profile
from tests.drivers.devices import TEXTS, device, text_of

Case = tuple[str, str, str, str, str]
CASES: list[Case] = [
    # device, what is there, what stands there instead, where the problem is told, what it says
    ("solis", "point: direction", "point: directon", "{point: directon", "no point 'directon'"),
    ("solis", "point: direction", "point: battery", "{point: battery", "depend on itself"),
    ("solis", "absolute: true", "absolute: true, enum: {1: 1}, bits: {1: x}", "{name: battery", "exclude each other"),
    ("solis", "absent_at_first: [0]", "counter: {resets: weekly}", "weekly", "must be one of"),
    ("sungrow", "is: [0, 1]}", "iz: [0, 1]}", "iz", "unknown key"),
    ("sungrow", "is: [0, 1]}", "is_not: []}", "{point: output_type", "needs is, is_not"),
    ("sungrow", "point: state_raw, is", "point: state_row, is", "{point: state_row", "no point 'state_row'"),
    ("must", "[1000, 0.1]", "[0.1, 1000]", "[0.1, 1000]", "weights are positive and fall"),
    ("must", "[1000, 0.1]", "[1000, 0.1], type: u32", "[1000, 0.1]", "type u16 or s16"),
    ("must", '"#.##.##"', '"1.2"', '"1.2"', "has not the right form"),
    ("must", "{machine_number}", "{machin_number}", "{quantity: model", "no point 'machin_number'"),
    ("deye", "write_functions: [16]", "write_functions: [6]", "16, address: 232, mask: 0x0001, values: [1]", "only function 6"),
    ("deye", "type: clock, quantity", "type: clock, clock: [yy, mo, dd], quantity", "{name: clock", "whole registers"),
    ("deye", "type: clock, quantity: device_time", "clock: [yy, mo], quantity: device_time", "{name: clock", "need type: clock"),
    ("deye", "type: clock, quantity: device_time", "type: clock, quantity: power_w", "clock, quantity: power_w", "takes numbers"),
    ("deye", "mask: 0x0001, values: [1]", "mask: 0x0001, values: [1, 2]", "{function: 16, address: 232, mask: 0x0001, values: [1, 2]", "one value"),
    ("slots", "[value, keep]", "[value]", "", ""),
    ("slots", "function: 16, address: 3038", "function: 6, address: 3038", "{function: 6", "keep needs function 16"),
    ("catnip", "[dry, 0]", "[drei, 0]", "[[drei", "no setting 'drei'"),
    ("catnip", "[[dry, 0], [wet, 60]]", "[[1, 0], [2, 5], [3, 1]]", "[[1, 0]", "only rise or only fall"),
    ("catnip", "[10, 0.5, 0.0001]", "[10, 0.5], scale: 2", "{name: probe", "take the raw number"),
    ("sensecap", "table: {0: \"°C\", 1: \"°F\"}", "table: {}", "{point: unit, table: {}", "needs table"),
    ("qdy", "setting: made_for", "setting: madefor", "{setting: madefor", "no setting 'madefor'"),
    ("r4d8", "identify: [{address: 0xF0, refused: true}]", "identify: [{address: 0xF0}]", "{address: 0xF0}", "exactly one of is"),
    ("r4d8", ", identify: [{address: 0xF0, refused: true}]", "", "{name: r4d8", "only the last variant"),
    ("r4d8", "name: r4d8, identify", "name: r4d8, without: [relais1], identify", "relais1", "no point 'relais1'"),
    ("r4d8", "name: r4d8, identify", "name: r4d8, scale: {relai: 2}, identify", "relai: 2", "no point 'relai'"),
    ("r4d8", "name: firmware, address: 0xF3, quantity: version", "name: firmware, address: 2, quantity: version", "{name: firmware", "takes registers"),
    ("r4d8", "values: [0x0200]", "values: [0x0600]", "{function: 6, address: 1, values: [0x0600]}]\n    power", "off uses it"),
    ("r4d8", "kind: timed_on}", "kind: timed_on}\n    wear: eeprom", "eeprom", "must not wear"),
    ("r4d8", "refused: true", "matches: x", "{address: 0xF0, matches: x", "needs type: str"),
    ("pzem", "function: 0x42", "function: 0x43, values: [1]", "{function: 0x43", "goes alone"),
    ("pzem", "function: 0x42", "function: 7", "{function: 7", "5, 6, 15 or 16"),
    ("pzem", "press: [{function: 0x42}]", "value: {minimum: 0, maximum: 1}", "counter_reset:", "one of on and off, set, or press"),
    ("pzem", "within_ms: 2000, equals: 0}", "within_ms: 2000}", "{quantity: energy_wh, within_ms", "equals belongs to press"),
    ("altivar", "{quantity: running, within_ms: 3000}", "{quantity: running, within_ms: 3000, equals: 1}", "{quantity: running, within_ms", "equals belongs to press"),
    ("altivar", "only_if: {point: eta, is_not: 0x27}", "only_if: {point: etta, is_not: 0x27}", "{point: etta", "no point 'etta'"),
    ("altivar", "until: {point: eta, equals: 0x27", "until: {quantity: eta, equals: 0x27", "{quantity: eta", "does not report 'eta'"),
    ("altivar", "until: {point: eta, equals: 0x27", "until: {equals: 0x27", "{equals", "exactly one of quantity and point"),
    ("altivar", "{mask: 0x10, is: 0,", "{mask: 0x10, is: 1,", "{mask: 0x10, is: 1", "can never be"),
    ("altivar", 'value: "off"}]}', "value: stopped}]}", "[{mask: 0x08", "no normal state"),
    ("vacon", "needed_by: [running]", "needed_by: [runing]", "[runing]", "no command 'runing'"),
    ("vacon", "{quantity: run_permit, is: 0}", "{quantity: run_permid, is: 0}", "{quantity: run_permid", "does not report"),
    ("vacon", "{quantity: run_permit, is: 0}", "{quantity: run_permit}", "{quantity: run_permit}", "exactly one of is and is_not"),
    ("vacon", "{quantity: run_permit, is: 0}", "{quantity: run_permit, is_not: [1, 2]}", "", ""),
    ("vacon", "{quantity: run_permit, is: 0}", "[{quantity: run_permit, is: 0}, {quantity: power_limit_pct, is: 0}]", "", ""),
    ("vacon", "{quantity: run_permit, is: 0}", "[{quantity: run_permit, is: 0}, {quantity: power_limit, is: 0}]", "{quantity: power_limit, is", "does not report"),
    ("vacon", "setup: [{address: 813, value: 25", "setup: [{address: 813, value: 99999", "99999", "at most 65535"),
    ("lc", "exact_counts: {discrete: 8}", "exact_counts: {discrete: 2}", "", ""),
    ("lc", "minimum: 2, maximum: 20", "minimum: 20, maximum: 2", "{address: 0, function: 16", "minimum must be below"),
    ("rainwise", "counter: {resets: restart", "scale_by: {point: ph}, counter: {resets: restart", "{resets: restart", "known before run time"),
    ("huawei", "count: 4, step: 2, count_from: strings", "count: 4, step: 2, count_from: string", "{count: 4, step: 2, count_from: string}", "no point 'string'"),
    ("huawei", "sum: {pv1: 1,", "sum: {pv9: 1,", "{quantity: pv_power_w, sum", "no point 'pv9'"),
    ("huawei", "product: [", "present_only: true, product: [", '{name: "pv{n}"', "belongs to sum"),
    ("sofar", "version: x.x.x.x", "version: x.x, enum: {1: a}", "{name: firmware", "exclude each other"),
    ("em500", "chirpstack_v3,", "chirpstack_v5,", "chirpstack_v5", "no envelope 'chirpstack_v5'"),
    ("em500", "tlv: {channel: 3, type: 0x67", "bytes: {at: 3, type: u16}, tlv: {channel: 3, type: 0x67", "{path: temperature", "exclude each other"),
    ("em500", "{path: battery, tlv: {channel: 1, type: 0x75}", "{path: battery, bytes: {at: 1, type: u8}", "{at: 1", "a list of entries has fields with tlv"),
    ("em500", "{channel: 1, type: 0x75}", "{channel: 1, type: 0x75, as: u16, length: 1}", "{channel: 1", "ends after the entry's 1 bytes"),
    ("em500", "layout: {tlv: true,", "layout: {tlv: true, length: 4,", "{tlv: true", "either tlv: true, or has a length"),
    ("uc511", "envelopes: [chirpstack_v4, tts_v3]", 'topic: "x/{topic}"', "{downlink: [0xFF, 0x1D, 0xA0", "needs messages with envelopes"),
    ("uc511", "{word: lease, bytes: 3}", "7", "{pieces", "no step uses the lease"),
    ("uc511", "transport: mqtt\n", "transport: mqtt\nsetup: [{address: 1, value: 1}]\n", "[{address: 1, value: 1}]", "for Modbus"),
]  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_the_devices_that_mistakes_start_from_are_sound(name: str) -> None:
    """Each device loads without a problem."""
    assert device(name).name == name


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}: {c[2]}"[:50])
def test_mistakes_have_places(case: Case, tmp_path: Path) -> None:
    """The problem is told at the line and column of the words that are wrong (or of what carries them)."""
    name, old, new, at, message = case
    text = text_of(name)
    assert old in text
    text = text.replace(old, new, 1)
    path = tmp_path / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    if not message:
        load_profile(path)  # unusual, and allowed
        return
    with pytest.raises(ProfileError) as e:
        load_profile(path)
    here = [p for p in e.value.problems if message in p.message]
    assert here, str(e.value)
    before = text[: text.index(at)]
    assert (here[0].line, here[0].column) == (before.count("\n") + 1, len(before) - before.rfind("\n")), str(
        here[0]
    )
