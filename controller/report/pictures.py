"""The section of charts: where the electricity came from, where the water went, and what was seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.impact.day import Day
from controller.report.charts import Columns, Series, calendar, stacked
from controller.report.colours import COVERED, GENSET, GRID, SUN, Ink, water
from controller.report.draw import Drawing
from controller.report.model import Report
from controller.report.page import Block, Heading, Picture
from controller.report.say import Say

MOST_DAYS = 62
"""A longer period is drawn by months."""

SOURCES: Mapping[str, Ink] = {"solar_wh": SUN, "grid_wh": GRID, "genset_wh": GENSET}


@dataclass(frozen=True, slots=True)
class Step:
    """One column: its label, and the figures of its day or month; ``seen``: whether anything was."""

    label: str
    figures: Mapping[str, float | None]
    zones: Mapping[str, float]
    seen: bool
    share: float


def pictures(report: Report, say: Say) -> Iterator[Block]:
    """The charts under their heading."""
    steps, word = _steps(report, say), say("step_day" if by_day(report) else "step_month")
    yield Heading(say("charts"))
    yield Picture(*_water(report, say, steps, word))
    yield Picture(say("chart_coverage", step=say("step_day")), _coverage(report, say, steps))


def energy_picture(report: Report, say: Say) -> Picture:
    """Electricity by source: the chart of the first page."""
    word = say("step_day" if by_day(report) else "step_month")
    return Picture(say("chart_energy", step=word), stacked(_energy(report, say, _steps(report, say), word)))


def by_day(report: Report) -> bool:
    """Whether the period is short enough for one column per day."""
    return len(report.days) <= MOST_DAYS


def _steps(report: Report, say: Say) -> list[Step]:
    if by_day(report):
        return [_day(day) for day in report.days]
    return [
        Step(_month_label(report, say, one.month), one.figures, one.zones, one.coverage > 0.0, one.coverage)
        for one in report.months
    ]


def _month_label(report: Report, say: Say, month: str) -> str:
    short = say.month_short(int(month[5:7]))
    return short if report.months[0].month[:4] == report.months[-1].month[:4] else f"{short} {month[2:4]}"


def _day(day: Day) -> Step:
    figures = {name: getattr(day, name) for name in (*SOURCES, "water_m3")}
    label = str(int(day.day[8:]))
    return Step(label, figures, day.zones, day.closed, day.coverage or 0.0)


def _energy(report: Report, say: Say, steps: Sequence[Step], word: str) -> Columns:
    told = [name for name in SOURCES if report.value(name) or (name == "solar_wh" and name in report.sums)]
    series = tuple(Series(say(name), SOURCES[name], [_kwh(step, name) for step in steps]) for name in told)
    total = sum(report.value(name) or 0.0 for name in told)
    return _columns(say, steps, series, "kWh", say("chart_energy", step=word), f"{say.kwh(total)} kWh")


def _kwh(step: Step, name: str) -> float | None:
    value = step.figures.get(name) if step.seen else None
    return None if value is None else value / 1000.0


def _water(report: Report, say: Say, steps: Sequence[Step], word: str) -> tuple[str, Drawing]:
    """By zone where the closings tell it, else what was pumped."""
    zones = [zone for zone in report.site.zones if f"zones.{zone.id}" in report.sums]
    if zones:
        title = say("chart_water", step=word)
        series = tuple(
            Series(
                zone.name,
                water(place),
                [step.zones.get(zone.id, 0.0) if step.seen else None for step in steps],
            )
            for place, zone in enumerate(zones)
        )
    else:
        title = say("chart_pumped", step=word)
        series = (
            Series(
                say("water_m3"),
                water(0),
                [step.figures.get("water_m3") if step.seen else None for step in steps],
            ),
        )
    total = f"{say.number(sum(sum(value or 0.0 for value in one.values) for one in series), 1)} m³"
    return title, stacked(_columns(say, steps, series, "m³", title, total))


def _columns(
    say: Say, steps: Sequence[Step], series: tuple[Series, ...], unit: str, title: str, total: str
) -> Columns:
    told = say("told_chart", title=title, sum=total)
    return Columns([step.label for step in steps], series, unit, say.language, say("unseen"), told)


def _coverage(report: Report, say: Say, steps: Sequence[Step]) -> Drawing:
    told = say("told_chart", title=say("tile_coverage"), sum=say.share(report.coverage.share))
    if by_day(report):
        series = (Series(say("seen"), COVERED, [100.0 * step.share for step in steps]),)
        labels = [step.label for step in steps]
        return stacked(
            Columns(labels, series, "%", say.language, say("unseen"), told, height=34.0, most=100.0)
        )
    rows = [
        (
            _month_label(report, say, one.month),
            _cells([day for day in report.days if day.day.startswith(one.month)]),
        )
        for one in report.months
    ]
    return calendar(rows, COVERED, (say("scale_none"), say("scale_all")), told)


def _cells(days: Sequence[Day]) -> list[float | None]:
    """One per day of the month from the first, None before the period began."""
    cells: list[float | None] = [None] * int(days[-1].day[8:])
    for day in days:
        cells[int(day.day[8:]) - 1] = day.coverage or 0.0
    return cells
