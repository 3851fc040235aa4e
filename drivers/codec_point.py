"""One point's words, alone: places, byte orders, struct characters, and the numbers that mean nothing."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

from drivers.codec_forms import TEXT_FORMS, form_of
from drivers.codec_scale import CodecError, Coder, Context, Settings, compile_coding
from drivers.profile_model import Profile
from drivers.profile_points import Point
from drivers.reading import Quality, Value

CHARS = {
    "u8": "H", "s8": "H", "bool": "H", "u16": "H", "enum16": "H", "bits16": "H", "s16": "h", "u32": "I", "acc32": "I",
    "bits32": "I", "enum32": "I", "s32": "i", "u64": "Q", "acc64": "Q", "bits64": "Q", "s64": "q", "f32": "f", "f64": "d",
}  # fmt: skip
RANGES: dict[str, tuple[int, int]] = {
    "H": (0, 0xFFFF), "h": (-0x8000, 0x7FFF), "I": (0, 2**32 - 1), "i": (-(2**31), 2**31 - 1), "Q": (0, 2**64 - 1),
    "q": (-(2**63), 2**63 - 1),
}  # fmt: skip
_BYTE_MASK = {"hi": 0xFF00, "lo": 0x00FF}
NO_SETTINGS: Settings = MappingProxyType({})

_ABSENT = Quality.ABSENT


def settings_for(profile: Profile, given: Settings) -> dict[str, float | str]:
    """The site's settings completed with the profile's defaults. Raises CodecError naming what is missing or wrong."""
    known: dict[str, float | str] = {}
    for name, entry in profile.settings.items():
        value = given.get(name, entry.default)
        if value is None:
            raise CodecError(f"the setting '{name}' ({entry.label.en}) is missing")
        if entry.choices and value not in entry.choices:
            raise CodecError(f"the setting '{name}' must be one of {', '.join(entry.choices)}, not {value!r}")
        if not entry.choices and isinstance(value, str) != entry.text:
            if entry.text:
                raise CodecError(f"the setting '{name}' must be a text, not {value!r}: put it in quotes")
            raise CodecError(f"the setting '{name}' must be a number, not {value!r}")
        if not isinstance(value, str) and not lowest(entry.minimum) <= value <= highest(entry.maximum):
            raise CodecError(f"the setting '{name}' is {value:g}, outside {entry.minimum} to {entry.maximum}")
        known[name] = value
    strangers = sorted(set(given) - set(profile.settings))
    if strangers:
        raise CodecError(f"{profile.name} does not ask for the setting '{strangers[0]}'")
    return known


def lowest(value: float | None) -> float:
    """A lower bound, none being minus infinity."""
    return -math.inf if value is None else value


def highest(value: float | None) -> float:
    """An upper bound, none being infinity."""
    return math.inf if value is None else value


def coder_of(point: Point, settings: Settings) -> Coder:
    """The compiled coding of a point; half registers become masks."""
    if point.mask is None and point.type in ("u8", "s8"):
        point = point.model_copy(update={"mask": _BYTE_MASK[point.byte or "lo"]})
    elif point.mask is None and point.byte is not None:
        point = point.model_copy(update={"mask": _BYTE_MASK[point.byte]})
    return compile_coding(point, settings, form=form_of(point), signed_byte=point.type == "s8")


def char_of(point: Point) -> str:
    """The struct character of the point's type."""
    form = form_of(point)
    return form.char if form is not None else CHARS[point.type]


def swap_bytes(word: int) -> int:
    """A word with its bytes exchanged."""
    return (word >> 8) | ((word & 0xFF) << 8)


def word_places(point: Point, base: int) -> tuple[list[int], bool]:
    """Positions of the value's words from ``base``, most significant first, and whether bytes are swapped inside them."""
    order = point.order or "abcd"
    places = [a - base for a in point.addresses]
    fixed = point.words is not None or point.weights is not None or point.type in TEXT_FORMS
    if order in ("cdab", "dcba") and not fixed:
        places.reverse()
    return places, order in ("badc", "dcba")


