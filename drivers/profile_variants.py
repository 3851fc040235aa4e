"""One product name, several maps: a profile as one of its variants."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from drivers.profile_commands import shifted
from drivers.profile_identity import Variant
from drivers.profile_limits import Serial
from drivers.profile_model import Profile, resolved
from drivers.profile_points import Point, expand

AUTO = "auto"
"""The setting's word for "find out at first contact"."""


def chosen(profile: Profile, settings: object) -> Profile | None:
    """The profile as the variant that the site's settings name; itself without variants; None when it must be found out."""
    if not profile.variants:
        return profile
    name = settings.get("variant", AUTO) if isinstance(settings, dict) else AUTO
    return None if name == AUTO else as_variant(profile, str(name))


def as_variant(profile: Profile, name: str) -> Profile:
    """The profile as the variant ``name``, without any further variants. Raises KeyError for an unknown name."""
    variant = {v.name: v for v in profile.variants}[name]
    update: dict[str, object] = {
        "entries": _points(profile, variant),
        "variants": (),
        "identify": (*profile.identify, *variant.identify),
        "order": variant.order or profile.order,
        "serial": _serial(profile, variant),
        "readdress": variant.readdress or profile.readdress,
    }
    update["command_entries"] = {
        q: shifted(c, variant.address_shift)
        for q, c in (dict(profile.command_entries) | dict(variant.commands)).items()
    }
    return profile.model_copy(update=update).fresh()


def _serial(profile: Profile, variant: Variant) -> Serial:
    """The profile's line with what the variant says instead."""
    own = variant.serial
    return profile.serial if own is None else profile.serial.model_copy(
        update={key: getattr(own, key) for key in own.model_fields_set}
    )  # fmt: skip


def serial_of(profile: Profile, settings: object) -> Serial:
    """The serial line of the variant that the site's settings name, else the profile's own."""
    name = settings.get("variant", AUTO) if isinstance(settings, Mapping) else AUTO
    return next((_serial(profile, v) for v in profile.variants if v.name == name), profile.serial)


def serials_of(profile: Profile) -> tuple[Serial, ...]:
    """Every serial line that the product may come with: the profile's, then those of its variants."""
    return tuple(dict.fromkeys((profile.serial, *(_serial(profile, v) for v in profile.variants))))


def ways_of(profile: Profile) -> tuple[Profile, ...]:
    """One form of the profile for each way in which it may take another address; itself where there is one for all."""
    own = {v.name: v.readdress or profile.readdress for v in profile.variants}
    recipes = list(own.values())
    names = [name for i, name in enumerate(own) if recipes.index(recipes[i]) == i]
    if not names or (len(names) == 1 and recipes[0] == profile.readdress):
        return (profile,)
    return tuple(as_variant(profile, name) for name in names)


def _points(profile: Profile, variant: Variant) -> tuple[Point, ...]:
    """Base points without those that the variant lacks or replaces, then its own; scaled and moved. Repeats are written out."""
    ordered = profile.model_copy(update={"order": variant.order or profile.order}).fresh()
    own = {p.name: p for p in expand(resolved(p, ordered) for p in variant.points)}
    points = [own.pop(p.name, p) for p in ordered.points if not _named(p.name, variant.without)]
    return tuple(_adapted(p, variant) for p in (*points, *own.values()))


def _named(name: str, patterns: Iterable[str]) -> str | None:
    """The pattern that the name of a point fits; {n} stands for any number."""
    for pattern in patterns:
        if re.fullmatch(re.escape(pattern).replace(re.escape("{n}"), r"\d+"), name):
            return pattern
    return None


def _adapted(point: Point, variant: Variant) -> Point:
    update: dict[str, object] = {}
    scaled = _named(point.name, variant.scale)
    if scaled is not None:
        update["scale"] = variant.scale[scaled]
    if variant.address_shift:
        if point.address is not None:
            update["address"] = point.address + variant.address_shift
        if point.words is not None:
            update["words"] = tuple(a + variant.address_shift for a in point.words)
    return point.model_copy(update=update) if update else point
