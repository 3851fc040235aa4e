"""Values that cannot be are named at their line with a hint; values that may be unwise are warnings and do not block."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from controller.check_texts import Language, render, texts
from controller.config import load
from tests.controller.site_files import ROOT, SITES, TODAY, copy_site, edit, load_english

LANGUAGES: tuple[Language, Language] = ("en", "id")
DEMO = ROOT / "config.yaml"
PADDY, KUTAI, VEGETABLES = SITES / "paddy.yaml", SITES / "kutai.yaml", SITES / "vegetables.yaml"
MELON = "    valves: [katup-melon]\n    source: "
LOWEST = "source: pompa-sungai\n    area_m2: 20000\n    flow_m3_h: "
PONDING = (
    "    ponding: {signal: pipa-hulu.level_m, offset: -0.20, stale_s: 1800, minimum: -0.2, maximum: 0.4}\n"
)
RUN_LIMITS = "min_rest_s: 600, max_run_s: 14400"
ACCEPTED = "run: {output: penggerak.running, verify_s: 5}\n    accepts_risk: no-fail-safe"
PUMP_RUN = "run: {output: relay.switch_1, feedback: relay.switch_1, verify_s: 5}"

IMPOSSIBLE = [
    # site, old, new, text key
    (DEMO, "rated_power_w: 750 ", "rated_power_w: 30000 ", "pump-never-starts"),
    (DEMO, "rated_power_w: 750 ", "threshold_w: 900\n    rated_power_w: 3000 ", "pump-above-sun"),
    (PADDY, "  irradiance: surya.irradiance_w_m2\n", "", "sun-hidden-by-drive"),
    (DEMO, "pv_kwp: 2.2", "pv_kwp: 2200", "panels-and-inverter"),
    (DEMO, "inverter_w: 2000", "inverter_w: 2", "implausible"),
    (DEMO, "max_run_s: 14400", "max_run_s: 14400000", "implausible"),
    (DEMO, "flow_m3_h: 2.0", "flow_m3_h: 2000", "zone-floods"),
    (DEMO, "tanah-cabai.vwc, stale_s: 1800", "tanah-cabai.vwc, stale_s: 180000000", "implausible"),
    (DEMO, "rated_flow_m3_h: 4.5", "rated_flow_m3_h: 12", "flow-forbidden-by-head"),
    (DEMO, "rated_head_m: 24 ", "rated_head_m: 60 ", "flow-forbidden-by-head"),
    (DEMO, "static_head_m: 20 ", "static_head_m: 25 ", "static-head-high"),
    (DEMO, "    static_head_m: 20 ", "    threshold_w: 800\n    static_head_m: 20 ", "threshold-above-rated"),
    (DEMO, f"min_run_s: 300, {RUN_LIMITS}", f"min_run_s: 30000, {RUN_LIMITS}", "min-run-above-max"),
    (DEMO, "starts_per_day: 12", "starts_per_day: 2", "starts-order"),
    (DEMO, "min_flow_m3_h: 0.8", "min_flow_m3_h: 4.8", "min-flow-above-rated"),
    (DEMO, "settle_s: 30,", "min_pressure_bar: 1,", "protect-without-sensor"),
    (DEMO, "    into: tandon\n", "    into: tandon\n    min_suction_m: 0.5\n", "protect-without-sensor"),
    (DEMO, "    into: tandon\n", "    into: tandon\n    lease_s: 100000\n", "lease-above-device"),
    (DEMO, "    into: tandon\n", "    into: tandon\n    lease_s: 1\n", "lease-too-short"),
    (DEMO, "    into: tandon\n", "    into: tandom\n", "tank-unknown"),
    (DEMO, "full_m: 2.0", "full_m: 2.4", "tank-above-rim"),
    (DEMO, "empty_m: 0.2 ", "empty_m: 2.1 ", "tank-order"),
    (DEMO, "refill_m: 1.2 ", "refill_m: 0.1 ", "tank-refill"),
    (DEMO, "minimum: 0, maximum: 3}", "minimum: 0, maximum: 1.5}", "level-bounds"),
    (DEMO, "minimum: 0, maximum: 3}", "minimum: 3, maximum: 0}", "bounds-order"),
    (DEMO, "level-tandon.level_m, stale_s: 60", "level-tandon.level_m, stale_s: 0.5", "stale-before-poll"),
    (DEMO, "irradiance: surya.irradiance_w_m2", "irradiance: surya.level_m", "quantity-unknown"),
    (DEMO, "irradiance: surya.irradiance_w_m2", "irradiance: surga.irradiance_w_m2", "device-unknown"),
    (DEMO, "pv_power: inverter.power_w", "pv_power: inverter.status", "quantity-not-number"),
    (DEMO, "inverter_status: inverter.status", "inverter_status: inverter.power_w", "quantity-not-text"),
    (DEMO, "pv_power: inverter.power_w", "pv_power: inverter.energy_wh", "quantity-unit"),
    (DEMO, PUMP_RUN, PUMP_RUN.replace("output: relay.switch_1", "output: relay.switch_9"), "command-unknown"),
    (DEMO, PUMP_RUN, PUMP_RUN.replace("output: relay.switch_1", "output: relay.switch_2"), "output-twice"),
    (DEMO, PUMP_RUN, PUMP_RUN.replace("output: relay", "output: rely"), "device-unknown"),
    (DEMO, "bus: panel, unit: 3}", "bus: panel, unit: 2}", "unit-twice"),
    (DEMO, "bus: panel, unit: 3}", "bus: panel, unit: 0}", "unit-broadcast"),
    (DEMO, "bus: panel, unit: 3}", "bus: panel}", "unit-missing"),
    (DEMO, "bus: panel, unit: 3}", "bus: nirkabel, unit: 3}", "bus-needs-modbus"),
    (DEMO, "bus: panel, unit: 3}", "bus: panell, unit: 3}", "bus-unknown"),
    (DEMO, "bus: panel, unit: 3}", "bus: panel, unit: 3, topic: x}", "topic-without-mqtt"),
    (DEMO, "bus: nirkabel, topic: tanah-melon}", "bus: panel, topic: tanah-melon}", "bus-needs-mqtt"),
    (DEMO, "bus: nirkabel, topic: tanah-melon}", "bus: nirkabel}", "topic-missing"),
    (DEMO, "bus: nirkabel, topic: tanah-melon}", "bus: nirkabel, topic: tanah-melon, unit: 3}", "unit-without-modbus"),
    (DEMO, "bus: panel, unit: 3}", "bus: panel, unit: 3, settings: {volts: 3}}", "setting-unknown"),
    (DEMO, "url: tcp://127.0.0.1:15020", "url: tcp://127.0.0.1:99999", "bus-port"),
    (DEMO, "url: mqtt://127.0.0.1:18830", "url: mqtt://127.0.0.1:18830/x", "bus-broker"),
    (DEMO, "url: mqtt://127.0.0.1:18830", "url: mqtt://127.0.0.1:188300", "bus-broker"),
    (DEMO, "url: tcp://127.0.0.1:15020", "url: 127.0.0.1:15020", "bus-kind"),
    (DEMO, "url: tcp://127.0.0.1:15020", "url: tcp://:15020", "bus-host"),
    (DEMO, "url: tcp://127.0.0.1:15020", "url: tcp://127.0.0.1:15020?baud=9600", "bus-rest"),
    (DEMO, "url: rtu:///tmp/tirta-demo/ttyRS485", "url: rtu://tmp/tirta-demo/ttyRS485", "bus-slashes"),
    (DEMO, "ttyRS485?baud=9600", "ttyRS485?baudrate=9600", "bus-setting"),
    (DEMO, "ttyRS485?baud=9600", "ttyRS485?baud=9700", "bus-value"),
    (DEMO, "url: mqtt://127.0.0.1:18830", "url: tcp://127.0.0.1:15020", "bus-twice"),
    (DEMO, "url: mqtt://127.0.0.1:18830", "url: tcp://LocalHost:15020", "bus-twice"),
    (DEMO, "ttyRS485?baud=9600\n", "ttyRS485?baud=9600&parity=E\n", "serial-format"),
    (DEMO, "ttyRS485?baud=9600\n", "ttyRS485?baud=115200\n", "serial-baud"),
    (DEMO, "timezone: Asia/Jakarta", "timezone: Asia/Jakrata", "timezone-unknown"),
    (DEMO, "  - id: melon\n", "  - id: bibit\n", "id-twice"),
    (DEMO, "  - id: tandon\n", "  - id: zones\n", "id-reserved"),
    (DEMO, "valves: [katup-melon]", "valves: [katup-melom]", "valve-unknown"),
    (DEMO, "valves: [katup-melon]", "valves: [katup-melon, katup-melon]", "valve-twice"),
    (DEMO, f"{MELON}tandon", f"{MELON}tandun", "source-unknown"),
    (DEMO, f"{MELON}tandon", f"{MELON}pompa", "source-pump-fills-tank"),
    (DEMO, "    valves: [katup-melon]\n", "    program: melom\n    valves: [katup-melon]\n", "program-unknown"),
    (DEMO, "host: 127.0.0.1 ", "host: 0.0.0.0 ", "web-without-pin"),
    (DEMO, "  # pin_file: pin", "  pin_file: pin", "file-missing"),
    (DEMO, "  max_mb: 200\n", "  max_mb: 200\n  influx: {url: 'http://127.0.0.1:8086', api: v1}\n", "influx-target"),
    (DEMO, "  max_mb: 200\n", "  max_mb: 200\n  influx: {url: '127.0.0.1:8086', bucket: x}\n", "influx-url"),
    (PADDY, f"{LOWEST}72", f"{LOWEST}90", "zone-above-pump"),
    (PADDY, "zones:\n", "turns: {members: [ani, budi]}\nzones:\n", "turn-without-zone"),
    (PADDY, "zones:\n", "turns: {members: [ani, ani]}\nzones:\n", "turn-twice"),
    (PADDY, "zones:\n", "turns: {members: [ani, budi], source: pompa}\nzones:\n", "source-unknown"),
    (PADDY, "settings: {rated_power_w: 7500}", "settings: {rated_power_w: many}", "setting-number"),
    (PADDY, ", settings: {rated_power_w: 7500}}", "}", "setting-missing"),
    (PADDY, "run: {output: relay.switch_1, feedback", "run: {output: penggerak.running, feedback", "pump-without-fail-safe"),
    (VEGETABLES, "?baud=9600&parity=E", "?baud=9600", "serial-format"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("site", "old", "new", "key"), IMPOSSIBLE, ids=[f"{row[3]}-{i}" for i, row in enumerate(IMPOSSIBLE)]
)
def test_impossible_values(site: Path, old: str, new: str, key: str, tmp_path: Path) -> None:
    """Each impossible value blocks, at its own line (or the line of what it contradicts), with its own sentence and a hint."""
    path = copy_site(site, tmp_path)
    line = edit(path, old, new)
    loaded = load_english(path)
    assert loaded.site is None
    wanted = [p for p in loaded.problems if says(p.message, key)]
    assert wanted, [str(p) for p in loaded.problems]
    assert all(p.hint for p in wanted)
    if key not in (
        "serial-format",
        "serial-baud",
        "sun-hidden-by-drive",
    ):  # these stand at the devices that the cable does not suit
        assert min(abs(p.line - line) for p in wanted) <= 1, [str(p) for p in wanted]


PROGRAMS = [
    (DEMO, "cabai", 'to: "09:00"', 'to: "05:30"', "window-empty"),
    (DEMO, "cabai", 'to: "09:00"', 'to: "05:33"', "window-short"),
    (DEMO, "cabai", "min_run_s: 300", "min_run_s: 9000", "min-run-above-max"),
    (DEMO, "cabai", "min_run_s: 300", "min_run_s: 300\ncycle_s: 200", "cycle-below-run"),
    (DEMO, "cabai", "crop: chilli", "crop: chili", "crop-unknown"),
    (DEMO, "cabai", "soil: sandy-clay-loam", "soil: sandy-clay-lome", "soil-unknown"),
    (DEMO, "cabai", "program: cabai", "program: cabe", "program-file-name"),
    (DEMO, "cabai", "root_depth_m: 0.5", "root_depth_m: 50", "implausible"),
    (DEMO, "bibit", "pots: 20000", "pots: 2000000", "pots-too-many"),
    (PADDY, "petak-hulu", "flower_from_day: 60", "flower_from_day: 80", "flower-order"),
    (PADDY, "petak-hulu", "upper_mm: 50", "upper_mm: 5\n#", ""),
    (
        PADDY,
        "petak-hulu",
        '{from: "07:00", to: "17:00"}',
        '{from: "19:00", to: "04:00"}',
        "window-without-sun",
    ),
    (PADDY, "petak-hulu", 'to: "17:00"', 'to: "07:05"', "window-below-pump"),
]


@pytest.mark.parametrize(("site", "program", "old", "new", "key"), [row for row in PROGRAMS if row[4]])
def test_impossible_programs(site: Path, program: str, old: str, new: str, key: str, tmp_path: Path) -> None:
    """What a technician tunes is checked against itself, the catalogue, the pump and the sun, in the program's own file."""
    path = copy_site(site, tmp_path)
    folder = "schedules/programs" if site == DEMO else site.stem
    file = tmp_path / folder / f"{program}.yaml"
    line = edit(file, old, new)
    loaded = load_english(path)
    assert loaded.site is None
    wanted = [p for p in loaded.problems if says(p.message, key)]
    assert any(p.file == str(file) and abs(p.line - line) <= 1 for p in wanted), [
        str(p) for p in loaded.problems
    ]


