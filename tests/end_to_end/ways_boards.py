"""How boards and drives on a wire stop when the controller dies; joined into `tests.end_to_end.ways`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.end_to_end.living import Devices
from tests.end_to_end.small_site import RELAY, SmallSite
from tests.end_to_end.watching import ModbusWatch, Watch, holding
from tests.end_to_end.way import Way, by_coil, panel_port

UNIT = 4
"""Of the relay board in every small site."""


def _board(profile: str, settings: Mapping[str, Any] | None = None) -> Callable[[Path], SmallSite]:
    """A site whose relays are this board."""
    device = {**RELAY, "unit": UNIT, "profile": profile} | ({"settings": dict(settings)} if settings else {})
    return lambda _folder: SmallSite([device])


def _by_register(address: int) -> Callable[[Devices, int], Watch]:
    """Looks at a channel's own register: 1 is on."""
    return lambda devices, _broker: ModbusWatch(devices.now_s, panel_port(devices), holding(UNIT, address, 1))


WAYS: Mapping[str, Way] = {
    "waveshare-relay-8ch-d": Way(_board("waveshare-relay-8ch-d"), ("relay", "switch_1"), by_coil(UNIT, 0)),
    "r4d8-relay": Way(
        _board("r4d8-relay", {"variant": "8ch"}), ("relay", "switch_1"), _by_register(1), longest_s=255.0
    ),
    "eletechsup-ryn4": Way(
        _board("eletechsup-ryn4"), ("relay", "switch_1"), _by_register(0), longest_s=255.0
    ),
}
