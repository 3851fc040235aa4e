"""Emissions avoided and money saved: figures, the sum worked out, factors and their papers; what people entered, kept apart."""

from __future__ import annotations

from collections.abc import Iterator

from controller.core.site_impact import Factor
from controller.impact.baselines import ASSUMED
from controller.impact.estimate import Estimate
from controller.impact.indicators import amount, label
from controller.impact.lines import Line
from controller.impact.methane_lines import MethaneLine
from controller.report.front import weight
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import HARD, Say, decimals_of


def impact(report: Report, say: Say) -> Iterator[Block]:
    """The section of emissions and money."""
    told = report.statement
    yield Heading(say("impact"), ("GRI 305-5", say("tag_impact")))
    yield Text(say("impact_text", status=told.status[say.language]))
    yield _sums(report, say)
    yield Heading(say("method"), level=2)
    for line in told.lines:
        yield Text(method(line, say))
    yield Text(say("method_common"), "small")
    if told.differs:
        yield from _recomputed(report, say)
    if told.methane:
        yield _methane(report, say)
        tier1 = sum(one.tier1_kg for one in told.methane)
        yield Text(say("methane_text", tier1=say.number(tier1, 2 if tier1 < 9.95 else 0)), "small")
    yield _factors(report, say)


def _sums(report: Report, say: Say) -> Table:
    told = report.statement
    rows = [_kilograms(say, _line_name(line, say), line.co2_kg) for line in told.lines]
    rows.append(_kilograms(say, say("impact_co2"), told.co2_kg, "total"))
    if told.life_cycle_kg is not None:
        rows.append(
            _kilograms(
                say, say("impact_life_cycle"), Estimate(-told.life_cycle_kg.value, told.life_cycle_kg.half)
            )
        )
        rows.append(_kilograms(say, say("impact_net"), told.net_kg, "total"))
    biogenic = sum(line.biogenic_kg for line in told.lines)
    if biogenic:
        rows.append(_kilograms(say, say("impact_biogenic"), Estimate(biogenic, 0.0), "muted"))
    if told.methane:
        rows.append(_kilograms(say, say("impact_ch4"), told.ch4_kg, "muted"))
        if told.methane_differs:
            rows.append(_kilograms(say, say("impact_ch4_closed"), Estimate(told.ch4_closed_kg, 0.0), "muted"))
        rows.append(_kilograms(say, say("impact_ch4_co2e"), told.ch4_co2e_kg))
        if told.n2o_co2e_kg:
            rows.append(_kilograms(say, say("impact_n2o"), Estimate(-told.n2o_co2e_kg, 0.0)))
        rows.append(_kilograms(say, say("impact_co2e"), told.co2e_kg, "total"))
    saved = told.saved_idr
    rows += [
        Row((_price_name(line, say), _saved(say, line.saved_idr), _half(say, line.saved_idr)))
        for line in told.lines
        if line.saved_idr
    ]
    priced = any(line.saved_idr for line in told.lines)
    rows.append(
        Row((say("impact_saved"), say.idr(saved.value if priced else None), _half(say, saved)), "total")
    )
    heads = ((say("col_item"), 4.4), (say("col_value"), 1.3), (say("col_margin"), 1.3))
    return Table(
        tuple(Column(head, share, place > 0) for place, (head, share) in enumerate(heads)), tuple(rows)
    )


def _kilograms(say: Say, label: str, kg: Estimate, kind: str = "") -> Row:
    value, unit, margin = weight(say, kg.value, kg.half)
    cells = (label, f"{value}{HARD}{unit}", f"{margin}{HARD}{unit}" if kg.half else "")
    return Row(cells, kind)  # type: ignore[arg-type]


def _saved(say: Say, saved: Estimate | None) -> str:
    return say.idr(saved.value if saved else None)


def _half(say: Say, saved: Estimate | None) -> str:
    return f"±{HARD}{say.idr(saved.half)}" if saved is not None and saved.half else ""


def _line_name(line: Line, say: Say) -> str:
    name = say(f"baseline_{line.baseline}")
    return say(
        "impact_line",
        baseline=name,
        first=say.day_short(line.first),
        last=say.day_short(line.last),
        days=str(line.days),
    )


def _price_name(line: Line, say: Say) -> str:
    per = say("per_kwh" if line.baseline == "grid" else "per_litre")
    return say("impact_price", price=say.idr(line.price, 2), per=per, source=line.price_source or "–")


def method(line: Line, say: Say) -> str:
    """The sum of one line, worked out in its own numbers."""
    factor = f"{say.number(line.factor.value, places(line.factor.value))} {say(f'unit_{line.factor.unit}')}"
    parameters = {name: say.number(value, places(value)) for name, value in line.parameters.items()}
    key = f"method_{line.baseline}"
    if line.baseline == "diesel-generator" and line.factor.unit == "kg_co2_per_kwh":
        key = "method_diesel-generator-kwh"
    decimals = decimals_of(line.energy_kwh.half)
    words = say(
        key, energy=say.number(line.energy_kwh.value, decimals), water=say.number(line.water_m3.value, 1), factor=factor,
        fossil=say.share(line.fossil_share, 0), litres=say.number(line.litres, 1), kg=say.number(line.co2_kg.value, 1),
        meter=say.share(line.meter_u95), method=say.share(line.method_u95), name=line.factor.name,
        **{name: parameters.get(name, "–") for name in PARAMETERS},
    )  # fmt: skip
    loss = line.parameters.get("grid_loss")
    words += say("method_loss", loss=say.share(loss)) if loss else ""
    if not line.evidence:
        return words
    key = "method_evidence" if line.evidence_date else "method_evidence_undated"
    return words + say(key, evidence=line.evidence, date=say.day(line.evidence_date))


