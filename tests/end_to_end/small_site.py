"""A small site for hard tests: one pump, one valve, one zone, a meter for everything, and an output of every kind to stop."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.services import free_port

LEASE_S = 30.0
REST_S = 60.0
PANEL, AIR = "panel", "udara"

RELAY = {"id": "relay", "profile": "waveshare-relay-8ch", "bus": PANEL, "unit": 4}
DRIVE = {"id": "penggerak", "bus": PANEL, "unit": 5, "settings": {"rated_power_w": 750}}

PROGRAM = """\
program: kebun
kind: calendar
depth_mm: 10
every_days: 1
windows: [{from: "00:00", to: "23:59"}]
efficiency: 1.0
min_run_s: 30
max_run_s: 14400
rain_skip: false
"""


def devices() -> list[dict[str, Any]]:
    """The measuring devices of every small site."""
    return [
        {"id": "surya", "profile": "rs-ra-pyranometer", "bus": PANEL, "unit": 13},
        {"id": "meter", "profile": "sdm120", "bus": PANEL, "unit": 2, "poll_s": {"slow": 10}},
        {"id": "meter-air", "profile": "pulse-flow-meter", "bus": AIR, "topic": "meter-air", "settings": {"pulses_per_litre": 10}},
    ]  # fmt: skip


def pump(run: str, **changes: Any) -> dict[str, Any]:
    """The pump ``pompa`` switched by ``run``, straight into the zones."""
    return {
        "id": "pompa", "run": {"output": run, "feedback": run}, "lease_s": LEASE_S,
        "rated_power_w": 750, "rated_flow_m3_h": 4.5, "rated_head_m": 24, "static_head_m": 20, "into": "zones",
        "flow": {"signal": "meter-air.flow_m3_h", "stale_s": 120}, "volume": "meter-air.volume_m3",
        "power": {"signal": "meter.power_w", "stale_s": 60}, "energy": "meter.energy_wh",
        "limits": {"min_run_s": 0, "min_rest_s": REST_S, "max_run_s": 14400, "starts_per_hour": 20, "starts_per_day": 100},
        "protect": {"settle_s": 60, "no_flow_after_s": 60, "min_flow_m3_h": 0.5, "retry_after_s": 120, "retries": 3},
    } | changes  # fmt: skip


def valve(command: str, **changes: Any) -> dict[str, Any]:
    """The valve ``katup``; its lease outlives the pump's."""
    return {
        "id": "katup",
        "command": {"output": command, "feedback": command},
        "open_s": 2,
    } | changes


@dataclass(slots=True)
class SmallSite:
    """What differs from site to site. ``outputs``: the devices that switch; ``more``: further sections of the file."""

    outputs: list[dict[str, Any]] = field(default_factory=lambda: [RELAY])
    pump: dict[str, Any] = field(default_factory=lambda: pump("relay.switch_1"))
    valve: dict[str, Any] = field(default_factory=lambda: valve("relay.switch_2"))
    source: str = "pompa"
    more: dict[str, Any] = field(default_factory=dict)
    program: str = PROGRAM

    def write(self, folder: Path, mqtt_port: int) -> Path:
        """The site file in ``folder`` with ports of its own."""
        document = {
            "site": {
                "id": "kecil", "name": "Lokasi kecil", "latitude": -3.75, "longitude": 103.8, "elevation_m": 60,
                "timezone": "Asia/Jakarta", "language": "id", "cycle_s": 6.0,
            },
            "buses": [
                {"id": PANEL, "url": f"tcp://127.0.0.1:{free_port()}"},
                {"id": AIR, "url": f"mqtt://127.0.0.1:{mqtt_port}"},
            ],
            "devices": [*devices(), *self.outputs],
            "power": {"pv_kwp": 10, "irradiance": "surya.irradiance_w_m2", "surplus": {"average_s": 30}},
            "pumps": [self.pump],
            "valves": [self.valve],
            "zones": [{"id": "kebun", "valves": ["katup"], "source": self.source, "area_m2": 300, "flow_m3_h": 4.5}],
            "impact": {"factor": {"value": 0.86, "name": "Sumatera", "source": "Kepmen ESDM 163.K/2021", "year": 2019}},
            "web": {"port": free_port()},
            "programs": "programs",
        }  # fmt: skip
        for section, value in self.more.items():
            if section in ("devices", "buses"):
                document[section] = [*document[section], *value]  # type: ignore[has-type]
            else:
                document[section] = value
        (folder / "programs").mkdir()
        (folder / "programs" / "kebun.yaml").write_text(self.program, encoding="utf-8")
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
        return config
