"""The document as one HTML file: no script, no file beside it, printable as it is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from controller.report.page import Document
from controller.report.svg import svg

FONTS = {400: "Roboto-Regular.ttf", 700: "Roboto-Bold.ttf"}


def html(document: Document) -> Iterator[str]:
    """The file's text, piece by piece: a year's thousands of rows never stand in memory as a whole."""
    return _template().stream(doc=document, svg=svg, fonts=_fonts(), kind=_kind)


def _kind(block: object) -> str:
    return type(block).__name__.lower()


def _fonts() -> dict[int, str]:
    folder = files("controller.report").joinpath("fonts")
    return {weight: b64encode(folder.joinpath(name).read_bytes()).decode() for weight, name in FONTS.items()}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("controller.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template():  # type: ignore[no-untyped-def]
    return _environment().get_template("report.html")
