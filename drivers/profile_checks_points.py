"""Checks of points: addresses, types, scales, quantities, overlaps. Each problem with its place."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from drivers.codec_curves import CurveError, bend_of
from drivers.codec_forms import TEXT_FORMS
from drivers.codec_words import RAW
from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_model import Profile, resolved, wire_address
from drivers.profile_points import Coding, Point, expand, fill
from drivers.quantities import QUANTITIES, STATES, conversion, quantity, split_channel, unit_factor, units_for

SPANS: dict[str, tuple[float, float]] = {
    "u8": (0, 255), "s8": (-128, 127), "bool": (0, 1), "u16": (0, 0xFFFF), "enum16": (0, 0xFFFF), "bits16": (0, 0xFFFF),
    "s16": (-0x8000, 0x7FFF), "u32": (0, 2**32), "acc32": (0, 2**32), "bits32": (0, 2**32), "s32": (-(2**31), 2**31),
}  # fmt: skip
"""The lowest and the highest raw number of each type."""


Placed = tuple[Loc, Point]
"""A point as written, and where it stands in the file."""


def check_points(profile: Profile, placed: Sequence[Placed], marks: Marks) -> Iterator[Problem]:
    """Problems of a list of points."""
    names = {p.name for p in expand(p for _, p in placed)}
    sound = True
    for loc, point in placed:
        problems = [
            *_place(profile, point, loc, marks),
            *_shape(point, loc, marks),
            *check_coding(profile, point, loc, marks, names),
        ]
        sound = sound and not problems
        yield from problems
    if sound:
        yield from _clashes(profile, placed, marks)


def _place(profile: Profile, point: Point, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if "{n}" in point.name + (point.quantity or "") and point.repeat is None:
        yield marks.problem(loc, "{n} needs repeat:")
    if point.repeat is not None and "{n}" not in point.name:
        yield marks.problem((*loc, "name"), "a repeated point needs {n} in its name")
    if point.repeat is not None and point.repeat.count_from is not None:
        counts = {p.name for p in profile.points}
        if profile.sunspec is None and point.repeat.count_from not in counts:
            hint = near(point.repeat.count_from, counts)
            yield marks.problem((*loc, "repeat"), f"there is no point '{point.repeat.count_from}'", hint)
    if point.address is not None and point.words is not None:
        yield marks.problem((*loc, "words"), "address and words exclude each other")
    computed = wire_address(point.doc, profile.numbering)
    if point.address is None and point.words is None and computed is None:
        yield marks.problem(loc, "needs an address, or a doc number that the numbering can turn into one")
    told = profile.numbering.minus if isinstance(point.doc, int) else True
    if point.address is not None and computed not in (None, point.address) and told:
        text = f"is {point.address}, but doc {point.doc} means {computed}"
        yield marks.problem((*loc, "address"), text, "correct one of the two numbers, or the numbering")


def _shape(point: Point, loc: Loc, marks: Marks) -> Iterator[Problem]:
    if point.type == "str" and point.count is None:
        yield marks.problem(loc, "a text needs count: how many registers")
    if point.weights is not None:
        yield from _weights(point, loc, marks)
    if point.count is not None and point.type != "str" and point.count != point.size:
        yield marks.problem((*loc, "count"), f"{point.type} takes {point.size} registers, not {point.count}")
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


def _weights(point: Point, loc: Loc, marks: Marks) -> Iterator[Problem]:
    weights = list(point.weights or ())
    if point.type not in ("u16", "s16"):
        yield marks.problem((*loc, "weights"), "each weighted register has type u16 or s16")
    if weights != sorted(set(weights), reverse=True) or weights[-1] <= 0:
        yield marks.problem(
            (*loc, "weights"), "weights are positive and fall: the most significant register first"
        )


def check_coding(
    profile: Profile, coding: Coding, loc: Loc, marks: Marks, names: set[str]
) -> Iterator[Problem]:
    """Problems of quantity, unit, scale and words; ``names``: points that scale_by may name."""
    yield from _links(profile, coding, loc, marks, names)
    yield from _curves(profile, coding, loc, marks)
    if coding.quantity is None:
        return
    row = quantity(coding.quantity.replace("{n}", "1"))
    if row is None:
        base = split_channel(coding.quantity.replace("{n}", "1"))[0]
        hint = near(base, list(QUANTITIES)) or "docs/nomenclature.md lists them"
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


def _links(profile: Profile, coding: Coding, loc: Loc, marks: Marks, names: set[str]) -> Iterator[Problem]:
    """Other points and settings that this one names must exist, and must not need it in turn."""
    links: list[tuple[Loc, str | None, str | None]] = [
        ((*loc, "scale_by", i), f.point, f.setting) for i, f in enumerate(coding.scale_by)
    ]
    if coding.unit_by is not None:
        links.append(((*loc, "unit_by"), coding.unit_by.point, coding.unit_by.setting))
    links += [
        ((*loc, key), link.point, None) for key in ("sign_by", "when") if (link := getattr(coding, key))
    ]
    own = getattr(coding, "name", None)
    for place, point, setting in links:
        known, word = (profile.settings, setting) if setting else (names, point)
        what = "setting" if setting else "point"
        first = fill(str(word), coding.repeat.first) if isinstance(coding, Point) and coding.repeat else word
        if first not in known:
            yield marks.problem(place, f"there is no {what} '{word}'", near(str(word), list(known)))
        elif point is not None and point == own:
            yield marks.problem(place, "a point cannot depend on itself")


def _curves(profile: Profile, coding: Coding, loc: Loc, marks: Marks) -> Iterator[Problem]:
    counter = coding.counter
    if counter is not None and counter.rolls_at is not None and any(f.point for f in coding.scale_by):
        yield marks.problem((*loc, "counter"), "rolls_at needs a scale that is known before run time")
    for x in (number for pair in coding.curve or () for number in pair):
        if isinstance(x, str) and x not in profile.settings:
            hint = near(x, list(profile.settings))
            yield marks.problem((*loc, "curve"), f"there is no setting '{x}'", hint)
    numbers = [pair for pair in coding.curve or () if not any(isinstance(x, str) for x in pair)]
    if len(numbers) == len(coding.curve or ()):
        try:
            bend_of(coding, {})
        except CurveError as e:
            yield marks.problem((*loc, "curve"), str(e))


def _words(coding: Coding, name: str, is_text: bool, loc: Loc, marks: Marks) -> Iterator[Problem]:
    words = [*(coding.enum or {}).values(), *(test.value for test in coding.first or ())]
    if coding.otherwise is not None and coding.otherwise != RAW:
        words.append(coding.otherwise)
    key = "first" if coding.first is not None else "enum"
    for word in words:
        if isinstance(word, str) != is_text:
            yield marks.problem(
                (*loc, key), f"{name} takes {'words' if is_text else 'numbers'}, not {word!r}"
            )
            return
        if name == "status" and word not in STATES:
            yield marks.problem((*loc, key), f"'{word}' is no normal state", f"one of {', '.join(STATES)}")
            return
    for word_key, hint in (("bits", "use fault_text"), ("version", "use version")):
        if getattr(coding, word_key) is not None and not is_text:
            yield marks.problem((*loc, word_key), f"{word_key} makes words, but {name} takes numbers", hint)
    if not isinstance(coding, Point):
        return
    worded = coding.enum or coding.bits or coding.first or coding.version
    if is_text and coding.type not in TEXT_FORMS and not worded:
        yield marks.problem(loc, f"{name} takes words: give enum, first, bits, version, or type str or clock")
    if not is_text and coding.type in TEXT_FORMS:
        yield marks.problem((*loc, "type"), f"{name} takes numbers")


def _reach(point: Point, low: float, high: float, loc: Loc, marks: Marks) -> Iterator[Problem]:
    """A scale that cannot be right: one step wider than all that the quantity can be, or a range the type never reaches."""
    span = SPANS.get(point.type)
    plain = not (
        point.enum or point.first or point.scale_by or point.curve or point.polynomial or point.unit_by
    )
    if span is None or not plain or point.weights or point.quantity is None:
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
            "compare scale and unit with the paper",
        )
    plus = conversion(point.unit, row.unit if row else "") or (1.0, 1.0, 0.0)
    ends = sorted((e + point.pre_offset) * point.scale * float(factor) + plus[2] + point.offset for e in span)
    wanted = (
        point.minimum if point.minimum is not None else -math.inf,
        point.maximum if point.maximum is not None else math.inf,
    )
    if ends[0] > min(high, wanted[1]) or ends[1] < max(low, wanted[0]):
        text = f"{point.type} at this scale gives {ends[0]:g} to {ends[1]:g}, never what the range allows"
        yield marks.problem((*loc, "scale"), text, "compare scale and unit with the paper")


def _clashes(profile: Profile, placed: Sequence[Placed], marks: Marks) -> Iterator[Problem]:
    """Names and quantities twice, registers taken twice."""
    names: dict[str, int] = {}
    quantities: dict[str, list[tuple[int, Point]]] = {}
    taken: dict[tuple[str, int], Point] = {}
    for i, (loc, entry) in enumerate(placed):
        for point in expand([resolved(entry, profile)]):
            if names.setdefault(point.name, i) != i:
                yield marks.problem((*loc, "name"), f"the name '{point.name}' is taken already")
            if point.quantity and point.access != "write":
                others = quantities.setdefault(point.quantity, [])
                if any(j != i and not _apart(point, other) for j, other in others):
                    yield marks.problem(
                        (*loc, "quantity"), f"'{point.quantity}' is given by another point already"
                    )
                others.append((i, point))
            clash = _overlap(point, taken)
            if clash is not None:
                hint = "say view: true if both shall look at it"
                yield marks.problem(loc, f"{point.name} takes registers of {clash.name}", hint)
                break


def _apart(one: Point, other: Point) -> bool:
    """Two points give one quantity at different times: the same condition point with different words."""
    a, b = one.when, other.when
    return a is not None and b is not None and a.point == b.point and not set(a.is_) & set(b.is_) and a != b


def _overlap(point: Point, taken: dict[tuple[str, int], Point]) -> Point | None:
    """Another point in the same registers, unless one of them says view or they take different bits of the same ones."""
    for address in point.addresses:
        other = taken.setdefault((point.table, address), point)
        if other is point or point.view or other.view:
            continue
        different_bits = (point.mask, point.byte) != (other.mask, other.byte)
        if not (different_bits and point.addresses == other.addresses):
            return other
    return None


def near(word: str, known: object) -> str:
    """A hint with the nearest known word, or nothing."""
    words = [str(k) for k in known] if isinstance(known, Iterable) else []
    found = get_close_matches(word, words, 1, 0.6)
    return f"did you mean '{found[0]}'?" if found else ""
