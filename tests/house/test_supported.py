"""The lists of supported devices are those of the library, in both languages."""

from __future__ import annotations

import re

import pytest

from drivers.profile import library, load_profile
from scripts import supported
from tests.house.source import ROOT


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_list_is_that_of_the_library(language: supported.Language) -> None:
    """The committed file is what the library makes; when it is not, the command to run is told."""
    file = ROOT / supported.FILES[language]
    told = file.read_text("utf-8") if file.exists() else ""
    stale = told != supported.document(language)
    assert not stale, f"{file.name} is not what drivers/profiles/ says: run {supported.COMMAND} and commit it"


def test_every_profile_stands_there_once_and_unverified_ones_say_so() -> None:
    """Each profile has one row in each language, and the word unverified exactly where its confidence is S or U."""
    for language, word in (("en", "**unverified"), ("id", "**belum terverifikasi")):
        text = supported.document(language)  # type: ignore[arg-type]
        rows = [
            line.split(" | ") for line in text.splitlines() if line.startswith("| ") and "](drivers/" in line
        ]
        names = {re.sub(r"^\[([^]]+)\].*", r"\1", row[1]): row for row in rows}
        assert sorted(names) == library()
        assert len(rows) == len(names)
        for name, row in names.items():
            assert (word in row[3]) == (load_profile(name).confidence in ("S", "U")), name
            assert len(row) == 8, name
