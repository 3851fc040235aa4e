"""Every tabulated crop against FAO-56 Tables 11, 12, 17 and 22 as another program ships them (pyfao56)."""

from __future__ import annotations

from typing import Any

import pytest
from pyfao56.tools.tables import FAO56Tables

from schedules.catalog import Stages3
from tests.schedules.zones import CATALOG

TABLES = FAO56Tables()
ROWS = {
    "chilli": ("sweet peppers bell",), "eggplant": ("eggplant",), "tomato": ("tomato",),
    "long-bean": ("beans green",), "spinach": ("spinach",), "cucumber": ("cucumber fresh market", "cucumber"),
    "melon": ("sweet melons",), "watermelon": ("watermelon", "water melons"), "cassava": ("cassava year 1",),
    "maize": ("maize field grain corn 18% moisture", "maize field grain corn", "maize grain"),
    "sweet-corn": ("maize sweet corn fresh", "maize sweet corn", "maize sweet"),
    "groundnut": ("groundnut peanut", "groundnut"), "sweet-potato": ("sweet potato",), "rice": ("rice",),
    "banana-year-1": ("banana first year",), "banana-year-2": ("banana second year",), "oil-palm": ("palm trees",),
    "rubber": ("rubber trees",),
    "pineapple": ("pineapple bare soil", "pineapple multiyear crop bare soil", "pineapple"),
}  # fmt: skip
"""What the tables call it; each table has names of its own."""


def rows(table: Any, name: str, columns: tuple[str, ...]) -> list[tuple[float, ...]]:
    """The numbers of all rows of a crop."""
    found = table[table["Crop"].isin(ROWS[name])]
    return [tuple(float(value) for value in row) for row in found[list(columns)].itertuples(index=False)]


def triple(stages: Stages3 | None) -> tuple[float, ...]:
    """Initial, mid, end."""
    assert stages is not None
    return (stages.ini, stages.mid, stages.end)


def test_every_tabulated_crop_is_looked_up() -> None:
    """No crop that claims to be FAO-56's is left out."""
    assert set(ROWS) == {name for name, crop in CATALOG.crops.items() if crop.confidence == "table"}


@pytest.mark.parametrize("name", ROWS)
def test_numbers_of_the_four_tables(name: str) -> None:
    """Kc and height (Table 12), Kcb (17), roots and p (22) are the printed ones; the stages are one of Table 11's regions. (Long
    beans climb poles: their height is theirs.)
    """
    crop = CATALOG.crop(name)
    height = () if name == "long-bean" else (crop.height_m,)
    columns = ("Kcmini", "Kcmmid", "Kcmend", "hmax")[: 3 + len(height)]
    assert (*triple(crop.kc), *height) in rows(TABLES.table12, name, columns)
    assert triple(crop.kcb) in rows(TABLES.table17, name, ("Kcbini", "Kcbmid", "Kcbend"))
    assert (*crop.root_m, crop.p) in rows(TABLES.table22, name, ("Zrmax1", "Zrmax2", "pbase"))
    if crop.stages_d is not None:
        assert crop.stages_d in rows(TABLES.table11, name, ("Lini", "Ldev", "Lmid", "Llate"))
