"""Everything that may be said of a period: CO2 and methane avoided, money saved, who verified it, what people entered beside it.

``impact_of`` is what reports, the command line and verifications use. The figures that count are those that the days were closed
with; what today's site file would make of the same meters stands beside them. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from typing import Any

from controller.core.site import Site
from controller.core.site_impact import Factor, Methane
from controller.impact.baselines import Valued, solar_kwh, value_day
from controller.impact.co2 import STATEMENT
from controller.impact.day import Day
from controller.impact.day_sums import amount_of, coverage
from controller.impact.entries import VERIFICATION, Entries, Indicator
from controller.impact.estimate import Estimate, together, total
from controller.impact.lines import Line, added, lines_of
from controller.impact.methane_lines import MethaneLine, methane_lines
from controller.impact.verified import Standing, digest_of, standing_of
from controller.store.chain import Note

CHANGED = 1e-6
"""A recomputed figure that differs by less, relative, is the same figure."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A period, ``first`` to ``last`` (YYYY-MM-DD, both included; "" without days). Gases in kg, money in rupiah.

    ``days``: of the period; ``past_days``: of those that are over; ``closed_days``: of those with a closing.
    ``lines``: as closed, ``recomputed``: with the site file of today; ``differs``: they are not the same. ``co2_kg``: fossil CO2
    avoided as closed. ``life_cycle_kg``: making the panels, None when it is not reckoned; ``net_kg``: after it.
    ``ch4_closed_kg``: methane as the days were closed; ``ch4_kg`` is with the site file of today.
    ``methane``: by paddy and season; ``ch4_kg``, ``ch4_co2e_kg`` their sums, ``n2o_co2e_kg`` what drained soil gives more.
    ``co2e_kg``: all gases together, less life cycle and nitrous oxide. ``standing``: verified by whom, or unverified.
    ``priced_days``: of the closed days, those that ``saved_idr`` covers; ``unpriced``: the others; ``priced_share``: of the used PV
    energy on the priced ones, None without energy. ``methane_basis``: what methane is reckoned with.
    """

    site: str
    first: str
    last: str
    days: int
    past_days: int
    closed_days: int
    coverage: float | None
    lines: tuple[Line, ...]
    co2_kg: Estimate
    recomputed: tuple[Line, ...]
    recomputed_kg: Estimate
    differs: bool
    generated_kwh: float | None
    life_cycle: Factor | None
    life_cycle_kg: Estimate | None
    net_kg: Estimate
    methane: tuple[MethaneLine, ...]
    ch4_kg: Estimate
    ch4_closed_kg: float
    ch4_co2e_kg: Estimate
    n2o_co2e_kg: Estimate
    gwp: Factor | None
    co2e_kg: Estimate
    saved_idr: Estimate
    indicators: tuple[Indicator, ...]
    standing: Standing
    digest: str
    priced_days: int = 0
    unpriced: tuple[str, ...] = ()
    priced_share: float | None = None
    methane_basis: Methane | None = None

    @property
    def methane_differs(self) -> bool:
        """Whether today's site file makes another figure of the methane than the days were closed with."""
        return abs(self.ch4_kg.value - self.ch4_closed_kg) > CHANGED * max(abs(self.ch4_closed_kg), 1e-3)

    @property
    def status(self) -> Mapping[str, str]:
        """The words that go wherever a figure is shown, ``en`` and ``id``."""
        return STATEMENT if self.standing.verification is None else self.standing.words


