"""The HTML report stands alone, says the same in both languages, and no name can break it."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from controller.core.site import Site
from controller.i18n.numbers import Language
from controller.impact.day_sums import Amount
from controller.report.compose import document
from controller.report.html import css_string, html
from controller.report.model import Report
from controller.report.period import month, year
from tests.controller.report.ledgers import MEMBERS, report_of, site_of, write_ledger


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year's beginning with gaps."""
    folder = tmp_path_factory.mktemp("html")
    return write_ledger(
        folder,
        site_of(),
        "2026-01-01",
        "2026-03-31",
        gaps=["2026-03-05"],
        without=["2026-03-10"],
        notes=[MEMBERS],
    )


def text_of(report: Report, language: Language) -> str:
    """The whole file."""
    return "".join(html(document(report, language)))


class Tags(HTMLParser):
    """Which tags are open, and the visible text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "col"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """``<path/>`` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("period", [month("2026-03"), year("2026")])
def test_the_file_is_whole_and_stands_alone(path: Path, language: Language, period: object) -> None:
    """Every tag is closed, no address is named that a browser would fetch, no text of another language or nothing is left in it."""
    text = text_of(report_of(path, site_of(), period), language)  # type: ignore[arg-type]
    tags = Tags()
    tags.feed(text)
    assert (tags.wrong, tags.open) == ([], [])
    assert not re.search(r"https?://|src=|href=|<script|@import", text.replace("src:url(data:", ""))
    words = " ".join(tags.words)
    assert not re.search(r"\b(None|nan|inf|Undefined)\b|\{[a-z_]+\}", words)
    assert ("Neraca air" in words) == (language == "id")


def test_the_first_page_has_the_figures(path: Path) -> None:
    """Water, energy, CO2 and their margins, coverage and the statement stand before the first heading, as the model has them."""
    report = report_of(path, site_of(), month("2026-03"))
    first = text_of(report, "id").partition("<h2")[0]
    water, co2 = report.sums["water_m3"], report.statement.co2_kg
    assert f"<b>{water.value:.1f}</b>".replace(".", ",") in first
    assert f"±\xa0{water.half_width:.1f}\xa0m³".replace(".", ",") in first
    assert f"<b>{co2.value:.1f}</b>".replace(".", ",") in first
    assert "perkiraan, belum diverifikasi" in first
    assert "95,2\xa0%" in first or "95,2" in first
    assert "1 dari 31 hari tanpa penutupan" in first


def test_a_running_month_says_so(path: Path) -> None:
    """A period that is not over is named with the last closed day, on the first page and on each page's head."""
    report = report_of(path, site_of(), year("2026"))
    assert "Tahun 2026, data sampai 31 Maret 2026" in text_of(report, "id")
    assert "Year 2026, data until 31 March 2026" in text_of(report, "en")


def test_indonesian_never_calls_the_sun_solar(path: Path) -> None:
    """In Indonesian "solar" is diesel: the word stands nowhere but where the fuel is meant."""
    text = text_of(report_of(path, site_of(), month("2026-03")), "id")
    assert "PLTS" in text
    assert not re.search(r"\bsolar\b(?! \(BBM\))", text, re.IGNORECASE)


def test_no_name_breaks_the_page(path: Path) -> None:
    """Names with quotes, tags and braces stay text, in the body and in the style sheet's page heads."""
    nasty = '</style><script>alert("x")</script> {{ 7*7 }} \\ "'
    site = site_of()
    identity = site.file.site.model_copy(update={"name": nasty})
    other: Site = site.model_copy(update={"file": site.file.model_copy(update={"site": identity})})
    text = text_of(report_of(path, other, month("2026-03")), "en")
    assert "<script" not in text
    assert text.count("</style>") == 1
    assert "{{ 7*7 }}" in text


def test_css_strings_end_where_they_should() -> None:
    """Whatever a text holds, its CSS string has only its own two quotes and no line break."""
    for text in ('a"b', "a\\b", "a\nb", "</style>", "é–·"):
        string = str(css_string(text))
        assert string.startswith('"')
        assert string.endswith('"')
        assert not set('"\n<') & set(string[1:-1])


def test_a_rest_of_water_is_told_beyond_its_margin(path: Path) -> None:
    """Water that nothing explains gets a sentence only where it is more than 2 % and more than its margin, either way."""
    report = report_of(path, site_of(), month("2026-03"))
    pumped = report.value("water_m3") or 0.0
    told = {}
    for value, half in ((0.1, 0.2), (0.1, 0.05), (-0.1, 0.05), (0.01, 0.001)):
        sums = {**report.sums, "unexplained_m3": Amount(value * pumped, half * pumped, 30)}
        first = text_of(replace(report, sums=sums), "en").partition("<h2")[0]
        told[value, half] = ("is not explained by zones" in first, "more than was pumped" in first)
    assert list(told.values()) == [(False, False), (True, False), (False, True), (False, False)]
