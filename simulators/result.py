"""The result of a season as JSON and as a few lines for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from controller.commands.console import language, t
from controller.core.accounts import figures
from controller.core.site import Site
from controller.i18n.numbers import number
from simulators.account import blocks
from simulators.compare_table import shown
from simulators.season import Season, measured


def result_of(season: Season, strategy: str) -> dict[str, Any]:
    """The season's result: ``site, strategy, from, to, cycles, wall_s, energy, water, pump, impact, cost_idr``.

    Blocks come from the world's own truth where it tells (``truth()``), with null elsewhere; ``owed_mm`` and ``impact`` are the
    controller's: what its ledger's closings and the running day add up to.
    ``cycles_per_s`` and ``peak_rss_mb`` tell what the run took.
    """
    truth = getattr(season.world, "truth", None)
    assert season.controller is not None
    state = season.controller.cycle.state
    impact = season.days_seen.totals(figures(state.accounts))["total"]
    owed = {zone: entry.balance.owed_mm for zone, entry in state.zones.items()}
    return {
        **heading(season.site, strategy, season.start, season.days),
        **measured(season),
        **blocks(season.site, truth() if truth is not None else None, owed, impact),
    }


def heading(site: Site, strategy: str, start: datetime, days: float) -> dict[str, str]:
    """Whose season it is: the first keys of a result."""
    end = start + timedelta(days=days)
    return {"site": site.file.site.id, "strategy": strategy, "from": start.isoformat(), "to": end.isoformat()}


def summary(result: Mapping[str, Any]) -> str:
    """The result in a dozen lines."""
    head = f"{result['site']}  {result['from'][:10]} .. {result['to'][:10]}  {shown(result['strategy'])}"
    zones = [_zone(name, zone) for name, zone in result["water"]["zones"].items()]
    avoided = _n(result["impact"].get("co2_avoided_kg"), 1)
    co2 = t(
        f"{avoided} kg avoided (estimated, unverified)",
        f"{avoided} kg terhindarkan (perkiraan, belum diverifikasi)",
    )
    broken = [f"! {one}" for one in result.get("violations", ())]
    return "\n".join([head, *_site(result), *zones, f"  CO2     {co2}", *broken])


def _site(result: Mapping[str, Any]) -> list[str]:
    energy, water, pump = result["energy"], result["water"], result["pump"]
    cycles, wall, rate = _n(result["cycles"]), _n(result["wall_s"], 1), _n(result["cycles_per_s"])
    pv, used, share = _n(energy["pv_available_kwh"]), _n(energy["pump_kwh"]), _n(energy["solar_fraction"], 3)
    grid, fuel = _n(energy["grid_kwh"]), _n(energy["diesel_kwh"])
    put, given, rain = _n(water["pumped_m3"]), _n(water["irrigated_m3"]), _n(water["rain_mm"])
    drained, spilt = _n(water["drainage_m3"]), _n(water["overflow_m3"])
    starts, hours, most = _n(pump["starts"]), _n(pump["run_h"]), _n(pump["max_starts_per_hour"])
    run, rest = _n(pump["shortest_run_s"]), _n(pump["shortest_rest_s"])
    said = (
        ("run", "jalan", f"{cycles} cycles in {wall} s, {rate} per s", f"{cycles} siklus dalam {wall} detik, {rate} per detik"),
        ("sun", "surya",
         f"{pv} kWh available, pump {used} kWh, grid {grid} kWh, diesel {fuel} kWh, solar share {share}",
         f"{pv} kWh tersedia, pompa {used} kWh, PLN {grid} kWh, genset {fuel} kWh, bagian PLTS {share}"),
        ("water", "air",
         f"pumped {put} m3, irrigated {given} m3, rain {rain} mm, drained {drained} m3, spilt {spilt} m3",
         f"dipompa {put} m3, disiramkan {given} m3, hujan {rain} mm, meresap ke bawah {drained} m3, meluap {spilt} m3"),
        ("pump", "pompa",
         f"{starts} starts, {hours} h, at most {most} starts an hour, shortest run {run} s, shortest rest {rest} s",
         f"{starts} kali menyala, {hours} jam, paling banyak {most} sejam, nyala terpendek {run} s, istirahat terpendek {rest} s"),
    )  # fmt: skip
    lines = [f"  {t(en, local):7} {t(english, indonesian)}" for en, local, english, indonesian in said]
    lines[0] += f", {_n(result['peak_rss_mb'])} MB"
    return lines


def _zone(name: str, zone: Mapping[str, Any]) -> str:
    given, etc, eta = _n(zone["irrigated_mm"]), _n(zone["etc_mm"]), _n(zone["eta_mm"])
    stress, unmet, owed = _n(zone["stress_days"]), _n(zone["unmet_mm"]), _n(zone["owed_mm"], 1)
    words = t(
        f"irrigated {given} mm, ETc {etc} mm, ETa {eta} mm, stress {stress} d, unmet {unmet} mm, owed {owed} mm",
        f"disiram {given} mm, ETc {etc} mm, ETa {eta} mm, stres {stress} hari, kurang {unmet} mm, terutang {owed} mm",
    )
    return f"  {t('zone', 'petak'):7} {name}: {words}"


def _n(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else number(value, language(), digits)
