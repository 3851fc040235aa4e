"""Raw numbers that stand for words: enums, tests of bits in order, fault names of bits, version numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from drivers.profile_coding import BitTest, Coding
from drivers.quantities import quantity
from drivers.reading import Quality, Value

Answer = tuple[Value | None, Quality]

NEAREST_STATE: Mapping[Value, Value] = {
    # what a simulated device shows for a normal state that its maker does not tell apart
    "derated": "running", "off_grid": "running", "waiting": "standby", "starting": "standby", "off": "standby", "standby": "off",
    "fault": "standby",
}  # fmt: skip

RAW = "raw"
"""``otherwise: raw``: a number that the table lacks is told as it is."""


class WordError(ValueError):
    """There is no such word."""


@dataclass(frozen=True, slots=True)
class Words:
    """``decode`` of a raw number (or of a text, for enums of texts); ``encode`` is its reverse. ``rest``: what stands still."""

    decode: Callable[[Value], Answer]
    encode: Callable[[Value], Value]
    rest: Callable[[], Value]


def words_of(coding: Coding) -> Words | None:
    """The words of a coding, None where it has numbers."""
    if coding.enum is not None:
        return _enum(coding, coding.enum)
    if coding.first is not None:
        return _first(coding, coding.first)
    if coding.bits is not None:
        names = coding.bits
        return Words(
            lambda raw: ("; ".join(_fault_names(int(raw), names)), Quality.GOOD),
            lambda value: _fault_bits(value, names),
            lambda: 0,
        )
    if coding.version is not None:
        pattern = coding.version
        return Words(
            lambda raw: (version_text(int(raw), pattern), Quality.GOOD),
            lambda value: version_number(str(value), pattern),
            lambda: 0,
        )
    return None


def _word(word: float | str) -> Value:
    return word if isinstance(word, str) else float(word)


def _otherwise(coding: Coding, raw: Value) -> Answer:
    if coding.otherwise is None:
        return raw, Quality.SUSPECT
    if coding.otherwise != RAW:
        return _word(coding.otherwise), Quality.GOOD
    row = quantity(coding.quantity) if coding.quantity else None
    if row is not None and row.is_text:
        return (raw if isinstance(raw, str) else f"{raw:g}"), Quality.GOOD
    return raw, Quality.GOOD


def _nearest(words: Mapping[Value, float | str], value: Value) -> float | str | None:
    return words.get(value, words.get(NEAREST_STATE.get(value, value)))


def _resting(words: Mapping[Value, float | str]) -> Value:
    resting = (words[word] for word in ("standby", "off", 0.0) if word in words)
    return next(resting, next(iter(words.values())))


def _enum(coding: Coding, table: Mapping[int | str, float | str]) -> Words:
    backwards: dict[Value, float | str] = {}
    for raw, word in table.items():
        backwards.setdefault(_word(word), raw)

    def decode(raw: Value) -> Answer:
        word = table.get(raw if isinstance(raw, str) else int(raw))
        return (_word(word), Quality.GOOD) if word is not None else _otherwise(coding, raw)

    def encode(value: Value) -> Value:
        raw = _nearest(backwards, value)
        if raw is not None:
            return raw
        if coding.otherwise == RAW and not isinstance(value, str):
            return value
        if coding.otherwise is not None and value == _word(coding.otherwise):
            return next(n for n in range(len(table) + 1) if n not in table)
        raise WordError(f"{coding.quantity} has no {value!r}")

    return Words(decode, encode, lambda: _resting(backwards))


def _first(coding: Coding, tests: Sequence[BitTest]) -> Words:
    def decode(raw: Value) -> Answer:
        number = int(raw)
        for test in tests:
            if number & test.mask == test.wanted:
                return _word(test.value), Quality.GOOD
        return _otherwise(coding, number)

    numbers = _first_backwards(coding, tests, decode)

    def encode(value: Value) -> Value:
        raw = _nearest(numbers, value)
        flags = [n for n in numbers if not isinstance(n, str)]
        if raw is None and flags and not isinstance(value, str):
            raw = numbers[
                min(flags, key=lambda n: abs(n - value))
            ]  # a device with one fault bit shows 1 for fault 7
        if raw is None:
            raise WordError(f"{coding.quantity} has no {value!r}")
        return raw

    return Words(decode, encode, lambda: _resting(numbers))


def _first_backwards(
    coding: Coding, tests: Sequence[BitTest], decode: Callable[[Value], Answer]
) -> dict[Value, float | str]:
    """A raw number for each value that decodes to it; bits that only other lines look at are tried unset, then set."""
    used = 0
    for test in tests:
        used |= test.mask
    fills = [0, *(other.wanted for other in tests), used]
    numbers: dict[Value, float | str] = {}
    for test in tests:
        for raw in (test.wanted | (other & ~test.mask) for other in fills):
            if decode(raw)[0] == _word(test.value):
                numbers.setdefault(_word(test.value), raw)
                break
    if coding.otherwise is not None and coding.otherwise != RAW:
        rest = next(
            (raw for raw in (0, used, *range(256)) if decode(raw)[0] == _word(coding.otherwise)), None
        )
        if rest is not None:
            numbers.setdefault(_word(coding.otherwise), rest)
    return numbers


def _fault_names(raw: int, table: Mapping[int, str]) -> Sequence[str]:
    """Names of the set bits, lowest first; bits without a name are told as such."""
    names = []
    bit = 0
    while raw:
        if raw & 1:
            names.append(table.get(bit, f"bit {bit}"))
        raw >>= 1
        bit += 1
    return names


def _fault_bits(value: Value, table: Mapping[int, str]) -> int:
    if not isinstance(value, str):
        return int(value)
    numbers = {name: bit for bit, name in table.items()}
    raw = 0
    for name in filter(None, (part.strip() for part in value.split(";"))):
        tail = name.removeprefix("bit ")
        bit = numbers.get(name, int(tail) if tail.isdecimal() else -1)
        if not 0 <= bit < 80:
            raise WordError(f"there is no fault {name!r}")
        raw |= 1 << bit
    return raw


def version_text(raw: int, pattern: str) -> str:
    """``#.##.##``: decimal digits from the right (10101 -> 1.01.01); ``x.x``: bytes in hex; ``b.b``: bytes in decimal."""
    groups = pattern.split(".")
    if pattern[0] == "#":
        parts: list[str] = []
        for i, group in enumerate(reversed(groups)):
            last = i == len(groups) - 1
            raw, digits = (0, raw) if last else divmod(raw, 10 ** len(group))
            parts.append(str(digits) if last else f"{digits:0{len(group)}d}")
        return ".".join(reversed(parts))
    data = raw.to_bytes(max(len(groups), (raw.bit_length() + 7) // 8), "big")[-len(groups) :]
    return ".".join(f"{b:x}" if pattern[0] == "x" else str(b) for b in data)


def version_number(text: str, pattern: str) -> int:
    """The reverse of `version_text`. Raises WordError for a text of another shape."""
    groups, parts = pattern.split("."), text.split(".")
    try:
        if len(groups) != len(parts):
            raise ValueError
        if pattern[0] == "#":
            number = int(parts[0])
            for group, part in zip(groups[1:], parts[1:], strict=True):
                number = number * 10 ** len(group) + int(part)
            return number
        return int.from_bytes(bytes(int(p, 16 if pattern[0] == "x" else 10) for p in parts), "big")
    except ValueError:
        raise WordError(f"{text!r} is no version like {pattern}") from None
