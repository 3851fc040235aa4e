"""All checks of a site that is well-formed: names, devices, buses, pumps, land, and what the page and the sinks need."""

from __future__ import annotations

from collections.abc import Iterator

from controller import (
    check_bounds,
    check_buses,
    check_devices,
    check_dosing,
    check_fail_safe,
    check_fertigation,
    check_forecast,
    check_ids,
    check_impact,
    check_land,
    check_misting,
    check_programs,
    check_pumps,
    check_references,
    check_resets,
    check_signals,
    check_tanks,
    check_turns,
)
from controller.check_base import Finding, Subject, error

PARTS = (
    check_ids,
    check_references,
    check_devices,
    check_signals,
    check_buses,
    check_fail_safe,
    check_pumps,
    check_resets,
    check_tanks,
    check_programs,
    check_dosing,
    check_fertigation,
    check_forecast,
    check_misting,
    check_land,
    check_turns,
    check_impact,
)

NAMEPLATE = ("pv_kwp", "inverter_w", "rated_power_w", "rated_flow_m3_h", "rated_head_m")

LOCAL = ("127.0.0.1", "localhost", "::1")


def check(subject: Subject) -> Iterator[Finding]:
    """Every finding, in no particular order. Never raises for anything that a file may hold.

    A number that cannot be (kW for W) makes the pump's physics wrong in five ways; only the number is told.
    """
    slips = list(check_bounds.check(subject))
    yield from slips
    shaken = any(slip.program is None and slip.loc[-1] in NAMEPLATE for slip in slips)
    for module in PARTS:
        if not (shaken and module is check_pumps):
            yield from module.check(subject)
    yield from _services(subject)


def _services(subject: Subject) -> Iterator[Finding]:
    file = subject.file
    if file.web.host not in LOCAL and file.web.pin_file is None:
        yield error(("web", "host"), "web-without-pin", host=file.web.host)
    sink = file.telemetry.influx
    if sink is not None:
        if not sink.url.startswith(("http://", "https://")):
            yield error(("telemetry", "influx", "url"), "influx-url", url=sink.url)
        needed = "database" if sink.api == "v1" else "bucket"
        if getattr(sink, needed) is None:
            yield error(("telemetry", "influx"), "influx-target", api=sink.api, key=needed)
    if file.power.irradiance is None and file.power.pv_power is None and file.power.grid_power is None:
        yield error(("power",), "sun-unseen")
