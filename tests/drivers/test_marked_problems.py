"""pydantic's complaints become sentences with a place and a hint, in both languages."""

from __future__ import annotations

import json
from datetime import date
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from controller.core.site import SiteFile
from drivers.marked_problems import explain
from drivers.marked_yaml import Problem, load_text
from drivers.problem_texts import FORMS, HINTS, TEXTS
from drivers.yaml_texts import Language
from schedules.program import FieldProgram

IDENT, CLOCK = FORMS


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Cat(Strict):
    kind: Literal["cat"]
    lives: int = 9


class Dog(Strict):
    kind: Literal["dog"]
    loud: bool = True


class Pump(Strict):
    name: str
    power_w: Annotated[float, Field(gt=0)]
    mode: Literal["auto", "manual"] = "auto"


class Farm(Strict):
    pumps: Annotated[tuple[Pump, ...], Field(min_length=1)]
    pets: tuple[Annotated[Cat | Dog, Field(discriminator="kind")], ...] = ()
    planted: date | None = None
    limit: float | Literal["auto"] | None = None
    code: Annotated[str, Field(pattern="^[a-z]+$")] = "x"
    zones: dict[str, Pump] = Field(default_factory=dict, alias="areas")


PUMPS = "pumps:\n  - name: a\n    power_w: 10\n"


def problems(text: str, language: Language = "en") -> list[Problem]:
    data, marks = load_text(text, "farm.yaml")
    with pytest.raises(ValidationError) as e:
        Farm.model_validate(data)
    return list(explain(e.value, marks, data, Farm, language))


@pytest.mark.parametrize(
    ("text", "line", "column", "path", "message", "hint"),
    [
        (
            PUMPS + "    powr_w: 3\n",
            4,
            5,
            "pumps[0].powr_w",
            "unknown key 'powr_w'",
            "did you mean 'power_w'?",
        ),
        (PUMPS + "weather: 1\n", 4, 1, "weather", "unknown key 'weather'", "known here"),
        (
            "pumps:\n  - name: a\n    powerw: 10\n",
            3,
            5,
            "pumps[0].powerw",
            "unknown key 'powerw'",
            "did you mean 'power_w'?",
        ),
        ("pumps:\n  - name: a\n", 2, 5, "pumps[0]", "'power_w' is missing", ""),
        ("pumps: []\n", 1, 8, "pumps", "needs at least 1 entries", ""),
        (
            PUMPS + "    mode: autp\n",
            4,
            11,
            "pumps[0].mode",
            "must be one of 'auto' or 'manual'",
            "did you mean 'auto'?",
        ),
        ("pumps:\n  - name: 12\n    power_w: 10\n", 2, 11, "pumps[0].name", "must be text, got 12", "quotes"),
        ("pumps:\n  - name: a\n    power_w: -1\n", 3, 14, "pumps[0].power_w", "must be above 0", ""),
        (
            "pumps:\n  - name: a\n    power_w: viel\n",
            3,
            14,
            "pumps[0].power_w",
            "must be a number, got 'viel'",
            "",
        ),
        ("pumps: 3\n", 1, 8, "pumps", "must be a list", ""),
        ("pumps: [3]\n", 1, 9, "pumps[0]", "must be a block", ""),
        (
            PUMPS + "pets: [{kind: cat, lifes: 3}]\n",
            4,
            20,
            "pets[0].lifes",
            "unknown key 'lifes'",
            "did you mean 'lives'?",
        ),
        (PUMPS + "pets: [{kind: cow}]\n", 4, 8, "pets[0]", "must be one of 'cat', 'dog'", ""),
        (PUMPS + "pets: [{lives: 3}]\n", 4, 8, "pets[0]", "'kind' is missing: one of cat, dog", ""),
        (PUMPS + "planted: soon\n", 4, 10, "planted", "must be a date like", ""),
        (PUMPS + "code: A1\n", 4, 7, "code", "has not the right form", "^[a-z]+$"),
        (
            PUMPS + "areas:\n  b: {name: x, power_w: 1, mood: 2}\n",
            5,
            28,
            "areas.b.mood",
            "unknown key 'mood'",
            "'mode'",
        ),
        ("- 1\n", 1, 1, "", "must be a block", ""),
    ],
)
def test_sentences(text: str, line: int, column: int, path: str, message: str, hint: str) -> None:
    """Each kind of mistake is told at its own line and column, in words, with the way out."""
    found = problems(text)
    assert len(found) == 1, [str(p) for p in found]
    problem = found[0]
    assert (problem.line, problem.column, problem.path) == (line, column, path)
    assert message in problem.message
    assert hint in problem.hint


