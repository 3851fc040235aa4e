"""Words <-> values, both ways, compiled once per block: the driver decodes with it what the simulator encoded with it.

`compile_blocks(profile, poll, settings)` gives the requests of a device; each `BlockCodec` turns the answer into
(quantity, value, quality). Numbers are in glossary units.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import compress, count, repeat
from operator import is_not, itemgetter
from typing import Any

from drivers.codec_layout import Layout
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
from drivers.codec_make import Make, maker_of
from drivers.codec_point import coder_of, decode_point, encode_number, encode_point, settings_for
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
        "_asked", "_coders", "_decoded", "_derived", "_encoded", "_keyed", "_keys", "_layout", "_makers", "_plan", "_scaled",
        "_shared", "_told", "_wishful", "address", "alone", "count", "friends", "needs", "points", "table",
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
        self._keyed = frozenset(i for i, key in enumerate(self._keys) if key is not None)
        self._scaled = tuple(i for i, p in enumerate(self.points) if p.helpers)
        self._wishful = bool(friends) or any(wishes_something(p) for p in self.points)
        self._asked = tuple(p.quantity or p.name for p in self.points)
        self._decoded: _Kept | None = None
        self._encoded: _Kept | None = None
        self._layout = Layout(self.points, self.address, self.count)
        self._shared = None if self._layout.exclusive else Shared(self.points, self._coders)
        self._makers: tuple[Make, ...] = ()  # made with the first encoding: a driver never encodes a block
        self._plan = tuple(
            _row(p, c, key) for p, c, key in zip(self.points, self._coders, self._keys, strict=True)
        )
        told = [i for i, p in enumerate(self.points) if p.quantity is not None]
        self._told = _chooser(told, len(self.points))

    def decode(self, words: Sequence[int], context: Context | None = None) -> list[Decoded]:
        """Every quantity in the block. ``context`` is the device's own memory for scale factors between its blocks.

        Raises CodecError when the number of words is not ``count``.
        """
        if len(words) != self.count:
            raise CodecError(f"{len(words)} words where {self.count} were asked for")
        context = {} if context is None else context
        kept = self._decoded
        if kept is None or kept.context is not context:
            raws, moved = self._layout.raws(words), list(range(len(self.points)))
            kept = _Kept(context, raws, [None] * len(raws), words)
        else:
            raws, moved = kept.raws, []
            for i in self._layout.moved(words, kept.words):
                raw = self._layout.raw(words, i)
                if raw != raws[i]:
                    raws[i] = raw
                    moved.append(i)
        answers, self._decoded = kept.answers, None  # until every answer is what the words say
        for i in self._with_scaled(moved):
            answers[i] = self._answer(raws[i], self._plan[i], context)
        kept.words, self._decoded = words, kept
        out = self._told(answers)
        if self._derived:
            out += [(entry.quantity, *derive(entry, context)) for entry in self._derived]
        return out

    def _with_scaled(self, moved: list[int]) -> list[int]:
        """The points that moved, and those after a factor that did; after any factor that other blocks may have moved."""
        if not self._scaled:
            return moved
        if not self.alone:
            after = -1
        elif self._keyed.isdisjoint(moved):
            return moved
        else:
            after = next(i for i in moved if i in self._keyed)
        return sorted({*moved, *(i for i in self._scaled if i > after)})

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
        kept = self._encoded
        if kept is None or kept.context is not context:
            self._makers = self._makers or tuple(map(maker_of, self.points, self._coders))
            size = len(wanted)
            kept = _Kept(context, [None] * size, wanted, [0] * self.count)
            self._put(kept, list(range(size)), whole=True)
        else:
            before, kept.answers = kept.answers, wanted
            moved = [
                i
                for i in compress(count(), map(is_not, wanted, before))
                if wanted[i] != before[i] or wanted[i].__class__ is not before[i].__class__
            ]
            self._put(kept, moved)
        return list(kept.words)

    def places(self, names: Sequence[str]) -> tuple[tuple[int, ...], ...] | None:
        """Which points each of these values is shown by; None when one may have a say in others (``encode`` then)."""
        if self._wishful or self._derived:
            return None
        return tuple(tuple(i for i, asked in enumerate(self._asked) if asked == name) for name in names)

    def encode_again(self, moved: Sequence[tuple[int, Value | None]]) -> list[int] | None:
        """The words after ``encode`` when only these points (``places``) are to show something else: None: the same words.

        Call it after an ``encode`` that went well. Raises CodecError as that does.
        """
        kept = self._encoded
        assert kept is not None
        for i, value in moved:
            kept.answers[i] = MISSING if value is None else value
        return list(kept.words) if self._put(kept, sorted([i for i, _ in moved])) else None

    def _put(self, kept: _Kept, moved: list[int], *, whole: bool = False) -> bool:
        """Make these points say what ``kept.answers`` wants; whether that moved any word."""
        raws, wanted, context, layout = kept.raws, kept.answers, kept.context, self._layout
        self._encoded = None  # until every point says what it is to say
        alone, other = self._shared is None and not whole, whole or (self._shared is not None and bool(moved))
        for i in self._with_scaled(moved):
            raw = self._makers[i](wanted[i], context)
            key = self._keys[i]
            if key is not None:
                remember(context, key, self._shown(i, raw, context))
            if raw.__class__ is int and raw == raws[i]:
                continue
            raws[i], other = raw, True
            if alone:
                layout.put(kept.words, i, raw)
        if other and not alone:
            kept.words = layout.words(raws if self._shared is None else self._shared.spoken(raws, wanted))
        self._encoded = kept
        return other

    def _wanted(self, values: Mapping[str, Value | None], context: Context) -> list[Value | Missing | None]:
        """What each point is to show; friends in other blocks are taken to show what these values ask of them."""
        get = values.get
        wanted: list[Value | Missing | None] = [*map(get, self._asked, repeat(MISSING))]
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

    def _shown(self, i: int, raw: Any, context: Context) -> Value | None:
        """What the driver will make of it."""
        return self._coders[i].decode(raw, context)[0]


def _chooser(told: Sequence[int], size: int) -> Callable[[list[Any]], list[Any]]:
    """What takes the answers that are told from those of all points."""
    if len(told) == size:
        return list.copy
    if len(told) < 2:
        return lambda answers: [answers[i] for i in told]
    chosen = itemgetter(*told)
    return lambda answers: [*chosen(answers)]


class _Kept:
    """The last time, point by point: raw numbers, what they say (or are made of), all words, and the context that it holds for."""

    __slots__ = ("answers", "context", "raws", "words")

    def __init__(self, context: Context, raws: list[Any], answers: list[Any], words: Any) -> None:
        self.context, self.raws, self.answers, self.words = context, raws, answers, words


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
    factor = coder.factored
    if factor is not None and name is not None and key is None and not zero_is_absent:
        return _scaled(name, factor, coder)
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


def _scaled(name: str, factor: str, coder: Coder) -> Special:
    """A number that one run-time factor scales; worked out anew when the factor's point says something else."""
    pre, absent, low, high = coder.pre, coder.absent, coder.low, coder.high
    plus = coder.unit[2] + coder.offset
    last: Value | None = None
    ratio: tuple[float, float] | None = None

    def decode(raw: Any, context: Context) -> Decoded | None:
        nonlocal last, ratio
        known = context.get(factor)
        if known is not last:
            last, ratio = known, coder.ratio(context)
        if ratio is None or raw in absent:
            return (name, None, _ABSENT)
        value = (raw + pre) * ratio[0] / ratio[1] + plus
        return (name, value, _GOOD) if low <= value <= high else (name, *coder.judge(value))

    return decode


def _judge(
    coders: Sequence[Coder], points: Sequence[Point], name: str, value: float
) -> tuple[Value | None, Quality]:
    """The rare way: a plain value out of range or NaN."""
    coder = next(c for c, p in zip(coders, points, strict=True) if p.quantity == name)
    return coder.judge(value)
