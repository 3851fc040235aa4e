"""What of each device the site uses: registers that nobody looks at cost a slow bus more than anything else on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from controller.core.site import Output, Signal, Site
from controller.telemetry.groups import groups_of
from drivers.codec_links import looked_at
from drivers.profile_model import Profile
from drivers.profile_points import Point

Key = tuple[str, str]


def needs(site: Site) -> frozenset[Key]:
    """(device, quantity) of everything that the site file names and that is recorded with it."""
    named = {signal.key for signal in _signals(site.file)}
    recorded = {read.key for group in groups_of(site) for read in group.reads}
    return frozenset(named | recorded)


def obeying(site: Site) -> frozenset[str]:
    """The devices that take commands; what they are asked also serves their commands' steps and proofs."""
    return frozenset(output.device for output in _outputs(site.file))


def profiles_in_use(site: Site, profiles: Mapping[str, Profile]) -> dict[str, Profile]:
    """By device: the profile without what the site does not use; whole for devices that take commands. Of a drive that is
    only reset also what that needs.
    """
    used, whole = needs(site), obeying(site)
    presses = {device: profiles[device].commands[name] for device, name in site.fault_resets.values()}
    return {
        entry.id: profiles[entry.id]
        if entry.id in whole
        else trimmed(
            profiles[entry.id],
            frozenset(name for device, name in used if device == entry.id),
            looked_at([presses[entry.id]], profiles[entry.id].points) if entry.id in presses else frozenset(),
        )
        for entry in site.file.devices
    }


def trimmed(profile: Profile, wanted: frozenset[str], names: frozenset[str] = frozenset()) -> Profile:
    """The profile without points that nobody uses: not ``wanted`` nor in ``names``, not asked only once, nobody's factor or part.

    As it was when nothing of it would be left: then it is asked to see that it lives.
    """
    if profile.mqtt is not None:
        return profile
    parts = set(profile.parts_of(wanted)) | names
    if profile.sunspec is None:
        points = _kept(profile.points, wanted, parts)
        return profile.with_points(points) if any(p.poll != "once" for p in points) else profile
    layouts = []
    for layout in profile.sunspec.models:
        points = _kept(layout.points, wanted, parts)
        layouts.append(layout.model_copy(update={"points": points}) if points else layout)
    return profile.model_copy(
        update={"sunspec": profile.sunspec.model_copy(update={"models": tuple(layouts)})}
    )


def _kept(points: Iterable[Point], wanted: frozenset[str], parts: set[str]) -> tuple[Point, ...]:
    points = tuple(points)
    kept = {p.name for p in points if p.poll == "once" or p.name in parts or _is_wanted(p, wanted)}
    size = 0
    while size != len(kept):  # factors may have factors
        size = len(kept)
        kept |= {name for p in points if p.name in kept for name in p.helpers}
    return tuple(p for p in points if p.name in kept)


def _is_wanted(point: Point, wanted: frozenset[str]) -> bool:
    """Also a point that stands for many channels of which one is wanted."""
    if point.quantity is None or "{" not in point.quantity:
        return point.quantity in wanted
    head, _, tail = point.quantity.partition("{")
    return any(name.startswith(head) and name.endswith(tail.partition("}")[2]) for name in wanted)


def _signals(model: BaseModel) -> Iterator[Signal]:
    for value in _inside(model):
        if isinstance(value, Signal):
            yield value


def _outputs(model: BaseModel) -> Iterator[Output]:
    for value in _inside(model):
        if isinstance(value, Output):
            yield value


def _inside(value: object) -> Iterator[BaseModel]:
    """Every model inside a model."""
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _inside(getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _inside(item)
