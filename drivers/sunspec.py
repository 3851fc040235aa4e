"""SunSpec: find the models that a device really has, then make plain points of the profile's layouts.

A common block of 65 instead of 66 registers moves everything after it, so places are only ever found by walking the chain.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from drivers.errors import DriverError, ExceptionReply
from drivers.profile_model import Profile, resolved
from drivers.profile_points import Point, expand
from drivers.profile_sunspec import ModelLayout, SunSpec

ReadWords = Callable[[int, int], Awaitable[Sequence[int]]]
"""(address, count) -> holding registers; raises DriverError."""

MARKER = (0x5375, 0x6E53)
"""SunS."""

END = 0xFFFF
_MAX_BLOCKS = 100
_ABSENT: Mapping[str, float] = {
    "u16": 0xFFFF, "s16": -0x8000, "u32": 0xFFFFFFFF, "s32": -0x80000000, "enum16": 0xFFFF, "bits16": 0xFFFF,
    "bits32": 0xFFFFFFFF, "u64": 2**64 - 1, "s64": -(2**63), "bits64": 2**64 - 1,
}  # fmt: skip


class SunSpecError(Exception):
    """The device answers, but not as SunSpec; the text says what was found."""


@dataclass(frozen=True, slots=True)
class Found:
    """One block of a device: model number, address of its ID register, length L, and how often its group repeats."""

    model: int
    address: int
    length: int
    repeats: int = 0


async def discover(profile: Profile, read: ReadWords) -> Profile:
    """The profile with concrete points for the device behind ``read``. Raises SunSpecError, DriverError."""
    if profile.sunspec is None:
        return profile
    return resolve(profile, await walk(profile.sunspec, read))


async def walk(spec: SunSpec, read: ReadWords) -> tuple[Found, ...]:
    """Every block of the device's chain. Raises SunSpecError when there is no marker, DriverError when nothing answers."""
    base = await _find_base(spec, read)
    counted = {
        i: layout.count_at for layout in spec.models for i in layout.ids if layout.count_at is not None
    }
    chain: list[Found] = []
    address = base + len(MARKER)
    while len(chain) < _MAX_BLOCKS and address + 2 <= 65536:
        try:
            model, length = await read(address, 2)
        except ExceptionReply:
            break  # some devices end without the end marker, or allow its first register only
        if model == END:
            break
        repeats = 0
        if model in counted and counted[model] < length + 2:
            (repeats,) = await read(address + counted[model], 1)
        chain.append(Found(model, address, length, 0 if repeats == END else repeats))
        address += 2 + length
    if not chain:
        raise SunSpecError(f"the marker stands at {base}, but no model follows it")
    return tuple(chain)


async def _find_base(spec: SunSpec, read: ReadWords) -> int:
    failure: DriverError | None = None
    seen: list[str] = []
    for base in spec.bases:
        try:
            words = tuple(await read(base, 2))
        except DriverError as e:
            failure = e
            seen.append(f"{base}: {e}")
            continue
        if words == MARKER:
            return base
        failure_text = " ".join(f"{w:04X}" for w in words)
        seen.append(f"{base}: {failure_text}")
    if failure is not None and not isinstance(failure, ExceptionReply):
        raise failure
    raise SunSpecError("no SunSpec marker; " + "; ".join(seen))


def resolve(profile: Profile, chain: Sequence[Found]) -> Profile:
    """The profile with a point for every layout point that the chain has room for.

    A quantity is taken from the first layout that gives it. Raises SunSpecError when no model of the profile is there.
    """
    if profile.sunspec is None:
        return profile
    points: list[Point] = []
    taken: set[str] = set()
    for layout in profile.sunspec.models:
        blocks = [f for f in chain if f.model in layout.ids]
        mine = _concrete(profile, layout, blocks[0]) if blocks else []
        mine = [p for p in mine if p.quantity is None or p.quantity not in taken]
        wanted = {f.point for p in mine if p.quantity for f in p.scale_by}
        points += [p for p in mine if p.quantity or p.name in wanted]
        taken |= {p.quantity for p in mine if p.quantity}
    if not taken:
        models = ", ".join(str(f.model) for f in chain)
        raise SunSpecError(f"the device has models {models}, and {profile.name} knows none of them")
    return profile.with_points(points)


def _concrete(profile: Profile, layout: ModelLayout, block: Found) -> list[Point]:
    """The layout's points at the block's place, those beyond its length left out. Names get the model's number."""
    local = {p.name for p in layout.points}
    copies = expand(
        resolved(_repeated(p, block.repeats), profile) for p in layout.points if not p.repeat or block.repeats
    )
    return [_moved(p, block, local) for p in copies if (p.address or 0) + p.size <= block.length + 2]


def _repeated(point: Point, count: int) -> Point:
    """A repeated point as often as the device has it."""
    if point.repeat is None:
        return point
    return point.model_copy(update={"repeat": point.repeat.model_copy(update={"count": min(count, 128)})})


def _moved(point: Point, block: Found, local: set[str]) -> Point:
    prefix = f"m{block.model}_"
    factors = tuple(
        f.model_copy(update={"point": prefix + f.point}) if f.point in local else f for f in point.scale_by
    )
    absent = point.absent or ((_ABSENT[point.type],) if point.type in _ABSENT else ())
    return point.model_copy(
        update={
            "name": prefix + point.name,
            "address": block.address + (point.address or 0),
            "doc": f"{block.model}:{point.address}",
            "absent": absent,
            "scale_by": factors,
            "together": point.together and f"{prefix}{point.together}",
        }
    )


def lay_out(
    profile: Profile,
    models: Sequence[int],
    *,
    base: int = 40000,
    common_length: int = 66,
    repeats: Mapping[int, int] | None = None,
) -> tuple[Profile, dict[int, int]]:
    """A device for simulators: the profile resolved against these models, and the fixed words (marker, IDs, lengths, end)."""
    if profile.sunspec is None:
        raise SunSpecError(f"{profile.name} is no SunSpec profile")
    words = {base: MARKER[0], base + 1: MARKER[1]}
    chain: list[Found] = []
    address = base + 2
    for model in models:
        layout = next(entry for entry in profile.sunspec.models if model in entry.ids)
        count = (repeats or {}).get(model, 1) if layout.count_at is not None else 0
        length = common_length if model == 1 else _length(layout, count)
        chain.append(Found(model, address, length, count))
        words |= {address: model, address + 1: length}
        if layout.count_at is not None:
            words[address + layout.count_at] = count
        address += 2 + length
    words |= {address: END, address + 1: 0}
    return resolve(profile, chain), words


def _length(layout: ModelLayout, repeats: int) -> int:
    """L of a model: stated, plus the repeated groups; else as far as its points reach."""
    step = max((p.repeat.step for p in layout.points if p.repeat), default=0)
    if layout.lengths:
        return layout.lengths[0] + step * repeats
    return max((p.address or 0) + p.size for p in layout.points) - 2
