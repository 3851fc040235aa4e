"""The figures of a day's page, as its closing tells them and the web page shows the running day. docs/accounts.md says how each is
made.
"""

from __future__ import annotations

from collections.abc import Mapping

from controller.core.draft import Draft
from controller.core.state import Accounts, Parts

Figures = dict[str, float | str]

_NOTHING: Parts = (0.0, 0.0, 0.0)


def total(day: Accounts, place: str) -> float:
    """What passed at a place, however it was told; 0 where nothing is known of it."""
    return sum(day.flows.get(place, _NOTHING))


def fed_by_inverter(day: Accounts) -> float:
    """Wh of the pumps that a load meter sees too."""
    return sum(sum(parts) for place, parts in day.flows.items() if place.startswith("pump/"))


def bought(day: Accounts, consumed_wh: float) -> tuple[float, float]:
    """(from the grid, from the genset), Wh: what of the consumption the sun did not pay. Where a load meter tells the consumption
    it is all the import; else import is charged to the pumps as far as they took it at the same time, and where a counter tells
    it, by the counter, split as the power was.
    """
    main = "import" if "import" in day.flows or "genset" not in day.flows else "genset"
    counted, seen = total(day, main), total(day, "seen")
    if "load" in day.flows and main in day.flows:
        grid_wh = counted
    else:
        grid_wh = (
            day.grid_wh * counted / seen if seen > 0.0 else counted if "seen" in day.flows else day.grid_wh
        )
    grid_wh = min(max(0.0, grid_wh), max(0.0, consumed_wh))
    if main == "genset":
        return 0.0, grid_wh
    return grid_wh, min(max(0.0, total(day, "genset")), max(0.0, consumed_wh - grid_wh))


def figures(day: Accounts, tanks: Mapping[str, float] | None = None) -> Figures:
    """The day's figures. ``other_wh`` is a difference of two meters: never below nothing. ``tanks``: what each gained, m3."""
    other_wh = day.other_wh + (total(day, "load") - fed_by_inverter(day) if "load" in day.flows else 0.0)
    other_wh = max(0.0, other_wh)
    consumed_wh = day.used_wh + other_wh
    grid_wh, genset_wh = bought(day, consumed_wh)
    told: Figures = {
        "day": day.day, "used_wh": day.used_wh, "other_wh": other_wh, "grid_wh": grid_wh,
        "genset_wh": genset_wh, "pumps_wh": day.used_wh,
        "solar_wh": max(0.0, consumed_wh - grid_wh - genset_wh), "water_m3": day.water_m3, "starts": day.starts,
        "run_s": day.run_s, "covered_s": day.covered_s, "measured_s": day.measured_s, "gaps": day.gaps, "gap_s": day.gap_s,
        "filled_wh": _filled(day, "pump/", "drive/", "load"), "water_filled_m3": _filled(day, "water/", "lift/"),
        "spanning_wh": day.spanning_wh, "spanning_m3": day.spanning_m3,
    }  # fmt: skip
    if "pv" in day.flows or day.pv_wh > 0.0:
        told["pv_wh"] = max(0.0, day.pv_wh)
    if "load" in day.flows or other_wh > 0.0:
        told["aux_wh"] = other_wh
    if day.ends_s > day.begins_s > 0.0:
        told["length_s"] = day.ends_s - day.begins_s
    for place, name in (("export", "export_wh"), ("curtailed", "curtailed_wh")):
        if place in day.flows:
            told[name] = total(day, place)
    if "charge" in day.flows and "discharge" in day.flows:
        told["battery_loss_wh"] = total(day, "charge") - total(day, "discharge")
    return told | _water(day, tanks or {})


def carried(day: Accounts, load_silent: bool) -> dict[str, Parts]:
    """What the next page begins with: import told on this day that paid the consumption of another one, since one of both meters
    was silent; and the pumps' energy that the load meter has not told yet (taken off what it will tell).
    """
    if (
        "load" not in day.flows
        or "import" not in day.flows
        or "charge" in day.flows
        or "discharge" in day.flows
    ):
        return {}
    load_wh, pumps_wh = day.other_wh + total(day, "load"), fed_by_inverter(day)
    consumed_wh = day.used_wh + max(0.0, load_wh - pumps_wh)
    late = max(0.0, total(day, "import") - consumed_wh)
    found: dict[str, Parts] = {}
    if not load_silent:
        late = min(late, total(day, "late"))
    elif pumps_wh > load_wh:
        found["load"] = (load_wh - pumps_wh, 0.0, 0.0)
    if late > 0.0:
        found |= {"import": (late, 0.0, 0.0), "late": (late, 0.0, 0.0)}
    return found


def _filled(day: Accounts, *begin: str) -> float:
    return sum(
        measured + rated for place, (_, measured, rated) in day.flows.items() if place.startswith(begin)
    )


def _water(day: Accounts, tanks: Mapping[str, float]) -> Figures:
    zones = {name: metered + nominal for name, (metered, nominal) in day.zones.items()}
    told: Figures = {f"zones.{name}": m3 for name, m3 in zones.items()}
    told |= {f"tanks.{name}": m3 for name, m3 in tanks.items()}
    if tanks or zones:
        entered = sum(sum(parts) for place, parts in day.flows.items() if place.startswith("water/"))
        told["unexplained_m3"] = entered - sum(zones.values()) - sum(tanks.values())
    return told


def told_tanks(c: Draft, day: Accounts) -> tuple[dict[str, float], dict[str, float]]:
    """(what is in each tank now, what it gained since the day began), m3; of one that does not tell now only what it had."""
    now, gained = dict(day.tanks), dict[str, float]()
    for tank in c.wiring.tanks:
        level = tank.level.read(c.readings, c.mono)
        if level is not None:
            now[tank.id] = level * tank.entry.area_m2
            if tank.id in day.tanks:
                gained[tank.id] = now[tank.id] - day.tanks[tank.id]
    return now, gained
