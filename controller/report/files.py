"""A report in one of its formats, as bytes, piece by piece."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from controller.i18n.numbers import Language
from controller.report.compose import document
from controller.report.model import Report


def pieces(report: Report, kind: str, language: Language) -> Iterator[bytes]:
    """``kind``: html, pdf, xlsx or json. The heavy packages come in only with the formats that need them."""
    made = datetime.fromisoformat(report.generated)
    if kind == "html":
        from controller.report.html import html

        yield from (text.encode() for text in html(document(report, language)))
    elif kind == "pdf":
        from controller.report.pdf import pdf

        yield pdf(document(report, language), made)
    elif kind == "xlsx":
        from controller.report.xlsx import xlsx

        yield xlsx(report, language, made)
    else:
        from controller.report.json_file import json_text

        yield json_text(report).encode()
