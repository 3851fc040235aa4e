"""The document as one HTML file: no script, no file beside it, printable as it is."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape
from markupsafe import Markup

from controller.report.page import Document
from controller.report.svg import svg

FONTS = {400: "Roboto-Regular.ttf", 700: "Roboto-Bold.ttf"}


def html(document: Document) -> Iterator[str]:
    """The file's text, piece by piece: a year's thousands of rows never stand in memory as a whole."""
    return _template().generate(
        doc=document, svg=svg, fonts=_fonts(), kind=_kind, css=css_string, pages=_pages
    )


def css_string(text: str) -> Markup:
    """A text as a string of CSS that can end neither the string nor the style sheet."""
    return Markup('"{}"').format(Markup("".join(_css_letter(letter) for letter in text)))


def _css_letter(letter: str) -> str:
    return letter if letter.isalnum() or letter in " ,.-–:/()" else f"\\{ord(letter):x} "


def _pages(text: str) -> Markup:
    """``Page {page} of {pages}`` as the content of a margin box."""
    before, _, rest = text.partition("{page}")
    between, _, after = rest.partition("{pages}")
    return Markup(" ").join(
        (css_string(before), "counter(page)", css_string(between), "counter(pages)", css_string(after))
    )


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


def _template() -> Template:
    return _environment().get_template("report.html")
