"""The catalogue: complete, sourced, found by every name people use."""

from __future__ import annotations

import pytest
import yaml
from pydantic import ValidationError

from schedules.catalog import Crop, Soil, UnknownNameError, read_crops, read_soils
from tests.schedules.zones import CATALOG

TABLE = {
    "chilli": (0.60, 1.05, 0.90, 0.30, 125), "eggplant": (0.60, 1.05, 0.90, 0.45, 130),
    "tomato": (0.60, 1.15, 0.80, 0.40, 145), "long-bean": (0.50, 1.05, 0.90, 0.45, 90),
    "spinach": (0.70, 1.00, 0.95, 0.20, 65), "cucumber": (0.60, 1.00, 0.75, 0.50, 105),
    "melon": (0.50, 1.05, 0.75, 0.40, 120), "watermelon": (0.40, 1.00, 0.75, 0.40, 110),
    "cassava": (0.30, 0.80, 0.30, 0.35, 210), "maize": (0.30, 1.20, 0.35, 0.55, 125),
    "sweet-corn": (0.30, 1.15, 1.05, 0.50, 80), "groundnut": (0.40, 1.15, 0.60, 0.50, 130),
    "sweet-potato": (0.50, 1.15, 0.65, 0.65, 125), "rice": (1.05, 1.20, 0.75, 0.20, 150),
    "banana-year-1": (0.50, 1.10, 1.00, 0.35, 390), "banana-year-2": (1.00, 1.20, 1.10, 0.35, 365),
    "oil-palm": (0.95, 1.00, 1.00, 0.65, None), "rubber": (0.95, 1.00, 1.00, 0.40, None),
    "pineapple": (0.50, 0.30, 0.30, 0.50, 790), "papaya": (0.50, 1.10, 1.00, 0.35, 390),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLE)
def test_numbers_of_the_table(name: str) -> None:
    """Kc, p and the length of the season of every tabulated crop are those of FAO-56."""
    crop = CATALOG.crop(name)
    assert (crop.kc.ini, crop.kc.mid, crop.kc.end, crop.p, crop.season_d) == TABLE[name]


def test_every_entry_names_its_source_in_both_languages() -> None:
    """No crop and no soil without source, English and Indonesian name; what is no table value says so."""
    for entry in (*CATALOG.crops.values(), *CATALOG.soils.values()):
        assert len(entry.source) > 20
        assert entry.names.en
        assert entry.names.id
    weak = {c.name for c in CATALOG.crops.values() if c.confidence != "table"}
    assert weak == {"papaya", "dragon-fruit", "reclamation-seedling", "oil-palm-nursery", "young-trees"}
    assert all("FAO-56" in c.source for c in CATALOG.crops.values() if c.confidence == "table")


def test_indonesian_names_work() -> None:
    """A technician may write cabai, Padi or podsolik."""
    assert CATALOG.crop("cabai").name == "chilli"
    assert CATALOG.crop("Padi").name == "rice"
    assert CATALOG.soil("podsolik").name == "ultisol"


def test_names_are_unambiguous() -> None:
    """No name or alias belongs to two crops or to two soils."""
    for table in (CATALOG.crops, CATALOG.soils):
        owner: dict[str, str] = {}
        for name, entry in table.items():
            for alias in {name, entry.names.en.lower(), entry.names.id.lower(), *entry.names.aliases}:
                assert owner.setdefault(alias, name) == name


def test_a_wrong_name_gets_a_hint() -> None:
    """A misspelt name is refused with the nearest ones, a strange one without."""
    with pytest.raises(UnknownNameError, match=r"unknown crop 'chili'; did you mean chilli\?"):
        CATALOG.crop("chili")
    with pytest.raises(UnknownNameError, match=r"unknown soil 'xyz'$"):
        CATALOG.soil("xyz")


def test_all_textures_hold_water() -> None:
    """Twelve textures, the local soil and the paddy; water contents rise, and available water is within FAO-56's ranges."""
    assert len(CATALOG.soils) == 14
    for soil in CATALOG.soils.values():
        assert soil.wp < soil.fc < soil.sat
        assert 50 <= 1000 * (soil.fc - soil.wp) <= 200


TABLE_19 = {
    "sand": ((0.07, 0.17), (0.02, 0.07)), "loamy-sand": ((0.11, 0.19), (0.03, 0.10)),
    "sandy-loam": ((0.18, 0.28), (0.06, 0.16)), "loam": ((0.20, 0.30), (0.07, 0.17)),
    "silt-loam": ((0.22, 0.36), (0.09, 0.21)), "silt": ((0.28, 0.36), (0.12, 0.22)),
    "silty-clay-loam": ((0.30, 0.37), (0.17, 0.24)), "silty-clay": ((0.30, 0.42), (0.17, 0.29)),
    "clay": ((0.32, 0.40), (0.20, 0.24)),
}  # fmt: skip
SAXTON_RAWLS = {
    "sandy-clay-loam": (0.17, 0.27, 0.43, 11), "clay-loam": (0.22, 0.36, 0.48, 4.3), "sandy-clay": (0.25, 0.36, 0.44, 1.4),
}  # fmt: skip


def test_textures_are_those_of_their_tables() -> None:
    """FC and WP lie in the middle of FAO-56 Table 19's ranges; textures that it lacks are Saxton and Rawls' (2006)."""
    for name, (fc, wp) in TABLE_19.items():
        soil = CATALOG.soil(name)
        assert soil.fc == pytest.approx(sum(fc) / 2, abs=0.0051)
        assert soil.wp == pytest.approx(sum(wp) / 2, abs=0.0051)
        assert soil.rew_mm is not None
    for name, numbers in SAXTON_RAWLS.items():
        soil = CATALOG.soil(name)
        assert (soil.wp, soil.fc, soil.sat, soil.ksat_mm_h) == numbers


GOOD = """
names: {en: "X", id: "X"}
source: "somewhere"
kc: {ini: 0.5, mid: 1.0, end: 0.5}
height_m: 1
root_m: [0.5, 1.0]
p: 0.5
stages_d: [1, 2, 3, 4]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("stages_d: [1, 2, 3, 4]", ""),
        ("[0.5, 1.0]", "[1.0, 0.5]"),
        ("mid: 1.0", "mid: 11"),
        ("p: 0.5", "q: 0.5"),
    ],
)
def test_broken_crops_are_refused(old: str, new: str) -> None:
    """An annual without stages, roots the wrong way round, a Kc of 11 and an unknown key are errors."""
    assert isinstance(read_crops({"x": GOOD})["x"], Crop)
    with pytest.raises(ValidationError):
        read_crops({"x": GOOD.replace(old, new)})


def test_broken_soils_are_refused() -> None:
    """A soil that holds more at wilting point than at field capacity, and a list in place of a mapping, are errors."""
    text = "a:\n  names: {en: A, id: A}\n  source: s\n  fc: 0.3\n  wp: 0.1\n  sat: 0.4\n  ksat_mm_h: 5\n"
    assert isinstance(read_soils(text)["a"], Soil)
    with pytest.raises(ValidationError, match="wp < fc < sat"):
        read_soils(text.replace("wp: 0.1", "wp: 0.35"))
    with pytest.raises(yaml.YAMLError):
        read_soils("- a")
