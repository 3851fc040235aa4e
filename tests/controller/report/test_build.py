"""The numbers of a report are the ledger's, whatever is missing in it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from controller.report.build import NothingToReportError, last_month
from controller.report.compose import document
from controller.report.front import lead
from controller.report.json_file import json_text, schema
from controller.report.model import Report
from controller.report.period import between, month, year
from controller.report.say import Say
from controller.store.audit import closings
from controller.store.chain import Note
from controller.store.database import connect_readonly
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger
from tests.controller.store.test_ledger import tampered

SITE = site_of()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """February to the 20th of April; one half day, two days without a closing."""
    folder = tmp_path_factory.mktemp("ledger")
    return write_ledger(
        folder,
        SITE,
        "2026-02-01",
        "2026-04-20",
        gaps=["2026-03-05"],
        without=["2026-03-10", "2026-03-11"],
        notes=[MEMBERS],
    )


def test_sums_equal_the_closings(path: Path) -> None:
    """Each sum of the report is the plain sum of that figure over the ledger's closings of the period."""
    connection = connect_readonly(path)
    march = [one.figures for one in closings(connection) if str(one.figures["day"]).startswith("2026-03")]
    connection.close()
    report = report_of(path, SITE, month("2026-03"))
    assert len(march) == report.coverage.closed_days == 29
    names = (
        "pv_wh",
        "pumps_wh",
        "solar_wh",
        "grid_wh",
        "water_m3",
        "zones.melon",
        "tanks.tandon",
        "unexplained_m3",
    )
    for name in names:
        assert report.value(name) == pytest.approx(math.fsum(float(figures[name]) for figures in march)), name
    assert report.sums["pumps_wh"].half_width == pytest.approx(0.02 * (report.value("pumps_wh") or 0.0))


def test_coverage_counts_what_nobody_saw(path: Path) -> None:
    """Half a day of gap and two days without a closing leave 28.5 of 31 days; the days are there, not closed."""
    seen = report_of(path, SITE, month("2026-03")).coverage
    assert seen.share == pytest.approx(28.5 / 31.0)
    assert (seen.past_days, seen.closed_days, seen.gaps, seen.gap_s, seen.running) == (
        31,
        29,
        1,
        43_200.0,
        False,
    )


def test_a_month_that_still_runs_ends_with_its_last_closing(path: Path) -> None:
    """The running month has 20 past days, and says that it runs; days to come are neither days nor gaps."""
    report = report_of(path, SITE, month("2026-04"))
    assert (report.coverage.running, report.coverage.past_days, report.days[-1].day) == (
        True,
        20,
        "2026-04-20",
    )


def test_days_before_the_first_closing_were_not_seen(path: Path) -> None:
    """A year whose record begins in February covers the days of January as not seen."""
    report = report_of(path, SITE, year("2026"))
    assert report.coverage.began == "2026-02-01"
    assert report.coverage.past_days - report.coverage.closed_days == 31 + 2
    assert [one.month for one in report.months] == ["2026-01", "2026-02", "2026-03", "2026-04"]
    assert report.months[0].coverage == 0.0


def test_months_add_up_to_the_whole(path: Path) -> None:
    """The months' figures and zones together are the sums of the period."""
    report = report_of(path, SITE, between("2026-02-10", "2026-04-05"))
    for name in ("pv_wh", "solar_wh", "water_m3"):
        assert sum(one.figures.get(name, 0.0) for one in report.months) == pytest.approx(report.value(name))
    assert sum(one.zones.get("melon", 0.0) for one in report.months) == pytest.approx(
        report.value("zones.melon")
    )


def test_trips_have_their_length(path: Path) -> None:
    """Each trip of the period is listed with the 30 s until it was cleared; starts and stops are counted only."""
    found = report_of(path, SITE, month("2026-03")).happenings
    trips = [one for one in found.listed if one.kind == "trip"]
    assert len(trips) == 29
    assert {round((one.ended_s or 0.0) - one.epoch_s) for one in trips} == {30}
    assert {one.kind for one in found.listed} == {"trip"}
    assert {(one.kind, one.times) for one in found.counts} == {("start", 29), ("stop", 29), ("trip", 29)}


def test_co2_is_that_of_the_closings(path: Path) -> None:
    """The CO2 avoided is the sum of what each day was closed with."""
    connection = connect_readonly(path)
    told = [one for one in closings(connection) if str(one.figures["day"]).startswith("2026-03")]
    connection.close()
    report = report_of(path, SITE, month("2026-03"))
    assert report.statement.co2_kg.value == pytest.approx(
        math.fsum(float(one.impact["co2_avoided_kg"]) for one in told)
    )
    assert [one.name for one in report.statement.indicators] == ["anggota kelompok"]


def test_nothing_to_report(path: Path) -> None:
    """A period without a closing is refused with the days that the ledger has."""
    with pytest.raises(NothingToReportError) as told:
        report_of(path, SITE, month("2027-01"))
    assert (told.value.first, told.value.last) == ("2026-02-01", "2026-04-20")


def test_the_last_month_is_that_of_the_last_closing(path: Path) -> None:
    """Without a period the month of the last closing is reported."""
    connection = connect_readonly(path)
    assert last_month(connection) == month("2026-04")
    connection.close()


