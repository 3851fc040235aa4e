"""Injectors and the programs that use them: names, amounts that contradict each other, pulses that the device cannot make."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error, warning
from controller.check_references import near
from controller.check_texts import Param
from controller.core.site import Injector, Zone
from drivers.marked_yaml import Loc
from schedules.fertigation import Fertigation
from schedules.program import Program

PAIRS = (("stock_l_m3", "off_s"), ("pre_rinse_s", "pre_rinse_l"), ("post_rinse_s", "post_rinse_l"))
"""Two ways to say the same: one is enough."""

KEY = "fertigation"


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about fertigation."""
    for name, program in subject.programs.items():
        if program.fertigation is not None:
            yield from _alone(name, program.fertigation)
    injectors = {one.id: one for one in subject.file.injectors}
    for i, zone in enumerate(subject.file.zones):
        loc: Loc = ("zones", i, "injector")
        if zone.injector is not None and zone.injector not in injectors:
            yield error(loc, "injector-unknown", name=zone.injector, near=near(zone.injector, injectors))
            continue
        program_or_none = subject.program_of(zone)
        if program_or_none is not None:
            yield from _zone(subject, zone, program_or_none, injectors.get(zone.injector or ""), loc)
    used = {zone.injector for zone in subject.file.zones}
    for i, one in enumerate(subject.file.injectors):
        if one.id not in used:
            yield warning(("injectors", i, "id"), "injector-unused", name=one.id)


def _alone(name: str, feed: Fertigation) -> Iterator[Finding]:
    written = feed.model_fields_set
    for one, other in PAIRS:
        if one in written and other in written:
            for key in (one, other):
                yield error((KEY, key), "said-twice", {"one": one, "other": other}, program=name)
    if feed.stock_l_m3 is None and feed.off_s is None:
        yield error((KEY,), "feed-amount-missing", program=name)
    if feed.post_rinse_s == 0.0:
        yield warning((KEY, "post_rinse_s"), "feed-never-rinsed", program=name)


def _zone(
    subject: Subject, zone: Zone, program: Program, injector: Injector | None, loc: Loc
) -> Iterator[Finding]:
    feed, name = program.fertigation, zone.program_name
    if feed is None:
        if injector is not None:
            yield warning(loc, "injector-idle", zone=zone.id, program_name=name)
        return
    if injector is None:
        yield error((KEY,), "feed-without-injector", zone=zone.id, program=name)
        return
    share = feed.share(zone.flow_m3_h, injector.rate_l_h)
    if share > 1.0:
        key = "stock_l_m3" if feed.off_s is None else "on_s"
        least = share * injector.rate_l_h
        params: dict[str, Param] = {
            "injector": injector.id,
            "rate": injector.rate_l_h,
            "least": least,
            "zone": zone.id,
        }
        yield error((KEY, key), "injector-too-small", params, program=name)
    rinses_s = 3.6 * (feed.pre(zone.flow_m3_h) + feed.post(zone.flow_m3_h)) / zone.flow_m3_h
    if rinses_s >= program.max_run_s:
        params = {"rinses": rinses_s, "longest": program.max_run_s, "zone": zone.id}
        yield error((KEY,), "feed-no-room", params, program=name)
    pump = subject.pump(zone.source)
    if zone.flow is None and (pump is None or pump.flow is None):
        yield warning(loc, "injector-flow-unseen", zone=zone.id, injector=injector.id)
