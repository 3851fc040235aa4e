"""The first page: what was achieved, how sure it is, and what to know before using it."""

from __future__ import annotations

from collections.abc import Iterator

from controller.report.cautions import limits, warnings
from controller.report.derived import solar_share, used
from controller.report.margins import pair, rupiah_margin, weight
from controller.report.model import Report
from controller.report.page import Block, Bullets, Cover, Text, Tile, Tiles
from controller.report.pictures import energy_picture
from controller.report.say import HARD, Say


def front(report: Report, say: Say) -> Iterator[Block]:
    """The blocks of the first page."""
    verified = report.statement.standing.verification is not None
    yield Cover(
        say("kicker"), report.site.name, period_words(report, say), _place(report, say),
        say("status_good" if verified else "status_open"), verified,
    )  # fmt: skip
    yield from (Text(text, "warning") for text in warnings(report, say))
    tiles = [tile(report, say) for tile in (_water, _energy, _co2, _money, _coverage, _share)]
    yield Tiles((*tiles, _methane(report, say) or _intensity(report, say), _ledger(report, say)))
    yield Text(lead(report, say), "lead")
    yield Bullets(say("limits"), tuple(limits(report, say)))
    yield energy_picture(report, say)


def period_words(report: Report, say: Say) -> str:
    """``November 2026``, ``Tahun 2026``, ``1–20 November 2026``, and until when where it still runs."""
    period = report.period
    if period.kind == "month":
        words = say.month(period.first[:7])
    elif period.kind == "year":
        words = say("period_year", year=period.first[:4])
    else:
        words = say.days(period.first, period.last)
    return (
        say("until", period=words, day=say.day(report.coverage.ended)) if report.coverage.running else words
    )


def _place(report: Report, say: Say) -> str:
    site = report.site
    latitude = say(
        "north" if site.latitude_deg >= 0 else "south", degrees=say.number(abs(site.latitude_deg), 2)
    )
    longitude = say(
        "east" if site.longitude_deg >= 0 else "west", degrees=say.number(abs(site.longitude_deg), 2)
    )
    area = say.number(sum(zone.area_m2 for zone in site.zones))
    return say(
        "place", latitude=latitude, longitude=longitude, kwp=say.kwp(site.pv_kwp), zones=str(len(site.zones)), area=area,
        clock=say.time_zone(report.ledger.at_s),
    )  # fmt: skip


def _water(report: Report, say: Say) -> Tile:
    value, margin = pair(say, report.sums.get("water_m3"))
    note = say(
        "tile_water_note",
        value=say.number((report.value("water_m3") or 0.0) / report.coverage.closed_days, 1),
    )
    return Tile(say("tile_water"), value, "m³", _unit(margin, "m³"), note)


def _energy(report: Report, say: Say) -> Tile:
    value, margin = pair(say, report.sums.get("solar_wh"), 1e-3)
    share = solar_share(report)
    note = ""
    if share is not None:
        key = "tile_energy_note" if "aux_wh" in report.sums else "tile_energy_note_pumps"
        note = say(key, share=say.share(share, 0))
    return Tile(say("tile_energy"), value, "kWh", _unit(margin, "kWh"), note)


def _co2(report: Report, say: Say) -> Tile:
    kg = report.statement.co2_kg
    value, unit, margin = weight(say, kg.value, kg.half)
    verified = report.statement.standing.verification
    note = report.statement.status[say.language] if verified is None else say("tile_verified", by=verified.by)
    return Tile(say("tile_co2"), value, unit, _unit(margin, unit), note)


def _money(report: Report, say: Say) -> Tile:
    told, saved = report.statement, report.statement.saved_idr
    if all(line.saved_idr is None for line in told.lines):
        return Tile(say("tile_money"), say.idr(None), "", note=say("tile_money_none"))
    note = "; ".join(dict.fromkeys(line.price_source for line in report.statement.lines if line.price_source))
    margin = rupiah_margin(say, saved.half)
    text = say.idr(saved.value)
    if told.unpriced:
        note = say("tile_money_part", days=str(told.priced_days), closed=str(told.closed_days))
    return Tile(say("tile_money"), text, "", margin, note if len(note) < 90 else "")


def _coverage(report: Report, say: Say) -> Tile:
    seen = report.coverage
    note = say("tile_coverage_note", closed=str(seen.closed_days), days=str(seen.past_days))
    return Tile(say("tile_coverage"), *_split(say.share(seen.share)), note=note)


def _share(report: Report, say: Say) -> Tile:
    bought = (report.value("grid_wh") or 0.0) + (report.value("genset_wh") or 0.0)
    return Tile(
        say("tile_share"),
        *_split(say.share(solar_share(report))),
        note=say("tile_share_note", value=say.kwh(bought)),
    )


def _methane(report: Report, say: Say) -> Tile | None:
    """Methane stands on the first page where paddies were drained."""
    ch4, co2e = report.statement.ch4_kg, report.statement.ch4_co2e_kg
    if not ch4.value:
        return None
    value, unit, margin = weight(say, ch4.value, ch4.half)
    equivalent = " ".join(weight(say, co2e.value, co2e.half)[:2])
    return Tile(
        say("tile_methane"), value, unit, _unit(margin, unit), say("tile_methane_note", value=equivalent)
    )


def _intensity(report: Report, say: Say) -> Tile:
    water, pumps = report.value("water_m3"), report.value("pumps_wh")
    value = say.number(pumps / 1000.0 / water, 3) if water and pumps is not None else say.number(None)
    return Tile(say("tile_intensity"), value, "kWh/m³", note=say("tile_intensity_note"))


def _ledger(report: Report, say: Say) -> Tile:
    word = say("tile_ledger_whole" if report.ledger.whole else "tile_ledger_broken")
    return Tile(
        say("tile_ledger"), word, "", note=say("tile_ledger_note", rows=say.number(report.ledger.rows))
    )


def _split(text: str) -> tuple[str, str]:
    """A number and the unit behind it."""
    number, _, unit = text.partition(HARD)
    return number, unit


def _unit(margin: str, unit: str) -> str:
    return f"{margin}{HARD}{unit}" if margin else ""


def lead(report: Report, say: Say) -> str:
    """The achievement in a sentence."""
    days, kwp = str(report.coverage.closed_days), say.kwp(report.site.pv_kwp)
    metered = report.value("pv_wh") is not None
    made = (
        say("lead_made", kwp=kwp, pv=_round(say, report, "pv_wh"))
        if metered
        else say("lead_made_untold", kwp=kwp)
    )
    if not report.value("water_m3"):
        return say("lead_dry", days=days, made=made)
    return say(
        "lead", days=days, made=made,
        who=say("users" if "aux_wh" in report.sums else "users_pumps"),
        used=pair(say, used(report), 1e-3)[0], share=say.share(solar_share(report), 0),
        water=pair(say, report.sums.get("water_m3"))[0],
        zones=str(len(report.site.zones)),
    )  # fmt: skip


def _round(say: Say, report: Report, name: str) -> str:
    return pair(say, report.sums.get(name), 1e-3)[0]
