"""Profiles: the shipped ones are sound and true to their golden exchanges; a wrong one is told with line and column."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers.profile as profile_module
from drivers.codec import compile_blocks, settings_for
from drivers.marked_yaml import Problem, load_text, walk
from drivers.profile import Profile, ProfileError, library, load_profile
from drivers.profile_golden import golden_block, golden_profile, golden_words, play, same
from drivers.quantities import quantity
from drivers.reading import Value
from tests.simulators.paper import settings_of

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, dict[str, float | str]] = {
    "invt-gd100-pv": {"rated_power_w": 5500.0}, "qdy30a": {"level_unit": "cm"}, "pulse-flow-meter": {"pulses_per_litre": 450.0},
}  # fmt: skip
NEEDED = {
    "sunspec-inverter", "deye-hybrid-1p", "growatt-tl-x", "invt-gd100-pv", "sn-3002-soil-7in1", "smt100", "waveshare-relay-8ch",
    "sdm120", "qdy30a", "pulse-flow-meter", "rs-ra-pyranometer", "zigbee2mqtt-soil", "dragino-lse01", "tasmota-energy",
    "tasmota-relay", "shelly-gen2-relay",
}  # fmt: skip

GOOD = """\
profile: test-meter
maker: Test
model: T1
kind: meter
confidence: M
sources: [paper]
numbering: {minus: 40001}
settings:
  rated: {label: {en: rated, id: pengenal}, minimum: 1, default: 100}
points:
  - {name: power, doc: 40001, quantity: power_w, scale: 0.1, poll: fast}
  - {name: energy, address: 2, type: u32, unit: kWh, quantity: energy_wh}
  - {name: state, address: 4, type: enum16, quantity: running, enum: {1: 1, 0: 0}}
commands:
  running:
    on: [{function: 6, address: 9, values: [1]}]
    off: [{function: 6, address: 9, values: [0]}]
    verify: {quantity: running, within_ms: 1000}
