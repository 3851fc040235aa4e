"""Captures: what a live device said, anonymised, as a file that the tests play against decoder and simulator.

A capture holds every request of a first contact and one reading of each poll class, with the words as they came (or the refusal),
and what our codec made of them. Serial numbers and whatever else could name a site are masked: see `drivers.capture_mask`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drivers.marked_yaml import YamlError, load
from drivers.transport import Read, Table

FORMAT = 1
_UNIT = 1
Settings = Mapping[str, float | str]


class CaptureError(Exception):
    """A capture cannot be made or read; the text says why."""


@dataclass(frozen=True, slots=True)
class Capture:
    """``exchanges``: requests with words, or a Modbus exception code. ``payloads``: topic and text of each message.

    ``readings``: quantity to (value, quality). ``origin``: where it was made, in a few words: "device" or "simulated".
    """

    profile: str
    profile_hash: str
    origin: str
    settings: Settings
    exchanges: tuple[tuple[Read, tuple[int, ...] | int], ...] = ()
    payloads: tuple[tuple[str, str], ...] = ()
    readings: Mapping[str, tuple[float | str | None, str]] | None = None
    note: str = ""

    def as_data(self) -> dict[str, Any]:
        """As it stands in the file."""
        said = self.readings or {}
        return {
            "capture": FORMAT,
            "profile": self.profile,
            "profile_hash": self.profile_hash,
            "origin": self.origin,
            "note": self.note,
            "settings": dict(self.settings),
            "exchanges": [_exchange_data(request, answer) for request, answer in self.exchanges],
            "payloads": [{"topic": topic, "payload": payload} for topic, payload in self.payloads],
            "readings": {
                name: {"value": value, "quality": quality} for name, (value, quality) in said.items()
            },
        }


def _exchange_data(request: Read, answer: tuple[int, ...] | int) -> dict[str, Any]:
    told: dict[str, Any] = {"table": str(request.table), "address": request.address, "count": request.count}
    return told | ({"exception": answer} if isinstance(answer, int) else {"words": list(answer)})


def load_capture(path: Path) -> Capture:
    """A capture from its file (YAML or JSON). Raises CaptureError."""
    try:
        data, _ = load(path)
    except YamlError as error:
        raise CaptureError(str(error.problems[0])) from None
    if not isinstance(data, dict) or data.get("capture") != FORMAT:
        raise CaptureError(f"{path}: no capture of format {FORMAT}")
    try:
        return Capture(
            profile=str(data["profile"]),
            profile_hash=str(data["profile_hash"]),
            origin=str(data["origin"]),
            note=str(data.get("note", "")),
            settings=dict(data.get("settings") or {}),
            exchanges=tuple(_exchange(one) for one in data.get("exchanges") or ()),
            payloads=tuple((str(one["topic"]), str(one["payload"])) for one in data.get("payloads") or ()),
            readings={
                str(n): (r["value"], str(r["quality"])) for n, r in (data.get("readings") or {}).items()
            },
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CaptureError(f"{path}: {type(error).__name__}: {error}") from None


def _exchange(one: Mapping[str, Any]) -> tuple[Read, tuple[int, ...] | int]:
    request = Read(_UNIT, Table(one["table"]), int(one["address"]), int(one["count"]))
    if "exception" in one:
        return request, int(one["exception"])
    words = tuple(int(word) for word in one["words"])
    if len(words) != request.count:
        raise ValueError(f"{request.registers}: {len(words)} words where {request.count} were asked for")
    return request, words