UNWISE = [
    (DEMO, "starts_per_hour: 4", "starts_per_hour: 12", "starts-impossible"),
    (DEMO, "rated_flow_m3_h: 4.5", "rated_flow_m3_h: 1.2", "efficiency-low"),
    (DEMO, "rated_flow_m3_h: 4.5", "rated_flow_m3_h: 8.3", "efficiency-high"),
    (DEMO, "rated_power_w: 750 ", "rated_power_w: 1500 ", "pump-near-sun"),
    (PADDY, "no_flow_after_s: 240", "no_flow_after_s: 60", "no-flow-hasty"),
    (VEGETABLES, "  irradiance: surya.irradiance_w_m2\n", "", "sun-hidden"),
    (DEMO, "tanah-kacang.vwc, stale_s: 7200", "tanah-kacang.vwc, stale_s: 60", "stale-before-message"),
    (DEMO, "longitude: 103.80", "longitude: 140.7", "timezone-far"),
    (DEMO, "flow_m3_h: 2.0", "flow_m3_h: 200", "zone-floods"),
    (DEMO, "    into: tandon\n", "    into: tandon\n    accepts_risk: no-fail-safe\n", "risk-not-needed"),
    (PADDY, PONDING, "", "paddy-without-level"),
    (PADDY, PUMP_RUN, ACCEPTED, ""),
]  # fmt: skip


