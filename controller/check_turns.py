"""The turns of the members against the zones: a member without land, land without a member."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.check_references import near


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about turns and members."""
    turns = subject.file.turns
    if turns is None:
        return
    owners = {zone.member for zone in subject.file.zones if turns.source in (None, zone.source)} - {None}
    for i, member in enumerate(turns.members):
        if member in turns.members[:i]:
            yield error(("turns", "members", i), "turn-twice", name=member)
        elif member not in owners:
            yield error(("turns", "members", i), "turn-without-zone", name=member)
    sources = {zone.source for zone in subject.file.zones}
    if turns.source is not None and turns.source not in sources:
        place = near(turns.source, sources)
        yield error(("turns", "source"), "source-unknown", name=turns.source, near=place)
    for i, zone in enumerate(subject.file.zones):
        if (
            zone.member is not None
            and turns.source in (None, zone.source)
            and zone.member not in turns.members
        ):
            place = near(zone.member, turns.members)
            yield warning(("zones", i, "member"), "turn-not-listed", name=zone.member, near=place)
