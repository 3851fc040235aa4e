"""What a zone asks for, and by when, as JSON values: the latest start is published before it is reached."""

from __future__ import annotations

from typing import Any

from controller.core.decision import Reason
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from controller.i18n import render

Json = dict[str, Any]


def demand(zone: str, snapshot: Snapshot, state: ControllerState) -> Json | None:
    """The zone's demand with its reason in both languages, or None. ``latest_epoch_s``: when water must flow at the latest so that
    the plants are not hurt (None: it can wait); ``late``: that moment is over.
    """
    one = next((found for found in state.demands if found.zone == zone), None)
    if one is None:
        return None
    latest = one.latest_start_s if snapshot.at.trusted else None
    reason = Reason(zone, one.key, one.params)
    return {
        "net_mm": round(one.net_mm, 2),
        "volume_l": round(one.volume_l, 1),
        "urgency": round(one.urgency, 3),
        "latest_epoch_s": latest,
        "late": latest is not None and latest <= snapshot.at.epoch_s,
        "key": one.key,
        "id": render(reason, "id"),
        "en": render(reason, "en"),
    }