def at_rest(coder: Coder) -> Any:
    """What an idle device shows: 0, or the enum's number for standing still; of a text nothing."""
    if coder.form is not None and coder.form.is_text:
        return coder.form.nothing
    number = coder.words.rest() if coder.words is not None else 0
    if coder.form is not None:
        return coder.form.pack(number)
    return (int(number) << coder.shift) ^ (coder.coding.active_low or 0)


def raw_of(
    coder: Coder, value: Value | None, context: Context, bounds: tuple[int, int] | None, *, clamp: bool
) -> Any:
    """What goes into the struct for a value: int, float or bytes. Raises CodecError when it does not fit and is not clamped."""
    form = coder.form
    if value is None:
        return absent_number(coder, bounds)
    raw = coder.encode(value, context)
    if form is None:
        return raw if bounds is None else coder.whole(raw, bounds, clamp=clamp)
    if not form.is_text and (coder.coding.mask or coder.coding.active_low):
        raw = coder.whole(raw, (0, 2**80), clamp=clamp)
    return form.pack(raw)


def absent_number(coder: Coder, bounds: tuple[int, int] | None) -> Any:
    """What decodes to "no value": a sentinel, else an end of the type that the range calls absent, else 0."""
    sentinels = [a for a in coder.absent if not isinstance(a, str)]
    if coder.form is not None:
        return coder.form.pack(max(sentinels)) if sentinels else coder.form.nothing
    if bounds is None:
        return min(sentinels, default=math.nan)
    if sentinels:
        return int(max(sentinels))
    return next((end for end in reversed(bounds) if coder.decode(end, {})[1] is _ABSENT), 0)


def decode_point(
    point: Point, words: Sequence[int], settings: Settings = NO_SETTINGS, context: Context | None = None
) -> tuple[Value | None, Quality]:
    """Value and quality of one point alone (tools and tests; devices use blocks). ``words`` are the point's own registers."""
    places, swap = word_places(point, point.start)
    chosen = [words[place] for place in places] if point.words is None else list(words)
    chosen = [swap_bytes(w) for w in chosen] if swap else chosen
    (raw,) = struct.unpack(">" + char_of(point), struct.pack(f">{len(chosen)}H", *chosen))
    if point.type.startswith("acc") and raw == 0:
        return None, _ABSENT
    return coder_of(point, settings).decode(raw, context or {})


def encode_point(
    point: Point,
    value: Value | None,
    settings: Settings = NO_SETTINGS,
    context: Context | None = None,
    *,
    clamp: bool = False,
) -> tuple[int, ...]:
    """The words of one point alone, in the order of its addresses. Raises CodecError when the value does not fit."""
    coder = coder_of(point, settings)
    char = char_of(point)
    raw = raw_of(coder, value, context or {}, RANGES.get(char), clamp=clamp)
    flat = list(struct.unpack(f">{point.size}H", struct.pack(">" + char, raw)))
    places, swap = word_places(point, point.start)
    flat = [swap_bytes(w) for w in flat] if swap else flat
    if point.words is not None:
        return tuple(flat)
    return tuple(flat[places.index(i)] for i in range(len(flat)))


def encode_number(kind: str, raw: float, order: str = "abcd") -> tuple[int, ...]:
    """The words of a raw number of a type (commands). Raises CodecError when it does not fit."""
    char = CHARS[kind]
    if char in RANGES:
        low, high = RANGES[char]
        whole = round(raw)
        if not low <= whole <= high:
            raise CodecError(f"{raw:g} does not fit into {kind}")
        packed = struct.pack(">" + char, whole)
    else:
        packed = struct.pack(">" + char, raw)
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    if order in ("badc", "dcba"):
        words = [swap_bytes(w) for w in words]
    return tuple(reversed(words)) if order in ("cdab", "dcba") else tuple(words)
