"""All checks of a site that is well-formed: names, devices, buses, pumps, land, and what the page and the sinks need."""

from __future__ import annotations

from collections.abc import Iterator

from controller import check_bounds, check_buses, check_devices, check_land, check_pumps, check_references
from controller.check_base import Finding, Subject, error

LOCAL = ("127.0.0.1", "localhost", "::1")


def check(subject: Subject) -> Iterator[Finding]:
    """Every finding, in no particular order. Never raises for anything that a file may hold."""
    yield from check_bounds.check(subject)
    yield from check_references.check(subject)
    yield from check_devices.check(subject)
    yield from check_buses.check(subject)
    yield from check_pumps.check(subject)
    yield from check_land.check(subject)
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
