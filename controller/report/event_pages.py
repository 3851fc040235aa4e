"""What happened: counts of everything, and one by one what a person should see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from controller.core.decision import Reason
from controller.i18n import render, texts
from controller.report.happenings import Happening
from controller.report.model import Report
from controller.report.page import Block, Column, Heading, Row, Table, Text
from controller.report.say import Say

MOST_COUNTS = 40
SHORTEST = 8
"""Letters that the beginning of a sentence needs to say something."""


def events(report: Report, say: Say) -> Iterator[Block]:
    """The section."""
    yield Heading(say("events"))
    found = report.happenings
    if found.counts:
        heads = (
            ("col_event", 2.2, False),
            ("col_where", 2.2, False),
            ("col_what", 3.2, False),
            ("col_times", 0.8, True),
        )
        rows = tuple(
            Row(
                (
                    kind_words(say, one.kind),
                    place(report, one.subject),
                    cause(say, one.key),
                    say.number(one.times),
                )
            )
            for one in found.counts[:MOST_COUNTS]
        )
        yield Table(_columns(say, heads), rows, say("events_counts"))
    listed = tuple(one for one in found.listed if is_worth_a_line(one))
    if not listed:
        yield Text(say("events_everyday" if found.listed else "events_none"))
        return
    heads = (
        ("col_when", 1.35, False),
        ("col_where", 1.9, False),
        ("col_what", 4.1, False),
        ("col_long", 1.0, True),
    )
    note = say("events_grouped") if len(listed) < len(found.listed) else ""
    yield Table(
        _columns(say, heads), tuple(_row(report, say, one) for one in listed), say("events_list"), note
    )


def _columns(say: Say, heads: tuple[tuple[str, float, bool], ...]) -> tuple[Column, ...]:
    return tuple(Column(say(head), share, right) for head, share, right in heads)


def is_worth_a_line(one: Happening) -> bool:
    """Everything but a trip that is part of an ordinary day: those are counted."""
    return one.kind != "trip" or one.level != "info"


def _row(report: Report, say: Say, one: Happening) -> Row:
    length = say.duration(one.ended_s - one.epoch_s) if one.ended_s is not None else ""
    return Row((say.moment(one.epoch_s), place(report, one.subject), sentence(one, say), length))


def place(report: Report, subject: str) -> str:
    """The name that people gave to a zone, pump or tank; other parts by their id."""
    return report.site.names.get(subject, subject)


def sentence(one: Happening, say: Say) -> str:
    """The event in words: its reason's sentence, or its kind and figures where it has none."""
    if one.key:
        return render(Reason(one.subject, one.key, one.params), say.language)
    return f"{kind_words(say, one.kind)}{_figures(one.params)}"


def _figures(params: Mapping[str, float | str]) -> str:
    return ": " + ", ".join(f"{name} {value}" for name, value in params.items()) if params else ""


def kind_words(say: Say, kind: str) -> str:
    """What a kind of row is called."""
    return say(f"kind_{kind}") if say.has(f"kind_{kind}") else kind


def cause(say: Say, key: str) -> str:
    """The key of a sentence in words for a table of counts: the word of an interlock, else the sentence up to its first number."""
    for section in ("causes", "whys"):
        word = texts().get(section, {}).get(key)
        if word is not None:
            return _begun(word[say.language])
    entry = texts()["reasons"].get(key)
    if entry is None:
        return key
    text, _, rest = entry[say.language].partition("{")
    cut = max(text.rfind(mark) for mark in ",:(") if rest else -1
    text = (text[:cut] if cut >= SHORTEST else text).rstrip(" :,(.")
    return text or key


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