def test_a_changed_row_shows(tmp_path: Path) -> None:
    """A row changed by hand breaks the chain, and the report knows."""
    path = write_ledger(tmp_path, SITE, "2026-03-01", "2026-03-03")
    whole = report_of(path, SITE, month("2026-03"))
    tampered(path, "UPDATE ledger SET payload = replace(payload, '7000.0', '9000.0') WHERE kind = 'day'")
    forged = report_of(path, SITE, month("2026-03"))
    assert whole.ledger.whole
    assert not forged.ledger.whole
    assert forged.ledger.problems
    assert forged.ledger.said("id") != forged.ledger.said("en")


def test_a_plant_without_a_meter_made_nobody_knows_what(tmp_path: Path) -> None:
    """Where no closing tells what the plant made, the report says so instead of 0 kWh."""
    made = report_of(write_ledger(tmp_path, SITE, "2026-03-01", "2026-03-03"), SITE, month("2026-03"))
    sums = {name: amount for name, amount in made.sums.items() if name != "pv_wh"}
    untold = lead(replace(made, sums=sums), Say("en", ZoneInfo("Asia/Jakarta")))
    assert "is not known" in untold
    assert "made 21.00 kWh" in lead(made, Say("en", ZoneInfo("Asia/Jakarta"))).replace("\u00a0", " ")


def test_the_same_ledger_gives_the_same_bytes(path: Path) -> None:
    """Two reports of one ledger are equal to the byte: no clock but the ledger's."""
    texts = {json_text(report_of(path, SITE, month("2026-03"))) for _ in range(2)}
    assert len(texts) == 1


def test_json_reads_back(path: Path) -> None:
    """The JSON file holds the whole model: read back by its own types it is the report that was written."""
    report = report_of(path, SITE, month("2026-03"))
    text = json_text(report)
    told = json.loads(text)
    for one in told["happenings"]["listed"]:
        assert set(one.pop("text")) == {"id", "en"}
    assert told.pop("status") == dict(report.statement.status)
    assert TypeAdapter(Report).validate_python(told, strict=False) == report
    assert set(json.loads(text)) == set(schema()["properties"])


def test_who_verified(tmp_path: Path) -> None:
    """A verification of exactly these figures counts; one of other figures is told as no longer holding."""
    first = report_of(write_ledger(tmp_path / "a", SITE, "2026-03-01", "2026-03-31"), SITE, month("2026-03"))
    for name, digest in (("b", first.statement.digest), ("c", "0" * 64)):
        figures = {
            "from": "2026-03-01",
            "to": "2026-03-31",
            "by": "Siti Rahma",
            "role": "auditor",
            "note": "",
            "digest": digest,
        }
        note = Note("verification", "2026-03", figures)
        report = report_of(
            write_ledger(tmp_path / name, SITE, "2026-03-01", "2026-03-31", notes=[note]),
            SITE,
            month("2026-03"),
        )
        words = " ".join(str(block) for block in document(report, "en").blocks[:6])
        assert ("verified by Siti Rahma (auditor)" in words) == (name == "b")
        assert ("that verification no longer holds" in words) == (name == "c")


def test_loads_without_a_meter_are_not_told_as_nothing(tmp_path: Path) -> None:
    """A site without a load meter says so, and what the plant made beside the known uses stands as a rest."""
    path = write_ledger(tmp_path, SITE, "2026-03-01", "2026-03-05")
    report = report_of(path, SITE, month("2026-03"))
    blind = replace(report, sums={name: one for name, one in report.sums.items() if name != "aux_wh"})
    told, whole = (repr(document(one, "en")) for one in (blind, report))
    assert "There is no load meter" in told
    assert "There is no load meter" not in whole
    rest = sum(sign * (report.value(name) or 0.0) for name, sign in (("pv_wh", 1), ("solar_wh", -1)))
    assert f"'Rest: loads without a meter, losses, differences of meters', '{rest / 1000.0:.1f}'" in told


def test_no_price_is_no_saving(tmp_path: Path) -> None:
    """Not zero rupiah: a dash and why."""
    entry = SITE.file.impact.model_copy(update={"price_idr_per_kwh": 0.0})
    site = SITE.model_copy(update={"file": SITE.file.model_copy(update={"impact": entry})})
    path = write_ledger(tmp_path, site, "2026-03-01", "2026-03-05")
    told = repr(document(report_of(path, site, month("2026-03")), "id"))
    assert "tidak dihitung: harga energi belum diisi" in told
    assert "Rp0" not in told


def test_every_factor_of_the_gases_has_its_row(tmp_path: Path) -> None:
    """Where the fertiliser is stated the factors of nitrous oxide made the figure too, and the days that a season counts."""
    paddy = site_of("paddy")
    assert paddy.file.impact.methane is not None
    methane = paddy.file.impact.methane.model_copy(update={"nitrogen_kg_ha": 120.0})
    entry = paddy.file.impact.model_copy(update={"methane": methane})
    site = paddy.model_copy(update={"file": paddy.file.model_copy(update={"impact": entry})})
    path = write_ledger(tmp_path, paddy, "2026-03-01", "2026-03-02")
    names = {one.name for one in report_of(path, site, month("2026-03")).methane_factors}
    assert {methane.n2o_drained.name, methane.gwp_n2o.name, methane.season_d.name} <= names
    without = {one.name for one in report_of(path, paddy, month("2026-03")).methane_factors}
    assert methane.gwp_n2o.name not in without
