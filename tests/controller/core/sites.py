"""Sites for the tests of the core, built in code: a pump into a tank with gravity zones, and a pump straight into zones."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from controller.core.site import Site, SiteFile
from schedules.program import Program

FACTOR = {
    "value": 0.86,
    "name": "Sumatera, combined margin for PV",
    "source": "Kepmen ESDM 163.K/2021",
    "year": 2021,
}
WINDOWS = [{"from": "05:30", "to": "08:00"}, {"from": "16:00", "to": "18:00"}]
ALL_DAY = [{"from": "00:00", "to": "23:59"}]


def program(kind: str = "field", **changes: Any) -> Program:
    """A program of this kind; ``changes`` override."""
    base: dict[str, Any] = {"program": "prog", "kind": kind, "windows": WINDOWS}
    if kind == "field":
        base |= {"crop": "tomato", "planted": "2026-09-01", "soil": "loam"}
    elif kind == "container":
        base |= {"pots": 1000, "pot_volume_l": 3.0}
    elif kind == "paddy":
        base |= {"planted": "2026-09-01"}
    elif kind == "calendar":
        base |= {"depth_mm": 5.0}
    adapter: TypeAdapter[Program] = TypeAdapter(Program)
    return adapter.validate_python(base | changes)


def _base(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "site": {
            "id": "uji",
            "name": "Uji",
            "latitude": -3.7,
            "longitude": 103.8,
            "timezone": "Asia/Jakarta",
        },
        "buses": [{"id": "b", "url": "tcp://127.0.0.1:502"}],
        "devices": [{"id": "relay", "profile": "x", "bus": "b"}],
        "power": {"pv_kwp": 2.0, "irradiance": "sky.irradiance_w_m2"},
        "impact": {"factor": FACTOR},
    }
    return data | changes


def tank_site(
    pump: dict[str, Any] | None = None,
    power: dict[str, Any] | None = None,
    zones: int = 2,
    prog: Program | None = None,
    **more: Any,
) -> Site:
    """``sumur`` fills ``toren`` (4 m2, 0.2..1.8 m); gravity zones ``z1``.. behind valves ``v1``.. take 1.5 m3/h each."""
    pump_entry = {
        "id": "sumur", "run": {"output": "relay.switch_1", "feedback": "relay.running_1"}, "rated_power_w": 750.0,
        "rated_flow_m3_h": 4.0, "rated_head_m": 25.0, "into": "toren", "flow": "meter.flow_m3_h",
    }  # fmt: skip
    data = _base(
        pumps=[pump_entry | (pump or {})],
        tanks=[{"id": "toren", "level": "probe.level_m", "area_m2": 4.0, "height_m": 2.0, "full_m": 1.8}],
        valves=[{"id": f"v{i}", "command": f"relay.switch_{i + 1}", "open_s": 5.0} for i in range(1, zones + 1)],
        zones=[
            {"id": f"z{i}", "valves": [f"v{i}"], "source": "toren", "area_m2": 100.0, "flow_m3_h": 1.5, "program": "prog"}
            for i in range(1, zones + 1)
        ],
    )  # fmt: skip
    data["power"] |= power or {}
    return Site(file=SiteFile.model_validate(data | more), programs={"prog": prog or program()})


def direct_site(
    pump: dict[str, Any] | None = None,
    power: dict[str, Any] | None = None,
    valve: dict[str, Any] | None = None,
    prog: Program | None = None,
    fail_safe_s: dict[tuple[str, str], float] | None = None,
    **more: Any,
) -> Site:
    """``sungai`` pumps straight into zones ``a`` and ``b`` (valves ``va``, ``vb``, 5 s to open), 6 m3/h each."""
    pump_entry = {
        "id": "sungai", "run": {"output": "relay.switch_1", "feedback": "relay.running_1"}, "rated_power_w": 1000.0,
        "rated_flow_m3_h": 12.0, "rated_head_m": 10.0, "into": "zones", "flow": "meter.flow_m3_h",
    }  # fmt: skip
    data = _base(
        pumps=[pump_entry | (pump or {})],
        valves=[
            {"id": f"v{name}", "open_s": 5.0,
             "command": {"output": f"relay.switch_{i}", "feedback": f"relay.running_{i}"}} | (valve or {})
            for i, name in ((2, "a"), (3, "b"))
        ],
        zones=[
            {"id": name, "valves": [f"v{name}"], "source": "sungai", "area_m2": 500.0, "flow_m3_h": 6.0, "program": "prog"}
            for name in ("a", "b")
        ],
    )  # fmt: skip
    data["power"] |= power or {}
    return Site(
        file=SiteFile.model_validate(data | more),
        programs={"prog": prog or program(windows=ALL_DAY)},
        fail_safe_s=fail_safe_s or {},
    )


def two_pump_site(**power: Any) -> Site:
    """Two tank pumps ``p1`` (750 W) and ``p2`` (500 W) on one plant, with tanks ``t1`` and ``t2``."""
    data = _base(
        pumps=[
            {"id": name, "run": f"relay.switch_{i}", "rated_power_w": watts, "rated_flow_m3_h": 4.0, "rated_head_m": 20.0,
             "into": f"t{i}"}
            for i, name, watts in ((1, "p1", 750.0), (2, "p2", 500.0))
        ],
        tanks=[
            {"id": f"t{i}", "level": "probe.level_m", "area_m2": 4.0, "height_m": 2.0, "full_m": 1.8} for i in (1, 2)
        ],
    )  # fmt: skip
    data["power"] |= power
    return Site(file=SiteFile.model_validate(data), programs={})


def booster_site() -> Site:
    """``booster`` draws from ``toren`` into zone ``a``, and has no read-back and no meters at all."""
    data = _base(
        pumps=[
            {"id": "booster", "run": "relay.switch_1", "rated_power_w": 400.0, "rated_flow_m3_h": 3.0, "rated_head_m": 15.0,
             "suction_tank": "toren"}
        ],
        tanks=[{"id": "toren", "level": "probe.level_m", "area_m2": 4.0, "height_m": 2.0, "full_m": 1.8}],
        valves=[{"id": "va", "command": "relay.switch_2"}],
        zones=[{"id": "a", "valves": ["va"], "source": "booster", "area_m2": 100.0, "flow_m3_h": 3.0, "program": "prog"}],
    )  # fmt: skip
    return Site(file=SiteFile.model_validate(data), programs={"prog": program(windows=ALL_DAY)})