def test_an_unverified_profile_is_told_at_its_device(tmp_path: Path) -> None:
    """A device whose profile is unverified is named where its profile stands, with what to do, in both languages."""
    profile = (ROOT / "drivers/profiles/qdy30a.yaml").read_text("utf-8")
    path = copy_site(DEMO, tmp_path)
    (tmp_path / "mine.yaml").write_text(profile.replace("confidence: C2", "confidence: U", 1), "utf-8")
    edit(path, "profile: qdy30a", "profile: ./mine.yaml")
    for language, word in (("en", "unverified: uncertain"), ("id", "belum terverifikasi: tidak pasti")):
        told = [w for w in load(path, language=language, today=TODAY).warnings if word in w.message]  # type: ignore[arg-type]
        assert [w.path.rpartition(".")[2] for w in told] == ["profile"], language
        assert "tirta probe" in told[0].hint


@pytest.mark.parametrize(("site", "old", "new", "key"), UNWISE, ids=[row[3] or "accepted" for row in UNWISE])
def test_unwise_values(site: Path, old: str, new: str, key: str, tmp_path: Path) -> None:
    """What may be unwise is told and does not block; a risk that is accepted by name does not block either."""
    path = copy_site(site, tmp_path)
    line = edit(path, old, new)
    loaded = load_english(path)
    assert loaded.site is not None, [str(p) for p in loaded.problems]
    if key:
        wanted = [w for w in loaded.warnings if says(w.message, key)]
        assert wanted, [str(w) for w in loaded.warnings]
        assert key in ("paddy-without-level", "sun-hidden") or min(abs(w.line - line) for w in wanted) <= 2


