"""Words <-> values, both ways, compiled once per block: the driver decodes with it what the simulator encoded with it.

`compile_blocks(profile, poll, settings)` gives the requests of a device; each `BlockCodec` turns the answer into
(quantity, value, quality). Numbers are in glossary units.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from drivers.codec_links import (
    depth_of,
    derive,
    helpers_first,
    implied,
    leaves,
    looked_at,
    needed,
    parts_of,
    remember,
    wishes_something,
)
from drivers.codec_point import (
    RANGES,
    at_rest,
    char_of,
    coder_of,
    decode_point,
    encode_number,
    encode_point,
    raw_of,
    settings_for,
    swap_bytes,
    word_places,
)
from drivers.codec_scale import CodecError, Coder, Context, Settings
from drivers.codec_shared import MISSING, Missing, Shared
from drivers.packing import HOLE_WORDS_RTU, Block, pack
from drivers.profile_derived import Derived
from drivers.profile_model import Profile
from drivers.profile_points import Point, TableName
from drivers.reading import Quality, Value

__all__ = [
    "BlockCodec", "CodecError", "Context", "Decoded", "Settings", "compile_blocks", "decode_point", "encode_number",
    "encode_point", "settings_for",
]  # fmt: skip

Decoded = tuple[str, Value | None, Quality]

_GOOD, _ABSENT = Quality.GOOD, Quality.ABSENT


def compile_blocks(
    profile: Profile, poll: str, settings: Settings, hole_words: int = HOLE_WORDS_RTU
) -> tuple[BlockCodec, ...]:
    """The requests that read one poll class, each with its codec. Raises CodecError, PackingError.

    Blocks that others depend on come first. A derived quantity is told with its most often read parts, by the last block that
    carries one of them.
    """
    wanted = needed(profile.points, profile.derived) | looked_at(profile.commands.values(), profile.points)
    packed = pack(profile.of_class(poll), profile.limits, hole_words)
    order = helpers_first([block.points for block in packed], wanted)
    blocks = [packed[i] for i in order]
    told = _told_by(profile, poll, blocks)
    return tuple(BlockCodec(block, settings, wanted, told.get(i, ())) for i, block in enumerate(blocks))


_CLASSES = ("fast", "slow", "once")


def _told_by(profile: Profile, poll: str, blocks: Sequence[Block]) -> dict[int, list[Derived]]:
    """Which block of this poll class tells which derived quantities."""
    classes = {p.name: p.poll for p in profile.points}
    places = {p.name: i for i, block in enumerate(blocks) for p in block.points}
    told: dict[int, list[Derived]] = {}
    for i, names in leaves(profile.derived).items():
        used = [c for c in _CLASSES if any(classes.get(name) == c for name in names)]
        if used and used[0] == poll and (names <= set(classes) or profile.derived[i].present_only):
            told.setdefault(max(places[n] for n in names if n in places), []).append(profile.derived[i])
    return told


class BlockCodec:
    """One request and its answer, compiled."""

    __slots__ = (
        "_asked", "_byte_swapped", "_coders", "_decoded", "_derived", "_encoded", "_from_bytes", "_keys", "_lay", "_places",
        "_plan", "_ranges", "_scaled", "_select", "_shared", "_to_bytes", "_wishful", "address", "alone", "count", "friends",
        "needs", "points", "table",
    )  # fmt: skip

    def __init__(
        self,
        block: Block,
        settings: Settings,
        wanted: frozenset[str] | None = None,
        derived: Sequence[Derived] = (),
        friends: Sequence[Point] = (),
    ) -> None:
        """``wanted``: names of points that others need (default: found among the block's own); ``derived``: told here.

        ``friends``: points of other blocks that these depend on or that depend on these; only for encoding.
        """
        self.table: TableName = block.table
        self.address, self.count = block.address, block.count
        wanted = needed(block.points, derived) if wanted is None else wanted
        depths = depth_of(block.points)
        self.points = tuple(
            sorted(
                block.points, key=lambda p: (p.name not in wanted, depths[p.name], bool(p.helpers), p.start)
            )
        )
        self._derived, self.friends = tuple(derived), tuple(friends)
        self._coders = tuple(coder_of(p, settings) for p in self.points)
        self._keys = tuple(p.name if p.name in wanted else None for p in self.points)
        mine = {p.name for p in self.points} | {d.name for d in derived if d.name}
        self.needs = needed(self.points, derived) - mine
        """What others must say before its words say everything: factors, conditions, parts."""
        self.alone = not self.needs
        """Whether its words alone say its values: no factor, no part of anything comes from another block."""
        self._scaled = tuple(i for i, p in enumerate(self.points) if p.helpers)
        self._wishful = bool(friends) or any(wishes_something(p) for p in self.points)
        self._asked = tuple(p.quantity or p.name for p in self.points)
        self._decoded = self._encoded = _Kept(len(self.points))
        self._compile_layout()
        self._plan = tuple(
            _row(p, c, key) for p, c, key in zip(self.points, self._coders, self._keys, strict=True)
        )

    def _compile_layout(self) -> None:
        places: list[int] = []
        swapped: list[bool] = []
        for point in self.points:
            mine, swap = word_places(point, self.address)
            places += mine
            swapped += [swap] * len(mine)
        self._places = tuple(places)
        self._byte_swapped = tuple(swapped) if any(swapped) else None
        chars = [char_of(p) for p in self.points]
        self._ranges = tuple(RANGES.get(c) for c in chars)
        shared = len(set(places)) != len(places)
        self._shared = Shared(self.points, self._coders) if shared else None
        back = {place: i for i, place in enumerate(places)}
        whence = [back.get(i, len(places)) for i in range(self.count)]  # the last one is the 0 of the holes
        self._lay = None if shared else _selector(whence, len(places) + 1)
        self._select = _selector(places, self.count)
        only_words = set(chars) == {"H"}
        self._to_bytes = None if only_words else struct.Struct(f">{len(places)}H")
        self._from_bytes = struct.Struct(">" + "".join(chars))

    def decode(self, words: Sequence[int], context: Context | None = None) -> list[Decoded]:
        """Every quantity in the block. ``context`` is the device's own memory for scale factors between its blocks.

        Raises CodecError when the number of words is not ``count``.
        """
        if len(words) != self.count:
            raise CodecError(f"{len(words)} words where {self.count} were asked for")
        context = {} if context is None else context
        chosen: Sequence[int] = self._select(words) if self._select is not None else words
        if self._byte_swapped is not None:
            chosen = [swap_bytes(w) if s else w for w, s in zip(chosen, self._byte_swapped, strict=True)]
        raws: Sequence[Any] = (
            chosen if self._to_bytes is None else self._from_bytes.unpack(self._to_bytes.pack(*chosen))
        )
        kept = self._decoded if self._decoded.context is context else _Kept(len(raws))
        answers: list[Decoded | None] = kept.answers.copy()
        moved = [i for i, (raw, old) in enumerate(zip(raws, kept.asked, strict=True)) if raw != old]
        for i in self._with_scaled(moved):
            answers[i] = self._answer(raws[i], self._plan[i], context)
        self._decoded = _Kept(len(raws), context, tuple(raws), answers)
        out = [answer for answer in answers if answer is not None]
        out += [(entry.quantity, *derive(entry, context)) for entry in self._derived]
        return out

    def _with_scaled(self, moved: list[int]) -> list[int]:
        """The points that moved, and those after a factor that did; after any factor that other blocks may have moved."""
        if not self._scaled:
            return moved
        after = -1 if not self.alone else next((i for i in moved if self._keys[i] is not None), None)
        return moved if after is None else sorted({*moved, *(i for i in self._scaled if i > after)})

    def _answer(self, raw: Any, row: Row, context: Context) -> Decoded | None:
        """What one raw number says."""
        name, absent, pre, num, den, offset, low, high, special = row
        if special is not None:
            return special(raw, context)
        if raw in absent:
            return (name, None, _ABSENT)
        value = (raw + pre) * num / den + offset
        if low <= value <= high:
            return (name, value, _GOOD)
        return (name, *_judge(self._coders, self.points, name, value))

    def encode(self, values: Mapping[str, Value | None], context: Context | None = None) -> list[int]:
        """The words that a device with these values shows, by quantity; None is absent, a value beyond the type is clamped.

        Points without quantity (scale factors) go by their name. What ``values`` lacks shows the profile's simulator hint,
        else "absent", else rest. Where several points look at the same registers, the first that has a value speaks. Scale
        factors from other blocks come through ``context``. Raises CodecError for words that an enum does not have.
        """
        context = {} if context is None else context
        wanted = self._wanted(values, context)
        raws = self._raws(wanted, context)
        if self._shared is not None:
            raws = self._shared.spoken(raws, wanted)
        flat: Sequence[int] = raws
        if self._to_bytes is not None:
            flat = self._to_bytes.unpack(self._from_bytes.pack(*raws))
        if self._byte_swapped is not None:
            flat = [swap_bytes(w) if s else w for w, s in zip(flat, self._byte_swapped, strict=True)]
        if self._lay is not None:
            return list(self._lay((*flat, 0)))
        words = [0] * self.count
        for place, word in zip(self._places, flat, strict=True):
            words[place] |= word
        return words

    def _wanted(self, values: Mapping[str, Value | None], context: Context) -> list[Value | Missing | None]:
        """What each point is to show; friends in other blocks are taken to show what these values ask of them."""
        get = values.get
        wanted: list[Value | Missing | None] = [get(name, MISSING) for name in self._asked]
        if self._derived:
            quantities = {p.name: p.quantity for p in self.points if p.quantity}
            parts = parts_of(self._derived, values, quantities)
            wanted = [parts.get(p.name, value) for p, value in zip(self.points, wanted, strict=True)]
        if self._wishful:
            wishes = implied((*self.points, *self.friends), values)
            for point in self.friends:
                known = get(point.quantity or point.name, wishes.get(point.name))
                if known is not None:
                    context[point.name] = known
            wanted = [
                wishes.get(p.name, value) if value is MISSING else value
                for p, value in zip(self.points, wanted, strict=True)
            ]
        return wanted

    def _raws(self, wanted: Sequence[Value | Missing | None], context: Context) -> list[Any]:
        """The raw numbers of these values, point by point; what is as it was the last time is not made again."""
        kept = self._encoded if self._encoded.context is context else _Kept(len(wanted))
        raws = kept.answers.copy()
        moved = [
            i
            for i, (value, old) in enumerate(zip(wanted, kept.asked, strict=True))
            if value is not old and (value != old or value.__class__ is not old.__class__)
        ]
        for i in self._with_scaled(moved):
            raw = raws[i] = _raw(self.points[i], self._coders[i], wanted[i], context, self._ranges[i])
            key = self._keys[i]
            if key is not None:
                remember(context, key, self._shown(i, raw, context))
        self._encoded = _Kept(len(raws), context, wanted, raws)
        return raws

    def _shown(self, i: int, raw: Any, context: Context) -> Value | None:
        """What the driver will make of it."""
        return self._coders[i].decode(raw, context)[0]


class _Kept:
    """What was asked and answered the last time, point by point, and the context that it holds for."""

    __slots__ = ("answers", "asked", "context")

    def __init__(
        self,
        size: int,
        context: Context | None = None,
        asked: Sequence[Any] | None = None,
        answers: list[Any] | None = None,
    ) -> None:
        self.context = context
        self.asked: Sequence[Any] = (_NEVER,) * size if asked is None else asked
        self.answers: list[Any] = [None] * size if answers is None else answers


_NEVER = object()


Special = Callable[[Any, Context], Decoded | None]
Row = tuple[str, frozenset[Value], float, float, float, float, float, float, Special | None]


def _row(point: Point, coder: Coder, key: str | None) -> Row:
    special: Special | None = None
    if key is not None or point.quantity is None or not coder.simple or point.type.startswith("acc"):
        special = _special(point, coder, key)
    return (
        point.quantity or point.name, coder.absent, coder.pre, coder.num, coder.den, coder.offset, coder.low, coder.high,
        special,
    )  # fmt: skip


def _special(point: Point, coder: Coder, key: str | None) -> Special:
    """Everything that is not plain arithmetic: texts, enums, masks, run-time factors, points that others need."""
    name, at_first = point.quantity, frozenset(point.absent_at_first)
    zero_is_absent = point.type.startswith("acc")
    seen = f"seen {point.name}"

    def decode(raw: Any, context: Context) -> Decoded | None:
        value, quality = (None, _ABSENT) if zero_is_absent and raw == 0 else coder.decode(raw, context)
        if at_first and raw not in at_first:
            context[seen] = 1.0
        elif at_first and seen not in context:
            value, quality = None, _ABSENT
        if key is not None:
            remember(context, key, value if quality is _GOOD else None)
        return None if name is None else (name, value, quality)

    return decode


def _judge(
    coders: Sequence[Coder], points: Sequence[Point], name: str, value: float
) -> tuple[Value | None, Quality]:
    """The rare way: a plain value out of range or NaN."""
    coder = next(c for c, p in zip(coders, points, strict=True) if p.quantity == name)
    return coder.judge(value)


def _selector(places: list[int], count: int) -> Callable[[Sequence[int]], Sequence[int]] | None:
    if places == list(range(count)):
        return None
    if len(places) == 1:
        only = places[0]
        return lambda words: (words[only],)
    return itemgetter(*places)


def _raw(
    point: Point,
    coder: Coder,
    value: Value | Missing | None,
    context: Context,
    bounds: tuple[int, int] | None,
) -> Any:
    """What goes into the struct: int, float or bytes; clamped, never a sentinel by accident."""
    if isinstance(value, Missing):
        value = point.simulate.value if point.simulate is not None else None
        if value is None and (not coder.absent or point.quantity is None):
            return at_rest(coder)
    return raw_of(coder, value, context, bounds, clamp=True)
