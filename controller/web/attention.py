"""What a person should look at: alarms and warnings without repetition, and the devices that do not answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Json = dict[str, Any]

TOLD_ELSEWHERE = frozenset(
    {"emergency_stop", "held_by_emergency", "clock_untrusted", "restarted", "stale_decision"}
)
"""These have a banner of their own."""

SILENT_AFTER_S = 60.0
"""A device that has been silent for less may only have missed a turn; plant seconds."""


def attention(reasons: Iterable[Json], devices: Iterable[Json]) -> list[Json]:
    """One entry per thing to look at, the loudest first (as ``reasons`` are ordered), silent devices last.

    Reasons that say the same of several subjects are one entry: ``subjects``, the sentence in ``id`` and ``en``, ``level``,
    ``key``, ``cause``; ``silent``: the silent devices behind it (their entries of the status); ``reset``: the pump to reset, or "".
    """
    reasons = tuple(reasons)
    # A wire that is cut or dead is told once, with all its devices.
    lost = {one["subject"] for one in reasons if one["key"] in ("wire_lost", "wire_silent")}
    quiet = {
        one["id"]: one
        for one in devices
        if one["ok"] is False and (one["since_s"] or 0.0) >= SILENT_AFTER_S and one["bus"] not in lost
    }
    found: dict[tuple[str, str], Json] = {}
    for reason in reasons:
        if reason["key"] in TOLD_ELSEWHERE or (reason["level"] == "info" and "cause" not in reason["params"]):
            continue
        entry = found.setdefault((reason["key"], reason["id"]), _entry(reason, quiet))
        if reason["subject"] not in entry["subjects"]:
            entry["subjects"].append(reason["subject"])
    told = {device["id"] for entry in found.values() for device in entry["silent"]}
    rest = [device for ident, device in quiet.items() if ident not in told]
    return [*found.values(), *([_silent(rest)] if rest else [])]


def _entry(reason: Json, quiet: Mapping[str, Json]) -> Json:
    params = reason["params"]
    device = str(params.get("signal", "")).partition(".")[0]
    return {
        "subjects": [],
        "level": reason["level"],
        "key": reason["key"],
        "cause": str(params.get("cause", "")),
        "id": reason["id"],
        "en": reason["en"],
        "silent": [quiet[device]] if device in quiet else [],
        "reset": reason["subject"] if reason["key"] == "pump_locked" else "",
    }


def _silent(devices: list[Json]) -> Json:
    return {
        "subjects": [],
        "level": "warning",
        "key": "devices_silent",
        "cause": "",
        "id": "",
        "en": "",
        "silent": sorted(devices, key=lambda one: -one["since_s"]),
        "reset": "",
    }
