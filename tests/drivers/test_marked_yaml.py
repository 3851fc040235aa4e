"""YAML with places: no 1.1 surprises, duplicates and aliases refused where they stand, and never a traceback."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.marked_yaml import Marks, Problem, YamlError, load, load_bytes, load_text, path_text, walk
from drivers.yaml_texts import TEXTS


@pytest.mark.parametrize(
    ("text", "value"),
    [("22:00", "22:00"), ("no", "no"), ("on", "on"), ("true", True), ("0x10", 16), ("1_000", "1_000"), ("1e3", 1000.0),
     ("-5", -5), ("2026-01-05", "2026-01-05"), ("'012'", "012"), ("~", None), ("null", None), ("1.5", 1.5), ("'1'", "1"),
     ("Null", "Null"), (".inf", ".inf")],
)  # fmt: skip
def test_scalars_are_what_they_look_like(text: str, value: object) -> None:
    """Times and yes/no words stay words; numbers are numbers; quotes always make text."""
    data, _ = load_text(f"a: {text}")
    assert isinstance(data, dict)
    assert data["a"] == value
    assert type(data["a"]) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, 1, "first at line 1"),
        ("a:\n  x: 1\n  x: 2\n", 3, 3, "'x' stands here twice"),
        ("a: 012\n", 1, 4, "starts with a zero"),
        ("a: &b 1\n", 1, 4, "anchors"),
        ("a: *b\n", 1, 4, "anchors"),
        ("a: !!python/object:os.system x\n", 1, 4, "tags"),
        ("<<: {a: 1}\n", 1, 1, "merge"),
        ("a: 1\n\tb: 2\n", 2, 1, "tab"),
        ("? [1, 2]\n: 3\n", 1, 3, "a key must be"),
        ("1.5: 3\n", 1, 1, "a key must be"),
        ("a: [1, 2\nb: 3", 1, 4, "bracket"),
        ("a: 1\nb:\n  c: 'x\nd: 2\n", 3, 6, "quotation mark"),
        ("a: 1\nbc:2\nd: 3\n", 2, 1, "':' with a space"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "indented by 1 spaces, its block (from line 1 on) by 0"),
        ("a:\n  - b\n  c: 2\n", 3, 3, "mixed"),
        ("a: 1\n  b: 2\n", 2, 4, "':' is not expected"),
        ("a: 1\n---\nb: 2\n", 2, 1, ""),
        ("a: 'x\x01'\n", 1, 6, "character"),
        ("", 1, 1, "empty"),
        ("# only a comment\n", 1, 1, "empty"),
        ("a: 1e999", 1, 4, "too large"),
        ("a: " + "[" * 60, 1, 43, "nested"),
    ],
)
def test_refusals_have_places(text: str, line: int, column: int, words: str) -> None:
    """Every refusal names line and column, from 1."""
    with pytest.raises(YamlError) as e:
        load_text(text, "x.yaml")
    problem = e.value.problems[0]
    assert (problem.file, problem.line, problem.column) == ("x.yaml", line, column)
    assert words in problem.message


def test_refusals_exist_in_both_languages() -> None:
    """Each refusal has a sentence and a hint in both languages with the same words to fill in, and is told in the one asked."""
    for key, (english, hint, indonesian, petunjuk) in TEXTS.items():
        assert fields(english) == fields(indonesian), key
        assert fields(hint) == fields(petunjuk), key
        assert bool(hint) == bool(petunjuk), key
    with pytest.raises(YamlError, match="tertulis dua kali, pertama di baris 1"):
        load_text("a: 1\na: 2\n", "x.yaml", "id")


def fields(text: str) -> set[str]:
    """The words that a text leaves open."""
    return {name for _, name, *_ in string.Formatter().parse(text) if name}


def test_marks_point_at_keys_and_values() -> None:
    """Each location knows where its key and its value stand; a missing one falls back to its parent."""
    _, marks = load_text("site:\n  name: Desa\npumps:\n  - id: a\n    run: x.y\n  - id: b\n")
    assert marks.key(("site", "name")) == (2, 3)
    assert marks.value(("site", "name")) == (2, 9)
    assert marks.key(("pumps", 1)) == (6, 5)
    assert marks.value(("pumps", 1, "nothing", "deep")) == (6, 5)
    assert marks.value(()) == (1, 1)


def test_path_text() -> None:
    """Locations read like code."""
    assert path_text(("pumps", 0, "run")) == "pumps[0].run"
    assert path_text(()) == ""


def test_files(tmp_path: Path) -> None:
    """A byte order mark is no content; unreadable and non-UTF-8 files are problems, not crashes."""
    good = tmp_path / "good.yaml"
    good.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert load(good)[0] == {"a": 1}
    with pytest.raises(YamlError, match="cannot be read"):
        load(tmp_path / "missing.yaml")
    with pytest.raises(YamlError) as e:
        load_bytes(b"a: 1\nb: \xff\n", "x")
    assert (e.value.problems[0].line, e.value.problems[0].column) == (2, 4)
    with pytest.raises(YamlError, match="larger"):
        load_bytes(b"#" * 2_000_001, "x")


def attempt(raw: bytes, text: str | None = None) -> tuple[tuple[Problem, ...], object, Marks]:
    """Problems, or data and marks; any other exception is the failure that these tests look for."""
    try:
        data, marks = load_bytes(raw, "x") if text is None else load_text(text)
    except YamlError as e:
        return e.problems, None, Marks("x")
    return (), data, marks


YAMLISH = st.text(alphabet="ab01:-[]{}&*!|>'\"#%@`,?\n \t\\0x.~<", max_size=80)


@given(st.one_of(st.text(max_size=200), YAMLISH))
@settings(max_examples=600, deadline=None)
def test_any_text_is_data_or_a_problem(text: str) -> None:
    """Whatever the text, the answer is data with marks for all of it, or a YamlError with a place."""
    problems, data, marks = attempt(b"", text)
    assert all(p.line >= 1 and p.column >= 1 and p.message for p in problems)
    assert problems or all(loc in marks.values for loc, _ in walk(data))


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_data_or_a_problem(raw: bytes) -> None:
    """Whatever the bytes, nothing but YamlError comes out."""
    problems, _, _ = attempt(raw)
    assert all(str(p) for p in problems)


@pytest.mark.parametrize(
    "text",
    ["a: &a [*a]", "&a {x: *a}", "[" * 5000, "- " * 3000, "{a: " * 3000, "9" * 6000, "? " * 2000, '"\\'],
)
def test_monsters(text: str) -> None:
    """Cycles, bombs and depths are refused or read, quickly and quietly."""
    problems, data, _ = attempt(text.encode())
    assert problems or data is not None
