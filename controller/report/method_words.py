"""How the CO2 avoided and the money saved were reckoned: the sums of each line, in the numbers that the command line prints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from controller.impact.line_words import money_words, nothing_counts, sum_words
from controller.impact.lines import Line
from controller.impact.methane_words import paddy_words
from controller.report.model import Report
from controller.report.say import Say, bound

PRINTED = tuple((re.compile(plain), mark) for plain, mark in (
    (r" x ", " × "), (r"\bCO2", "CO₂"), (r"\bCH4", "CH₄"), (r"\bm3\b", "m³"),
))  # fmt: skip
"""Marks as a report sets them, not within the words of a device."""


def method(line: Line, say: Say) -> str:
    """The sums of one line, worked out in their own numbers."""
    key = f"method_{line.baseline}"
    if line.baseline == "diesel-generator" and line.factor.unit == "kg_co2_per_kwh":
        key = "method_diesel-generator-kwh"
    texts = [*sum_words(line, say.language)]
    texts += [] if nothing_counts(line) else [money_words(line, say.language)]
    words = say("method_line", title=say(key), text=_sentences(texts))
    if not line.evidence:
        return words
    key = "method_evidence" if line.evidence_date else "method_evidence_undated"
    return words + say(key, evidence=line.evidence, date=say.day(line.evidence_date))


def methane_methods(report: Report, say: Say) -> Iterator[str]:
    """The sums of each paddy with days that count, nitrous oxide with them."""
    told, names = report.statement, {zone.id: zone.name for zone in report.site.zones}
    for one in told.methane:
        _, *texts = paddy_words(one, told.methane_basis, say.language)
        if texts:
            name = names.get(one.zone, one.zone)
            yield say("method_line", title=name, text=_sentences(text.strip() for text in texts))


def _sentences(texts: Iterable[str]) -> str:
    text = ". ".join(texts) + "."
    for plain, printed in PRINTED:
        text = plain.sub(printed, text)
    return bound(text)


def places(value: float) -> int:
    """Decimals that show a factor as it was published: 0.86, 2.676, 74.1, 28."""
    text = f"{value:.4f}".rstrip("0")
    return len(text.partition(".")[2])
