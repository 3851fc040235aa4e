"""Numbers that no village site has: a slip of the finger, or kW written where W is asked. Wider than any real plant."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from controller.check_base import Finding, Subject, error
from drivers.marked_yaml import Loc

SITE: dict[str, tuple[float, float]] = {
    "power.pv_kwp": (0.05, 5_000),
    "power.inverter_w": (50, 5e6),
    "power.derate": (0.3, 1),
    "power.other_load_w": (0, 1e6),
    "power.surplus.average_s": (10, 3600),
    "power.surplus.stop_after_s": (0, 3600),
    "power.surplus.ride_s": (0, 1200),
    "pumps.rated_power_w": (10, 1e6),
    "pumps.rated_flow_m3_h": (0.05, 5_000),
    "pumps.rated_head_m": (0.5, 500),
    "pumps.min_suction_m": (-10, 100),
    "pumps.limits.min_run_s": (0, 7_200),
    "pumps.limits.min_rest_s": (0, 86_400),
    "pumps.limits.max_run_s": (60, 86_400),
    "pumps.protect.settle_s": (0, 600),
    "pumps.protect.no_flow_after_s": (5, 600),
    "pumps.protect.max_pressure_bar": (0.1, 50),
    "pumps.protect.retry_after_s": (60, 86_400),
    "pumps.run.verify_s": (1, 600),
    "tanks.area_m2": (0.05, 100_000),
    "tanks.height_m": (0.2, 20),
    "valves.command.verify_s": (1, 600),
    "zones.area_m2": (0.5, 1e7),
    "zones.flow_m3_h": (0.01, 2_000),
    "injectors.rate_l_h": (0.05, 5_000),
    "injectors.command.verify_s": (1, 600),
    "weather.rain_skip_mm": (0.1, 200),
    "impact.price_idr_per_kwh": (0, 100_000),
    "impact.prices.electricity_idr_per_kwh": (0, 100_000),
    "impact.prices.fuel_idr_per_litre": (0, 200_000),
    "telemetry.pump_s": (1, 3600),
    "telemetry.rest_s": (1, 3600),
    "telemetry.commit_s": (1, 600),
}
"""Path in config.yaml (without list indices) -> smallest and largest."""

PROGRAM: dict[str, tuple[float, float]] = {
    "min_run_s": (0, 7_200),
    "max_run_s": (60, 86_400),
    "cycle_s": (30, 86_400),
    "cycle_mm": (0.1, 300),
    "soak_s": (0, 86_400),
    "root_depth_m": (0.05, 3),
    "max_depth_mm": (0.5, 150),
    "pots": (1, 2_000_000),
    "pot_volume_l": (0.02, 2_000),
    "available_share": (0.02, 0.9),
    "dose_share": (0.05, 0.95),
    "kc": (0.1, 2),
    "upper_mm": (5, 300),
    "depth_mm": (0.1, 100),
    "flower_to_day": (1, 300),
}
"""Key of a program -> smallest and largest."""


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about single numbers."""
    for path, (low, high) in SITE.items():
        for loc, value in _values(subject.file, tuple(path.split(".")), ()):
            if not low <= value <= high:
                yield error(loc, "implausible", name=str(loc[-1]), value=value, low=low, high=high)
    for name, program in subject.programs.items():
        for key, (low, high) in PROGRAM.items():
            for loc, value in _values(program, (key,), ()):
                if not low <= value <= high:
                    yield error(loc, "implausible", program=name, name=key, value=value, low=low, high=high)


def _values(here: object, path: tuple[str, ...], loc: Loc) -> Iterator[tuple[Loc, float]]:
    """Every number at a path, through all items of lists on the way."""
    if isinstance(here, tuple):
        for i, item in enumerate(here):
            yield from _values(item, path, (*loc, i))
    elif path and isinstance(here, BaseModel):
        yield from _values(getattr(here, path[0], None), path[1:], (*loc, path[0]))
    elif not path and isinstance(here, float | int):
        yield loc, here
