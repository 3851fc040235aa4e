"""How often a device is asked, and whether time matters to it: of all that it may turn out to have."""

from __future__ import annotations

from collections.abc import Mapping

from drivers.profile_model import Profile
from drivers.profile_points import Point, expand


def _all_points(profile: Profile) -> list[Point]:
    """Every point that the device may turn out to have: of all variants and SunSpec models."""
    points = list(profile.points)
    for variant in profile.variants:
        points += expand(variant.points)
    for layout in profile.sunspec.models if profile.sunspec else ():
        points += layout.points
    return points


def is_timed(profile: Profile) -> bool:
    """Whether anything of the device depends on when it appeared or was last read."""
    points = _all_points(profile)
    steps = any(p.counter is not None and p.counter.max_step is not None for p in points)
    warm = profile.limits.warm_up_s > 0 or any(p.warm_up_s for p in points)
    return steps or warm or bool(profile.setup)


def periods(profile: Profile, given: Mapping[str, float]) -> dict[str, float]:
    """Period of every poll class that has points; those count that the device may turn out to have."""
    used = {point.poll for point in _all_points(profile) if point.access != "write"}
    own: dict[str, float] = {
        "fast": profile.poll_s.fast,
        "slow": profile.poll_s.slow,
        "once": profile.poll_s.once,
    }
    return {poll: given.get(poll, period) for poll, period in own.items() if poll in used}
