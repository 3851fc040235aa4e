"""Words <-> values, both ways, compiled once per block: the driver decodes with it what the simulator encoded with it.

`compile_blocks(profile, poll, settings)` gives the requests of a device; each `BlockCodec` turns the answer into
(quantity, value, quality). Numbers are in glossary units.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from drivers.codec_point import (
    RANGES,
    absent_number,
    at_rest,
    char_of,
    coder_of,
    decode_point,
    encode_number,
    encode_point,
    highest,
    lowest,
    settings_for,
    swap_bytes,
    word_places,
)
from drivers.codec_scale import CodecError, Coder, Context, Settings
from drivers.packing import HOLE_WORDS_RTU, Block, pack
from drivers.profile_derived import Derived
from drivers.profile_model import Poll, Profile
from drivers.profile_points import Point, TableName
from drivers.reading import Quality, Value

__all__ = [
    "BlockCodec", "CodecError", "Context", "Decoded", "Settings", "compile_blocks", "decode_point", "encode_number",
    "encode_point", "settings_for",
]  # fmt: skip

Decoded = tuple[str, Value | None, Quality]

_GOOD, _ABSENT = Quality.GOOD, Quality.ABSENT


def compile_blocks(
    profile: Profile, poll: Poll, settings: Settings, hole_words: int = HOLE_WORDS_RTU
) -> tuple[BlockCodec, ...]:
    """The requests that read one poll class, each with its codec. Raises CodecError, PackingError.

    A derived quantity is told by the block that carries the last of its parts.
    """
    blocks = pack(profile.of_class(poll), profile.limits, hole_words)
    needed = _needed(profile.points, profile.derived)
    codecs = []
    seen: set[str] = set()
    for block in blocks:
        mine = {p.name for p in block.points}
        ready = [d for d in profile.derived if set(d.parts) <= seen | mine and not set(d.parts) <= seen]
        seen |= mine
        codecs.append(BlockCodec(block, settings, needed, ready))
    return tuple(codecs)


def _needed(points: Iterable[Point], derived: Iterable[Derived]) -> frozenset[str]:
    """Names of points whose values others need."""
    names = {f.point for p in points for f in p.scale_by if f.point} | {
        part for d in derived for part in d.parts
    }
    return frozenset(names)


class BlockCodec:
    """One request and its answer, compiled."""

    __slots__ = (
        "_asked", "_byte_swapped", "_coders", "_decoded", "_derived", "_encoded", "_from_bytes", "_keys", "_places", "_plan",
        "_ranges", "_scaled", "_select", "_to_bytes", "_twins", "_views", "address", "alone", "count", "points", "table",
    )  # fmt: skip

    def __init__(
        self,
        block: Block,
        settings: Settings,
        needed: frozenset[str] | None = None,
        derived: Sequence[Derived] = (),
    ) -> None:
        """``needed``: names of points that others need (default: found among the block's own); ``derived``: told here."""
        self.table: TableName = block.table
        self.address, self.count = block.address, block.count
        needed = _needed(block.points, derived) if needed is None else needed
        self.points = tuple(
            sorted(block.points, key=lambda p: (p.name not in needed, bool(p.scale_by), p.start))
        )
        self._derived = tuple(derived)
        self._coders = tuple(coder_of(p, settings) for p in self.points)
        self._keys = tuple(p.name if p.name in needed else None for p in self.points)
        self.alone = _needed(self.points, derived) <= {p.name for p in self.points}
        """Whether its words alone say its values: no factor, no part of anything comes from another block."""
        self._scaled = tuple(any(f.point for f in p.scale_by) for p in self.points)
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
        self._views = len(set(places)) != len(places)
        self._twins = _twins(self.points)
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
        answers: list[Decoded | None] = []
        moved = not self.alone
        for raw, old, answer, row, key, scaled in zip(
            raws, kept.asked, kept.answers, self._plan, self._keys, self._scaled, strict=True
        ):
            if raw != old or (scaled and moved):
                answer = self._answer(raw, row, context)  # noqa: PLW2901
                moved = moved or key is not None
            answers.append(answer)
        self._decoded = _Kept(len(raws), context, tuple(raws), answers)
        out = [answer for answer in answers if answer is not None]
        out += [(entry.quantity, *_derive(entry, context)) for entry in self._derived]
        return out

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
        parts = _parts(self._derived, values) if self._derived else {}
        get = values.get
        wanted = [get(name, _MISSING) for name in self._asked]
        if parts:
            wanted = [parts.get(p.name, value) for p, value in zip(self.points, wanted, strict=True)]
        raws = self._raws(wanted, context)
        for primary, view in self._twins:
            mine, theirs = (values.get(self.points[i].quantity or "") for i in (primary, view))
            if mine is None and theirs is not None:
                raws[primary] = raws[view]
            raws[view] = 0
        words = [0] * self.count
        flat: Sequence[int] = raws
        if self._to_bytes is not None:
            flat = self._to_bytes.unpack(self._from_bytes.pack(*raws))
        if self._byte_swapped is not None:
            flat = [swap_bytes(w) if s else w for w, s in zip(flat, self._byte_swapped, strict=True)]
        for place, word in zip(self._places, flat, strict=True):
            words[place] = words[place] | word if self._views else word
        return words

    def _raws(self, wanted: Sequence[Value | _Missing | None], context: Context) -> list[Any]:
        """The raw numbers of these values, point by point; what is as it was the last time is not made again."""
        kept = self._encoded if self._encoded.context is context else _Kept(len(wanted))
        raws: list[Any] = []
        moved = not self.alone
        for i, (value, old, raw, scaled) in enumerate(
            zip(wanted, kept.asked, kept.answers, self._scaled, strict=True)
        ):
            if value != old or value.__class__ is not old.__class__ or (scaled and moved):
                raw = _raw(self.points[i], self._coders[i], value, context, self._ranges[i])  # noqa: PLW2901
                key = self._keys[i]
                if key is not None:
                    _remember(context, key, self._coders[i].decode(raw, context)[0])
                    moved = True
            raws.append(raw)
        self._encoded = _Kept(len(raws), context, wanted, raws.copy())
        return raws


class _Kept:
    """What was asked and answered the last time, point by point, and the context that it holds for."""

    __slots__ = ("answers", "asked", "context")

    def __init__(
        self,
        size: int,
        context: Context | None = None,
        asked: Sequence[Any] | None = None,
        answers: Sequence[Any] | None = None,
    ) -> None:
        self.context = context
        self.asked: Sequence[Any] = (_NEVER,) * size if asked is None else asked
        self.answers: Sequence[Any] = (None,) * size if answers is None else answers


_NEVER = object()


class _Missing:
    """Neither a value nor None: nobody said anything about it."""


_MISSING = _Missing()
Special = Callable[[Any, Context], Decoded | None]
Row = tuple[str, frozenset[float], float, float, float, float, float, float, Special | None]


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
    name = point.quantity
    zero_is_absent = point.type.startswith("acc")

    def decode(raw: Any, context: Context) -> Decoded | None:
        value, quality = (None, _ABSENT) if zero_is_absent and raw == 0 else coder.decode(raw, context)
        if key is not None:
            _remember(context, key, value if quality is _GOOD else None)
        return None if name is None else (name, value, quality)

    return decode


def _remember(context: Context, key: str, value: Value | None) -> None:
    if value is None or isinstance(value, str):
        context.pop(key, None)
    else:
        context[key] = value


def _judge(
    coders: Sequence[Coder], points: Sequence[Point], name: str, value: float
) -> tuple[Value | None, Quality]:
    """The rare way: a plain value out of range or NaN."""
    coder = next(c for c, p in zip(coders, points, strict=True) if p.quantity == name)
    return coder.judge(value)


def _derive(entry: Derived, context: Context) -> tuple[Value | None, Quality]:
    try:
        parts = [context[name] for name in entry.parts]
    except KeyError:
        return None, _ABSENT
    if entry.signed is not None:
        value = parts[0] - parts[1]
    elif entry.sum is not None:
        value = sum(part * factor for part, factor in zip(parts, entry.sum.values(), strict=True))
    else:
        value = math.prod(parts)
    inside = lowest(entry.minimum) <= value <= highest(entry.maximum)
    return value, _GOOD if inside else Quality.SUSPECT


def _parts(derived: Iterable[Derived], values: Mapping[str, Value | None]) -> dict[str, Value | None]:
    """What the parts of derived quantities must be, for simulators: signed splits by sign; otherwise the first part takes all."""
    parts: dict[str, Value | None] = {}
    for entry in derived:
        value = values.get(entry.quantity)
        if not isinstance(value, float | int):
            continue
        if entry.signed is not None:
            parts |= {entry.signed.plus: max(value, 0.0), entry.signed.minus: max(-value, 0.0)}
        elif entry.sum is not None:
            first, *rest = entry.sum
            parts |= {first: value / entry.sum[first]} | dict.fromkeys(rest, 0.0)
        else:
            first, *rest = entry.parts
            parts |= {first: value} | dict.fromkeys(rest, 1.0)
    return parts


def _twins(points: Sequence[Point]) -> tuple[tuple[int, int], ...]:
    """(point, view) pairs over the same whole registers: only one of them can say what stands there."""
    owners = {p.addresses: i for i, p in enumerate(points) if not p.view}
    pairs = []
    for i, view in enumerate(points):
        owner = owners.get(view.addresses)
        if (
            view.view
            and owner is not None
            and char_of(view) == char_of(points[owner])
            and view.mask is None
            and view.byte is None
        ):
            pairs.append((owner, i))
    return tuple(pairs)


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
    value: Value | _Missing | None,
    context: Context,
    bounds: tuple[int, int] | None,
) -> Any:
    """What goes into the struct: int, float or bytes; clamped, never a sentinel by accident."""
    if isinstance(value, _Missing):
        value = point.simulate.value if point.simulate is not None else None
        if value is None and not coder.text and (not coder.absent or point.quantity is None):
            return at_rest(coder)
    if coder.text:
        return str(value or "").encode("ascii", "replace")
    if value is None:
        return absent_number(coder, bounds)
    raw = coder.encode(value, context)
    if bounds is None:
        return raw
    return coder.whole(raw, bounds, clamp=True)
