"""What stands in each sheet of the spreadsheet: headings with units, and rows of plain values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, NamedTuple

from controller.impact.day import ENERGY, WATER
from controller.impact.day_sums import Amount
from controller.impact.indicators import label, unit_in
from controller.report.event_pages import kind_words, sentence
from controller.report.front import period_words
from controller.report.model import Report
from controller.report.say import Say

Shape = Literal["text", "number", "whole", "share", "day", "moment"]


class Cell(NamedTuple):
    """One value and how it is shown; None stays empty."""

    value: str | float | date | None
    shape: Shape = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, its headings with the width of their column in letters, and its rows."""

    name: str
    heads: Sequence[tuple[str, float]]
    rows: Iterable[Sequence[Cell]]


HEADS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "summary": (("col_item", 52), ("col_value", 16), ("col_unit", 12), ("col_margin", 14)),
    "days": (),
    "zones": (("col_day", 12), ("col_zone", 28), ("col_m3", 12), ("col_mm", 12)),
    "factors": (("col_baseline", 22), ("col_first", 12), ("col_last", 12), ("col_factor", 40), ("col_value", 12), ("col_unit", 16),
                ("col_relative", 12), ("col_source", 60), ("col_year", 8), ("col_co2", 14), ("col_co2_margin", 14)),
    "events": (("col_when_local", 18), ("col_event", 24), ("col_where", 20), ("col_what", 90), ("col_long_s", 12), ("col_row", 10)),
    "people": (("col_indicator", 36), ("col_value", 14), ("col_unit", 14), ("col_of_day", 12), ("col_evidence", 60), ("col_by", 24),
               ("col_row", 10)),
}  # fmt: skip
"""Sheet -> keys of its headings and the width of their columns in letters; those of the days depend on what the site tells."""


def sheets(report: Report, say: Say) -> Iterator[Sheet]:
    """All sheets, in order."""
    rows = (
        _summary(report, say),
        _days(report),
        _zones(report),
        _factors(report, say),
        _events(report, say),
        _people(report, say),
    )
    for (name, heads), told in zip(HEADS.items(), rows, strict=True):
        yield Sheet(
            say(f"sheet_{name}"), _day_heads(report, say) if name == "days" else _heads(say, *heads), told
        )


def _heads(say: Say, *keys: tuple[str, float]) -> list[tuple[str, float]]:
    return [(say(key), width) for key, width in keys]


def _summary(report: Report, say: Say) -> Iterator[Sequence[Cell]]:
    told, seen = report.statement, report.coverage
    for head, value in ((say("sheet_site"), report.site.name), (say("sheet_period"), period_words(report, say)),
                        (say("sheet_status"), told.status[say.language])):  # fmt: skip
        yield (Cell(head), Cell(value))
    yield (Cell(say("cover_share")), Cell(seen.share, "share"))
    yield (Cell(say("tile_coverage_days")), Cell(seen.closed_days, "whole"))
    for name, amount in report.sums.items():
        yield _amount(report, say, name, amount)
    for key, kg in (("impact_co2", told.co2_kg), ("impact_ch4", told.ch4_kg), ("impact_co2e", told.co2e_kg)):
        yield (Cell(say(key)), Cell(kg.value, "number"), Cell("kg"), Cell(kg.half, "number"))
    saved = told.saved_idr
    idr = (saved.value, saved.half) if any(line.saved_idr for line in told.lines) else (None, None)
    yield (Cell(say("impact_saved")), Cell(idr[0], "number"), Cell("Rp"), Cell(idr[1], "number"))
    yield (Cell(say("ledger_rows")), Cell(report.ledger.rows, "whole"))
    yield (Cell(say("ledger_head")), Cell(f"{report.ledger.rows}:{report.ledger.head_hash}"))
    yield (
        Cell(say("ledger_check")),
        Cell(say("ledger_good") if report.ledger.whole else "; ".join(report.ledger.problems)),
    )