def test_planting_date_ahead_is_told(tmp_path: Path) -> None:
    """A planting date in the future does not block (it may be meant), and is not even asked for without a clock."""
    path = copy_site(DEMO, tmp_path)
    edit(tmp_path / "schedules/programs/cabai.yaml", "planted: 2026-09-20", "planted: 2027-09-20")
    assert any("days from now" in w.message for w in load_english(path).warnings)


def test_crowded_cable(tmp_path: Path) -> None:
    """A cable that cannot carry all the polls in time is refused, with the share of its time in per cent."""
    path = copy_site(DEMO, tmp_path)
    edit(
        path,
        "profile: sn-3002-soil-7in1, bus: kebun, unit: 11}",
        "profile: sn-3002-soil-7in1, bus: kebun, unit: 11, poll_s: {fast: 0.02, slow: 0.02}}",
    )
    problems = [p for p in load_english(path).problems if says(p.message, "bus-overloaded")]
    assert len(problems) == 1


def test_slow_stop(tmp_path: Path) -> None:
    """A time-out that would keep a stop waiting for more than two seconds is told at the bus."""
    path = copy_site(DEMO, tmp_path)
    edit(path, "url: tcp://127.0.0.1:15020", "url: tcp://127.0.0.1:15020\n    timeout_s: 3")
    loaded = load_english(path)
    assert any(says(w.message, "stop-slow") for w in loaded.warnings), loaded


