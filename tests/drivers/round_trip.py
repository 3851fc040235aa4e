"""What a device of a profile is given to tell, so that in the end it has told everything that it can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from drivers.codec_links import leaves
from drivers.profile import Profile
from drivers.profile_derived import Derived
from drivers.profile_limits import Limits
from drivers.profile_points import Point
from drivers.quantities import quantity, unit_factor
from drivers.reading import Value
from tests.simulators.paper import sample

DERIVED = 345.0


@dataclass
class Pass:
    """Values that a device can show at the same time, and how exactly each comes back: ``steps`` in glossary units, None:
    as exactly as a curve or a factor known at run time allows.
    """

    values: dict[str, Value] = field(default_factory=dict)
    steps: dict[str, float | None] = field(default_factory=dict)
    cells: dict[tuple[str, int], int] = field(default_factory=dict)
    asked: dict[str, object] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    claimed: set[tuple[str, int]] = field(default_factory=set)

    def takes(self, point: Point, value: Value, others: Mapping[str, Point]) -> bool:
        """Add a point's value, unless it contradicts what is there."""
        cells = cells_of(point)
        wishes = dict(wishes_of(point))
        claims = {cell for name in wishes if name in others for cell in cells_of(others[name])}
        if (
            any(self.cells.get(cell, 0) & bits_of(point) for cell in cells)
            or cells & self.claimed
            or claims & self.cells.keys()
            or point.quantity in self.values
            or point.name in self.asked
            or wishes.keys() & self.names
            or any(self.asked.get(name, wish) != wish for name, wish in wishes.items())
        ):
            return False
        assert point.quantity is not None
        self.cells |= {cell: self.cells.get(cell, 0) | bits_of(point) for cell in cells}
        self.asked |= wishes
        self.claimed |= claims
        self.names.add(point.name)
        self.values[point.quantity] = value
        self.steps[point.quantity] = step_of(point)
        return True


def cells_of(point: Point) -> set[tuple[str, int]]:
    """Its registers."""
    return {(point.table, address) for address in point.addresses}


def bits_of(point: Point) -> int:
    """Which bits of its registers it looks at: all of them where it does not say."""
    return point.mask or {"hi": 0xFF00, "lo": 0x00FF}.get(point.byte or "", -1)


def tellable(point: Point) -> Value | None:
    """A value for the point that fits into the bits that it has."""
    value = sample(point)
    if point.type == "bool" and isinstance(value, float) and not point.enum:
        return min(value, 1.0)
    if point.mask is None or point.enum or point.first or not isinstance(value, float):
        return value
    most = point.mask // (point.mask & -point.mask)
    return min(value, most * abs(point.scale))


def wishes_of(point: Point) -> Iterator[tuple[str, object]]:
    """What other points must say for this one to say anything."""
    for name in (point.when and point.when.point, point.sign_by and point.sign_by.point):
        if name:
            yield name, repr(point.when)
    if point.unit_by is not None and point.unit_by.point is not None:
        yield point.unit_by.point, repr(point.unit_by)
    for factor in point.scale_by:
        if factor.point is not None:
            yield factor.point, repr(factor.table)


def step_of(point: Point) -> float | None:
    """The smallest difference that the point can tell, None where only run time knows it."""
    row = quantity(point.quantity or "")
    if row is None or point.scale_by or point.curve or point.polynomial or point.unit_by or point.weights:
        return None
    return abs(point.scale * float(unit_factor(point.unit, row.unit) or 1))


def passes(profile: Profile) -> list[Pass]:
    """Every point with a quantity that can be read by itself, in as few passes as contradict nothing; then what is derived."""
    plates = identity_cells(profile)
    told = [p for p in profile.points if is_told(p) and not plates & cells_of(p)]
    left = [(p, v) for p in told if (v := tellable(p)) is not None]
    others = {p.name: p for p in profile.points}
    made: list[Pass] = []
    while left:
        one = Pass()
        left = [(point, value) for point, value in left if not one.takes(point, value, others)]
        made.append(one)
    return made + _derived(profile)


def identity_cells(profile: Profile) -> set[tuple[str, int]]:
    """Registers that say which model it is: other values than its own, and it is another device."""
    checks = [*profile.identify, *(check for variant in profile.variants for check in variant.identify)]
    return {(c.table, c.address + i) for c in checks for i in range(c.point.size) if c.is_ or c.matches}


def is_told(point: Point) -> bool:
    """Whether a regular reading tells it."""
    return point.quantity is not None and point.access != "write" and point.poll != "on_demand"


def _derived(profile: Profile) -> list[Pass]:
    """Derived numbers, each in the first pass in which none of its parts is another's."""
    known = {p.name for p in profile.points}
    made: list[tuple[Pass, set[str]]] = []
    for entry, parts in zip(profile.derived, leaves(profile.derived).values(), strict=True):
        if entry.join is not None or not parts & known:
            continue
        for one, used in made:  # noqa: B007 - it is used below, or replaced
            if not used & (parts | {entry.quantity}):
                break
        else:
            one, used = Pass(), set()
            made.append((one, used))
        one.values[entry.quantity], one.steps[entry.quantity] = _within(entry), None
        used |= parts | {entry.quantity}
    return [one for one, _ in made]


def _within(entry: Derived) -> float:
    row = quantity(entry.quantity)
    high = row.maximum if row is not None else DERIVED
    usual = DERIVED * 1000.0 if entry.quantity.endswith("_wh") else DERIVED
    return min(usual, (high if entry.maximum is None else entry.maximum) / 2)


def differs(got: Value | None, wanted: Value, step: float | None) -> bool:
    """Whether a value is not the one that the world gave, within what the registers can say."""
    if isinstance(wanted, str) or isinstance(got, str | None):
        return got != wanted
    slack = (0.06 if abs(wanted) <= 10 else 0.51) + 0.02 * abs(wanted)
    if step is not None:
        slack = 0.501 * step + 1e-6 * abs(wanted)
    return abs(got - wanted) > slack


def hasty(profile: Profile) -> Profile:
    """The same device without its waits (gaps, warm-up, wake-up): those are line time, and other tests'."""
    quick: dict[str, object] = {
        "gap_ms": 0,
        "connect_wait_ms": 0,
        "timeout_ms": 5000,
        "wake_up": None,
        "warm_up_s": 0,
    }
    limits = Limits.model_validate(profile.limits.model_dump(by_alias=True) | quick)
    variants = tuple(v.model_copy(update={"points": _warm(v.points)}) for v in profile.variants)
    update = {"limits": limits, "entries": _warm(profile.entries), "variants": variants}
    return profile.model_copy(update=update).fresh()


def _warm(points: Iterable[Point]) -> tuple[Point, ...]:
    return tuple(p.model_copy(update={"warm_up_s": None}) for p in points)


def excused(profile: Profile, whole: Profile) -> Iterator[str]:
    """What is not given here: nameplates by which a model is known, texts joined of others, curves between the site's own
    numbers, what is read on demand, and sums of parts that this device lacks.
    """
    plates = identity_cells(profile)
    for point in profile.points:
        by_site = any(isinstance(x, str) for x, _ in point.curve or ())
        plate = plates & cells_of(point)
        if point.quantity and (by_site or plate or not is_told(point)):
            yield point.quantity
    known = {p.name for p in profile.points}
    yield from (p.quantity for p in whole.points if p.quantity and p.counted_by and p.name not in known)
    for entry, parts in zip(profile.derived, leaves(profile.derived).values(), strict=True):
        if entry.join is not None or not parts & known:
            yield entry.quantity
