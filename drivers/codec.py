"""Words <-> values, both ways, compiled once per block: the driver decodes with it what the simulator encoded with it.

`compile_blocks(profile, poll, settings)` gives the requests of a device; each `BlockCodec` turns the answer into
(quantity, value, quality). Numbers are in glossary units.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from drivers.codec_scale import CodecError, Coder, Context, Settings, compile_coding
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

_CHARS = {
    "u8": "H", "s8": "H", "bool": "H", "u16": "H", "enum16": "H", "bits16": "H", "s16": "h", "u32": "I", "acc32": "I",
    "bits32": "I", "s32": "i", "u64": "Q", "acc64": "Q", "bits64": "Q", "s64": "q", "f32": "f", "f64": "d",
}  # fmt: skip
_RANGES: dict[str, tuple[int, int]] = {
    "H": (0, 0xFFFF), "h": (-0x8000, 0x7FFF), "I": (0, 2**32 - 1), "i": (-(2**31), 2**31 - 1), "Q": (0, 2**64 - 1),
    "q": (-(2**63), 2**63 - 1),
}  # fmt: skip
_BYTE_MASK = {"hi": 0xFF00, "lo": 0x00FF}
NO_SETTINGS: Settings = MappingProxyType({})
_GOOD, _ABSENT = Quality.GOOD, Quality.ABSENT


def settings_for(profile: Profile, given: Settings) -> dict[str, float | str]:
    """The site's settings completed with the profile's defaults. Raises CodecError naming what is missing or wrong."""
    known: dict[str, float | str] = {}
    for name, entry in profile.settings.items():
        value = given.get(name, entry.default)
        if value is None:
            raise CodecError(f"the setting '{name}' ({entry.label.en}) is missing")
        if entry.choices and value not in entry.choices:
            raise CodecError(f"the setting '{name}' must be one of {', '.join(entry.choices)}, not {value!r}")
        if not entry.choices and isinstance(value, str):
            raise CodecError(f"the setting '{name}' must be a number, not {value!r}")
        if not isinstance(value, str) and not _lowest(entry.minimum) <= value <= _highest(entry.maximum):
            raise CodecError(f"the setting '{name}' is {value:g}, outside {entry.minimum} to {entry.maximum}")
        known[name] = value
    strangers = sorted(set(given) - set(profile.settings))
    if strangers:
        raise CodecError(f"{profile.name} does not ask for the setting '{strangers[0]}'")
    return known


def _lowest(value: float | None) -> float:
    return -math.inf if value is None else value


def _highest(value: float | None) -> float:
    return math.inf if value is None else value


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
    names = {f.point for p in points for f in p.scale_by if f.point} | {part for d in derived for part in d.parts}
    return frozenset(names)


class BlockCodec:
    """One request and its answer, compiled."""

    __slots__ = (
        "_byte_swapped", "_coders", "_derived", "_from_bytes", "_keys", "_places", "_plan", "_ranges", "_select", "_to_bytes",
        "_views", "address", "count", "points", "table",
    )  # fmt: skip

    def __init__(
        self, block: Block, settings: Settings, needed: frozenset[str] | None = None, derived: Sequence[Derived] = ()
    ) -> None:
        """``needed``: names of points that others need (default: found among the block's own); ``derived``: told here."""
        self.table: TableName = block.table
        self.address, self.count = block.address, block.count
        needed = _needed(block.points, derived) if needed is None else needed
        self.points = tuple(sorted(block.points, key=lambda p: (p.name not in needed, bool(p.scale_by), p.start)))
        self._derived = tuple(derived)
        self._coders = tuple(coder_of(p, settings) for p in self.points)
        self._keys = tuple(p.name if p.name in needed else None for p in self.points)
        self._compile_layout()
        self._plan = tuple(_row(p, c, key) for p, c, key in zip(self.points, self._coders, self._keys, strict=True))

    def _compile_layout(self) -> None:
        places: list[int] = []
        swapped: list[bool] = []
        for point in self.points:
            mine, swap = word_places(point, self.address)
            places += mine
            swapped += [swap] * len(mine)
        self._places = tuple(places)
        self._byte_swapped = tuple(swapped) if any(swapped) else None
        chars = [_char(p) for p in self.points]
        self._ranges = tuple(_RANGES.get(c) for c in chars)
        self._views = len(set(places)) != len(places)
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
            chosen = [_swap(w) if s else w for w, s in zip(chosen, self._byte_swapped, strict=True)]
        raws: Sequence[Any] = chosen if self._to_bytes is None else self._from_bytes.unpack(self._to_bytes.pack(*chosen))
        out: list[Decoded] = []
        add = out.append
        for raw, (name, absent, pre, num, den, offset, low, high, special) in zip(raws, self._plan, strict=True):
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

        What ``values`` lacks shows the profile's simulator hint, else "absent", else 0. Raises CodecError for words that an
        enum does not have.
        """
        context = {} if context is None else context
        parts = _parts(self._derived, values) if self._derived else {}
        raws: list[Any] = []
        for point, coder, key, bounds in zip(self.points, self._coders, self._keys, self._ranges, strict=True):
            value = parts.get(point.name, values.get(point.quantity, _MISSING) if point.quantity else _MISSING)
            raw = _raw(point, coder, value, context, bounds)
            raws.append(raw)
            if key is not None:
                _remember(context, key, coder.decode(raw, context)[0])
        words = [0] * self.count
        flat: Sequence[int] = raws
        if self._to_bytes is not None:
            flat = self._to_bytes.unpack(self._from_bytes.pack(*raws))
        if self._byte_swapped is not None:
            flat = [_swap(w) if s else w for w, s in zip(flat, self._byte_swapped, strict=True)]
        for place, word in zip(self._places, flat, strict=True):
            words[place] = words[place] | word if self._views else word
        return words


class _Missing:
    """Neither a value nor None: nobody said anything about it."""


_MISSING = _Missing()
Special = Callable[[Any, Context], Decoded | None]
Row = tuple[str, frozenset[float], float, float, float, float, float, float, Special | None]


def coder_of(point: Point, settings: Settings) -> Coder:
    """The compiled coding of a point; half registers become masks."""
    if point.mask is None and point.type in ("u8", "s8"):
        point = point.model_copy(update={"mask": _BYTE_MASK[point.byte or "lo"]})
    elif point.mask is None and point.byte is not None:
        point = point.model_copy(update={"mask": _BYTE_MASK[point.byte]})
    return compile_coding(point, settings, text=point.type == "str", signed_byte=point.type == "s8")


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


def _judge(coders: Sequence[Coder], points: Sequence[Point], name: str, value: float) -> tuple[Value | None, Quality]:
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
    inside = _lowest(entry.minimum) <= value <= _highest(entry.maximum)
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


def _char(point: Point) -> str:
    return f"{2 * point.size}s" if point.type == "str" else _CHARS[point.type]


def _swap(word: int) -> int:
    return (word >> 8) | ((word & 0xFF) << 8)


def word_places(point: Point, base: int) -> tuple[list[int], bool]:
    """Positions of the value's words from ``base``, most significant first, and whether bytes are swapped inside them."""
    order = point.order or "abcd"
    places = [a - base for a in point.addresses]
    if order in ("cdab", "dcba") and point.words is None and point.type != "str":
        places.reverse()
    return places, order in ("badc", "dcba")


def _selector(places: list[int], count: int) -> Callable[[Sequence[int]], Sequence[int]] | None:
    if places == list(range(count)):
        return None
    if len(places) == 1:
        only = places[0]
        return lambda words: (words[only],)
    return itemgetter(*places)


def _raw(
    point: Point, coder: Coder, value: Value | _Missing | None, context: Context, bounds: tuple[int, int] | None
) -> Any:
    """What goes into the struct: int, float or bytes; clamped, never a sentinel by accident."""
    if isinstance(value, _Missing):
        value = point.simulate.value if point.simulate is not None else None
        if value is None and (not coder.absent or point.quantity is None):
            return b"" if coder.text else 0
    if coder.text:
        return str(value or "").encode("ascii", "replace")
    if value is None:
        return _absent(point, coder)
    raw = coder.encode(value, context)
    if bounds is None:
        return raw
    return coder.whole(raw, bounds, clamp=True)


def _absent(point: Point, coder: Coder) -> float | int:
    if point.type in ("f32", "f64"):
        return min(coder.absent, default=math.nan)
    return int(max(coder.absent, default=0.0))


def decode_point(
    point: Point, words: Sequence[int], settings: Settings = NO_SETTINGS, context: Context | None = None
) -> tuple[Value | None, Quality]:
    """Value and quality of one point alone (tools and tests; devices use blocks). ``words`` are the point's own registers."""
    places, swap = word_places(point, point.start)
    chosen = [words[place] for place in places] if point.words is None else list(words)
    chosen = [_swap(w) for w in chosen] if swap else chosen
    (raw,) = struct.unpack(">" + _char(point), struct.pack(f">{len(chosen)}H", *chosen))
    if point.type.startswith("acc") and raw == 0:
        return None, _ABSENT
    return coder_of(point, settings).decode(raw, context or {})


def encode_point(
    point: Point, value: Value | None, settings: Settings = NO_SETTINGS, context: Context | None = None, *, clamp: bool = False
) -> tuple[int, ...]:
    """The words of one point alone, in the order of its addresses. Raises CodecError when the value does not fit."""
    coder = coder_of(point, settings)
    char = _char(point)
    raw: Any
    if coder.text:
        raw = str(value or "").encode("ascii", "replace")
    elif value is None:
        raw = _absent(point, coder)
    else:
        raw = coder.encode(value, context or {})
        raw = coder.whole(raw, _RANGES[char], clamp=clamp) if char in _RANGES else raw
    flat = list(struct.unpack(f">{point.size}H", struct.pack(">" + char, raw)))
    places, swap = word_places(point, point.start)
    flat = [_swap(w) for w in flat] if swap else flat
    if point.words is not None:
        return tuple(flat)
    return tuple(flat[places.index(i)] for i in range(len(flat)))


def encode_number(kind: str, raw: float, order: str = "abcd") -> tuple[int, ...]:
    """The words of a raw number of a type (commands). Raises CodecError when it does not fit."""
    char = _CHARS[kind]
    if char in _RANGES:
        low, high = _RANGES[char]
        whole = round(raw)
        if not low <= whole <= high:
            raise CodecError(f"{raw:g} does not fit into {kind}")
        packed = struct.pack(">" + char, whole)
    else:
        packed = struct.pack(">" + char, raw)
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    if order in ("badc", "dcba"):
        words = [_swap(w) for w in words]
    return tuple(reversed(words)) if order in ("cdab", "dcba") else tuple(words)
