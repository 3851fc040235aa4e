"""Checks of golden exchanges: numbers that somebody trusts must come out of the profile. Each problem with its place."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.marked_yaml import Loc, Marks, Problem
from drivers.profile_golden import complaints
from drivers.profile_model import Golden, Profile

_HINT = "one of the two is wrong: the profile or the numbers"


def check_golden(profile: Profile, marks: Marks) -> Iterator[Problem]:
    """Every golden exchange of a sound profile that does not come out as it says."""
    for i, golden in enumerate(profile.golden):
        for complaint in complaints(profile, golden):
            message = f"the golden exchange does not come out: {complaint}"
            yield marks.problem(_place(("golden", i), golden, complaint), message, _HINT)


def _place(loc: Loc, golden: Golden, complaint: str) -> Loc:
    """The expected value that does not come, else the exchange."""
    for quantity in golden.expect:
        if complaint.startswith(f"{quantity} is ") or complaint == f"does not tell {quantity}":
            return (*loc, "expect", quantity)
    return loc
