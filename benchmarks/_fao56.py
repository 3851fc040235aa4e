"""What `schedules/` answers to a published case: FAO-56's worked examples as JSON (see benchmarks/README.md, `agronomy`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from schedules import evapotranspiration as et
from schedules import meteorology as met
from schedules.catalog import catalog
from schedules.soil import raw_mm, taw_mm
from schedules.water_balance import root_zone

Said = dict[str, Any]


def compared(cases: list[dict[str, Any]]) -> Iterator[tuple[str, float, float, float]]:
    """For every expected number of ours to answer: its name, what we say, what is expected, and the tolerance."""
    for case in cases:
        if case["topic"] == "co2":  # arithmetic of another package
            continue
        said = answers(case["topic"], case["inputs"])
        for path, want in _leaves(case["expected"]):
            key = next((one for one in path if one in case["tolerance"]), "default")
            yield f"{case['id']} {'.'.join(path)}", _at(said, path), want, case["tolerance"][key]


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], float]]:
    pairs = (
        value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    )
    if not isinstance(value, Mapping | list):
        yield path, float(value)
    for key, one in pairs:
        yield from _leaves(one, (*path, str(key)))


def _at(said: Any, path: tuple[str, ...]) -> float:
    for key in path:
        said = said[int(key)] if isinstance(said, list) else said[key]
    return float(said)


def answers(topic: str, i: Mapping[str, Any]) -> Said:
    """What this package says to one case, by the names of the expected figures."""
    match topic:
        case "soil_water":
            return {name: _soil(i, soil) for name, soil in i["soils"].items()}
        case "stress":
            return _drying(i)
        case _:
            return _air(i) | _sun(i) | _eto(i)


def _soil(i: Mapping[str, Any], soil: Mapping[str, float]) -> Said:
    taw = taw_mm(soil["fc"], soil["wp"], i["zr_m"])
    return {"taw_mm": taw, "raw_mm": raw_mm(i["p"], taw)}


def _drying(i: Mapping[str, Any]) -> Said:
    depletion, days = i["dr_start_mm"], []
    etc, raw = i["kc"] * i["eto_mm_d"], raw_mm(i["p"], i["taw_mm"])
    for _ in range(i["days"]):
        days.append(root_zone(catalog().soil("loam"), depletion, i["taw_mm"], raw, etc, 0.0, 0.0, et.DAY_S))
        depletion = days[-1].depletion_mm
    return {"dr_end_mm": [day.depletion_mm for day in days], "ks": [day.ks for day in days]}


def _air(i: Mapping[str, Any]) -> Said:
    said: Said = {}
    if "elevation_m" in i:
        said["pressure_kpa"] = met.pressure_kpa(i["elevation_m"])
        said["gamma_kpa_per_c"] = met.psychrometric(said["pressure_kpa"])
    if "tmax_c" in i:
        said["es_kpa"] = met.mean_saturation_kpa(i["tmax_c"], i["tmin_c"])
    if "rhmax_pct" in i:
        said["ea_kpa"] = met.vapour_from_rh(i["tmax_c"], i["tmin_c"], i["rhmax_pct"], i["rhmin_pct"])
    return said


def _sun(i: Mapping[str, Any]) -> Said:
    if "latitude_deg" not in i:
        return {}
    where = (i["latitude_deg"], int(i["day_of_year"]))
    return {
        "dr": met.earth_sun(where[1]),
        "declination_rad": met.declination(where[1]),
        "sunset_angle_rad": met.sunset_angle(*where),
        "ra_mj_m2_d": met.ra_daily(*where),
        "daylight_hours": met.daylight_h(*where),
    }


def _eto(i: Mapping[str, Any]) -> Said:
    if "rs_mj_m2_d" in i:
        ea, rs, day = _air(i)["ea_kpa"], i["rs_mj_m2_d"], int(i["day_of_year"])
        rso = met.rs_clear(i["elevation_m"], met.ra_daily(i["latitude_deg"], day))
        rn = met.rn_short(rs) - met.rn_long(i["tmax_c"], i["tmin_c"], ea, rs, rso)
        place = (i["latitude_deg"], day, i["elevation_m"])
        eto = et.et0_day(i["tmax_c"], i["tmin_c"], *place, rs, ea, i["wind_2m_m_s"])
        return {"rso_mj_m2_d": rso, "rn_mj_m2_d": rn, "eto_mm_d": eto}
    if "ra_mj_m2_d" in i:
        return {"eto_mm_d": et.hargreaves(i["tmax_c"], i["tmin_c"], i["ra_mj_m2_d"])}
    return {}
