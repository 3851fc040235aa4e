"""A report as a document in one language: which sections, in which order."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from controller.i18n.numbers import Language
from controller.report.energy_pages import by_days as energy_by_days
from controller.report.energy_pages import energy
from controller.report.event_pages import events
from controller.report.front import front, period_words
from controller.report.impact_pages import impact
from controller.report.index_page import index
from controller.report.model import Report
from controller.report.page import Block, Document, Heading
from controller.report.people_pages import people
from controller.report.pictures import by_day, pictures
from controller.report.record_pages import coverage, ledger
from controller.report.say import Say
from controller.report.water_pages import by_days as water_by_days
from controller.report.water_pages import water


def document(report: Report, language: Language) -> Document:
    """The whole report."""
    say = Say(language, ZoneInfo(report.site.timezone))
    blocks: list[Block] = []
    for section in (front, pictures, energy, water, impact, people, coverage, events, ledger, index):
        blocks += section(report, say)
    blocks += (Heading(say("annex_days"), new_page=True), energy_by_days(report, say))
    if by_day(report):  # of a year's zones the months are enough on paper; the spreadsheet has every day
        blocks += water_by_days(report, say)
    words = period_words(report, say)
    return Document(
        language,
        say("title", site=report.site.name, period=words),
        (report.site.name, words),
        say("page_of"),
        tuple(blocks),
    )
