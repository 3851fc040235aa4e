"""The truth test: thirty days of a small site whose meters err, roll over, are reset and replaced, and whose controller is killed
and away for days; then its accounts beside what the meters counted, and beside what really passed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from controller.core.site import Site
from controller.impact.day import Day, read_days
from controller.impact.day_sums import Amount, sums
from drivers.profile import Profile
from simulators.interrupted import Interrupted, Mishap, Outage
from simulators.meters import Make, MeteredWorld

DAY_S = 86400.0
MINUTE_S = 60.0

MAKES: Mapping[str, Make] = {
    "meter-pump": Make(0.02, 0.003, {"energy_wh": (1_000_000.0, 10.0)}, ("power_w",)),
    "meter-load": Make(0.02, 0.003, {"energy_wh": (1_000_000.0, 10.0)}, ("power_w",)),
    "meter-grid": Make(0.02, 0.003, {"import_wh": (1_000_000.0, 10.0), "export_wh": (1_000_000.0, 10.0)}, ("power_w",)),
    "inverter": Make(0.05, 0.01, {"energy_wh": (1_000_000.0, 10.0)}, ("power_w",)),
    "meter-water": Make(0.05, 0.01, {"volume_m3": (655.36, 0.01)}, ("flow_m3_h",)),
}  # fmt: skip
"""The site's meters (benchmarks/truth/site.yaml), with the accuracies that the accounts take for such meters by themselves."""

RESETS = ("inverter", "meter-water")
"""Devices whose counters are lost with their supply."""

FIGURES = ("pumps_wh", "pv_wh", "aux_wh", "solar_wh", "grid_wh", "export_wh", "water_m3")


@dataclass(frozen=True, slots=True)
class Figure:
    """One sum of the whole time: what the accounts tell, what the meters counted in all, and what really passed."""

    told: Amount
    counted: float
    true: float

    @property
    def off(self) -> float:
        """How far the accounts are from what the meters counted, a share of it."""
        return abs(self.told.value - self.counted) / max(1e-9, abs(self.counted))

    @property
    def inside(self) -> bool:
        """Whether the truth lies within the printed interval."""
        return abs(self.told.value - self.true) <= self.told.half_width


@dataclass(frozen=True, slots=True)
class Verdict:
    """One seed. ``minutes``: the most by which the stated coverage of a day is off."""

    seed: int
    figures: Mapping[str, Figure]
    minutes: float
    days: tuple[Day, ...] = field(repr=False, default=())


def incidents(seed: int, days: float) -> tuple[tuple[Outage, ...], tuple[Mishap, ...]]:
    """What happens, the same for the same seed: an outage of one to three days, some of hours, kills; silences of devices, resets,
    two meters replaced. A computer's loss of power takes the counters of its neighbours with it; other counters are lost only after
    they have been read. The first hour and the last twelve are left in peace.
    """
    chance = Random(seed)
    end_s = days * DAY_S - 0.5 * DAY_S
    lengths = [chance.uniform(1.0, 3.0) * DAY_S] if days > 6.0 else []
    lengths += [chance.uniform(600.0, 0.5 * DAY_S) for _ in range(chance.randint(1, 3))]
    lengths += [chance.uniform(60.0, 300.0) for _ in range(chance.randint(2, 6))]
    outages: list[Outage] = []
    for length_s in lengths:
        from_s = _minute(chance.uniform(3600.0, end_s - length_s))
        until_s = from_s + max(MINUTE_S, _minute(length_s))
        if all(until_s + MINUTE_S < one.from_s or one.until_s + MINUTE_S < from_s for one in outages):
            how = chance.choice(("kill", "kill", "power", "stop"))
            unsure_s = chance.choice((0.0, 300.0, 1200.0)) if how == "power" else 0.0
            outages.append(Outage(from_s, until_s, how, unsure_s))
    outages.sort(key=lambda one: one.from_s)
    mishaps = [_mishap(chance, device, end_s, 600.0, 0.4 * DAY_S, "silent") for device in MAKES]
    mishaps += [
        Mishap(device, one.from_s, one.from_s + 2.0 * MINUTE_S, "reset")
        for one in outages
        for device in RESETS
        if one.how == "power"
    ]
    wanted = [(device, 60.0, 240.0, "reset") for device in RESETS for _ in range(2)]
    wanted += [(device, 600.0, 1800.0, "replaced") for device in chance.sample(list(MAKES), 2)]
    for device, least_s, most_s, what in wanted:
        found = (_mishap(chance, device, end_s, least_s, most_s, what) for _ in range(1000))
        mishaps.append(next(one for one in found if _read_before(one, outages, mishaps)))
    return tuple(outages), tuple(mishaps)


