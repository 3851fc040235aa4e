"""`tirta devices NAME`: what the profiles tell people reaches them, in their language."""

from __future__ import annotations

import json

import pytest

from controller.cli import main
from controller.commands.device_sheet import WIDTH, sheet
from drivers.profile import library, load_profile


@pytest.mark.parametrize("lang", ["id_ID.UTF-8", "C.UTF-8"])
def test_every_word_for_people_is_on_the_sheet(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each setting by hand with its reason, each note, question, variant and source of each profile, in lines of a terminal."""
    monkeypatch.setenv("LC_ALL", lang)
    tongue = "id" if lang.startswith("id") else "en"
    for name in library():
        profile, lines = load_profile(name), list(sheet(load_profile(name)))
        flat = " ".join(" ".join(lines).split())
        told = [getattr(note, tongue) for note in profile.notes]
        told += [f"{m.where} = {m.value}: {getattr(m.why, tongue)}" for m in profile.manual]
        told += [getattr(setup.why, tongue) for setup in profile.setup if setup.why]
        told += [getattr(setting.label, tongue) for setting in profile.settings.values()]
        told += [*profile.sources, *(variant.name for variant in profile.variants)]
        missing = [text for text in told if " ".join(text.split()) not in flat]
        assert missing == [], name
        assert all(len(line) <= WIDTH or " " not in line.strip(" -") for line in lines[1:]), name


def test_the_sheet_of_a_drive(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A technician reads the parameters to key in, and what the program sets itself; a program reads the same as JSON."""
    monkeypatch.setenv("LC_ALL", "id_ID.UTF-8")
    assert main(["devices", "invt-goodrive"]) == 0
    text = capsys.readouterr().out
    assert "Disetel dengan tangan pada alat:\n  - P00.01 = 2: " in text
    assert "alamat 1" in text
    assert "dua sumber mandiri sepakat" in text
    assert main(["devices", "invt-goodrive", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["manual"][0]["where"] == "P00.01"


def test_an_unverified_profile_says_so() -> None:
    """In the second line, under the name."""
    assert "unverified" in list(sheet(load_profile("fuling-dzb")))[1]


def test_a_device_that_is_not_known(capsys: pytest.CaptureFixture[str]) -> None:
    """Wrong input: exit 1, with the names that are known."""
    assert main(["devices", "tidak-ada"]) == 1
    assert "invt-goodrive" in capsys.readouterr().err