def _amount(report: Report, say: Say, name: str, amount: Amount) -> Sequence[Cell]:
    energy = name.endswith("_wh")
    per = 1000.0 if energy else 1.0
    return (Cell(figure_name(report, say, name)), Cell(amount.value / per, "number"), Cell("kWh" if energy else "m³"),
            Cell(amount.half_width / per or None, "number"))  # fmt: skip


def figure_name(report: Report, say: Say, name: str) -> str:
    """What a figure of the sums is called: ``zones.melon`` by the zone's name."""
    group, _, part = name.partition(".")
    if not part:
        return say(f"figure_{name}")
    names = (
        {zone.id: zone.name for zone in report.site.zones} | dict(report.site.tanks) | dict(report.site.pumps)
    )
    return say(f"figure_{group}", name=names.get(part, part))


def _told(report: Report) -> list[str]:
    return [name for name in (*ENERGY, *WATER) if name in report.sums]


def _day_heads(report: Report, say: Say) -> list[tuple[str, float]]:
    figures = [
        (f"{say(f'figure_{name}')} ({'kWh' if name.endswith('_wh') else 'm³'})", 14.0)
        for name in _told(report)
    ]
    return [
        (say("col_day"), 12),
        *figures,
        *_heads(say, ("col_coverage_share", 12), ("col_gaps", 8), ("col_unseen_s", 12), ("col_row", 10)),
    ]


def _days(report: Report) -> Iterator[Sequence[Cell]]:
    for day in report.days:
        figures = ((name, getattr(day, name)) for name in _told(report))
        cells = (
            Cell(None if value is None else value / 1000.0 if name.endswith("_wh") else value, "number")
            for name, value in figures
        )
        unseen = day.length_s - min(day.length_s, day.covered_s or 0.0)
        yield (Cell(date.fromisoformat(day.day), "day"), *cells, Cell(day.coverage, "share"), Cell(day.gaps, "whole"),
               Cell(unseen, "whole"), Cell(day.seq or None, "whole"))  # fmt: skip


def _zones(report: Report) -> Iterator[Sequence[Cell]]:
    for day in report.days:
        for zone in report.site.zones:
            water = day.zones.get(zone.id)
            if water is not None:
                depth = 1000.0 * water / zone.area_m2
                yield (
                    Cell(date.fromisoformat(day.day), "day"),
                    Cell(zone.name),
                    Cell(water, "number"),
                    Cell(depth, "number"),
                )


def _factors(report: Report, say: Say) -> Iterator[Sequence[Cell]]:
    for line in report.statement.lines:
        factor = line.factor
        yield (Cell(say(f"baseline_{line.baseline}")), Cell(date.fromisoformat(line.first), "day"),
               Cell(date.fromisoformat(line.last), "day"), Cell(factor.name), Cell(factor.value, "number"),
               Cell(say(f"unit_{factor.unit}")), Cell(factor.relative or None, "share"), Cell(factor.source),
               Cell(str(factor.year)), Cell(line.co2_kg.value, "number"), Cell(line.co2_kg.half, "number"))  # fmt: skip


def _events(report: Report, say: Say) -> Iterator[Sequence[Cell]]:
    for one in report.happenings.listed:
        local = datetime.fromtimestamp(one.epoch_s, say.zone).replace(tzinfo=None)
        length = None if one.ended_s is None else one.ended_s - one.epoch_s
        yield (Cell(local, "moment"), Cell(kind_words(say, one.kind)), Cell(one.subject), Cell(sentence(one, say)),
               Cell(length, "whole"), Cell(one.seq, "whole"))  # fmt: skip


def _people(report: Report, say: Say) -> Iterator[Sequence[Cell]]:
    for one in report.statement.indicators:
        name, unit = label(one.name, say.language), unit_in(one.unit, say.language)
        yield (Cell(name), Cell(one.value, "number"), Cell(unit), Cell(date.fromisoformat(one.day), "day"),
               Cell(one.evidence), Cell(one.by), Cell(one.seq, "whole"))  # fmt: skip