def impact_of(
    site: Site, days: Iterable[Day], entries: Entries, first: str | None = None, last: str | None = None
) -> Statement:
    """The statement of these days. ``first``, ``last``: the period asked for, where it is longer than the days that there are."""
    days = tuple(days)
    first = first if first is not None else days[0].day if days else ""
    last = last if last is not None else days[-1].day if days else ""
    by_day = {day.day: day for day in days}
    closed = [day for day in days if day.closed]
    now = [value_day(site.file, day) for day in closed]
    then = _as_closed(now, entries)
    lines, recomputed = lines_of(by_day, then), lines_of(by_day, now)
    co2, again = added(lines), added(recomputed)
    methane = methane_lines(site.file, closed)
    ch4, ch4_co2e = together(one.ch4_kg for one in methane), together(one.ch4_co2e_kg for one in methane)
    was = sum((day.valued.get("ch4_avoided_kg", 0.0) for day in closed), 0.0)
    n2o = together(one.n2o_co2e_kg for one in methane)
    made, life_factor, life = _life_cycle(site, closed)
    net = co2 if life is None else total((co2, Estimate(-life.value, life.half)))
    all_gases = total((net, ch4_co2e, Estimate(-n2o.value, n2o.half)))
    digest = digest_of(
        site.file.site.id, first, last, lines, methane, _taken_off(life_factor, life, n2o.value)
    )
    return Statement(
        site.file.site.id, first, last, _length(first, last), len(days), len(closed), coverage(days), lines, co2, recomputed, again,
        abs(again.value - co2.value) > CHANGED * max(abs(co2.value), 1e-9), made, life_factor, life, net, methane, ch4, was,
        ch4_co2e, n2o, site.file.impact.methane.gwp if site.file.impact.methane else None,
        all_gases, together(line.saved_idr for line in lines if line.saved_idr is not None),
        tuple(one for one in entries.indicators if first <= one.day <= last),
        standing_of(entries.verifications, first, last, digest), digest, *_priced(closed, then), site.file.impact.methane,
    )  # fmt: skip


def _priced(days: Sequence[Day], valued: Iterable[Valued]) -> tuple[int, tuple[str, ...], float | None]:
    """How many days have a price, which have none, and the share of the used PV energy on the first."""
    known = {one.day for one in valued if one.saved_idr is not None}
    every, priced = (
        sum(solar_kwh(day) for day in days if day.day in which)
        for which in ({one.day for one in days}, known)
    )
    unpriced = tuple(day.day for day in days if day.day not in known)
    return len(days) - len(unpriced), unpriced, priced / every if every > 0.0 else None


def _taken_off(factor: Factor | None, life: Estimate | None, n2o: float) -> list[object]:
    """What is taken off the CO2 and methane avoided, for the digest; empty where nothing is."""
    made = [] if factor is None or life is None else [factor.name, factor.value, round(life.value, 3)]
    return [made, round(n2o, 3)] if made or n2o else []


def _length(first: str, last: str) -> int:
    """Days of a period; 0 without one."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1 if first and last else 0


def _as_closed(now: Sequence[Valued], entries: Entries) -> list[Valued]:
    """Each day as its ledger row has it (evidence that is not in it is today's); a day without such a row as it is valued now."""
    found: list[Valued] = []
    for one in now:
        rows = entries.closed.get(one.day, (one,))
        found += (
            replace(row, evidence=one.evidence, evidence_date=one.evidence_date)
            if row.baseline == one.baseline and not row.evidence
            else row
            for row in rows
        )
    return found


def _life_cycle(site: Site, days: Sequence[Day]) -> tuple[float | None, Factor | None, Estimate | None]:
    """kWh generated, and what making the panels costs of it where the site file asks for that line."""
    made, factor = amount_of(days, "pv_wh"), site.file.impact.life_cycle
    generated = None if made is None else made.value / 1000.0
    if factor is None or made is None:
        return generated, factor, None
    energy = Estimate(made.value / 1000.0, made.half_width / 1000.0)
    return generated, factor, energy.times(factor.value, factor.relative)


def verification_note(figures: Statement, by: str, role: str, note: str) -> Note:
    """The row of a named person who stands for the figures of a period; the main ones are in it to be read."""
    told: dict[str, float | str] = {
        "from": figures.first, "to": figures.last, "by": by, "role": role, "note": note, "digest": figures.digest,
        "co2_avoided_kg": figures.co2_kg.value, "co2_half_width_95_kg": figures.co2_kg.half,
        "ch4_avoided_kg": figures.ch4_kg.value, "saved_idr": figures.saved_idr.value,
    }  # fmt: skip
    return Note(VERIFICATION, f"{figures.first}..{figures.last}", told)


def plain(value: Any) -> Any:
    """A statement, or a part of it, as JSON can hold it."""
    if isinstance(value, Factor | Methane):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, Estimate):
        return value.as_dict()
    if is_dataclass(value) and not isinstance(value, type):
        found = {one.name: plain(getattr(value, one.name)) for one in fields(value)}
        return found | ({"status": dict(value.status)} if isinstance(value, Statement) else {})
    if isinstance(value, tuple | list):
        return [plain(one) for one in value]
    return dict(value) if isinstance(value, Mapping) else value