"""


def load_text_profile(text: str, tmp_path: Path) -> Profile:
    path = tmp_path / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return load_profile(path)


def test_library_is_complete() -> None:
    """Every device that the project promises has a profile, and its file is called like it."""
    assert set(library()) >= NEEDED
    assert all(load_profile(name).name == name for name in library())


@pytest.mark.parametrize("name", library())
def test_golden(name: str) -> None:
    """Each shipped profile has golden exchanges (SunSpec's stand in its own test) and they come out right."""
    profile = load_profile(name)
    assert profile.golden or profile.sunspec
    assert list(play(profile)) == []


@pytest.mark.parametrize("name", [n for n in library() if load_profile(n).transport == "modbus"])
def test_golden_the_other_way(name: str) -> None:
    """A simulator given a golden exchange's values makes words that decode to the same values."""
    profile = load_profile(name)
    for golden in profile.golden:
        if golden.command is not None:
            continue
        count, known = len(golden_words(golden)), settings_for(profile, golden.settings)
        codec = golden_block(golden_profile(profile, known), golden, count, known)
        factors = dict(golden.given)
        codec.decode(golden_words(golden), factors)
        words = codec.encode({**golden.expect, **factors}, factors)
        back = {q: v for q, v, _ in codec.decode(words, factors)}
        assert all(same(back[q], v) for q, v in golden.expect.items()), (golden, back)


@pytest.mark.parametrize("name", library())
def test_shipped_profiles_speak_to_people(name: str) -> None:
    """Both languages, sources, and "surya" instead of "solar" in Indonesian."""
    profile = load_profile(name)
    texts = [*profile.notes, *(m.why for m in profile.manual), *(p.note for p in profile.points if p.note)]
    assert profile.sources
    for note in texts:
        assert note.en
        assert note.id
        assert note.en != note.id
        assert "solar" not in note.id.lower()


@pytest.mark.parametrize("name", library())
def test_simulated_devices_make_sense(name: str) -> None:
    """With no world behind it a simulated device shows words and numbers that its own profile finds good or absent."""
    profile = load_profile(name)
    known = settings_for(profile, SETTINGS.get(name) or settings_of(profile))
    context: dict[str, Value] = {}
    for poll in ("once", "slow", "fast"):  # units and factors first
        for codec in compile_blocks(profile, poll, known):
            for told, _, quality in codec.decode(codec.encode({}, context), context):
                assert quality != "suspect", told
                assert quantity(told) is not None


@pytest.mark.parametrize(
    ("change", "at", "message", "hint"),
    [
        (("scale: 0.1", "scael: 0.1"), "scael", "unknown key 'scael'", "scale"),
        (("quantity: power_w", "quantity: powerw"), "powerw", "unknown quantity 'powerw'", "power_w"),
        (("unit: kWh", "unit: bar"), "bar, ", "cannot become Wh", "kWh"),
        (("scale: 0.1", "scale: 0"), "{name: power", "makes every value 0", ""),
        (("scale: 0.1", "scale: 100000000"), "100000000", "one step would be", ""),
        (("type: u32", "type: u33"), "u33", "must be one of", "u32"),
        (("type: u32", "type: u32, count: 3"), "3, unit", "takes 2 registers, not 3", ""),
        (("address: 2,", "address: 70000,"), "70000", "at most 65535", ""),
        (("address: 2,", ""), "{name: energy", "needs an address", ""),
        (("address: 4", "address: 3"), "{name: state", "state takes registers of energy", "view"),
        (("name: energy", "name: power"), "power, address", "is taken already", ""),
        (("quantity: energy_wh", "quantity: power_w"), "kWh", "cannot become W", ""),
        (("doc: 40001", "doc: 40001, address: 5"), "5, quantity", "doc 40001 means 0", ""),
        (("    verify: {quantity: running, within_ms: 1000}\n", ""), "running:", "nothing verifies", "verify"),
        (("verify: {quantity: running", "verify: {quantity: runing"), "{quantity: runing", "does not report 'runing'", "running"),
        (("enum: {1: 1, 0: 0}", "enum: {1: run, 0: 0}"), "{1: run", "takes numbers", ""),
        (("    off: [{function: 6, address: 9, values: [0]}]\n", ""), "running:", "belong together", ""),
        (("values: [1]", "values: [1, 2]"), "{function: 6", "exactly one value", ""),
        (("values: [1]", "values: [lease]"), "{function: 6", "lease", "lease"),
        (("poll: fast", "poll: fast, scale_by: {setting: ratd}"), "{setting: ratd", "no setting 'ratd'", "rated"),
        (("poll: fast", "poll: fast, minimum: 5, maximum: 1"), "{name: power", "minimum must be below", ""),
        (("kind: meter", "kind: metre"), "metre", "must be one of", "meter"),
        (("model: T1", "model: T1\nmodel: T2"), "model: T2", "stands here twice", ""),
        (("confidence: M\n", ""), "profile:", "'confidence' is missing", ""),
        (("poll: fast", "poll: fast, mask: 0x10000"), "0x10000", "wider", ""),
        (("function: 6, address: 9, values: [1]", "topic: x, payload: y"), "{topic: x", "transport modbus", ""),
    ],
)  # fmt: skip
def test_mistakes_have_places(
    change: tuple[str, str], at: str, message: str, hint: str, tmp_path: Path
) -> None:
    """Each mistake that a technician may make is refused where it stands, with a hint where there is one."""
    text = GOOD.replace(*change, 1)
    assert text != GOOD
    before = text[: text.index(at)]
    with pytest.raises(ProfileError) as e:
        load_text_profile(text, tmp_path)
    problem = e.value.problems[0]
    assert message in problem.message
    assert hint in problem.hint
    assert (problem.line, problem.column) == (before.count("\n") + 1, len(before) - before.rfind("\n")), str(
        problem
    )
    assert problem.file == str(tmp_path / "p.yaml")


def test_good_profile_loads(tmp_path: Path) -> None:
    """The profile that the mistakes start from is sound."""
    profile = load_text_profile(GOOD, tmp_path)
    assert [p.address for p in profile.points] == [0, 2, 4]
    assert profile.quantities == ("power_w", "energy_wh", "running")


def test_cached_by_content(tmp_path: Path) -> None:
    """The same content is parsed once; changed content is read anew."""
    first = load_text_profile(GOOD, tmp_path)
    assert load_text_profile(GOOD, tmp_path) is first
    assert load_text_profile(GOOD.replace("T1", "T2"), tmp_path).model == "T2"


def test_unknown_names() -> None:
    """A wrong profile name gets the nearest right one; a missing file is a problem, not a crash."""
    with pytest.raises(ProfileError, match="did you mean sdm120"):
        load_profile("sdm12")
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile("nowhere/x.yaml")


def test_repeats() -> None:
    """A repeated point is written out with its number, address and quantity."""
    points = load_profile("waveshare-relay-8ch").of_class("fast")
    assert [(p.name, p.address, p.quantity) for p in points[:2]] == [
        ("relay_1", 0, "switch_1"),
        ("relay_2", 1, "switch_2"),
    ]
    assert len(points) == 8


def test_parameter_notation() -> None:
    """INVT's P14.01 is 0x0E01."""
    from drivers.profile_model import Numbering, wire_address

    assert wire_address("P14.01", Numbering(parameter="group_byte")) == 0x0E01
    assert wire_address("P14", Numbering(parameter="group_byte")) is None
    assert wire_address(30343, Numbering(minus=30001)) == 0x156
    assert wire_address(3, Numbering(minus=30001)) is None


def test_schema() -> None:
    """The language has a JSON schema in which every key of the profile is described."""
    schema = Profile.model_json_schema(by_alias=True)
    assert {"profile", "points", "commands", "mqtt", "sunspec", "golden"} <= set(schema["properties"])


def test_the_pages_example_works(tmp_path: Path) -> None:
    """The worked example of docs/devices.md loads, and its golden exchange comes out."""
    page = (ROOT / "docs" / "devices.md").read_text(encoding="utf-8")
    example = next(
        block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if block.startswith("profile:")
    )
    profile = load_text_profile(example, tmp_path)
    assert profile.golden
    assert list(play(profile)) == []


def test_golden_notices_lies(tmp_path: Path) -> None:
    """A golden exchange that does not fit the points is told; the check is not empty."""
    text = GOOD + "golden:\n  - {address: 0, words: [1234], expect: {power_w: 99, energy_wh: 1}}\n"
    text += "  - {address: 0, frame: 01 03 02 00 01 00 00}\n"
    with pytest.raises(ProfileError) as refused:
        load_text_profile(text, tmp_path)
    said = [p.message for p in refused.value.problems]
    for piece in ("power_w is 123.4", "does not tell energy_wh", "checksum"):
        assert any(piece in message for message in said), said


SCALED = """\
points:
  - {name: reference, address: 9, scale: 0.01}
  - {name: setpoint, address: 0, quantity: frequency_hz}
commands:
  frequency_set_hz:
    set: [{function: 6, address: 100, values: [value]}]
    value: {type: s16, scale: 0.006103515625, scale_by: [{point: reference, how: percent}], minimum: 0, maximum: 60}
    verify: {quantity: frequency_hz, within_ms: 3000}
golden:
  - {command: [frequency_set_hz, 45, 0], given: {reference: 60}, writes: ["01 06 00 64 30 00 DC 15"]}
"""


def test_a_scaled_command_has_its_golden_too(tmp_path: Path) -> None:
    """What the points say that scale a set-point is given beside it; without it, or with another number, that is told."""
    head = GOOD[: GOOD.index("points:")]
    assert list(play(load_text_profile(head + SCALED, tmp_path))) == []
    for old, new, said in (
        ("given: {reference: 60}", "given: {reference: 50}", "expected"),
        ("given: {reference: 60}", "given: {}", "given lacks reference, which scales frequency_set_hz"),
    ):
        with pytest.raises(ProfileError) as refused:
            load_text_profile(head + SCALED.replace(old, new), tmp_path)
        (problem,) = refused.value.problems
        assert said in problem.message
        assert problem.line == (head + SCALED).splitlines().index("golden:") + 2


PARTS = [(loc, value) for loc, value in walk(load_text(GOOD)[0]) if not isinstance(value, dict | list)]


@given(
    st.sampled_from(PARTS),
    st.sampled_from(["", "-1", "99999999", "[]", "{}", "null", "true", "'x y'", "power", "1.5e3", "0x"]),
)
@settings(max_examples=300, deadline=None)
def test_any_mutation_is_refused_or_sound(part: tuple[tuple[str | int, ...], object], new: str) -> None:
    """Whatever one value is replaced by: the profile loads and compiles, or is refused with places inside the file."""
    old = str(part[1])
    raw = GOOD.replace(old, new, 1).encode()
    problems, profile = attempt(raw)
    assert all(1 <= p.line <= 19 and p.column >= 1 and p.message for p in problems)
    for codec in compile_blocks(profile, "fast", {"rated": 100.0}) if profile else ():
        codec.decode(codec.encode({}))


def attempt(raw: bytes) -> tuple[tuple[Problem, ...], Profile | None]:
    """Problems or a profile; any other exception is the failure that the mutations look for."""
    try:
        return (), profile_module._parse(raw, "m.yaml", raw)
    except ProfileError as e:
        return e.problems, None


MQTT = """\
profile: test-node
maker: Test
model: N1
kind: soil
transport: mqtt
confidence: S
sources: [paper]
mqtt:
  messages:
    - topic: "x/{topic}"
      layout: {path: data, length: 4}
      fields:
        - {path: a, bytes: {at: 2, type: u16}, quantity: vwc, unit: "%"}
        - {path: state, quantity: valve}
commands:
  valve:
    on: [{topic: "x/{topic}/set", payload: "ON $lease"}]
    off: [{topic: "x/{topic}/set", payload: "OFF"}]
    lease: {pieces: [{max_s: 60}]}
    verify: {quantity: valve, within_ms: 1000}
    fail_safe: {kind: timed_on}
"""


@pytest.mark.parametrize(
    ("change", "at", "message"),
    [
        (("at: 2", "at: 3"), "{at: 3", "ends after the layout's 4 bytes"),
        (("      layout: {path: data, length: 4}\n", ""), "{at: 2", "has no layout"),
        (("path: state, quantity: valve", "path: state"), "{path: state", "needs a quantity"),
        (("path: state, quantity: valve", "quantity: valve"), "{quantity: valve", "needs a path"),
        (("quantity: vwc", "quantity: vwx"), "vwx", "unknown quantity"),
        (("  valve:\n", "  valwe:\n"), "valwe", "unknown quantity"),
        ((" $lease", ""), "{pieces", "no step uses the lease"),
        (
            ("    lease: {pieces: [{max_s: 60}]}\n", ""),
            '{topic: "x/{topic}/set", payload: "ON',
            "uses the lease",
        ),
        (("[{max_s: 60}]", "[{max_s: 60}, {max_s: 50}]"), "[{max_s: 60}, ", "must rise"),
        (("kind: timed_on", "kind: comm_loss"), "{kind: comm_loss", "needs max_s"),
        (("ON $lease", "ON $lease $value"), '{topic: "x/{topic}/set", payload: "ON', "uses the value"),
        (("  valve:\n", '  "valve_{n}":\n'), '"valve_{n}"', "{n} needs repeat"),
        (
            ('{topic: "x/{topic}/set", payload: "OFF"}', "{function: 5, address: 1, values: [0]}"),
            "{function",
            "transport mqtt",
        ),
    ],
)
def test_mqtt_mistakes_have_places(change: tuple[str, str], at: str, message: str, tmp_path: Path) -> None:
    """The same for messages, fields and leases."""
    load_text_profile(MQTT, tmp_path)
    text = MQTT.replace(*change, 1)
    assert text != MQTT
    before = text[: text.index(at)]
    with pytest.raises(ProfileError) as e:
        load_text_profile(text, tmp_path)
    here = [p for p in e.value.problems if message in p.message]
    assert here, str(e.value)
    assert (here[0].line, here[0].column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("transport: mqtt\n", "needs an mqtt: section"),
        ("transport: modbus\n", "needs points"),
        ("points: [{name: t, address: 0, type: str, quantity: model}]\n", "needs count"),
        ("points: [{name: t, address: 0, quantity: model}]\n", "takes words"),
        ("points: [{name: t, address: 0, type: str, count: 2, quantity: power_w}]\n", "takes numbers"),
        ("points: [{name: t, address: 0, table: coil, quantity: switch}]\n", "have type bool"),
        ("points: [{name: t, address: 0, type: u32, byte: hi}]\n", "high and a low byte"),
        ("points: [{name: t, words: [1, 2, 3], type: u32}]\n", "takes 2 registers, not 3"),
        ("points: [{name: t, address: 1, words: [1, 2], type: u32}]\n", "exclude each other"),
        ("points: [{name: 't_{n}', address: 1}]\n", "needs repeat"),
        ("points: [{name: t, address: 1, repeat: {count: 2, step: 1}}]\n", "needs {n} in its name"),
        ("points: [{name: t, address: 65535, type: u32}]\n", "ends after 65535"),
        ("points: [{name: t, address: 0, quantity: status, enum: {1: happy}}]\n", "no normal state"),
        ("points: [{name: t, address: 0, quantity: power_w, bits: {1: hot}}]\n", "use fault_text"),
        (
            "points: [{name: t, address: 0, quantity: ph, minimum: 100, maximum: 200, scale: 0.001}]\n",
            "never what the range",
        ),
        (
            "points: [{name: t, address: 0}]\nderived: [{quantity: power_w, product: [t, u]}]\n",
            "no point 'u'",
        ),
        (
            "points: [{name: t, address: 0}]\nderived: [{quantity: powr_w, product: [t, t]}]\n",
            "unknown quantity",
        ),
        ("points: [{name: t, address: 0}]\nderived: [{quantity: power_w}]\n", "exactly one of sum"),
        ("points: [{name: t, address: 0, scale_by: {how: times}}]\n", "exactly one of point and setting"),
        (
            "points: [{name: a, address: 0, together: x}, {name: b, address: 200, together: x}]\n",
            "exceed the device's limits",
        ),
        (
            "points: [{name: a, address: 0}]\nsettings: {k: {label: {en: a, id: b}, minimum: 2, maximum: 1}}\n",
            "below maximum",
        ),
        (
            "points: [{name: a, address: 0}]\nsettings: {k: {label: {en: a, id: b}, choices: [x], default: y}}\n",
            "one of x",
        ),
    ],
)
def test_more_mistakes(text: str, message: str, tmp_path: Path) -> None:
    """Contradictions inside one point or between parts are refused with a sentence that says what is wrong."""
    head = "profile: t\nmaker: t\nmodel: t\nkind: meter\nconfidence: U\nsources: [s]\n"
    with pytest.raises(ProfileError) as e:
        load_text_profile(head + text, tmp_path)
    assert any(message in f"{p.message} {p.hint}" and p.line >= 1 for p in e.value.problems), str(e.value)
