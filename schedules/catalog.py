"""The catalogue of crops and soils that ships with the package: sourced YAML, read once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import Field, model_validator

from schedules.program import Model

Share = Annotated[float, Field(gt=0, lt=1)]
Coefficient = Annotated[float, Field(gt=0, le=1.5)]


ROOT_START_M = 0.20
"""Rooting depth of a seedling, m; roots of annual crops grow from here until the mid-season."""


class Names(Model):
    """What people call it. ``id``: Bahasa Indonesia; ``aliases`` are accepted in program files too."""

    en: str
    id: str
    aliases: tuple[str, ...] = ()


class Named(Model):
    """What crops and soils have in common: the ident (used in program files), names for people, and a source."""

    name: str
    names: Names
    source: str


class Stages3(Model):
    """A coefficient at the initial, mid and end stage (FAO-56 Tables 12 and 17)."""

    ini: Coefficient
    mid: Coefficient
    end: Coefficient


class Crop(Named):
    """One crop: crop coefficients, height (m), rooting depth (m, smallest and largest), depletion fraction p at ETc 5 mm/d,
    lengths of the four stages in days (none: the coefficients do not follow stages). ``root_start_m``: a seedling's roots.
    ``source`` and ``confidence`` say how far to trust it: ``table`` FAO-56 itself, ``stand-in`` another crop's values, ``rule``
    of practice.
    """

    confidence: Literal["table", "stand-in", "rule"] = "table"
    cycle: Literal["annual", "perennial"] = "annual"
    kc: Stages3
    kcb: Stages3 | None = None
    height_m: Annotated[float, Field(gt=0, le=30)]
    root_m: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0, le=3)]]
    p: Share
    stages_d: tuple[int, int, int, int] | None = None
    note: str = ""
    root_start_m: Annotated[float, Field(gt=0, le=1)] = ROOT_START_M

    @model_validator(mode="after")
    def _consistent(self) -> Crop:
        if self.root_m[0] > self.root_m[1]:
            raise ValueError("root_m: the smaller depth comes first")
        if self.stages_d is None and self.cycle == "annual":
            raise ValueError("stages_d: an annual crop needs its four stage lengths")
        return self

    @property
    def season_d(self) -> int | None:
        """Days from planting to the end of the late stage; None when the crop has no stages."""
        return None if self.stages_d is None else sum(self.stages_d)


class Soil(Named):
    """One soil: water contents (m3/m3) at field capacity, wilting point and saturation, saturated conductivity (mm/h, the
    limit of what rain enters), readily and totally evaporable water (mm, FAO-56 Table 19).
    """

    fc: Share
    wp: Share
    sat: Share
    ksat_mm_h: Annotated[float, Field(gt=0)]
    rew_mm: Annotated[float, Field(gt=0)] | None = None
    tew_mm: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Soil:
        if not self.wp < self.fc < self.sat:
            raise ValueError("water contents must rise: wp < fc < sat")
        return self


class UnknownNameError(KeyError):
    """A name that the catalogue does not hold; ``nearest`` are the names that look like it."""

    def __init__(self, what: str, name: str, nearest: tuple[str, ...]) -> None:
        super().__init__(name)
        self.what, self.name, self.nearest = what, name, nearest

    def __str__(self) -> str:
        hint = f"; did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        return f"unknown {self.what} {self.name!r}{hint}"


Entry = TypeVar("Entry", bound=Named)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Crops and soils by name; ``crop()`` and ``soil()`` also take the Indonesian name or an alias."""

    crops: Mapping[str, Crop]
    soils: Mapping[str, Soil]

    def crop(self, name: str) -> Crop:
        """The crop of that name. Raises UnknownNameError with the nearest names."""
        return _find("crop", name, self.crops)

    def soil(self, name: str) -> Soil:
        """The soil of that name. Raises UnknownNameError with the nearest names."""
        return _find("soil", name, self.soils)


def _find(what: str, name: str, table: Mapping[str, Entry]) -> Entry:
    entry = table.get(name)
    if entry is not None:
        return entry
    wanted = name.strip().lower()
    known: dict[str, str] = {}
    for ident in table:
        names = table[ident].names
        for alias in (ident, names.en, names.id, *names.aliases):
            known.setdefault(alias.lower(), ident)
    if wanted in known:
        return table[known[wanted]]
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.6)
    raise UnknownNameError(what, name, tuple(dict.fromkeys(known[n] for n in near)))


def read_crops(texts: Mapping[str, str]) -> dict[str, Crop]:
    """Crops from YAML texts, one crop each, by file stem. Raises pydantic.ValidationError or yaml.YAMLError."""
    return {name: Crop.model_validate({"name": name, **_load(text)}) for name, text in sorted(texts.items())}


def read_soils(text: str) -> dict[str, Soil]:
    """Soils from one YAML text: a mapping of names. Raises pydantic.ValidationError or yaml.YAMLError."""
    return {name: Soil.model_validate({"name": name, **entry}) for name, entry in _load(text).items()}


def _load(text: str) -> dict[str, Any]:
    data = yaml.safe_load(text)
    if not isinstance(data, dict):
        raise yaml.YAMLError("expected a mapping")
    return data


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    """The catalogue that ships with the package, read once."""
    root = resources.files("schedules")
    crops = {
        entry.name.removesuffix(".yaml"): entry.read_text("utf-8")
        for entry in root.joinpath("crops").iterdir()
        if entry.name.endswith(".yaml")
    }
    return Catalog(read_crops(crops), read_soils(root.joinpath("soils.yaml").read_text("utf-8")))
