"""Checks of points: addresses, types, scales, quantities, overlaps. Each problem with its place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_model import Profile, resolved, wire_address
from drivers.profile_points import WORDS, Coding, Point, expand
from drivers.quantities import QUANTITIES, STATES, quantity, split_channel, unit_factor, units_for

_SPANS: dict[str, tuple[float, float]] = {
    "u8": (0, 255), "s8": (-128, 127), "bool": (0, 1), "u16": (0, 0xFFFF), "enum16": (0, 0xFFFF), "bits16": (0, 0xFFFF),
    "s16": (-0x8000, 0x7FFF), "u32": (0, 2**32), "acc32": (0, 2**32), "bits32": (0, 2**32), "s32": (-(2**31), 2**31),
}  # fmt: skip


def check_points(profile: Profile, entries: Sequence[Point], loc: Loc, marks: Marks) -> Iterator[Problem]:
    """Problems of a list of points, as written in the file at ``loc``."""
    names = {p.name for p in expand(entries)}
    sound = True
    for i, point in enumerate(entries):
        problems = [
            *_place(profile, point, (*loc, i), marks),
            *_shape(point, (*loc, i), marks),
            *check_coding(profile, point, (*loc, i), marks, names),
        ]
        sound = sound and not problems
        yield from problems
    if sound:
        yield from _clashes(profile, entries, loc, marks)


def _place(profile: Profile, point: Point, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if "{n}" in point.name + (point.quantity or "") and point.repeat is None:
        yield marks.problem(loc, "{n} needs repeat:")
    if point.repeat is not None and "{n}" not in point.name:
        yield marks.problem((*loc, "name"), "a repeated point needs {n} in its name")
    if point.address is not None and point.words is not None:
        yield marks.problem((*loc, "words"), "address and words exclude each other")
    computed = wire_address(point.doc, profile.numbering)
    if point.address is None and point.words is None and computed is None:
        yield marks.problem(loc, "needs an address, or a doc number that the numbering can turn into one")
    if point.address is not None and computed not in (None, point.address) and profile.numbering.minus:
        yield marks.problem((*loc, "address"), f"is {point.address}, but doc {point.doc} means {computed}")


def _shape(point: Point, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if point.type == "str" and point.count is None:
        yield marks.problem(loc, "a text needs count: how many registers")
    if point.count is not None and point.count != WORDS.get(point.type, point.count):
        yield marks.problem(
            (*loc, "count"), f"{point.type} takes {WORDS[point.type]} registers, not {point.count}"
        )
    if point.words is not None and len(point.words) != point.size:
        yield marks.problem(
            (*loc, "words"), f"{point.type} takes {point.size} registers, not {len(point.words)}"
        )
    if point.bit_table != (point.type == "bool"):
        yield marks.problem(loc, "coils and discrete inputs have type bool, registers have not")
    if point.byte is not None and point.size != 1:
        yield marks.problem((*loc, "byte"), "only one register has a high and a low byte")
    if point.mask is not None and point.mask >= 1 << (16 * point.size):
        yield marks.problem((*loc, "mask"), f"0x{point.mask:X} is wider than {point.type}")
    if point.address is not None and point.address + point.size > 65536:
        yield marks.problem((*loc, "address"), "ends after 65535")


def check_coding(
    profile: Profile, coding: Coding, loc: Loc, marks: Marks, names: set[str]
) -> Iterator[Problem]:
    """Problems of quantity, unit, scale and words; ``names``: points that scale_by may name."""
    for i, factor in enumerate(coding.scale_by):
        known, word = (profile.settings, factor.setting) if factor.setting else (names, factor.point)
        if word not in known:
            what = "setting" if factor.setting else "point"
            yield marks.problem(
                (*loc, "scale_by", i), f"there is no {what} '{word}'", _near(str(word), list(known))
            )
    if coding.quantity is None:
        return
    row = quantity(coding.quantity.replace("{n}", "1"))
    if row is None:
        base = split_channel(coding.quantity.replace("{n}", "1"))[0]
        hint = _near(base, list(QUANTITIES)) or "docs/nomenclature.md lists them"
        yield marks.problem((*loc, "quantity"), f"unknown quantity '{coding.quantity}'", hint)
        return
    if unit_factor(coding.unit, row.unit) is None:
        hint = f"possible: {', '.join(units_for(row.unit))}"
        yield marks.problem(
            (*loc, "unit"), f"'{coding.unit}' cannot become {row.unit or 'a plain number'}", hint
        )
        return
    yield from _words(coding, coding.quantity, row.is_text, loc, marks)
    if isinstance(coding, Point) and not row.is_text:
        yield from _reach(coding, row.minimum, row.maximum, loc, marks)


def _words(coding: Coding, name: str, is_text: bool, loc: Loc, marks: Marks) -> Iterator[Problem]:
    words = list((coding.enum or {}).values())
    if coding.otherwise is not None:
        words.append(coding.otherwise)
    for word in words:
        if isinstance(word, str) != is_text:
            yield marks.problem(
                (*loc, "enum"), f"{name} takes {'words' if is_text else 'numbers'}, not {word!r}"
            )
            return
        if name == "status" and word not in STATES:
            yield marks.problem((*loc, "enum"), f"'{word}' is no normal state", f"one of {', '.join(STATES)}")
            return
    if coding.bits is not None and not is_text:
        yield marks.problem(
            (*loc, "bits"), f"names of bits make words, but {name} takes numbers", "use fault_text"
        )
    if not isinstance(coding, Point):
        return
    if is_text and coding.type != "str" and coding.enum is None and coding.bits is None:
        yield marks.problem(loc, f"{name} takes words: give enum, bits or type str")
    if not is_text and coding.type == "str":
        yield marks.problem((*loc, "type"), f"{name} takes numbers")


def _reach(point: Point, low: float, high: float, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """A scale that cannot be right: one step wider than all that the quantity can be, or a range the type never reaches."""
    span = _SPANS.get(point.type)
    if span is None or point.enum is not None or point.scale_by or point.quantity is None:
        return
    row = quantity(point.quantity.replace("{n}", "1"))
    factor = unit_factor(point.unit, row.unit if row else "") or 1
    step = abs(point.scale * float(factor))
    if step > (point.maximum if point.maximum is not None else high) - (
        point.minimum if point.minimum is not None else low
    ):
        yield marks.problem(
            (*loc, "scale"),
            f"one step would be {step:g}: the whole of {point.quantity} is {low:g} to {high:g}",
        )
    ends = sorted((end + point.pre_offset) * point.scale * float(factor) + point.offset for end in span)
    wanted = (
        point.minimum if point.minimum is not None else -math.inf,
        point.maximum if point.maximum is not None else math.inf,
    )
    if ends[0] > min(high, wanted[1]) or ends[1] < max(low, wanted[0]):
        text = f"{point.type} at this scale gives {ends[0]:g} to {ends[1]:g}, never what the range allows"
        yield marks.problem((*loc, "scale"), text)


def _clashes(profile: Profile, entries: Sequence[Point], loc: Loc, marks: Marks) -> Iterator[Problem]:
    """Names and quantities twice, registers taken twice."""
    names: dict[str, int] = {}
    quantities: dict[str, int] = {}
    taken: dict[tuple[str, int], tuple[int, Point]] = {}
    for i, entry in enumerate(entries):
        for point in expand([resolved(entry, profile)]):
            if names.setdefault(point.name, i) != i:
                yield marks.problem((*loc, i, "name"), f"the name '{point.name}' is taken already")
            if point.quantity and point.access != "write" and quantities.setdefault(point.quantity, i) != i:
                yield marks.problem(
                    (*loc, i, "quantity"), f"'{point.quantity}' is given by another point already"
                )
            other = _overlap(point, i, taken)
            if other is not None:
                hint = "say view: true if both shall look at it"
                yield marks.problem((*loc, i), f"{point.name} takes registers of {other.name}", hint)
                break


def _overlap(point: Point, index: int, taken: dict[tuple[str, int], tuple[int, Point]]) -> Point | None:
    """Another point in the same registers, unless one of them says view or they take different bits of the same ones."""
    for address in point.addresses:
        owner = taken.setdefault((point.table, address), (index, point))
        other = owner[1]
        if other is point or point.view or other.view:
            continue
        different_bits = (point.mask, point.byte) != (other.mask, other.byte)
        if not (different_bits and point.addresses == other.addresses):
            return other
    return None


def _near(word: str, known: Sequence[str]) -> str:
    found = get_close_matches(word, known, 1, 0.6)
    return f"did you mean '{found[0]}'?" if found else ""
