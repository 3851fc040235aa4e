"""How well a profile fits a device that answers: its looks come out, its registers are there, its values are plausible.

Evidence counts in bits: a value that only one raw number in 2**n would make plausible is worth n bits. Zeros say nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from drivers.codec import BlockCodec, CodecError, Decoded, compile_blocks
from drivers.codec_scale import Context, Settings
from drivers.device_meeting import meet
from drivers.errors import BadReply, Disconnected, DriverError, ExceptionReply
from drivers.packing import HOLE_WORDS_RTU, PackingError
from drivers.profile_identity import IdentityCheck
from drivers.profile_model import Profile
from drivers.profile_points import Point
from drivers.profile_variants import as_variant
from drivers.quantities import quantity, split_channel
from drivers.reading import Quality, Value
from drivers.scan_line import Notebook
from drivers.scan_plan import Format, formats_of, stand_in_settings
from drivers.transport import Table

HARD_BITS = 8.0
"""Looks that a stranger passes by accident less often than once in 2**8 are proof, unless they look at something measured: a
temperature of 28 is as good a moisture of 28.
"""

_LEAST_BITS = 3.0
_OWN_ADDRESS_BITS = 6.0
_COMMON = 16  # small numbers stand in many registers
_IMPLAUSIBLE_BITS = 10.0
_TYPICAL: Mapping[str, tuple[float, float]] = {
    "voltage_v": (90.0, 480.0), "line_voltage_v": (150.0, 480.0), "frequency_hz": (44.0, 66.0), "temp_c": (5.0, 60.0),
    "temp_device_c": (5.0, 90.0), "temp_air_c": (5.0, 50.0), "ph": (3.0, 9.5), "vwc": (0.0, 0.7), "irradiance_w_m2": (0.0, 1500.0),
    "rh_pct": (10.0, 100.0), "ec_us_cm": (0.0, 5000.0),
}  # fmt: skip
"""Where a value normally is on a village site. Outside it only counts less, it does not count against."""


class Misfit(StrEnum):
    """Why a profile is out."""

    IDENTITY = "identity"  # it looks for something that is not there
    REFUSED = "refused"  # the device has none of its registers, or lacks too many
    SILENT = "silent"  # the device does not answer its questions
    IMPLAUSIBLE = "implausible"  # its values cannot be


@dataclass(frozen=True, slots=True)
class Seen:
    """One value as a candidate decodes it, and where it stands."""

    quantity: str
    value: Value | None
    unit: str
    quality: Quality
    cells: tuple[tuple[str, int], ...]
    raw: tuple[int, ...]


@dataclass(slots=True)
class Candidate:
    """A profile (as one variant) tried on a device. ``bits``: the evidence; ``proven``: a look that is no accident came out.

    ``misfit``: why it is out, with ``why`` in words; ``answered``, ``refused``: its registers; ``plausible``, ``odd``: its values.
    """

    profile: Profile
    variant: str = ""
    bits: float = 0.0
    proven: bool = False
    line_fits: bool = False
    answered: int = 0
    refused: int = 0
    plausible: int = 0
    odd: int = 0
    misfit: Misfit | None = None
    why: str = ""
    seen: list[Seen] = field(default_factory=list)

    @property
    def label(self) -> str:
        """Profile, and the variant where there are several."""
        return f"{self.profile.name} ({self.variant})" if self.variant else self.profile.name

    @property
    def informative(self) -> list[Seen]:
        """Values that are not just zeros."""
        return [s for s in self.seen if any(s.raw) and s.quality is Quality.GOOD]


async def judge(profile: Profile, notebook: Notebook, line: Format | None) -> list[Candidate]:
    """The profile tried on the device behind the notebook, once for each variant. Raises Disconnected."""
    names = [variant.name for variant in profile.variants] or [""]
    return [await _judge_one(profile, name, notebook, line) for name in names]


async def _judge_one(profile: Profile, variant: str, notebook: Notebook, line: Format | None) -> Candidate:
    known = as_variant(profile, variant) if variant else profile
    found = Candidate(profile, variant)
    found.line_fits = line is not None and line in formats_of(profile)
    found.bits += 1.0 if line is None else 0.0  # a network has no line settings: nobody loses for them
    try:
        settings = stand_in_settings(profile)
        met = await meet(profile.name, known, settings, notebook.ask)
    except Disconnected:
        raise
    except BadReply as stranger:
        return _out(found, Misfit.IDENTITY, stranger.what)
    except ExceptionReply as refusal:
        return _out(found, Misfit.REFUSED, refusal.what)
    except (DriverError, CodecError) as error:
        return _out(found, Misfit.SILENT, str(error))
    _count_looks(found, known, notebook)
    await _count_own_address(found, known, notebook)
    return await _values(found, met, settings, notebook)


def _out(found: Candidate, misfit: Misfit, why: str) -> Candidate:
    found.misfit, found.why = misfit, why
    return found


def _count_looks(found: Candidate, known: Profile, notebook: Notebook) -> None:
    if known.sunspec is not None:
        found.proven, found.bits = True, found.bits + 32.0
    measured = {(p.table, a) for p in known.points if p.quantity for a in p.addresses}
    for check in known.identify:
        if notebook.cell(check.table, check.address) == notebook.unit:
            continue  # its own address, which many families show: weighed by itself
        bits = look_bits(check)
        found.bits += bits
        if bits >= HARD_BITS and (check.table, check.address) not in measured:
            found.proven = True
    if found.line_fits:
        found.bits += 1.0


async def _count_own_address(found: Candidate, known: Profile, notebook: Notebook) -> None:
    """A device that shows its very address where it would take another one is most likely of this family."""
    recipe = known.readdress
    if recipe is None or recipe.type != "u16":
        return
    try:
        words = await notebook.ask(Table.HOLDING, recipe.address, 1)
    except Disconnected:
        raise
    except DriverError:
        return
    if words[0] == notebook.unit:
        found.bits += _OWN_ADDRESS_BITS if notebook.unit > 1 else _LEAST_BITS


def look_bits(check: IdentityCheck) -> float:
    """How much a look that comes out says. Zero, a refusal and a text of any letters are common."""
    if check.refused:
        return 1.0
    if check.matches is not None:
        return 16.0
    if check.is_:
        numbers = [one for one in check.is_ if not isinstance(one, str)]
        common = any(one < _COMMON for one in numbers)
        return 1.0 if 0 in numbers else _LEAST_BITS if common else 16.0 - math.log2(len(check.is_))
    low = 0.0 if check.minimum is None else check.minimum / check.scale
    high = 65535.0 if check.maximum is None else check.maximum / check.scale
    share = (abs(high - low) + 1.0) / 65536.0
    return max(0.0, -math.log2(min(1.0, share))) * (0.0 if low <= 0.0 <= high else 1.0)


async def _values(found: Candidate, met: Profile, settings: Settings, notebook: Notebook) -> Candidate:
    """Read everything that is polled, and weigh it."""
    context: Context = {}
    for poll in ("once", "slow", "fast"):
        try:
            codecs = compile_blocks(met, poll, settings, HOLE_WORDS_RTU)
        except PackingError as error:
            return _out(found, Misfit.REFUSED, str(error))
        for codec in codecs:
            try:
                words = await notebook.ask(Table(codec.table), codec.address, codec.count)
                decoded = codec.decode(words, context)
            except Disconnected:
                raise
            except (DriverError, CodecError) as error:
                found.refused += sum(1 for p in codec.points if not p.optional)
                found.why = found.why or str(error)
                if not isinstance(error, ExceptionReply) and not found.answered:
                    return _out(found, Misfit.SILENT, str(error))
                continue
            found.answered += len(codec.points)
            found.seen += _seen(codec, words, decoded)
    return _weighed(found, met)


def _seen(codec: BlockCodec, words: Sequence[int], decoded: Sequence[Decoded]) -> Iterator[Seen]:
    by_quantity = {p.quantity: p for p in codec.points if p.quantity}
    for name, value, quality in decoded:
        point = by_quantity.get(name)
        if point is None:
            continue
        raw = tuple(words[a - codec.address] for a in point.addresses)
        row = quantity(name)
        cells = tuple((point.table, a) for a in point.addresses)
        yield Seen(name, value, row.unit if row else "", quality, cells, raw)


def _weighed(found: Candidate, met: Profile) -> Candidate:
    points = {p.quantity: p for p in met.points if p.quantity}
    for seen in found.seen:
        if seen.quality is Quality.SUSPECT:
            found.odd += 1
            found.bits -= _IMPLAUSIBLE_BITS
        elif seen.quality is Quality.GOOD:
            found.plausible += 1
            if any(seen.raw):
                found.bits += value_bits(points[seen.quantity], seen)
    found.bits -= 2.0 * found.refused
    if not found.answered or found.refused > found.answered:
        return _out(found, Misfit.REFUSED, found.why)
    if found.odd > max(1, found.plausible) / 2.0:
        odd = ", ".join(f"{s.quantity} {s.value:g}" for s in found.seen
                        if s.quality is Quality.SUSPECT and isinstance(s.value, float | int))  # fmt: skip
        return _out(found, Misfit.IMPLAUSIBLE, odd)
    return found


def value_bits(point: Point, seen: Seen) -> float:
    """How surprising it is that this raw number makes sense."""
    space = 65536.0 ** min(2, len(seen.raw))
    if isinstance(seen.value, str):
        return _text_bits(point, seen)
    row = quantity(seen.quantity)
    base = split_channel(seen.quantity)[0]
    low, high = _TYPICAL.get(base, (math.nan, math.nan))
    if not isinstance(seen.value, float | int) or row is None or not low <= seen.value <= high:
        return 0.5 if point.type != "f32" else _LEAST_BITS
    if point.type in ("f32", "f64"):
        return 12.0
    number = abs(int.from_bytes(b"".join(word.to_bytes(2, "big") for word in seen.raw), "big"))
    step = abs(seen.value) / number if number else 1.0
    return min(12.0, max(0.5, math.log2(space * step / max(step, high - low))))


def _text_bits(point: Point, seen: Seen) -> float:
    """A text of letters is one; a word for a state says more the rarer its number is; bits and open lists fit any number."""
    if point.first or point.bits or point.otherwise is not None:
        return 0.5
    if point.enum:
        return 2.0 if max(seen.raw) < _COMMON else min(6.0, math.log2(65536.0 / len(point.enum)) / 2.0)
    readable = str(seen.value).isascii() and str(seen.value).isprintable() and len(str(seen.value)) > 2
    return 8.0 if readable and point.type == "str" else 0.5