def test_union_branches_are_one_problem() -> None:
    """Three branches that do not fit are one complaint, and no branch's name leaks into the path."""
    found = problems(PUMPS + "limit: never\n")
    assert [(p.line, p.path) for p in found] == [(4, "limit")]


def test_in_file_order() -> None:
    """Several problems come in the order of the file."""
    found = problems("pumps:\n  - name: a\n    power_w: x\n  - name: b\n    power_w: y\nfoo: 1\n")
    assert [p.line for p in found] == [3, 5, 6]


def test_indonesian() -> None:
    """The same sentences exist in Bahasa Indonesia."""
    found = problems(PUMPS + "    powr_w: 3\n", "id")
    assert found[0].message == "kunci 'powr_w' tidak dikenal"
    assert found[0].hint == "maksudnya 'power_w'?"


class Gauge(Strict):
    share: Annotated[float, Field(ge=0, le=1)] = 0.5
    count: int = 1
    day: date | None = None
    ident: Annotated[str, Field(pattern=IDENT)] = "x"
    clock: Annotated[str, Field(pattern=CLOCK)] = "06:00"
    both: float = 0.0

    @field_validator("both", mode="before")
    @classmethod
    def _own(cls, value: object) -> object:
        if value == "own":
            raise PydanticCustomError("own", "my {what}", {"what": "word", "id": "{what} saya"})
        return value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("share: 0,5", "titik, bukan koma: 0.5"),
        ("share: '0.5'", "tanpa tanda kutip: 0.5"),
        ("share: 40%", "bagian dari 0 sampai 1: 0.4"),
        ("share: 0.4 bar", "angkanya saja: 0.4"),
        ("share: 1.444,70", "titik, bukan koma: 1444.70"),
        ("share: 1.5", "harus paling banyak 1, bukan 1.5"),
        ("share: [1]", "bukan daftar"),
        ("{share: 0,8}", "0,5 ditulis 0.5; koma"),
        ("count: '2'", "tanpa tanda kutip: 2"),
        ("day: 20-9-2026", "misalnya 2026-09-20"),
        ("day: 7 Agustus 2026", "misalnya 2026-08-07"),
        ("day: 31/13/2026", "harus tanggal seperti 2026-03-15"),
        ("ident: Katup_A 1", "paling banyak 40: katup-a-1"),
        ("clock: '6.00'", '"06:00"'),
        ("clock: 24:00", '"23:59"'),
        ("both: own", "word saya"),
    ],
)
def test_what_people_write_instead(text: str, says: str) -> None:
    """Decimal commas, units, quotes, local dates and clock times are met with what to write, in Indonesian here."""
    data, marks = load_text(text, "x.yaml")
    with pytest.raises(ValidationError) as e:
        Gauge.model_validate_json(json.dumps(data), strict=True)
    found = explain(e.value, marks, data, Gauge, "id")
    assert any(says in f"{p.message} ({p.hint})" for p in found), [str(p) for p in found]


def test_the_forms_in_words_are_those_of_the_site_language() -> None:
    """The patterns that are explained in words are the ones that ids and clock times really have."""
    schema = json.dumps(SiteFile.model_json_schema()) + json.dumps(FieldProgram.model_json_schema())
    assert all(json.dumps(pattern)[1:-1] in schema for pattern in FORMS)


def test_languages_carry_the_same_facts() -> None:
    """Both versions of each sentence use the same placeholders."""
    from string import Formatter

    for table in (TEXTS, HINTS, FORMS):
        for key, pair in table.items():
            fields = [{f for _, f, _, _ in Formatter().parse(text) if f} for text in pair]
            assert fields[0] == fields[1], key
