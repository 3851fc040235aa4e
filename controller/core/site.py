"""The site: what is wired where and what it may do. One definition serves YAML validation, JSON Schema and decide().

Numbers are SI with the unit in the name. A signal is written ``device.quantity`` in YAML.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.core.site_devices import Bus, DeviceEntry, Identity
from controller.core.site_impact import Factor, Impact
from controller.core.site_land import Injector, Tank, Turns, Valve, Zone
from controller.core.site_outlets import Sink, TelemetryEntry, Web
from controller.core.site_power import Power, Surplus, Weather
from controller.core.site_pumps import Protect, Pump, PumpLimitsEntry
from controller.core.site_signals import Ident, Model, Output, Positive, Share, Signal, two_points
from schedules.program import Program

__all__ = [
    "Bus", "DeviceEntry", "Factor", "Ident", "Identity", "Impact", "Injector", "Model", "Output", "Positive", "Power",
    "Protect", "Pump", "PumpLimitsEntry", "Share", "Signal", "Sink", "Site", "SiteFile", "Surplus", "Tank", "TelemetryEntry",
    "Turns", "Valve", "Weather", "Web", "Zone", "two_points",
]  # fmt: skip


class SiteFile(Model):
    """The whole of config.yaml. ``programs`` is a folder relative to the file. ``planner: exact`` asks HiGHS (extra ``solver``)."""

    site: Identity
    buses: Annotated[tuple[Bus, ...], Field(min_length=1)]
    devices: Annotated[tuple[DeviceEntry, ...], Field(min_length=1)]
    power: Power
    pumps: tuple[Pump, ...] = ()
    tanks: tuple[Tank, ...] = ()
    valves: tuple[Valve, ...] = ()
    zones: tuple[Zone, ...] = ()
    turns: Turns | None = None
    weather: Weather = Weather()
    impact: Impact
    telemetry: TelemetryEntry = TelemetryEntry()
    web: Web = Web()
    programs: str = "schedules/programs"
    injectors: tuple[Injector, ...] = ()
    planner: Literal["fast", "exact"] = "fast"


class Site(Model):
    """What decide() works on: the site file with each zone's program beside it, and what the profiles say of fail-safes.

    ``fail_safe_s``: for each output (device, quantity) the longest lease that the device itself enforces, in seconds; an
    output that is absent has no device-side fail-safe. ``whole_run``: outputs of devices that cannot be renewed in seconds.
    ``fault_resets``: by pump, the command (device, quantity) that resets its drive's fault, where the device has one.
    """

    file: SiteFile
    programs: dict[str, Program]
    fail_safe_s: dict[tuple[str, str], float] = Field(default_factory=dict)
    whole_run: frozenset[tuple[str, str]] = frozenset()
    fault_resets: dict[str, tuple[str, str]] = Field(default_factory=dict)
    config_hash: str = ""
