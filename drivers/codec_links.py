"""Values that depend on each other: who needs whom, derived quantities, and for simulators what the others must then show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from drivers.codec_scale import Context
from drivers.profile_coding import Coding
from drivers.profile_commands import CommandEntry
from drivers.profile_derived import Derived
from drivers.profile_points import Point
from drivers.reading import Quality, Value

Judged = tuple[Value | None, Quality]
Given = Mapping[str, Value | None]

_ABSENT: Judged = (None, Quality.ABSENT)


def needed(points: Iterable[Point], derived: Iterable[Derived]) -> frozenset[str]:
    """Names of points whose values others need."""
    names = {name for p in points for name in p.helpers}
    return frozenset(names | {part for d in derived for part in d.parts})


def looked_at(commands: Iterable[CommandEntry], points: Iterable[Point] = ()) -> frozenset[str]:
    """Names of points that the steps of commands wait for or ask about; of ``points`` those that prove a press."""
    commands = tuple(commands)
    proofs = {e.verify.quantity for e in commands if e.press and e.verify is not None}
    names = {p.name for p in points if p.quantity in proofs} if proofs else set()
    for entry in commands:
        names |= set(factors_of(entry))
        for step in (s for _, steps in entry.parts for s in steps):
            names |= {step.until.point} if step.until is not None and step.until.point else set()
            names |= {step.only_if.point} if step.only_if is not None else set()
    return frozenset(names)


def factors_of(entry: CommandEntry | None) -> tuple[str, ...]:
    """Points that scale the set-point of a command."""
    factors = entry.value.scale_by if entry is not None and entry.value is not None else ()
    return tuple(factor.point for factor in factors if factor.point is not None)


def leaves(derived: Sequence[Derived]) -> Mapping[int, frozenset[str]]:
    """For each derived quantity the points that it is made of in the end, by position."""
    named = {d.name: i for i, d in enumerate(derived) if d.name}
    found: dict[int, frozenset[str]] = {}
    for i, entry in enumerate(derived):
        parts: set[str] = set()
        for part in entry.parts:
            earlier = named.get(part)
            parts |= found.get(earlier, frozenset()) if earlier is not None and earlier < i else {part}
        found[i] = frozenset(parts)
    return found


def depth_of(points: Iterable[Point]) -> Mapping[str, int]:
    """How many points stand before each one in the chain of who needs whom; 0 for those that need nobody."""
    helpers = {p.name: p.helpers for p in points}
    depths: dict[str, int] = {}

    def depth(name: str, above: frozenset[str]) -> int:
        if name not in depths:
            inner = (h for h in helpers.get(name, ()) if h in helpers and h not in above)
            depths[name] = max((1 + depth(h, above | {name}) for h in inner), default=0)
        return depths[name]

    for name in helpers:
        depth(name, frozenset())
    return depths


def closure(names: Iterable[str], points: Iterable[Point]) -> tuple[str, ...]:
    """These points and all that they need in turn, each after those that it needs."""
    helpers = {p.name: p.helpers for p in points}
    found: dict[str, None] = {}

    def put(name: str, above: frozenset[str]) -> None:
        if name in helpers and name not in found and name not in above:
            for helper in helpers[name]:
                put(helper, above | {name})
            found[name] = None

    for name in names:
        put(name, frozenset())
    return tuple(found)


def helpers_first(groups: Sequence[Sequence[Point]], wanted: frozenset[str]) -> list[int]:
    """The order in which these groups of points are read: a group after those that it needs, otherwise those of ``wanted``
    points first. Groups that need each other stay as they are: one of them is a reading behind.
    """
    places = {p.name: i for i, group in enumerate(groups) for p in group}
    first = sorted(range(len(groups)), key=lambda i: not any(p.name in wanted for p in groups[i]))
    found: dict[int, None] = {}

    def put(i: int, above: frozenset[int]) -> None:
        if i not in found and i not in above:
            for j in (places[name] for p in groups[i] for name in p.helpers if name in places):
                put(j, above | {i})
            found[i] = None

    for i in first:
        put(i, frozenset())
    return list(found)


def remember(context: Context, key: str, value: Value | None) -> None:
    """Keep a value for the others, or forget it when there is none."""
    if value is None:
        context.pop(key, None)
    else:
        context[key] = value


def derive(entry: Derived, context: Context) -> Judged:
    """The derived value from what is known of its parts; kept under its name for later ones."""
    value, quality = _derive(entry, context)
    if entry.name is not None:
        remember(context, entry.name, value if quality is Quality.GOOD else None)
    return value, quality


def _derive(entry: Derived, context: Context) -> Judged:
    known = {name: context[name] for name in entry.parts if name in context}
    if entry.join is not None:
        return (_joined(entry.join, known), Quality.GOOD) if len(known) == len(entry.parts) else _ABSENT
    numbers = {name: v for name, v in known.items() if not isinstance(v, str)}
    if not numbers or (len(numbers) < len(entry.parts) and not entry.present_only):
        return _ABSENT
    if entry.signed is not None:
        value = numbers[entry.signed.plus] - numbers[entry.signed.minus]
    elif entry.sum is not None:
        value = sum(numbers[name] * factor for name, factor in entry.sum.items() if name in numbers)
    else:
        value = math.prod(numbers[name] for name in entry.parts)
    value = abs(value) if entry.absolute else value
    low = -math.inf if entry.minimum is None else entry.minimum
    high = math.inf if entry.maximum is None else entry.maximum
    return value, Quality.GOOD if low <= value <= high else Quality.SUSPECT


def _joined(text: str, known: Given) -> str:
    for name, value in known.items():
        text = text.replace(f"{{{name}}}", value if isinstance(value, str) else f"{value:g}")
    return text


# ------------------------------------------------------------------------------------------------ the device's side


def parts_of(
    derived: Sequence[Derived], values: Given, quantities: Mapping[str, str]
) -> dict[str, Value | None]:
    """What the parts of derived quantities must be, for simulators. ``quantities``: of the parts that have one of their own.

    A part whose own quantity the world knows keeps it; signed splits by sign; otherwise the first free part takes the rest.
    """
    parts: dict[str, Value | None] = {}
    for entry in reversed(derived):
        value = values.get(entry.quantity, parts.get(entry.name or ""))
        if not isinstance(value, float | int) or entry.join is not None:
            continue
        if entry.signed is not None:
            parts |= {entry.signed.plus: max(value, 0.0), entry.signed.minus: max(-value, 0.0)}
            continue
        own = {n: v for n in entry.parts if isinstance(v := values.get(quantities.get(n, "")), float | int)}
        free = [n for n in entry.parts if n not in own]
        if free:
            parts |= {free[0]: _rest(entry, value, own, free[0])}
            parts |= dict.fromkeys(free[1:], 0.0 if entry.sum is not None else 1.0)
    return parts


def _rest(entry: Derived, value: float, own: Mapping[str, float], name: str) -> float:
    if entry.sum is not None:
        return (value - sum(v * entry.sum[n] for n, v in own.items())) / entry.sum[name]
    others = math.prod(own.values())
    return value / others if others else 0.0


def implied(points: Iterable[Point], values: Given) -> dict[str, Value]:
    """What helpers must show so that these points can say their values: signs, conditions, units, factors from tables.

    Of points whose value the world knows first; then of the others, where nothing contradicts.
    """
    found: dict[str, Value] = {}
    points = list(points)
    for certain in (True, False):
        for point in points:
            value = values.get(point.quantity or point.name)
            if (value is not None) is certain:
                for name, wanted in _wishes(point, value, certain=certain):
                    found.setdefault(name, wanted)
    return found


def wishes_something(coding: Coding) -> bool:
    """Whether a point can ask anything of others at all: most cannot, and simulators need not ask them."""
    tables = any(f.point is not None and f.table for f in coding.scale_by)
    return tables or any(link is not None for link in (coding.sign_by, coding.when, coding.unit_by))


def _wishes(coding: Coding, value: Value | None, *, certain: bool) -> list[tuple[str, Value]]:
    wishes: list[tuple[str, Value]] = []
    if coding.sign_by is not None:
        negative = isinstance(value, float | int) and value < 0
        wishes.append(
            (coding.sign_by.point, coding.sign_by.negative[0] if negative else coding.sign_by.positive)
        )
    if coding.when is not None and certain and (coding.when.is_ or coding.when.at_least is not None):
        wanted = coding.when.is_[0] if coding.when.is_ else coding.when.at_least
        wishes.append((coding.when.point, wanted if wanted is not None else 0.0))
    if coding.unit_by is not None and coding.unit_by.point is not None and coding.unit_by.table and certain:
        wishes.append((coding.unit_by.point, _key(next(iter(coding.unit_by.table)))))
    tables = ((f.point, f.table) for f in coding.scale_by if f.point is not None and f.table)
    return wishes + [(point, _key(next(iter(table)))) for point, table in tables]


def _key(key: int | str) -> Value:
    return key if isinstance(key, str) else float(key)
