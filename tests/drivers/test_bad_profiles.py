# ruff: noqa: E501 - one mistake a line
"""Profiles that cannot be right are refused: file, line and column of the mistake, what is wrong and what to do, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.marked_yaml import Problem
from drivers.profile import ProfileError, load_profile
from drivers.profile_texts import rows
from tests.house.source import ROOT, below

GOOD = """\
profile: contoh
maker: Contoh
model: CP-1
kind: pump_drive
confidence: M
sources: ["Contoh CP-1 manual"]
numbering: {minus: 40001, parameter: group_byte}
limits: {max_words: 60, write_functions: [5, 6]}
settings:
  rated_w: {label: {en: rated power, id: daya pengenal}, unit: W, minimum: 100, default: 1000}
points:
  - {name: power, address: 0, scale: 0.1, quantity: power_w}
  - {name: other, address: 1, scale: 0.1}
  - {name: energy, address: 2, type: u32, unit: kWh, quantity: energy_wh}
  - {name: state, address: 4, type: enum16, quantity: status, enum: {0: "off", 1: running, 2: starting}}
  - {name: running, address: 4, view: true, mask: 0x0007, quantity: running, enum: {1: 1, 2: 1, 0: 0}}
  - {name: acidity, address: 6, scale: 0.01, quantity: ph, minimum: 3, maximum: 9}
  - {name: frequency, doc: 40011, address: 10, scale: 0.01, quantity: frequency_hz}
  - {name: load, address: 11, scale_by: {setting: rated_w, how: percent}, quantity: load_w}
  - {name: serial, address: 12, type: str, count: 4, quantity: serial_number}
  - {name: parameter, doc: P14.01, address: 0x0E01, poll: slow, together: pair}
derived:
  - {quantity: pv_power_w, sum: {power: 1, other: 1}}
variants:
  - {name: plain, without: [acidity]}
commands:
  running:
    on:
      - {function: 6, address: 40, values: [1], only_if: {point: state, is: "off"}, until: {point: state, equals: running, within_ms: 2000}}
    "off": [{function: 6, address: 40, values: [0]}]
    verify: {quantity: running, within_ms: 5000}
    fail_safe: {kind: comm_loss, max_s: 10}
  frequency_hz:
    set: [{function: 6, address: 41, values: [value]}]
    value: {type: u16, scale: 0.01, minimum: 0, maximum: 60}
    verify: {quantity: frequency_hz, within_ms: 5000}
  switch:
    on: [{function: 5, address: 0x0200, values: [lease]}]
    "off": [{function: 5, address: 0, values: [0]}]
    lease: {pieces: [{max_s: 6553.5, unit_s: 0.1}]}
    verify: {quantity: running, within_ms: 5000}
    fail_safe: {kind: timed_on}
golden:
  - {note: read with mbpoll, address: 0, words: [1234, 0, 0, 5678], expect: {power_w: 123.4, energy_wh: 5678000}}
  - {note: stop, command: [running, 0, 0], writes: ["01 06 00 28 00 00 09 C2"]}
  - {note: a whole frame, address: 0, frame: "01 03 02 04 D2 3A D9", expect: {power_w: 123.4}}
