"""First contact: is it the model that the profile describes, which of its variants, and how many of what does it have."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from drivers.codec import decode_point
from drivers.codec_scale import Settings
from drivers.errors import BadReply, ExceptionReply
from drivers.profile_identity import IdentityCheck, Variant
from drivers.profile_model import Profile
from drivers.profile_points import Point
from drivers.profile_variants import as_variant, chosen
from drivers.reading import Value
from drivers.sunspec import SunSpecError, discover
from drivers.transport import Table

Ask = Callable[[Table, int, int], Awaitable[Sequence[int]]]
"""(table, address, count) -> words or bits; raises DriverError."""

_NOTHING_THERE = (1, 2, 3)
"""Exception codes of a device that has no such function, register or count."""

_log = logging.getLogger(__name__)


def is_known(profile: Profile, settings: Settings) -> Profile | None:
    """The profile as it is used, when nothing has to be asked for that; else None."""
    known = chosen(profile, settings)
    if known is None or known.sunspec is not None or known.identify or counts_of(known):
        return None
    return known


async def meet(device: str, profile: Profile, settings: Settings, ask: Ask) -> Profile:
    """The profile as this very device is: of the right variant, with as many groups as it has.

    Raises BadReply when it is something else, DriverError when it does not answer.
    """
    known = chosen(profile, settings)
    for check in profile.identify:
        told = await _look(check, ask)
        if not _passes(check, told):
            raise _stranger(device, profile, f"{_place(check)} {_said(told)}, expected {_wanted(check)}")
    if known is None:
        known = as_variant(profile, (await _variant(device, profile, ask)).name)
    if known.sunspec is not None:
        known = await _walked(known, ask)
    return await _counted(device, known, settings, ask)


async def _variant(device: str, profile: Profile, ask: Ask) -> Variant:
    seen: list[str] = []
    for variant in profile.variants:
        for check in variant.identify:
            told = await _look(check, ask)
            if not _passes(check, told):
                seen.append(f"{variant.name}: {_place(check)} {_said(told)}, expected {_wanted(check)}")
                break
        else:
            _log.info("%s is the variant %s of %s", device, variant.name, profile.name)
            return variant
    raise _stranger(device, profile, "no variant fits; " + "; ".join(seen))


def _stranger(device: str, profile: Profile, what: str) -> BadReply:
    hint = (
        "Another model is connected, or another map under the same name: compare the values with its display, choose the "
        "profile accordingly, or name the variant in the device's settings"
    )
    return BadReply(f"this is no {profile.maker} {profile.model}: {what}", hint=hint, device=device)


Told = tuple[Value | None, str]
"""What stands at a place: its value (None: no value), and the refusal in words when there is nothing."""


async def _look(check: IdentityCheck, ask: Ask) -> Told:
    point = check.point
    try:
        words = await ask(Table(check.table), check.address, point.size)
    except ExceptionReply as refusal:
        if refusal.code not in _NOTHING_THERE:
            raise
        return None, f"is refused with exception {refusal.code}"
    return decode_point(point, words)[0], ""


def _passes(check: IdentityCheck, told: Told) -> bool:
    value, refused = told
    if check.refused:
        return bool(refused)
    if value is None or refused:
        return False
    if check.is_:
        return value in check.is_
    if check.matches is not None:
        return re.search(check.matches, str(value)) is not None
    if isinstance(value, str):
        return False
    within = (check.minimum is None or value >= check.minimum) and (
        check.maximum is None or value <= check.maximum
    )
    return within is not check.outside


def _place(check: IdentityCheck) -> str:
    return f"{check.table} {check.address}"


def _said(told: Told) -> str:
    value, refused = told
    return refused or (
        "has no value" if value is None else f"reads {value if isinstance(value, str) else f'{value:g}'}"
    )


def _wanted(check: IdentityCheck) -> str:
    if check.refused:
        return "nothing there"
    if check.is_:
        return " or ".join(v if isinstance(v, str) else f"{v:g}" for v in check.is_)
    if check.matches is not None:
        return f"a text like {check.matches}"
    span = f"{'' if check.minimum is None else check.minimum} to {'' if check.maximum is None else check.maximum}"
    return f"anything but {span}" if check.outside else span


async def _walked(profile: Profile, ask: Ask) -> Profile:
    async def words(address: int, count: int) -> Sequence[int]:
        return await ask(Table.HOLDING, address, count)

    try:
        return await discover(profile, words)
    except SunSpecError as error:
        hint = "Check the unit number and that SunSpec is switched on in the device"
        raise BadReply(str(error), hint=hint) from None


# ------------------------------------------------------------------------------------------------------- groups that vary


def counts_of(profile: Profile) -> Mapping[str, int]:
    """Points that say how many of a group there are, each with the most that the profile knows."""
    found: dict[str, int] = {}
    for point in profile.points:
        if point.counted_by is not None:
            name, number = point.counted_by
            found[name] = max(found.get(name, 0), number)
    return found


async def _counted(device: str, profile: Profile, settings: Settings, ask: Ask) -> Profile:
    """The profile without the members of groups that this device does not have."""
    counts: dict[str, int] = {}
    points = {p.name: p for p in profile.points}
    for name, most in counts_of(profile).items():
        point = points.get(name)
        if point is None:
            continue
        words = await ask(Table(point.table), point.start, max(point.addresses) - point.start + 1)
        value, _ = decode_point(point, _own(point, words), settings)
        if isinstance(value, float | int) and 0 <= value <= most:
            counts[name] = int(value)
        else:
            _log.warning(
                "%s: %s reads %s, which is no number of 0 to %d: all are asked", device, name, value, most
            )
    if not counts:
        return profile
    return profile.with_points(p for p in profile.points if _is_there(p, counts))


def _own(point: Point, words: Sequence[int]) -> Sequence[int]:
    """The point's own registers out of the span that was read."""
    return [words[a - point.start] for a in point.addresses] if point.words is not None else words


def _is_there(point: Point, counts: Mapping[str, int]) -> bool:
    if point.counted_by is None:
        return True
    name, number = point.counted_by
    return name not in counts or number <= counts[name]


def simulated(profile: Profile) -> dict[tuple[Table, int], int]:
    """For simulators: the registers that every look of the profile (as one variant) wants to see, where no point stands."""
    taken = {(p.table, a) for p in profile.points for a in p.addresses}
    return {
        (Table(check.table), check.address + i): word
        for check in profile.identify
        if not check.refused
        for i, word in enumerate(_words(check))
        if (check.table, check.address + i) not in taken
    }


def _words(check: IdentityCheck) -> Sequence[int]:
    from drivers.codec import encode_point

    if check.is_:
        value: Value = check.is_[0]
    elif check.matches is not None:
        value = re.sub(r"[^A-Za-z0-9 ]", "", check.matches)
    else:
        bounds = [b for b in (check.minimum, check.maximum) if b is not None]
        value = bounds[-1] + 1.0 if check.outside else sum(bounds) / len(bounds)
    return encode_point(check.point, value, clamp=True)
