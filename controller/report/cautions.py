"""What must be known before a figure is used: warnings above the figures, and one sentence for each thing to trip over."""

from __future__ import annotations

from collections.abc import Iterator

from controller.report.margins import shown
from controller.report.model import Report
from controller.report.say import HARD, Say

PARTIAL = 0.95
"""Below this share of the time the first page says that the data are incomplete."""

SMALL_REST = 0.02
"""A rest of water below this share of what was pumped, or within its margin, is not worth a sentence."""


def warnings(report: Report, say: Say) -> Iterator[str]:
    """What must be read before the figures: a broken ledger, a period that still runs, missing data."""
    seen = report.coverage
    if not report.ledger.whole:
        yield say("warning_broken", problem=report.ledger.problems[0][say.language])
    if seen.running:
        at = report.ledger.at_s
        yield say("warning_running", day=say.day(seen.ended), moment=say.moment(at), clock=say.time_zone(at))
    if seen.share < PARTIAL or seen.closed_days < seen.past_days:
        unseen = str(seen.past_days - seen.closed_days)
        yield say("warning_partial", share=say.share(seen.share), unseen=unseen, days=str(seen.past_days))


def limits(report: Report, say: Say) -> Iterator[str]:
    """One sentence for each thing that a reader may trip over."""
    yield say("limit_unverified" if report.statement.standing.verification is None else "limit_verified",
              status=report.statement.status[say.language])  # fmt: skip
    if report.statement.standing.changed is not None:
        yield say("limit_changed", by=report.statement.standing.changed.by)
    for baseline in dict.fromkeys(line.baseline for line in report.statement.lines):
        yield say(f"limit_{baseline}")
    if report.statement.ch4_kg.value:
        yield say("limit_methane")
    yield say("limit_margin")
    yield from _limits_of_data(report, say)
    if report.statement.differs:
        yield say("limit_recomputed")


def filled_words(report: Report, say: Say) -> str:
    """``126,3 kWh``, ``0,4 m³`` or both: what no counter told; a text for nothing."""
    energy, water = (report.coverage.filled_wh or 0.0) / 1000.0, report.coverage.filled_m3 or 0.0
    words = {
        "energy": f"{shown(say, energy, 0.0)[0]}{HARD}kWh" if energy > 0.0 else "",
        "water": f"{shown(say, water, 0.0)[0]}{HARD}m³" if water > 0.0 else "",
    }
    if all(words.values()):
        return say("filled_both", **words)
    return words["energy"] or words["water"] or say("cover_none")


def _limits_of_data(report: Report, say: Say) -> Iterator[str]:
    seen = report.coverage
    filled = (seen.filled_wh or 0.0) > 0.0 or (seen.filled_m3 or 0.0) > 0.0
    if seen.share > 0.9999:
        yield say("limit_seen" if filled else "limit_full", days=str(seen.closed_days))
    else:
        yield say("limit_coverage", share=say.share(seen.share))
    if filled:
        yield say("limit_filled", what=filled_words(report, say))
    if any(not zone.metered for zone in report.site.zones) and len(report.site.zones) > 1:
        yield say("limit_zones")
    if "aux_wh" not in report.sums:
        yield say("limit_aux")
    if report.value("curtailed_wh"):
        yield say("limit_curtailed")
    amount, pumped = report.sums.get("unexplained_m3"), report.value("water_m3")
    if amount is not None and pumped and abs(amount.value) > max(SMALL_REST * pumped, amount.half_width):
        rest = amount.value
        rest, key = abs(rest), "limit_rest" if rest > 0.0 else "limit_more"
        yield say(key, value=say.number(rest, 1), share=say.share(rest / pumped))
