"""A site of forty devices, made here: four pumps with tanks and twelve zones, on two Modbus TCP gateways and MQTT."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PUMPS = 4
ZONES = 12

Entry = dict[str, Any]


def forty(folder: Path, influx_url: str | None = None) -> Path:
    """Write site.yaml into ``folder`` with free ports; it sends to ``influx_url``. 40 devices, told by an assertion."""
    devices = [*_power(), *(d for n in range(PUMPS) for d in _station(n)), *_soil()]
    assert len(devices) == 40, len(devices)
    zones = [_zone(n) for n in range(ZONES)]
    file: Entry = {
        "site": {
            "id": "empat-puluh", "name": "Empat puluh alat", "latitude": -3.75, "longitude": 103.8, "elevation_m": 60,
            "timezone": "Asia/Jakarta", "cycle_s": 1.0,
        },
        "buses": [
            {"id": "panel", "url": f"tcp://127.0.0.1:{_port()}"}, {"id": "kebun", "url": f"tcp://127.0.0.1:{_port()}"},
            {"id": "udara", "url": f"mqtt://127.0.0.1:{_port()}"},
        ],
        "devices": devices,
        "power": {
            "pv_kwp": 11.0, "inverter_w": 10000, "irradiance": "surya.irradiance_w_m2", "pv_power": "inverter.power_w",
            "pv_energy": "inverter.energy_wh", "inverter_status": "inverter.status", "grid_power": "meter-pln.power_w",
            "other_load_w": 120, "backup": "grid", "backup_for_forced": True,
        },
        "pumps": [_pump(n) for n in range(PUMPS)],
        "tanks": [_tank(n) for n in range(PUMPS)],
        "valves": [_valve(n) for n in range(ZONES)],
        "zones": zones,
        "weather": {"rain": {"signal": "hujan.rain_mm", "stale_s": 900}},
        "impact": {"factor": {"value": 0.86, "name": "Sumatera", "source": "Kepmen ESDM 163.K/HK.02/MEM.S/2021", "year": 2019},
                   "price_idr_per_kwh": 1444.7, "price_source": "PLN"},
        "telemetry": {"influx": {"url": influx_url, "api": "v1", "database": "tirta"}} if influx_url else {},
        "web": {"port": _port()},
        "programs": str(ROOT / "schedules/programs"),
    }  # fmt: skip
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(file, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return path


def _power() -> list[Entry]:
    return [
        {"id": "inverter", "profile": "sunspec-inverter", "bus": "panel", "unit": 1},
        {"id": "meter-pln", "profile": "sdm120", "bus": "panel", "unit": 2},
        {"id": "surya", "profile": "rs-ra-pyranometer", "bus": "kebun", "unit": 1},
        {"id": "hujan", "profile": "sn-3001-rain", "bus": "kebun", "unit": 2},
    ]


def _station(n: int) -> list[Entry]:
    return [
        {"id": f"relay-{n}", "profile": "waveshare-relay-8ch", "bus": "panel", "unit": 10 + n},
        {"id": f"meter-{n}", "profile": "sdm120", "bus": "panel", "unit": 20 + n},
        {"id": f"level-{n}", "profile": "qdy30a", "bus": "panel", "unit": 30 + n, "settings": {"level_unit": "m"}},
        {"id": f"air-{n}", "profile": "pulse-flow-meter", "bus": "udara", "topic": f"air-{n}",
         "settings": {"pulses_per_litre": 1}},
    ]  # fmt: skip


def _soil() -> list[Entry]:
    wired = [
        {"id": f"tanah-{n}", "profile": "sn-3002-soil-7in1", "bus": "kebun", "unit": 10 + n}
        for n in range(ZONES)
    ]
    radio = [
        {"id": f"radio-{n}", "profile": "zigbee2mqtt-soil", "bus": "udara", "topic": f"radio-{n}"}
        for n in range(8)
    ]
    return [*wired, *radio]


def _pump(n: int) -> Entry:
    return {
        "id": f"pompa-{n}",
        "run": {"output": f"relay-{n}.switch_1", "feedback": f"relay-{n}.switch_1", "verify_s": 5},
        "rated_power_w": 750, "rated_flow_m3_h": 4.5, "rated_head_m": 24, "static_head_m": 20, "into": f"tandon-{n}",
        "flow": {"signal": f"air-{n}.flow_m3_h", "stale_s": 60}, "volume": f"air-{n}.volume_m3",
        "power": {"signal": f"meter-{n}.power_w", "stale_s": 30}, "energy": f"meter-{n}.energy_wh",
        "limits": {"min_run_s": 300, "min_rest_s": 30, "max_run_s": 14400, "starts_per_hour": 4, "starts_per_day": 12},
    }  # fmt: skip


def _tank(n: int) -> Entry:
    return {
        "id": f"tandon-{n}",
        "level": {"signal": f"level-{n}.level_m", "stale_s": 60, "minimum": 0, "maximum": 3},
        "area_m2": 2.54, "height_m": 2.2, "empty_m": 0.2, "refill_m": 1.6, "full_m": 2.0,
    }  # fmt: skip


def _valve(n: int) -> Entry:
    output = f"relay-{n % PUMPS}.switch_{2 + n // PUMPS}"
    return {"id": f"katup-{n}", "command": {"output": output, "feedback": output}}


def _zone(n: int) -> Entry:
    probes = [{"signal": f"tanah-{n}.vwc", "stale_s": 1800, "minimum": 0.02, "maximum": 0.7}]
    if n < 8:
        probes.append({"signal": f"radio-{n}.vwc", "stale_s": 14400, "minimum": 0.02, "maximum": 0.7})
    return {
        "id": f"petak-{n}", "program": ("bibit", "melon")[n % 2], "valves": [f"katup-{n}"], "source": f"tandon-{n % PUMPS}",
        "area_m2": 300, "flow_m3_h": 1.5, "probes": probes,
    }  # fmt: skip


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
