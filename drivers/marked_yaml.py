"""YAML with line and column for every key and value, and without YAML 1.1's surprises.

Plain scalars are what they look like: ``22:00`` and ``no`` are words, ``true`` is a truth value, ``0x10`` a number, and ``012``
is refused because half of the world reads 10. A key twice, an anchor, an alias, a tag: refused with the place and a way out.
Whatever the input, the result is data or a `YamlError`: never another exception.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from drivers.yaml_texts import Language, say

Loc = tuple[str | int, ...]
Place = tuple[int, int]

MAX_DEPTH = 40
MAX_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file. Lines and columns count from 1; ``path`` is like ``pumps[0].run``."""

    file: str
    line: int
    column: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        path = f"{self.path}: " if self.path else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {path}{self.message}{hint}"


class YamlError(Exception):
    """The text is not usable YAML. ``problems`` is never empty."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(slots=True)
class Marks:
    """Where each key and value stands. A location is the tuple of keys and indices from the root, () is the root."""

    file: str
    values: dict[Loc, Place] = field(default_factory=dict)
    keys: dict[Loc, Place] = field(default_factory=dict)

    def value(self, loc: Loc) -> Place:
        """(line, column) of the value at ``loc``, or of the nearest parent that exists."""
        while loc and loc not in self.values:
            loc = loc[:-1]
        return self.values.get(loc, (1, 1))

    def key(self, loc: Loc) -> Place:
        """(line, column) of the key at ``loc``; of the value where there is no key (list items, the root)."""
        return self.keys.get(loc) or self.value(loc)

    def problem(self, loc: Loc, message: str, hint: str = "", *, at_key: bool = False) -> Problem:
        """A Problem at ``loc``."""
        line, column = self.key(loc) if at_key else self.value(loc)
        return Problem(self.file, line, column, path_text(loc), message, hint)


def path_text(loc: Loc) -> str:
    """("pumps", 0, "run") -> ``pumps[0].run``."""
    text = ""
    for part in loc:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


class _Refused(Exception):
    """Raised inside the loader: where, and what (a key of ``drivers.yaml_texts`` with its words)."""

    def __init__(self, mark: yaml.Mark | None, key: str, **params: object) -> None:
        super().__init__(key)
        self.place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        self.key, self.params = key, params


class _Loader(yaml.SafeLoader):
    """PyYAML's scanner, parser and composer; scalars are resolved by `_scalar` below."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(event.start_mark, "anchor")
        tag = getattr(event, "tag", None)
        if tag:
            raise _Refused(event.start_mark, "tag", what=repr(tag))
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Refused(event.start_mark, "deep", most=MAX_DEPTH)
        node: yaml.Node | None = super().compose_node(parent, index)
        self.depth -= 1
        return node


_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?")
_OCTAL = re.compile(r"[-+]?0[0-9]+")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


def _scalar(node: yaml.ScalarNode) -> object:
    """The value of a scalar: only a plain (unquoted) one can be anything but text."""
    text: str = node.value
    if node.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _OCTAL.fullmatch(text):
        raise _Refused(node.start_mark, "zero", what=text, number=text.lstrip("+-0") or "0")
    if len(text) > 40:
        return text
    if _INT.fullmatch(text):
        return int(text, 16 if text.startswith("0x") else 10)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number):
            raise _Refused(node.start_mark, "huge", what=text)
        return number
    return text


def _build(node: yaml.Node, loc: Loc, marks: Marks) -> object:
    """Data of a node; fills the marks on the way."""
    marks.values[loc] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*loc, i), marks) for i, child in enumerate(node.value)]
    data: dict[str | int, object] = {}
    for key_node, value_node in node.value:
        key = _key(key_node)
        here = (*loc, key)
        if key in data:
            raise _Refused(key_node.start_mark, "twice", what=key, first=marks.keys[here][0])
        marks.keys[here] = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        data[key] = _build(value_node, here, marks)
    return data


def _key(node: yaml.Node) -> str | int:
    """A key is a word or a whole number."""
    key = _scalar(node) if isinstance(node, yaml.ScalarNode) else None
    if isinstance(key, bool) or not isinstance(key, str | int):
        raise _Refused(node.start_mark, "key")
    if key == "<<":
        raise _Refused(node.start_mark, "merge")
    return key


def _compose(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def load_text(text: str, file: str = "<text>", language: Language = "en") -> tuple[object, Marks]:
    """Data and marks of a YAML text. An empty document is an error. Raises YamlError, in ``language``."""
    marks = Marks(file)
    try:
        node = _compose(text)
        if node is None:
            raise _Refused(None, "empty")
        return _build(node, (), marks), marks
    except _Refused as e:
        raise _error(file, e.place, language, e.key, **e.params) from None
    except yaml.reader.ReaderError as e:
        before = text[: e.position]
        place = (before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise _error(file, place, language, "character", what=repr(e.character)) from None
    except yaml.MarkedYAMLError as e:
        raise _syntax(e, file, language) from None
    except (yaml.YAMLError, RecursionError, ValueError, IndexError, AttributeError) as e:
        # PyYAML's scanner leaks bare exceptions for some broken escapes and directives; a person still needs one sentence.
        raise _error(file, (1, 1), language, "syntax", what=type(e).__name__) from None


def _error(file: str, place: Place, language: Language, key: str, **params: object) -> YamlError:
    return YamlError((Problem(file, *place, "", *say(key, language, **params)),))


def _syntax(error: yaml.MarkedYAMLError, file: str, language: Language) -> YamlError:
    """PyYAML's complaint in plain words, where the mistake was made: what is never closed is told where it begins."""
    problem, context = error.problem or "", error.context or ""
    mark, began = error.problem_mark or error.context_mark, error.context_mark or error.problem_mark
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    first = (began.line + 1, began.column + 1) if began else place
    if "\\t" in problem:
        return _error(file, place, language, "tab")
    if "mapping values are not allowed" in problem:
        return _error(file, place, language, "colon")
    if "could not find expected ':'" in problem:
        return _error(file, first, language, "no_colon")
    if "quoted scalar" in context and "end of stream" in problem:
        return _error(file, first, language, "quote")
    if "<block end>" in problem:
        key = "mixed" if place[1] == first[1] else "indent"
        return _error(file, place, language, key, has=place[1] - 1, wanted=first[1] - 1, first=first[0])
    if "flow" in context and first[0] != place[0]:
        return _error(file, first, language, "bracket", last=place[0])
    return _error(file, place, language, "syntax", what=problem or context or type(error).__name__)


def load(path: Path, name: str | None = None, language: Language = "en") -> tuple[object, Marks]:
    """Data and marks of a YAML file (UTF-8). ``name`` is what messages call it. Raises YamlError, also when unreadable."""
    file = name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as e:
        raise _error(file, (1, 1), language, "unreadable", why=e.strerror or type(e).__name__) from None
    return load_bytes(raw, file, language)


def load_bytes(raw: bytes, file: str, language: Language = "en") -> tuple[object, Marks]:
    """As `load`, from bytes. Raises YamlError."""
    if len(raw) > MAX_BYTES:
        raise _error(file, (1, 1), language, "large", most=MAX_BYTES // 1_000_000)
    try:
        return load_text(raw.decode("utf-8-sig"), file, language)
    except UnicodeDecodeError as e:
        before = raw[: e.start]
        place = (before.count(b"\n") + 1, e.start - before.rfind(b"\n"))
        raise _error(file, place, language, "utf8") from None


def walk(data: object, loc: Loc = ()) -> Iterator[tuple[Loc, object]]:
    """Every (location, value) of loaded data, parents first."""
    yield loc, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from walk(value, (*loc, key))