def test_one_slip_is_told_once(tmp_path: Path) -> None:
    """kW where W is asked spoils all physics of the pump: the number is told, not its five consequences."""
    path = copy_site(DEMO, tmp_path)
    line = edit(path, "rated_power_w: 750 ", "rated_power_w: 0.75 ")
    assert [(p.line, says(p.message, "implausible")) for p in load_english(path).problems] == [(line, True)]


def test_a_wrong_address_is_told_once(tmp_path: Path) -> None:
    """A bus without a kind is one problem, not one for each device on it."""
    path = copy_site(DEMO, tmp_path)
    edit(path, "url: mqtt://127.0.0.1:18830", "url: 127.0.0.1:18830")
    assert len(load_english(path).problems) == 1


def test_a_missing_setting_comes_with_its_choices_and_in_one_language(tmp_path: Path) -> None:
    """What a profile asks for is said in the reader's language only, with what may be answered."""
    path = copy_site(DEMO, tmp_path)
    edit(path, ", settings: {level_unit: cm}", "")
    english, indonesian = (load(path, language=one, today=TODAY).problems[0] for one in LANGUAGES)
    assert (
        english.hint
        == "add settings: {level_unit: m | cm | mm | kPa of water | mbar of water | bar of water}"
    )
    assert (
        indonesian.hint
        == "tambahkan settings: {level_unit: m | cm | mm | kPa of water | mbar of water | bar of water}"
    )
    assert "unit on" in english.message
    assert "satuan pada" in indonesian.message
    assert "satuan" not in english.message


def test_texts_are_complete_in_both_languages() -> None:
    """Every finding has a sentence and a hint in both languages, with the same numbers in them."""
    for key, row in texts().items():
        assert set(row) == {"en", "hint", "id", "petunjuk"}, key
        assert all(row.values()), key
        assert _fields(row["en"]) == _fields(row["id"]), key
        assert _fields(row["hint"]) == _fields(row["petunjuk"]), key


def test_numbers_follow_the_language() -> None:
    """A decimal comma in Indonesian, a point in English."""
    params = {"static": 2.5, "head": 2.25}
    assert "2,5" in render("static-head-high", params, "id")[0]
    assert "2.5" in render("static-head-high", params, "en")[0]


def says(message: str, key: str) -> bool:
    """Whether the message is the text of that key, whatever its numbers and names are."""
    pieces = [text for text, *_ in string.Formatter().parse(texts()[key]["en"])]
    at = 0
    for piece in pieces:
        at = message.find(piece, at)
        if at < 0:
            return False
    return True


def _fields(text: str) -> set[str]:
    return {name for _, name, *_ in string.Formatter().parse(text) if name}