"""

Case = tuple[str, str, str, tuple[int, int], str, str]
CASES: list[Case] = [
    # what is wrong, what stands there, what stands there instead, (line, column), what is said, what is said in Indonesian
    ('overlapping points', '{name: energy, address: 2,', '{name: energy, address: 1,', (14, 5), 'energy takes registers of other', 'energy memakai register milik other'),
    ('unit of another kind', 'unit: kWh, quantity: energy_wh', 'unit: bar, quantity: energy_wh', (14, 49), "'bar' cannot become Wh", "'bar' tidak dapat diubah menjadi Wh"),
    ('scale that cannot be', 'scale: 0.1, quantity: power_w', 'scale: 9000000, quantity: power_w', (12, 38), 'one step would be 9e+06: the whole of power_w is -1e+06 to 1e+06', 'satu langkah menjadi 9e+06: seluruh power_w hanya -1e+06 sampai 1e+06'),
    ('scale of nothing', 'scale: 0.1, quantity: power_w', 'scale: 0, quantity: power_w', (12, 5), 'a scale of 0 makes every value 0', 'skala 0 membuat semua nilai 0'),
    ('range that is never reached', 'scale: 0.01, quantity: ph, minimum: 3', 'scale: 0.0001, quantity: ph, minimum: 7', (17, 40), 'u16 at this scale gives 0 to 6.5535, never what the range allows', 'u16 dengan skala ini memberi 0 sampai 6.5535, tidak pernah masuk renta'),
    ('unknown quantity', 'quantity: frequency_hz', 'quantity: frequenzy_hz', (18, 71), "unknown quantity 'frequenzy_hz'", "besaran 'frequenzy_hz' tidak dikenal"),
    ('unknown key', 'scale: 0.1, quantity: power_w', 'scael: 0.1, quantity: power_w', (12, 31), "unknown key 'scael'", "kunci 'scael' tidak dikenal"),
    ('unknown type', 'type: u32', 'type: u33', (14, 38), "must be one of 'u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64', '", "harus salah satu dari 'u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', '"),
    ('unknown kind of device', 'kind: pump_drive', 'kind: pump', (4, 7), "must be one of 'inverter', 'hybrid', 'pump_drive', 'soil', 'relay', 'v", "harus salah satu dari 'inverter', 'hybrid', 'pump_drive', 'soil', 'rel"),
    ('missing confidence', 'confidence: M\n', '', (1, 1), "'confidence' is missing", "'confidence' belum diisi"),
    ('number with a comma', 'minimum: 3, maximum: 9', "minimum: 3, maximum: '9,5'", (17, 81), "must be a number, got '9,5'", "harus berupa angka, bukan '9,5'"),
    ('command without proof', '    verify: {quantity: running, within_ms: 5000}\n', '', (27, 3), 'nothing verifies this command', 'tidak ada yang membuktikan perintah ini'),
    ('proof that is not reported', 'verify: {quantity: running,', 'verify: {quantity: runing,', (31, 13), "the device does not report 'runing'", "alat tidak melaporkan 'runing'"),
    ('start without stop', '    "off": [{function: 6, address: 40, values: [0]}]\n', '', (27, 3), 'on and off belong together', 'on dan off harus ada keduanya'),
    ('paper and wire disagree', 'doc: 40011, address: 10', 'doc: 40011, address: 11', (18, 44), 'is 11, but doc 40011 means 10', 'tertulis 11, padahal doc 40011 berarti 10'),
    ('parameter and wire disagree', 'doc: P14.01, address: 0x0E01', 'doc: P14.01, address: 0x0E02', (21, 45), 'is 3586, but doc P14.01 means 3585', 'tertulis 3586, padahal doc P14.01 berarti 3585'),
    ('address beyond the end', 'address: 2, type: u32', 'address: 65535, type: u32', (14, 29), 'ends after 65535', 'berakhir setelah 65535'),
    ('name twice', '{name: frequency,', '{name: power,', (18, 12), "the name 'power' is taken already", "nama 'power' sudah dipakai"),
    ('quantity twice', 'quantity: frequency_hz', 'quantity: power_w', (18, 71), "'power_w' is given by another point already", "'power_w' sudah diberikan titik lain"),
    ('enum to no normal state', '2: starting', '2: warming', (15, 69), "'warming' is no normal state", "'warming' bukan keadaan baku"),
    ('word where a number belongs', '{1: 1, 2: 1, 0: 0}', '{1: on, 2: 1, 0: 0}', (16, 84), "running takes numbers, not 'on'", "running berisi angka, bukan 'on'"),
    ('mask wider than the register', 'mask: 0x0007', 'mask: 0x10007', (16, 51), '0x10007 is wider than u16', '0x10007 lebih lebar dari u16'),
    ('until on an unknown point', 'until: {point: state,', 'until: {point: stat,', (29, 92), "there is no point 'stat'", "tidak ada titik 'stat'"),
    ('condition on an unknown point', 'only_if: {point: state,', 'only_if: {point: stade,', (29, 58), "there is no point 'stade'", "tidak ada titik 'stade'"),
    ('factor of an unknown setting', 'scale_by: {setting: rated_w,', 'scale_by: {setting: rated,', (19, 41), "there is no setting 'rated'", "tidak ada pengaturan 'rated'"),
    ("lease beyond the timer's register", 'max_s: 6553.5, unit_s: 0.1', 'max_s: 65535, unit_s: 0.1', (40, 30), '65535 s are 655350 on the wire, but u16 ends at 65535', '65535 detik menjadi 655350 di kabel, padahal u16 berakhir pada 65535'),
    ('lease that no step uses', 'values: [lease]', 'values: [1]', (40, 12), 'no step uses the lease', 'tidak ada langkah yang memakai lease'),
    ('timed_on without lease', '    lease: {pieces: [{max_s: 6553.5, unit_s: 0.1}]}\n', '', (38, 10), 'uses the lease, but there is none here', 'memakai lease, padahal di sini tidak ada'),
    ('set-point beyond its register', 'type: u16, scale: 0.01, minimum: 0, maximum: 60', 'type: u16, scale: 0.0001, minimum: 0, maximum: 60', (35, 60), '60 is 600000 on the wire, but u16 goes from 0 to 65535', '60 menjadi 600000 di kabel, padahal u16 dari 0 sampai 65535'),
    ('set-point of another unit', 'type: u16, scale: 0.01, minimum: 0', 'type: u16, unit: kWh, scale: 0.01, minimum: 0', (35, 30), "'kWh' cannot become Hz", "'kWh' tidak dapat diubah menjadi Hz"),
    ('function that writes two values', '{function: 6, address: 40, values: [0]}', '{function: 6, address: 40, values: [0, 0]}', (30, 13), 'function 6 writes exactly one value', 'fungsi 6 menulis tepat satu nilai'),
    ('function that the device refuses', 'write_functions: [5, 6]', 'write_functions: [5, 16]', (29, 20), 'the device takes only function 5, 16 (limits.write_functions)', 'alat hanya menerima fungsi 5, 16 (limits.write_functions)'),
    ('wear by a run command', '    fail_safe: {kind: comm_loss, max_s: 10}\n', '    fail_safe: {kind: comm_loss, max_s: 10}\n    wear: eeprom\n', (33, 11), 'a command that is renewed all day must not wear an EEPROM: only set-po', 'perintah yang diperbarui sepanjang hari tidak boleh mengauskan EEPROM:'),
    ('silence without a time', 'kind: comm_loss, max_s: 10', 'kind: comm_loss', (32, 16), 'comm_loss needs max_s', 'comm_loss memerlukan max_s'),
    ('golden value that does not come out', 'power_w: 123.4,', 'power_w: 1234,', (44, 87), 'the golden exchange does not come out: power_w is 123.4, expected 1234', 'contoh golden tidak cocok: power_w menjadi 123.4, seharusnya 1234.0'),
    ('golden frame with a wrong checksum', '3A D9', '3A DA', (46, 5), "the golden exchange does not come out: the frame's length or checksum ", 'contoh golden tidak cocok: panjang atau checksum frame salah'),
    ('golden where no point lies', 'golden:\n  - {note: read with mbpoll, address: 0,', 'golden:\n  - {note: read with mbpoll, address: 900,', (44, 5), 'the golden exchange does not come out: no point lies in these register', 'contoh golden tidak cocok: tidak ada titik di register ini'),
    ('golden bytes of a command', '01 06 00 28 00 00', '01 06 00 28 00 01', (45, 5), "the golden exchange does not come out: writes ['01 06 00 28 00 00 09 c", "contoh golden tidak cocok: menulis ['01 06 00 28 00 00 09 c2'], seharu"),
    ('set wider than a request', 'together: pair}', 'together: pair}\n  - {name: far, address: 300, poll: slow, together: pair}', (8, 9), "far, parameter: 3286 registers at 300 exceed the device's limits", 'far, parameter: 3286 register mulai 300 melampaui batas alat (limits)'),
    ('sum of an unknown part', 'sum: {power: 1, other: 1}', 'sum: {power: 1, othr: 1}', (23, 5), "there is no point 'othr'", "tidak ada titik 'othr'"),
    ('variant without its point', 'without: [acidity]', 'without: [acidty]', (25, 29), "there is no point 'acidty'", "tidak ada titik 'acidty'"),
    ('minimum above maximum', 'minimum: 3, maximum: 9', 'minimum: 9, maximum: 3', (17, 5), 'minimum must be below maximum', 'minimum harus di bawah maximum'),
    ('key twice', 'maker: Contoh', 'maker: Contoh\nmaker: Lain', (3, 1), "the key 'maker' stands here twice, first at line 2", "kunci 'maker' tertulis dua kali, pertama di baris 2"),
    ('text without length', 'type: str, count: 4', 'type: str', (20, 5), 'a text needs count: how many registers', 'teks memerlukan count: berapa register'),
]  # fmt: skip


def problems_of(text: str, folder: Path, language: str = "en") -> tuple[Problem, ...]:
    """What is said of a profile."""
    path = folder / "contoh.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as refused:
        load_profile(path, language)  # type: ignore[arg-type]
    return refused.value.problems


def test_the_profile_that_mistakes_are_made_in_is_good(tmp_path: Path) -> None:
    """Without a mistake it loads, so what is refused below is the mistake."""
    path = tmp_path / "contoh.yaml"
    path.write_text(GOOD, encoding="utf-8")
    assert load_profile(path).name == "contoh"
    assert len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_each_mistake_is_told_where_it_stands(case: Case, tmp_path: Path) -> None:
    """The first problem has the file, the very line and column, and its sentence, in English and in Indonesian."""
    _, old, new, place, english, indonesian = case
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    for language, said in (("en", english), ("id", indonesian)):
        first = problems_of(text, tmp_path, language)[0]
        assert (first.line, first.column) == place, str(first)
        assert said in first.message, str(first)
        assert str(first).startswith(f"{tmp_path / 'contoh.yaml'}:{place[0]}:{place[1]}: ")


def test_what_to_do_is_said_in_both_languages(tmp_path: Path) -> None:
    """Every hint of these mistakes exists in both languages and is another sentence in Indonesian, or names only what is there."""
    for _, old, new, *_ in CASES:
        text = GOOD.replace(old, new, 1)
        ours, theirs = problems_of(text, tmp_path), problems_of(text, tmp_path, "id")
        assert [bool(p.hint) for p in ours] == [bool(p.hint) for p in theirs]
        assert all(a.message != b.message for a, b in zip(ours, theirs, strict=True)), ours
        assert all(a.hint != b.hint for a, b in zip(ours, theirs, strict=True) if a.hint), ours


# ------------------------------------------------------------------------------------------------------ the sentences

RAISED = ("ValueError", "CurveError", "PackingError", "CodecError")
FOREIGN = ("drivers/profile_golden.py",)
"""What these say of numbers is part of another sentence."""


def sentences() -> Iterator[tuple[str, str]]:
    """(place, English sentence with {} for what is filled in) of everything that the checks of profiles say."""
    for module in below("drivers/profile", "drivers/packing", "drivers/codec_curves"):
        for function in (n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef)):
            known: dict[str, list[str]] = {}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    known.setdefault(node.targets[0].id, []).extend(_texts(node.value, {}))
            for node in (n for n in ast.walk(function) if isinstance(n, ast.Call)):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                said = node.args[1:3] if name == "problem" else node.args[:1] if name in RAISED else []
                yield from ((module.at(node), text) for part in said for text in _texts(part, known) if text)


def _texts(node: ast.AST, known: dict[str, list[str]]) -> list[str]:
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in node.values)]
    if isinstance(node, ast.Name):
        return known.get(node.id, [])
    parts = {ast.IfExp: ("body", "orelse"), ast.BoolOp: ("values",)}.get(type(node), ())
    inner = [getattr(node, part) for part in parts]
    return [
        text for one in inner for n in (one if isinstance(one, list) else [one]) for text in _texts(n, known)
    ]


def test_every_sentence_exists_in_indonesian() -> None:
    """Every sentence and hint that the checks of profiles can say has its row, with the same number of words to fill in."""
    known = {english for english, _ in rows()}
    said = [(place, text) for place, text in sentences() if not place.startswith(FOREIGN)]
    assert len(said) > 100
    lacking = [f"{place}: {text}" for place, text in said if text not in known and not _filled(text, known)]
    assert not lacking, "add to drivers/profile_texts.yaml:\n" + "\n".join(lacking)
    assert [row for row in rows() if row[0].count("{}") != row[1].count("{}")] == []
    assert [row for row in rows() if "solar" in row[1].lower()] == []


def _filled(text: str, known: set[str]) -> bool:
    """Whether another sentence becomes this one when its gap is filled."""
    return any(
        re.fullmatch(re.escape(row).replace(r"\{\}", ".+?"), text, re.DOTALL)
        for row in known
        if row != "{} takes {}"
    )


def test_the_rows_are_used() -> None:
    """No row stands for a sentence that nobody says any more."""
    said = " ".join(path.read_text("utf-8") for path in (ROOT / "drivers").glob("*.py"))
    pieces = [max(re.split(r"\{\}", english), key=len) for english, _ in rows()]
    stale = [
        piece for piece in pieces if len(piece) > 12 and piece.strip() not in said and piece[:25] not in said
    ]
    assert stale == []