def _read_before(new: Mishap, outages: list[Outage], mishaps: list[Mishap]) -> bool:
    """Whether the counter was read shortly before it is lost: what it passed since its last reading nobody can know."""
    unread = [(one.from_s, one.until_s) for one in outages]
    unread += [(one.from_s, one.until_s) for one in mishaps if one.device == new.device]
    away_s = 10.0 * MINUTE_S
    return all(new.until_s + away_s < since or until + away_s < new.from_s for since, until in unread)


def _mishap(chance: Random, device: str, end_s: float, least_s: float, most_s: float, what: str) -> Mishap:
    length_s = chance.uniform(least_s, most_s)
    from_s = _minute(chance.uniform(3600.0, end_s - length_s))
    return Mishap(device, from_s, from_s + max(MINUTE_S, _minute(length_s)), what)


def _minute(seconds: float) -> float:
    return seconds // MINUTE_S * MINUTE_S


def run(
    site: Site, profiles: Mapping[str, Profile], seed: int, start: datetime, days: float, folder: Path
) -> Verdict:
    """One seed, from ``start`` (a local midnight) on."""
    world = MeteredWorld(site, seed, start, MAKES, export=True)
    outages, mishaps = incidents(seed, days)
    season = Interrupted(site, profiles, world, start, days, folder, outages, mishaps)
    season.run()
    with closing(sqlite3.connect(folder / "ledger.db")) as ledger:
        found = read_days(ledger)
    told = sums(found)
    counted, true = _counted(world), _true(world)
    figures = {name: Figure(told[name], counted[name], true[name]) for name in FIGURES}
    return Verdict(seed, figures, _off_minutes(found, season.covered, start), found)


def _counted(world: MeteredWorld) -> dict[str, float]:
    """What the meters counted in all."""
    passed = {key: register.passed for key, register in world.registers.items()}
    load, bought = passed["meter-load", "energy_wh"], passed["meter-grid", "import_wh"]
    pumps = passed["meter-pump", "energy_wh"]
    return {
        "pumps_wh": pumps, "pv_wh": passed["inverter", "energy_wh"], "aux_wh": load - pumps, "solar_wh": load - bought,
        "grid_wh": bought, "export_wh": passed["meter-grid", "export_wh"], "water_m3": passed["meter-water", "volume_m3"],
    }  # fmt: skip


def _true(world: MeteredWorld) -> dict[str, float]:
    energy, pumps = world.supply.energy, world.pumps.values()
    return {
        "pumps_wh": energy.pump, "pv_wh": energy.pv_yield, "aux_wh": energy.load - energy.pump,
        "solar_wh": energy.pv_used, "grid_wh": energy.imported, "export_wh": energy.exported,
        "water_m3": sum(pump.volume_m3 for pump in pumps),
    }  # fmt: skip


def _off_minutes(days: tuple[Day, ...], spans: list[tuple[float, float]], start: datetime) -> float:
    """The most by which a day's stated coverage differs from the time in which the controller was there, minutes."""
    worst = 0.0
    for day in days:
        begins = datetime.fromisoformat(day.day).replace(tzinfo=start.tzinfo)
        from_s, until_s = begins.timestamp(), (begins + timedelta(days=1)).timestamp()
        there_s = sum(max(0.0, min(until, until_s) - max(since, from_s)) for since, until in spans)
        worst = max(worst, abs(there_s - (day.covered_s or 0.0)) / MINUTE_S)
    return worst
