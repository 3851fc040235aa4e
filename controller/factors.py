"""The emission factors that ship with the package (controller/impact/factors/*.yaml), and their ids in a site file filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from controller.core.site_impact import Factor

FILES = {"grid": "grid", "diesel": "diesel", "pv": "pv", "rice": "rice", "gwp": "rice"}
"""The file of an id, by its first word: a site's start reads no more than it names."""

METHANE = {
    "emission": "rice-efc-south-east-asia",
    "single": "rice-sfw-single-drainage",
    "multiple": "rice-sfw-multiple-drainage",
    "pre_season": "rice-sfp-dry-below-180d",
    "gwp": "gwp-ch4-ar5",
    "season_d": "rice-season-south-east-asia",
    "n2o_flooded": "rice-n2o-flooded",
    "n2o_drained": "rice-n2o-drained",
    "gwp_n2o": "gwp-n2o-ar5",
}
"""What ``methane: {}`` stands for."""

BEFORE = {"flooded": "rice-sfw-flooded", "single-drainage": "rice-sfw-single-drainage"}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A value without a published table behind it. ``refused``: it may not be used at all."""

    value: float
    refused: bool
    why: tuple[str, str]
    """In English and Bahasa Indonesia."""


def _read(name: str) -> Any:
    return yaml.safe_load(files("controller.impact").joinpath("factors", f"{name}.yaml").read_text("utf-8"))


@lru_cache(maxsize=len(FILES))
def _file(name: str) -> Mapping[str, Factor]:
    """The factors of one file, by id."""
    found: dict[str, Factor] = {}
    data = _read(name)
    for ident, entry in data["factors"].items():
        told = {**data["defaults"], **entry, "id": ident}
        dates = {key: str(told[key]) for key in ("valid_from", "valid_to") if told.get(key)}
        told = {key: value for key, value in told.items() if value is not None}
        found[ident] = Factor.model_validate(told | dates)
    return found


def registry() -> Mapping[str, Factor]:
    """Every factor by its id."""
    return {ident: factor for name in dict.fromkeys(FILES.values()) for ident, factor in _file(name).items()}


def factor_of(ident: str) -> Factor | None:
    """The factor of an id; None where there is none."""
    name = FILES.get(ident.partition("-")[0])
    return None if name is None else _file(name).get(ident)


@lru_cache(maxsize=1)
def suspects() -> tuple[Suspect, ...]:
    """Values in kg CO2 per kWh that circulate in software."""
    rules = _read("rules")
    return tuple(
        Suspect(entry["value"], kind == "refused", (entry["why"]["en"], entry["why"]["id"]))
        for kind in ("refused", "doubted")
        for entry in rules[kind]
    )


@lru_cache(maxsize=1)
def biodiesel() -> tuple[Mapping[str, Any], ...]:
    """The share of biodiesel in Indonesian diesel by date, as the site file writes it."""
    return tuple({**entry, "since": entry["since"].isoformat()} for entry in _read("rules")["biodiesel"])


def filled(data: object) -> object:
    """The site file's data with factor ids, the dated biodiesel shares and the defaults of ``methane`` filled in. Never raises;
    what it does not know stays for the validation to tell.
    """
    impact = data.get("impact") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(impact, dict):
        return data
    impact = _baseline(impact)
    if isinstance(impact.get("later"), list):
        impact["later"] = [_baseline(one) if isinstance(one, dict) else one for one in impact["later"]]
    if "life_cycle" in impact:
        impact["life_cycle"] = _factor(impact["life_cycle"])
    if isinstance(impact.get("methane"), dict):
        impact["methane"] = _methane(impact["methane"])
    return data | {"impact": impact}


def _factor(value: object) -> object:
    found = factor_of(value) if isinstance(value, str) else None
    return value if found is None else found.model_dump(mode="json", exclude_defaults=True)


def _baseline(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Diesel by the litre or by its heat is a blend, of the day's share, unless the site says another."""
    found = dict(entry)
    if "factor" in found:
        found["factor"] = _factor(found["factor"])
    unit = found["factor"].get("unit") if isinstance(found.get("factor"), dict) else None
    if unit in ("kg_co2_per_litre", "kg_co2_per_gj") and "biodiesel" not in found:
        found["biodiesel"] = [dict(one) for one in biodiesel()]
    share = found.get("biodiesel")
    if isinstance(share, int | float) and not isinstance(share, bool):
        found["biodiesel"] = [{"since": "1990-01-01", "share": share}]
    return found


def _methane(entry: Mapping[str, Any]) -> dict[str, Any]:
    before = entry.get("before", "flooded")
    known = before if isinstance(before, str) else "flooded"  # what is no word is told by the model
    defaults = METHANE | {"before_factor": BEFORE.get(known, BEFORE["flooded"])}
    found = {**defaults, **entry}
    return {name: _factor(value) if name in defaults else value for name, value in found.items()}