PARAMETERS = ("litres_per_kwh", "head_m", "efficiency", "litres_per_season", "served_ha", "served_then_ha")
"""What the sentences of the methods may name."""


def places(value: float) -> int:
    """Decimals that show a factor as it was published: 0.86, 2.676, 74.1, 28."""
    text = f"{value:.4f}".rstrip("0")
    return len(text.partition(".")[2])


def _recomputed(report: Report, say: Say) -> Iterator[Block]:
    """The same meters with the site file of today, beside what the days were closed with."""
    told = report.statement
    rows = [
        _kilograms(say, say("recomputed_then"), told.co2_kg),
        *(
            _kilograms(say, f"{_line_name(line, say)}: {line.factor.name}", line.co2_kg, "muted")
            for line in told.lines
        ),
        _kilograms(say, say("recomputed_now"), told.recomputed_kg),
        *(
            _kilograms(say, f"{_line_name(line, say)}: {line.factor.name}", line.co2_kg, "muted")
            for line in told.recomputed
        ),
    ]
    heads = ((say("col_item"), 4.4), (say("col_value"), 1.3), (say("col_margin"), 1.3))
    columns = tuple(Column(head, share, place > 0) for place, (head, share) in enumerate(heads))
    yield Table(columns, tuple(rows), say("recomputed"))


def _methane(report: Report, say: Say) -> Table:
    heads = (("col_zone", 1.5, False), ("col_planted", 1.2, False), ("col_counted", 1.1, True), ("col_proven", 1.1, True),
             ("col_drainages", 1.1, True), ("col_ch4", 1.0, True), ("col_margin", 1.0, True), ("col_co2e", 1.1, True))  # fmt: skip
    names = {zone.id: zone.name for zone in report.site.zones}
    rows = tuple(_paddy(one, names.get(one.zone, one.zone), say) for one in report.statement.methane)
    return Table(tuple(Column(say(head), share, right) for head, share, right in heads), rows, say("methane"))


def _paddy(one: MethaneLine, name: str, say: Say) -> Row:
    decimals = decimals_of(one.ch4_kg.half)
    return Row((
        name, say.day_short(one.planted), say.number(one.counted_d), say.number(one.proven_d, 1), say.number(one.drainages),
        say.number(one.ch4_kg.value, decimals), f"±{HARD}{say.number(one.ch4_kg.half, decimals)}",
        say.number(one.ch4_co2e_kg.value, 0),
    ))  # fmt: skip


def _factors(report: Report, say: Say) -> Table:
    """Every factor that made a figure of this report."""
    told = report.statement
    used: list[Factor] = [line.factor for line in (*told.lines, *told.recomputed)]
    used += [one for one in (told.life_cycle,) if one is not None]
    used += report.methane_factors if told.methane else ()
    unique = {(one.name, one.value, one.unit): one for one in used}
    heads = (("col_factor", 2.3, False), ("col_value", 1.5, True), ("col_margin", 0.8, True), ("col_source", 3.0, False),
             ("col_year", 0.6, True), ("col_valid", 1.5, False))  # fmt: skip
    rows = tuple(_factor(one, say) for one in unique.values())
    return Table(
        tuple(Column(say(head), share, right) for head, share, right in heads),
        rows,
        say("factors"),
        say("factors_note"),
    )


def _factor(one: Factor, say: Say) -> Row:
    value = f"{say.number(one.value, places(one.value))} {say(f'unit_{one.unit}')}"
    since = "" if one.valid_from is None else say.day_short(one.valid_from)
    until = say("valid_newer") if one.valid_to is None else say.day_short(one.valid_to)
    assumed = ASSUMED.get(one.unit)
    margin = (
        say.share(one.relative, 0)
        if one.relative
        else "–"
        if assumed is None
        else f"{say.share(assumed, 0)}{HARD}*"
    )
    return Row((one.name, value, margin, one.source, str(one.year), f"{since} – {until}" if since else until))


def people(report: Report, say: Say) -> Iterator[Block]:
    """What people entered: never metered, never added to what is."""
    yield Heading(say("people"), (say("tag_people"),))
    yield Text(say("people_text"))
    if not report.statement.indicators:
        yield Text(say("people_none"), "small")
        return
    heads = (("col_indicator", 2.0, False), ("col_value", 1.2, True), ("col_of_day", 1.2, False), ("col_evidence", 2.6, False),
             ("col_by", 1.4, False))  # fmt: skip
    rows = tuple(
        Row(
            (
                label(one.name, say.language),
                amount(one.value, one.unit, say.language, places(one.value)),
                say.day_short(one.day),
                one.evidence,
                one.by,
            )
        )
        for one in report.statement.indicators
    )
    yield Table(tuple(Column(say(head), share, right) for head, share, right in heads), rows)
