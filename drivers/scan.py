"""`tirta scan`: sweep a cable or a network address, find what answers, and say what it is. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from drivers import line
from drivers.errors import Disconnected
from drivers.modbus_url import Connection
from drivers.profile_model import Profile
from drivers.profile_variants import serials_of, ways_of
from drivers.scan_decide import Verdict, decide
from drivers.scan_judge import judge
from drivers.scan_line import Notebook, ScanLine, Sound
from drivers.scan_plan import LAST_UNIT, PLAIN, Call, Format, Question, Stop
from drivers.transport import Table

DEVICE_S = 12.0
"""A device that was found is looked at for about so long."""

_NOBODY = 231  # a unit that hardly any site uses: who answers it answers to everything
_GAP_S = 0.05
_IDENTIFY_PATIENCE = 2.0


@dataclass(slots=True)
class Hit:
    """Something that answered. ``unit``: its address; ``find``: the any-address at which it was heard when its own is not known.

    ``also``: other line settings where the same device answers; ``any_unit``: a network device that answers to every unit;
    ``looked``: whether it could be looked at before the scan ended, without it the verdict says nothing.
    """

    connection: Connection
    unit: int
    find: bool = False
    also: list[str] = field(default_factory=list)
    any_unit: bool = False
    looked: bool = False
    verdict: Verdict = field(default_factory=Verdict)


@dataclass(slots=True)
class Report:
    """What a scan has found so far. ``noise``: units that answered with bytes that are no frame; ``unreachable``: places that
    cannot be opened, with the reason; ``opened``: places that can.
    """

    hits: list[Hit] = field(default_factory=list)
    noise: list[tuple[Connection, int]] = field(default_factory=list)
    unreachable: list[tuple[Connection, Disconnected]] = field(default_factory=list)
    opened: int = 0
    asked: int = 0
    seconds: float = 0.0


Progress = Callable[[Stop, int | None, float], None]
"""(where, unit that is called or None while a device is identified, share of the sweep that is done)."""


def estimate_s(stops: Sequence[Stop]) -> float:
    """How long the sweep takes at most, without the devices that are found."""
    return sum(stop.longest_s for stop in stops)


async def scan(
    stops: Sequence[Stop], profiles: Sequence[Profile], report: Report, progress: Progress = lambda *_: None
) -> None:
    """Sweep and identify into ``report``, which holds what was found so far if this is cancelled. Never raises DriverError."""
    started, total, done = line.monotonic(), estimate_s(stops) or 1.0, 0.0
    try:
        for stop in stops:
            if not await _visit(stop, profiles, report, progress, done / total):
                break
            done += stop.longest_s
    finally:
        report.seconds = line.monotonic() - started
        _merge(report)


async def _visit(
    stop: Stop, profiles: Sequence[Profile], report: Report, progress: Progress, share: float
) -> bool:
    """One place of the sweep. False when the port is gone, and with it all other settings of it."""
    on = ScanLine(stop.connection, stop.patience_s)

    def tell(unit: int | None) -> None:
        progress(stop, unit, share)

    try:
        await on.open()
        report.opened += 1
        await _sweep(on, stop, profiles, report, tell)
    except Disconnected as error:
        report.unreachable.append((stop.connection, error))
        return not _serial(stop)
    finally:
        on.close()
        report.asked += on.asked
    return True


async def _sweep(
    on: ScanLine, stop: Stop, profiles: Sequence[Profile], report: Report, tell: Callable[[int | None], None]
) -> None:
    known = (
        {h.unit for h in report.hits if h.connection.baud == stop.connection.baud} if _serial(stop) else set()
    )
    hits: list[Hit] = []
    for call in stop.calls:
        if call.unit in known or any(hit.unit == call.unit for hit in hits):
            continue
        tell(call.unit)
        sound = await _call(on, call)
        if sound is Sound.NOISE:
            report.noise += (
                [] if call.find else [(stop.connection, call.unit)]
            )  # several answer an any-address: no wonder
        elif sound is not Sound.SILENCE:
            hit = await _met(on, call, profiles, {*known, *(h.unit for h in hits)})
            if hit is not None:
                hits.append(hit)
                report.hits.append(hit)  # at once: the sweep may end before it is looked at
    if not _serial(stop):
        one = await _answers_to_all(on, hits)
        report.hits[len(report.hits) - len(hits) :] = one
        hits = one
    for hit in hits:
        tell(None)
        hit.verdict = await identify(on, hit, profiles)
        hit.looked = True


def _serial(stop: Stop) -> bool:
    return stop.connection.kind == "rtu"


async def _call(on: ScanLine, call: Call) -> Sound:
    """The first thing that a unit says to any of the questions. Noise must come twice."""
    for question in call.questions:
        sound, _ = await on.listen(call.unit, question)
        if sound is Sound.NOISE:  # or the late answer of a slow device to the question before
            sound, _ = await on.listen(call.unit, question, careful=True)
        if sound is not Sound.SILENCE:
            return sound
    return Sound.SILENCE


async def _met(on: ScanLine, call: Call, profiles: Sequence[Profile], known: set[int]) -> Hit | None:
    """The device that answered a call; of one that was found at an any-address, under its own where it tells it."""
    if not call.find:
        return Hit(on.connection, call.unit)
    for unit in await _told_units(on, call, profiles):
        if unit in known:
            return None
        sound = await _call(on, Call(unit, (*PLAIN, *call.questions)))
        if sound in (Sound.ANSWER, Sound.REFUSAL):
            return Hit(on.connection, unit)
    return None if known else Hit(on.connection, call.unit, find=True)


async def _told_units(on: ScanLine, call: Call, profiles: Iterable[Profile]) -> list[int]:
    """Addresses that stand in the registers which would take one."""
    asked = [p for p in profiles if any(line.find_unit == call.unit for line in serials_of(p))]
    recipes = [way.readdress for p in asked for way in ways_of(p)]
    places = dict.fromkeys(r.address for r in recipes if r is not None and r.type == "u16")
    units: list[int] = []
    for place in places:
        sound, words = await on.listen(call.unit, Question(Table.HOLDING, place))
        if sound is Sound.ANSWER and 1 <= words[0] <= LAST_UNIT:
            units.append(words[0])
    return list(dict.fromkeys(units))


async def _answers_to_all(on: ScanLine, hits: list[Hit]) -> list[Hit]:
    """One hit instead of many when a network device does not care for the unit."""
    if len(hits) < 2:
        return hits
    sound = await _call(on, Call(_NOBODY, PLAIN))
    if sound not in (Sound.ANSWER, Sound.REFUSAL):
        return hits
    return [replace(hits[0], any_unit=True)]


async def identify(on: ScanLine, hit: Hit, profiles: Sequence[Profile]) -> Verdict:
    """Try every profile on a device; those of its line first, so that their answers serve the others."""
    own = on.connection
    setting = Format(own.baud, own.parity, own.stop) if own.kind == "rtu" else None
    patience, on.patience_s = on.patience_s, on.patience_s * _IDENTIFY_PATIENCE
    notebook = Notebook(on, hit.unit, gap_s=_GAP_S)
    try:
        tried = [await judge(profile, notebook, setting) for profile in profiles]
    except Disconnected as error:
        error.unit = hit.unit
        raise
    finally:
        on.patience_s = patience
    verdict = decide(candidate for group in tried for candidate in group)
    if hit.any_unit and verdict.chosen is not None:
        hit.unit = verdict.chosen.profile.serial.unit
    return verdict


def _merge(report: Report) -> None:
    """One unit that is the same at several speeds is one device (or two alike: the text says so); noise of a unit that
    answers well in another setting was only the wrong speed.
    """
    kept: list[Hit] = []
    for hit in report.hits:
        twin = next(
            (
                k
                for k in kept
                if k.unit == hit.unit and _place(k.connection) == _place(hit.connection) and _same(k, hit)
            ),
            None,
        )
        if twin is None:
            kept.append(hit)
        else:
            own = hit.connection
            twin.also.append(Format(own.baud, own.parity, own.stop).text)
    report.hits = kept
    seen = {(_place(hit.connection), hit.unit) for hit in kept}
    noise: list[tuple[Connection, int]] = []
    for connection, unit in report.noise:
        if (_place(connection), unit) not in seen:
            seen.add((_place(connection), unit))
            noise.append((connection, unit))
    report.noise = noise


def _place(connection: Connection) -> tuple[str, str, int]:
    return connection.device, connection.host, connection.port


def _same(one: Hit, other: Hit) -> bool:
    def names(hit: Hit) -> list[str]:
        verdict = hit.verdict
        if not hit.looked:
            return [hit.connection.url]
        return [c.label for c in ([verdict.chosen] if verdict.chosen else verdict.rivals)]

    return names(one) == names(other)
