"""Seeded damage to YAML files, as a tired technician does it: one place, one kind of mistake."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from drivers.marked_yaml import Loc, Marks, load_text, walk

_SCALAR = re.compile(r'"[^"\n]*"|\'[^\'\n]*\'|[^,\[\]{}#\n]*[^,\[\]{}#\n\s]')


@dataclass(frozen=True, slots=True)
class Mutation:
    """``text`` is the damaged file; ``line`` (from 1) where it was damaged, in the damaged text; ``loc`` what was hit."""

    kind: str
    text: str
    line: int
    loc: Loc
    what: str


class _Text:
    """A file, and where its keys and scalars stand."""

    def __init__(self, text: str) -> None:
        data, marks = load_text(text)
        self.text, self.marks = text, marks
        self.starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.scalars = [(loc, value) for loc, value in walk(data) if not isinstance(value, dict | list)]

    def offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column - 1

    def scalar(self, loc: Loc) -> tuple[int, int, int]:
        """(start, end, line) of a scalar's source."""
        line, column = self.marks.values[loc]
        start = self.offset(line, column)
        match = _SCALAR.match(self.text, start)
        return start, match.end() if match else start, line

    def replaced(self, start: int, end: int, new: str) -> str:
        return self.text[:start] + new + self.text[end:]


def _type(file: _Text, rng: random.Random) -> Mutation:
    loc, value = rng.choice(file.scalars)
    start, end, line = file.scalar(loc)
    words = ["true", "[1, 2]", "{a: 1}", "null"]
    words += ["abc", '"12"'] if isinstance(value, int | float) else ["12", "1.5"]
    new = rng.choice(words)
    return Mutation("type", file.replaced(start, end, new), line, loc, f"{file.text[start:end]} -> {new}")


def _key(file: _Text, rng: random.Random) -> Mutation:
    loc = rng.choice(sorted(file.marks.keys, key=str))
    line, column = file.marks.keys[loc]
    start, key = file.offset(line, column), str(loc[-1])
    at = rng.randrange(len(key))
    new = rng.choice(
        [key[:at] + key[at + 1 :], key[:at] + key[at] + key[at:], key[:at] + "q" + key[at + 1 :], key.upper()]
    )
    return Mutation("key", file.replaced(start, start + len(key), new or "q"), line, loc, f"{key} -> {new}")


def _duplicate(file: _Text, rng: random.Random) -> Mutation:
    """The same key once more, on the next line or in the same braces."""
    loc, _ = rng.choice([(loc, value) for loc, value in file.scalars if isinstance(loc[-1], str)])
    start, end, line = file.scalar(loc)
    key_line, key_column = file.marks.keys[loc]
    head = file.text[file.starts[key_line - 1] : file.offset(key_line, key_column)]
    value = file.text[start:end]
    if head.strip(" -"):
        return Mutation(
            "duplicate", file.replaced(end, end, f", {loc[-1]}: {value}"), line, loc, f"{loc[-1]} in braces"
        )
    next_line = file.starts[line] if line < len(file.starts) else len(file.text)
    text = file.replaced(next_line, next_line, f"{' ' * (key_column - 1)}{loc[-1]}: {value}\n")
    return Mutation("duplicate", text, line + 1, loc, f"{loc[-1]} twice")


def _range(file: _Text, rng: random.Random) -> Mutation:
    numbers = [(loc, v) for loc, v in file.scalars if isinstance(v, int | float) and not isinstance(v, bool)]
    loc, value = rng.choice(numbers)
    start, end, line = file.scalar(loc)
    new = rng.choice(
        ["0", "-1", "1e9", f"{-float(value):g}", f"{float(value) * 1000:.10g}", f"{float(value) / 1000:.10g}"]
    )
    return Mutation("range", file.replaced(start, end, new), line, loc, f"{value} -> {new}")


def _reference(file: _Text, rng: random.Random) -> Mutation:
    words = [
        (loc, v) for loc, v in file.scalars if isinstance(v, str) and re.fullmatch(r"[a-z][a-z0-9_.-]*", v)
    ]
    loc, value = rng.choice(words)
    start, end, line = file.scalar(loc)
    word = str(value)
    at = rng.randrange(len(word))
    new = rng.choice(
        [word + "x", word[:at] + word[at + 1 :] or "x", word.replace("-", "_"), "nobody", "nobody.power_w"]
    )
    return Mutation("reference", file.replaced(start, end, new), line, loc, f"{value} -> {new}")


def _indentation(file: _Text, rng: random.Random) -> Mutation:
    lines = [
        n
        for n in range(1, len(file.starts))
        if file.text[file.starts[n - 1] : file.starts[n]].split("#")[0].strip()
    ]
    line = rng.choice(lines)
    start = file.starts[line - 1]
    shift = rng.choice([1, 2, 3, -1, -2, 99])
    if shift == 99:
        return Mutation("indentation", file.replaced(start, start, "\t"), line, (), "tab")
    if shift > 0:
        return Mutation("indentation", file.replaced(start, start, " " * shift), line, (), f"{shift:+}")
    present = len(file.text[start:]) - len(file.text[start:].lstrip(" "))
    return Mutation(
        "indentation", file.replaced(start, start + min(present, -shift), ""), line, (), f"{shift:+}"
    )


KINDS: Mapping[str, Callable[[_Text, random.Random], Mutation]] = {
    "type": _type,
    "key": _key,
    "duplicate": _duplicate,
    "range": _range,
    "reference": _reference,
    "indentation": _indentation,
}


def mutate(text: str, kind: str, rng: random.Random) -> Mutation:
    """One mistake of that kind somewhere in the text, different from the text."""
    file = _Text(text)
    while True:
        mutation = KINDS[kind](file, rng)
        if mutation.text != text:
            return mutation


def marks_of(text: str) -> Marks:
    """Where everything stands in the undamaged text."""
    return load_text(text)[1]
