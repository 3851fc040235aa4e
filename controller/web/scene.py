"""The picture at the top of the page: where the sun stands, how much it gives, what flows, how full the tank is.

Coordinates are of the drawing (720 x 300). Everything in it is also told in words beside it.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

SUNRISE_H, SUNSET_H = 6.0, 18.0
"""Near enough at the equator for a drawing."""

TANK_TOP, TANK_BOTTOM = 92.0, 172.0
DROPS_MAX = 4


def scene(found: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What the drawing needs to know."""
    hour = _hour(found["epoch_s"], zone)
    power = found["power"]
    share = _share(power.get("potential_w"), power.get("peak_w"))
    tank = found["tanks"][0] if found["tanks"] else None
    return {
        "sky": _sky(hour),
        **_body(hour),
        "glow": round(26.0 + 34.0 * share, 1),
        "rays": share > 0.25,
        "has_tank": tank is not None,
        **_water(tank),
        "pumping": any(pump["on"] for pump in found["pumps"]),
        "watering": any(one["watering"] for one in found["zones"]),
        "beds": [
            {"x": 478 + 60 * i, "wet": one["watering"]} for i, one in enumerate(found["zones"][:DROPS_MAX])
        ],
    }


def _hour(epoch_s: float | None, zone: ZoneInfo) -> float:
    if epoch_s is None:
        return 12.0
    local = datetime.fromtimestamp(epoch_s, zone)
    return local.hour + local.minute / 60.0


def _share(value: float | None, most: float | None) -> float:
    if value is None or not most:
        return 0.5
    return min(1.0, max(0.0, value / most))


def _sky(hour: float) -> str:
    if hour < 5.25 or hour >= 18.75:
        return "night"
    if hour < 6.75 or hour >= 17.25:
        return "dusk"
    return "day"


def _body(hour: float) -> dict[str, float]:
    """The sun on its arc by day, the moon by night: from the left (east, as one who looks south sees it) to the right."""
    day = (hour - SUNRISE_H) / (SUNSET_H - SUNRISE_H)
    if not 0.0 <= day <= 1.0:
        day = ((hour - SUNSET_H) % 24.0) / (24.0 - SUNSET_H + SUNRISE_H)
    return {"x": round(70.0 + 580.0 * day, 1), "y": round(165.0 - 118.0 * math.sin(math.pi * day), 1)}


def _water(tank: dict[str, Any] | None) -> dict[str, float]:
    """Top and height of the water in the drawn tank."""
    level = 0.0
    if tank is not None and tank["level_m"] is not None:
        level = min(1.0, max(0.0, tank["level_m"] / tank["height_m"]))
    height = (TANK_BOTTOM - TANK_TOP) * level
    return {"water_y": round(TANK_BOTTOM - height, 1), "water_h": round(height, 1)}
