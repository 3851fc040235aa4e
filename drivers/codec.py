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
        "_byte_swapped", "_coders", "_derived", "_from_bytes", "_keys", "_places", "_plan", "_ranges", "_select", "_to_bytes",
        "_twins", "_views", "address", "alone", "count", "points", "table",
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
        out: list[Decoded] = []
        add = out.append
        for raw, (name, absent, pre, num, den, offset, low, high, special) in zip(
            raws, self._plan, strict=True
        ):
            if special is not None:
                answer = special(raw, context)
                if answer is not None:
                    add(answer)
            elif raw in absent:
                add((name, None, _ABSENT))
            else:
                value = (raw + pre) * num / den + offset
                if low <= value <= high:
                    add((name, value, _GOOD))
                else:
                    add((name, *_judge(self._coders, self.points, name, value)))
        for entry in self._derived:
            add((entry.quantity, *_derive(entry, context)))
        return out

    def encode(self, values: Mapping[str, Value | None], context: Context | None = None) -> list[int]:
        """The words that a device with these values shows, by quantity; None is absent, a value beyond the type is clamped.

        Points without quantity (scale factors) go by their name. What ``values`` lacks shows the profile's simulator hint,
        else "absent", else rest. Where several points look at the same registers, the first that has a value speaks. Scale
        factors from other blocks come through ``context``. Raises CodecError for words that an enum does not have.
        """
        context = {} if context is None else context
        parts = _parts(self._derived, values) if self._derived else {}
        raws: list[Any] = []
        for point, coder, key, bounds in zip(
            self.points, self._coders, self._keys, self._ranges, strict=True
        ):
            value = parts.get(point.name, values.get(point.quantity or point.name, _MISSING))
            raw = _raw(point, coder, value, context, bounds)
            raws.append(raw)
            if key is not None:
                _remember(context, key, coder.decode(raw, context)[0])
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
