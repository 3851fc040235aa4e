"""Anonymising a capture: nothing in it names a device, a person or a place, and it still decodes to the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from drivers.profile_identity import IdentityCheck
from drivers.profile_model import Profile
from drivers.profile_points import Point
from drivers.transport import Read, Table

IDENTITY = re.compile(
    r"serial|(^|_)sn($|_)|imei|imsi|iccid|ssid|(^|_)mac($|_)|bssid|(^|_)ip($|_)|host|eui|dev_?addr|phone|password|secret|token|key"
    r"|latitude|longitude|altitude|(^|_)(lat|lon|lng|alt)($|_)|location|position_(lat|lon)|owner|user|name|gateway|tenant"
    r"|application|uuid|client",
    re.IGNORECASE,
)
"""Names of points and keys of messages that may say which device, whose, or where."""

_KEPT_TEXTS = re.compile(r"version|firmware|model|status|fault|type|unit|state", re.IGNORECASE)
_DIGITS = 10
Words = tuple[int, ...]
Cell = tuple[Table, int]


def is_identity(point: Point) -> bool:
    """Whether a point may name the device: serial numbers, and every text that is not known to be harmless."""
    name = f"{point.name} {point.quantity or ''}"
    harmless = _KEPT_TEXTS.search(name) is not None
    return (IDENTITY.search(name.replace(" ", "_")) is not None and not harmless) or (
        point.type == "str" and not harmless
    )


def mask_text(text: str, passes: Callable[[str], bool] = lambda _: True) -> str:
    """Same length, digits become 0 and letters X; what ``passes`` needs stays, from the front."""
    masked = list(text)
    for i in reversed(range(len(masked))):
        before = masked[i]
        masked[i] = _mask_char(before)
        if not passes("".join(masked)):
            masked[i] = before
    return "".join(masked)


def _mask_char(char: str) -> str:
    if char.isdigit():
        return "0"
    return char if not char.isalpha() else "X" if char.isupper() else "x"


def mask_words(words: Words, passes: Callable[[str], bool] = lambda _: True) -> Words:
    """Registers of a text, masked in place; padding and control bytes stay."""
    raw = b"".join(word.to_bytes(2, "big") for word in words)
    text = mask_text(raw.decode("latin-1"), passes).encode("latin-1", "replace")
    return tuple(int.from_bytes(text[i : i + 2], "big") for i in range(0, len(text), 2))


def _mask_number(words: Words) -> Words:
    """A number that names the device: another one of about the same size, never a sentinel."""
    return tuple(0 if word == 0 else 1 + word % _DIGITS for word in words)


def mask_exchanges(
    exchanges: list[tuple[Read, Words | int]], profile: Profile
) -> list[tuple[Read, Words | int]]:
    """The exchanges without anything that names the device. Registers that no point explains are emptied: nobody knows what
    stands in them.
    """
    replaced = _replacements(exchanges, profile)
    return [
        (request, answer if isinstance(answer, int) else _masked(request, answer, replaced))
        for request, answer in exchanges
    ]


def _masked(request: Read, words: Words, replaced: dict[Cell, int]) -> Words:
    cells = ((request.table, request.address + i) for i in range(len(words)))
    return tuple(replaced.get(cell, 0) for cell in cells)


def _replacements(exchanges: list[tuple[Read, Words | int]], profile: Profile) -> dict[Cell, int]:
    """For every register that a point or a look explains, the word that stands in the capture."""
    held: dict[Cell, int] = {}
    for request, answer in exchanges:
        if not isinstance(answer, int):
            held.update(((request.table, request.address + i), word) for i, word in enumerate(answer))
    kept: dict[Cell, int] = {}
    for check in profile.identify:
        kept |= _of_check(check, held)
    looked_at = frozenset(kept)  # without what it is known by it would be another model
    for point in profile.points:
        cells = [(Table(point.table), a) for a in point.addresses]
        if not all(cell in held for cell in cells):
            continue
        words = tuple(held[cell] for cell in cells)
        looks = [c for c in profile.identify if c.matches and (Table(c.table), c.address) == cells[0]]
        if not is_identity(point) or (not looks and looked_at.issuperset(cells)):
            kept |= {cell: word for cell, word in zip(cells, words, strict=True) if cell not in kept}
            continue
        masked = mask_words(words, _passing(looks)) if point.type == "str" else _mask_number(words)
        kept |= dict(zip(cells, masked, strict=True))
    return kept | _chain(profile, held)


def _of_check(check: IdentityCheck, held: dict[Cell, int]) -> dict[Cell, int]:
    cells = [(Table(check.table), check.address + i) for i in range(check.point.size)]
    if not all(cell in held for cell in cells):
        return {}
    words = tuple(held[cell] for cell in cells)
    if check.matches is not None:
        words = mask_words(words, _passing([check]))
    return dict(zip(cells, words, strict=True))


def _passing(looks: list[IdentityCheck]) -> Callable[[str], bool]:
    patterns = [look.matches for look in looks if look.matches is not None]

    def passes(text: str) -> bool:
        plain = text.rstrip("\0 ")
        return all(re.search(pattern, plain) for pattern in patterns)

    return passes


def _chain(profile: Profile, held: dict[Cell, int]) -> dict[Cell, int]:
    """The marker, IDs and lengths of a SunSpec device, which its points were found by."""
    if profile.sunspec is None:
        return {}
    from drivers.sunspec import END, MARKER

    kept: dict[Cell, int] = {}
    table = Table.HOLDING
    for base in profile.sunspec.bases:
        pair = (held.get((table, base)), held.get((table, base + 1)))
        kept |= {
            (table, base + i): word for i, word in enumerate(pair) if word is not None and pair == MARKER
        }
        address = base + 2 if pair == MARKER else 65536
        while (table, address) in held:
            kept[table, address] = held[table, address]
            length = held.get((table, address + 1))
            if length is not None:
                kept[table, address + 1] = length
            for layout in profile.sunspec.models:
                place = (table, address + (layout.count_at or 0))
                if layout.count_at is not None and held[table, address] in layout.ids and place in held:
                    kept[place] = held[place]
            if held[table, address] == END or length is None:
                break
            address += 2 + length
    return kept


# ----------------------------------------------------------------------------------------------------------- messages


def mask_payload(payload: str, same: Callable[[str], bool]) -> str:
    """A JSON message without names and places; a text that the decoder needs (``same``: it still reads alike) stays, unless its
    key names somebody. Anything but JSON is kept: it is one value.
    """
    try:
        data = json.loads(payload)
    except ValueError:
        return payload
    if not isinstance(data, dict | list):
        return payload
    for where in list(_leaves(data)):
        container, key = where
        old = container[key]
        container[key] = _mask_leaf(key, old)
        if container[key] != old and not same(json.dumps(data, ensure_ascii=False)):
            container[key] = old
    return json.dumps(data, ensure_ascii=False)


def _mask_leaf(key: object, value: Any) -> Any:
    named = isinstance(key, str) and IDENTITY.search(_snake(key)) is not None
    if isinstance(value, str):
        return mask_text(value)
    if named and isinstance(value, int | float) and not isinstance(value, bool):
        return 0
    return value


def _snake(key: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key)


def _leaves(data: Any) -> Iterator[tuple[Any, Any]]:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        if isinstance(value, dict | list):
            yield from _leaves(value)
        else:
            yield data, key


def mask_topic(topic: str, base: str, stand_in: str) -> str:
    """A topic with the device's own name replaced, and other levels that carry digits or capitals masked."""
    levels = topic.replace(base, stand_in).split("/")
    known = set(stand_in.split("/"))
    return "/".join(
        one if one in known or not re.search(r"[0-9a-f]{6,}|[A-Z0-9-]{8,}", one) else mask_text(one)
        for one in levels
    )
