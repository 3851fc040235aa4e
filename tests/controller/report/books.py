"""Reads a spreadsheet as its XML has it, without the package that wrote it: values, types and the way they are shown."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
BUILT_IN = {"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "9": "0%", "10": "0.00%"}
"""Number formats that a file names by number alone (ECMA-376 part 1, 18.8.30)."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One cell: its value, and its number format."""

    value: str | float
    shape: str


Row = dict[str, Seen]
"""Heading -> cell; empty cells are not there."""


def book(content: bytes) -> dict[str, list[Row]]:
    """Sheet -> its rows below the headings."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        shared, shapes = _shared(file), _shapes(file)
        links = {one.attrib["Id"]: one.attrib["Target"] for one in _root(file, "xl/_rels/workbook.xml.rels")}
        sheets = _root(file, "xl/workbook.xml").iter(f"{MAIN}sheet")
        return {
            one.attrib["name"]: list(_rows(_root(file, f"xl/{links[one.attrib[LINK]]}"), shared, shapes))
            for one in sheets
        }


def _root(file: zipfile.ZipFile, name: str) -> ET.Element:
    return ET.fromstring(file.read(name))


def _shared(file: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in file.namelist():
        return []
    return ["".join(one.itertext()) for one in _root(file, "xl/sharedStrings.xml")]


def _shapes(file: zipfile.ZipFile) -> list[str]:
    """Number format of each cell style."""
    styles = _root(file, "xl/styles.xml")
    own = {one.attrib["numFmtId"]: one.attrib["formatCode"] for one in styles.iter(f"{MAIN}numFmt")}
    cells = styles.find(f"{MAIN}cellXfs")
    assert cells is not None
    return [{**BUILT_IN, **own}[one.attrib["numFmtId"]] for one in cells]


def _rows(sheet: ET.Element, shared: list[str], shapes: list[str]) -> Iterator[Row]:
    heads: dict[str, str] = {}
    for row in sheet.iter(f"{MAIN}row"):
        cells = {re.sub(r"\d", "", cell.attrib["r"]): _cell(cell, shared, shapes) for cell in row}
        if not heads:
            heads = {letter: str(cell.value) for letter, cell in cells.items()}
            assert len(set(heads.values())) == len(heads), heads
        else:
            yield {heads[letter]: cell for letter, cell in cells.items()}


def _cell(cell: ET.Element, shared: list[str], shapes: list[str]) -> Seen:
    text, kind = "".join(cell.itertext()), cell.attrib.get("t")
    assert cell.find(f"{MAIN}f") is None, "a formula"
    value = shared[int(text)] if kind == "s" else text if kind == "inlineStr" else float(text)
    return Seen(value, shapes[int(cell.attrib.get("s", "0"))])
