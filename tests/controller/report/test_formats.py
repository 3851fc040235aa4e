"""JSON, spreadsheet, HTML and PDF of one period say the same facts: none has a figure, factor or sentence that another lacks."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from controller.core.site import Site
from controller.core.site_impact import Factor
from controller.factors import registry
from controller.i18n.numbers import Language
from controller.report.factor_words import name_in
from controller.report.files import pieces
from controller.report.model import Report
from controller.report.period import month
from tests.controller.report.books import Row, book
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger
from tests.services import RUN_S, require

SERIAL_0 = datetime(1899, 12, 30, tzinfo=UTC).date()


def rich(site: Site) -> Site:
    """The paddies with all that may stand in a report: panels' life cycle, nitrous oxide, another factor than at closing."""
    impact = site.file.impact
    assert impact.methane is not None
    more = {
        "life_cycle": registry()["pv-life-cycle"],
        "factor": registry()["grid-sumatera-om-2019"],
        "methane": impact.methane.model_copy(update={"nitrogen_kg_ha": 120.0}),
    }
    return site.model_copy(
        update={"file": site.file.model_copy(update={"impact": impact.model_copy(update=more)})}
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A month of the paddies with gaps, drainages and something that a person entered."""
    site = site_of("paddy")
    drained: dict[str, float | str] = {}
    for place, zone in enumerate(site.file.zones):
        drained |= {
            f"{zone.id}.planted": "2026-02-10",
            f"{zone.id}.drainages": 1.0 + place,
            f"{zone.id}.drained_proven_d": 5.0,
        }
    silent = [f"2026-03-{day:02}" for day in range(12, 17)]
    path = write_ledger(
        tmp_path_factory.mktemp("formats"), site, "2026-03-01", "2026-03-31", ["2026-03-05"], silent, notes=[MEMBERS], more=drained
    )  # fmt: skip
    made = report_of(path, rich(site), month("2026-03"))
    told = made.statement
    assert told.life_cycle_kg is not None
    assert told.differs
    assert told.n2o_co2e_kg.value > 0.0
    assert len(told.methane) == len(site.file.zones)
    return made


def content(report: Report, kind: str, language: Language) -> bytes:
    """The file."""
    return b"".join(pieces(report, kind, language))


class Cells(HTMLParser):
    """The rows of all tables, and the text of everything."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.text: list[str] = []
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._in = "" if tag in ("td", "th", "style") else self._in

    def handle_data(self, data: str) -> None:
        if self._in in ("td", "th"):
            self.rows[-1][-1] += data
        if self._in != "style":
            self.text.append(data)


def page(report: Report, language: Language) -> Cells:
    """The HTML, read."""
    cells = Cells()
    cells.feed(content(report, "html", language).decode())
    return cells


def shows(text: str, value: float, language: Language) -> bool:
    """Whether a printed number (``−1.234,5 kg``, ``2,28 ton``) is the value, rounded to the digits that it has."""
    found = re.search(r"[-−]?[\d.,]*\d", text)
    if found is None:
        return False
    plain = found[0].replace("−", "-")
    plain = plain.replace(".", "").replace(",", ".") if language == "id" else plain.replace(",", "")
    scale = 1000.0 if re.search(r"\d\s(ton|t)\b", text) else 1.0
    return abs(float(plain) * scale - value) <= 0.5001 * scale * 10.0 ** -len(plain.partition(".")[2])


def number(row: Row, head: str) -> float | None:
    """A cell's number, None where it is empty."""
    cell = row.get(head)
    assert cell is None or isinstance(cell.value, float), (row, head)
    return cell.value if cell is not None else None  # type: ignore[return-value]


HEADS = {
    "id": {"item": "Pos", "value": "Nilai", "half": "± 95 %", "emissions": "Emisi", "factors": "Faktor", "methane": "Metana",
           "days": "Hari", "zones": "Petak", "people": "Diisi orang", "notes": "Catatan", "index": "GRI dan PROPER",
           "events": "Kejadian", "counts": "Jumlah kejadian", "summary": "Ringkasan", "factor": "Faktor", "zone": "Petak",
           "unit": "Satuan", "ch4": "CH₄ kg", "note": "Keterangan", "disclosure": "Pengungkapan", "source": "Sumber",
           "what": "Apa", "indicator": "Angka"},
    "en": {"item": "Item", "value": "Value", "half": "± 95 %", "emissions": "Emissions", "factors": "Factors", "methane": "Methane",
           "days": "Days", "zones": "Zones", "people": "Entered", "notes": "Notes", "index": "GRI and PROPER",
           "events": "Events", "counts": "Event counts", "summary": "Summary", "factor": "Factor", "zone": "Zone", "unit": "Unit",
           "ch4": "CH₄ kg", "note": "Note", "disclosure": "Disclosure", "source": "Source", "what": "What", "indicator": "Figure"},
}  # fmt: skip


@pytest.mark.parametrize("language", ["id", "en"])
def test_emissions_are_the_same_everywhere(report: Report, language: Language) -> None:
    """Life cycle, nitrous oxide, methane, the recomputed factor and every other figure of emissions and money: the rows of the
    spreadsheet are those of the page, and each printed number is the spreadsheet's, rounded.
    """
    head = HEADS[language]
    sheet = book(content(report, "xlsx", language))[head["emissions"]]
    printed = {row[0]: row for row in page(report, language).rows if len(row) == 3}
    assert len(sheet) == len({str(row[head["item"]].value) for row in sheet})
    for row in sheet:
        label = str(row[head["item"]].value)
        assert label in printed, label
        value, half = number(row, head["value"]), number(row, head["half"])
        assert value is not None
        assert shows(printed[label][1], value, language), (label, value, printed[label])
        assert ("±" in printed[label][2]) == (half is not None), label
        assert half is None or "<" in printed[label][2] or shows(printed[label][2], half, language), label
    told = json.loads(content(report, "json", language))["statement"]
    values = [number(row, head["value"]) for row in sheet]
    for name, estimate in emissions(told).items():
        assert any(one == pytest.approx(estimate) for one in values), name
    assert len(sheet) == len(emissions(told))


def emissions(told: dict[str, Any]) -> dict[str, float]:
    """Every figure of the JSON's statement that a section of emissions must have, as it is signed there."""
    found = {
        name: told[name]["value"]
        for name in ("co2_kg", "net_kg", "ch4_kg", "ch4_co2e_kg", "co2e_kg", "recomputed_kg", "saved_idr")
    }
    found |= {
        "life_cycle_kg": -told["life_cycle_kg"]["value"],
        "n2o_co2e_kg": -told["n2o_co2e_kg"]["value"],
        "as closed": told["co2_kg"]["value"],
    }
    for place, line in enumerate(told["lines"]):
        found |= {f"line {place}": line["co2_kg"]["value"], f"line {place} again": line["co2_kg"]["value"]}
        found[f"saved {place}"] = line["saved_idr"]["value"]
    found |= {f"recomputed {place}": line["co2_kg"]["value"] for place, line in enumerate(told["recomputed"])}
    if abs(told["ch4_closed_kg"] - told["ch4_kg"]["value"]) > 1e-6:
        found["ch4_closed_kg"] = told["ch4_closed_kg"]
    return found


@pytest.mark.parametrize("language", ["id", "en"])
def test_factors_paddies_and_people_are_the_same_everywhere(report: Report, language: Language) -> None:
    """Every factor (methane's and nitrous oxide's too) with value and source, every paddy, every figure that a person entered and
    every disclosure: the spreadsheet's rows are the page's, and the JSON has their numbers in full.
    """
    head, told = HEADS[language], json.loads(content(report, "json", language))
    sheets, rows = book(content(report, "xlsx", language)), page(report, language).rows
    factors = {
        (str(row[head["factor"]].value), number(row, head["value"])): row for row in sheets[head["factors"]]
    }
    in_json = told["methane_factors"] + [told["statement"]["life_cycle"]]
    in_json += [line["factor"] for line in told["statement"]["lines"] + told["statement"]["recomputed"]]
    names = {(name_in(Factor.model_construct(**one), language), one["value"]) for one in in_json}
    assert names == set(factors)
    assert language == "id" or names == {(one["name"], one["value"]) for one in in_json}
    printed = [row for row in rows if len(row) == 6 and row[0] in {name for name, _ in factors}]
    assert len(printed) == len(factors)
    for row in printed:
        (found,) = [
            one
            for (name, value), one in factors.items()
            if name == row[0] and shows(row[1], value or 0.0, language)
        ]
        assert found[head["source"]].value == row[3]
    paddies = {str(row[head["zone"]].value): number(row, head["ch4"]) for row in sheets[head["methane"]]}
    assert [one["ch4_kg"]["value"] for one in told["statement"]["methane"]] == pytest.approx(
        list(paddies.values())
    )
    shown = {row[0]: row for row in rows if len(row) == 8 and row[0] in paddies}
    assert all(shows(shown[zone][5], kg or 0.0, language) for zone, kg in paddies.items())
    (entered,) = sheets[head["people"]]
    assert number(entered, head["value"]) == told["statement"]["indicators"][0]["value"] == 24.0
    assert [
        row
        for row in rows
        if len(row) == 5 and row[0] == entered[head["indicator"]].value and shows(row[1], 24.0, language)
    ]
    asked = list(dict.fromkeys(str(row[head["disclosure"]].value) for row in sheets[head["index"]]))
    assert asked == [
        row[0] for row in rows if row and row[0].startswith(("GRI ", "PROPER:")) and len(row) == 3
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_sums_days_and_sentences_are_the_same_everywhere(report: Report, language: Language) -> None:
    """Sums, days and events equal the JSON's; every warning, limit and method of the page is a note of the spreadsheet."""
    head, told = HEADS[language], json.loads(content(report, "json", language))
    sheets, cells = book(content(report, "xlsx", language)), page(report, language)
    summary = [number(row, head["value"]) for row in sheets[head["summary"]] if row.get(head["unit"])]
    for name, amount in told["sums"].items():
        value = amount["value"] / (1000.0 if name.endswith("_wh") else 1.0)
        assert any(one == pytest.approx(value) for one in summary), name
    assert len(sheets[head["days"]]) == len(told["days"]) == 31
    zones = [number(row, "m³") for row in sheets[head["zones"]]]
    assert zones == pytest.approx([water for day in told["days"] for water in day["zones"].values()])
    text = " ".join("".join(cells.text).split())
    notes = [" ".join(str(row[head["note"]].value).split()) for row in sheets[head["notes"]]]
    assert len(notes) > 12
    assert not [note for note in notes if note not in text]
    limits = re.findall(r"<li>(.*?)</li>", unescape(content(report, "html", language).decode()))
    assert len(limits) > 5
    assert not set(limits) - {str(row[head["note"]].value) for row in sheets[head["notes"]]}
    sentences = re.findall(
        r'<p class="(?:lead|body|warning)">(.*?)</p>', unescape(content(report, "html", language).decode())
    )
    assert len(sentences) > 6
    assert not set(sentences) - {str(row[head["note"]].value) for row in sheets[head["notes"]]}
    listed = [one["text"][language] for one in told["happenings"]["listed"]]
    assert [row[head["what"]].value for row in sheets[head["events"]]] == listed
    assert len(sheets[head["counts"]]) == len(told["happenings"]["counts"])
    for digest in (told["ledger"]["head_hash"], told["statement"]["digest"]):
        assert digest in text
        assert any(
            digest in str(row[head["value"]].value) for row in sheets[head["summary"]] if head["value"] in row
        )


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_pdf_has_every_cell_of_the_page(report: Report, language: Language, tmp_path: Path) -> None:
    """Every cell of every table, and every sentence, of the HTML is in the PDF as well."""
    path = tmp_path / "report.pdf"
    path.write_bytes(content(report, "pdf", language))
    raw = subprocess.run(
        [require("pdftotext"), "-raw", str(path), "-"], capture_output=True, check=True, timeout=RUN_S
    ).stdout.decode()
    squeezed = re.sub(r"\s+", "", raw)
    cells = page(report, language)
    lost = [cell for row in cells.rows for cell in row if re.sub(r"\s+", "", cell) not in squeezed]
    assert not lost
