"""Small sites for the world's tests: written here, so that a change of the shipped sites changes no physics test."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter

from controller.core.site import Site, SiteFile
from controller.factors import filled
from schedules.program import Program

START = datetime(2026, 8, 1, 0, 0, tzinfo=UTC)
"""07:00 in western Indonesia."""

PROGRAMS: Any = TypeAdapter(Program)
WINDOWS = [{"from": "00:00", "to": "23:59"}]

IMPACT = {
    "factor": {"value": 0.86, "name": "CM", "source": "Kepmen", "year": 2019},
    "price_idr_per_kwh": 1444.7,
}


def site(**changes: Any) -> Site:
    """One pump, one tank, a chilli field, a nursery and a paddy, all behind the tank; ``changes`` replace whole sections."""
    data: dict[str, Any] = {
        "site": {"id": "uji", "name": "Uji", "latitude": -3.75, "longitude": 103.8, "elevation_m": 60},
        "buses": [{"id": "b", "url": "tcp://127.0.0.1:1"}],
        "devices": [
            {"id": name, "profile": name, "bus": "b", "unit": number + 1}
            for number, name in enumerate(("inverter", "meter", "pln", "relay", "tanah", "tandon", "surya", "air", "pipa"))
        ],
        "power": {
            "pv_kwp": 2.2,
            "inverter_w": 2000,
            "irradiance": "surya.irradiance_w_m2",
            "pv_power": "inverter.power_w",
            "pv_energy": "inverter.energy_wh",
            "inverter_status": "inverter.status",
            "grid_power": "pln.power_w",
            "other_load_w": 100,
            "backup": "grid",
        },
        "pumps": [pump()],
        "tanks": [{"id": "tangki", "level": "tandon.level_m", "area_m2": 2.5, "height_m": 2.2, "full_m": 2.0}],
        "valves": [
            {"id": f"k{n}", "command": {"output": f"relay.switch_{n + 1}"}, "open_s": 5.0 * n} for n in (1, 2, 3)
        ],
        "zones": [
            {"id": "cabai", "valves": ["k1"], "source": "tangki", "area_m2": 400, "flow_m3_h": 2.0,
             "probes": [{"signal": "tanah.vwc", "calibrate": [[0.1, 0.12], [0.4, 0.36]]}]},
            {"id": "bibit", "valves": ["k2"], "source": "tangki", "area_m2": 150, "flow_m3_h": 1.5},
            {"id": "sawah", "valves": ["k3"], "source": "tangki", "area_m2": 300, "flow_m3_h": 2.5,
             "ponding": {"signal": "pipa.level_m", "offset": -0.2}},
        ],
        "impact": IMPACT,
    }  # fmt: skip
    data.update(changes)
    return Site(file=SiteFile.model_validate(data), programs=programs())


def pump(**changes: Any) -> dict[str, Any]:
    """A 750 W pump into the tank."""
    entry: dict[str, Any] = {
        "id": "pompa",
        "run": {"output": "relay.switch_1", "feedback": "relay.switch_1"},
        "rated_power_w": 750,
        "rated_flow_m3_h": 4.5,
        "rated_head_m": 24,
        "static_head_m": 20,
        "into": "tangki",
        "power": "meter.power_w",
        "energy": "meter.energy_wh",
        "flow": "air.flow_m3_h",
        "volume": "air.volume_m3",
    }
    return entry | changes


def programs() -> dict[str, Program]:
    """The programs of the sample zones."""
    entries: list[dict[str, Any]] = [
        {"program": "cabai", "kind": "field", "crop": "chilli", "planted": "2026-07-01", "soil": "sandy-clay-loam",
         "root_depth_m": 0.5, "efficiency": 0.9},
        {"program": "bibit", "kind": "container", "pots": 10000, "pot_volume_l": 0.9},
        {"program": "sawah", "kind": "paddy", "planted": "2026-07-01"},
        {"program": "kalender", "kind": "calendar", "depth_mm": 5},
    ]  # fmt: skip
    made = [PROGRAMS.validate_python({"windows": WINDOWS} | entry) for entry in entries]
    return {program.program: program for program in made}


def shipped(path: Path) -> Site:
    """A site of the repository, with its programs, read without the configuration's checks."""
    file = SiteFile.model_validate(filled(yaml.safe_load(path.read_text("utf-8"))))
    found = [
        PROGRAMS.validate_python(yaml.safe_load(p.read_text("utf-8")))
        for p in (path.parent / file.programs).glob("*.yaml")
    ]
    return Site(file=file, programs={program.program: program for program in found})
