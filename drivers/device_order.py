"""Who is read before whom: factors, signs and conditions that stand in other requests than the points that need them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol, TypeVar

from drivers.codec import BlockCodec
from drivers.codec_links import closure
from drivers.errors import Refused
from drivers.profile_model import Profile
from drivers.reading import Command

_CHANGING = ("fast", "on_demand")
"""Poll classes whose points are looked at again whenever a command asks for one that needs them; the others are taken as known."""


class Asked(Protocol):
    """One request of a device: its poll class and its points."""

    poll: str
    codec: BlockCodec


AnyAsked = TypeVar("AnyAsked", bound=Asked)


def read_first(profile: Profile, codecs: Sequence[BlockCodec]) -> tuple[str, ...]:
    """Points of other poll classes that these requests need, and what those need in turn, in the order of reading."""
    own = {p.name for codec in codecs for p in codec.points}
    wanted = {name for codec in codecs for name in codec.needs} - own
    return closure(sorted(wanted), profile.points) if wanted else ()


def holders(names: Iterable[str], blocks: Iterable[AnyAsked]) -> list[AnyAsked]:
    """The requests in which these points stand, each once, in the order of the names."""
    places = {p.name: block for block in blocks for p in block.codec.points}
    return list({id(places[n]): places[n] for n in names if n in places}.values())


def helpers_of(
    name: str, block: AnyAsked, blocks: Iterable[AnyAsked], profile: Profile, known: Collection[str]
) -> list[AnyAsked]:
    """Other requests to be read before ``block`` so that its point or quantity ``name`` is told as it is now."""
    asked = [p for p in block.codec.points if name in (p.name, p.quantity)]
    if not any(p.helpers for p in asked):
        return []
    blocks = list(blocks)
    names = closure([p.name for p in asked], profile.points)
    unknown = holders((n for n in names if n not in known), blocks)
    before = holders(names, blocks)
    return [b for b in before if b is not block and (b.poll in _CHANGING or b in unknown)]


def unknown_factor(command: Command, name: str) -> Refused:
    """Why a set-point is not sent: what it is scaled by is not known, though it was asked for just now."""
    return Refused(
        f"{command.quantity} is scaled by {name}, and the device tells no value of it",
        hint=f"See with tirta probe why {name} cannot be read: the device may be starting, or lack it",
        device=command.device,
    )
