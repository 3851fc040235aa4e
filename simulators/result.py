"""The result of a season as JSON and as a few lines for a person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from controller.core.accounts import figures
from simulators.account import blocks
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
    end = season.start + timedelta(days=season.days)
    return {
        "site": season.site.file.site.id,
        "strategy": strategy,
        "from": season.start.isoformat(),
        "to": end.isoformat(),
        **measured(season),
        **blocks(season.site, truth() if truth is not None else None, owed, impact),
    }


def summary(result: Mapping[str, Any]) -> str:
    """The result in a dozen lines."""
    energy, water, pump = result["energy"], result["water"], result["pump"]
    run = f"{result['cycles']} cycles in {result['wall_s']:.1f} s, {result['cycles_per_s']:.0f} per s"
    sun = f"{_n(energy['pv_available_kwh'])} kWh available, pump {_n(energy['pump_kwh'])} kWh"
    other = f"grid {_n(energy['grid_kwh'])} kWh, diesel {_n(energy['diesel_kwh'])} kWh"
    share = f"solar share {_n(energy['solar_fraction'], 3)}"
    put = f"pumped {_n(water['pumped_m3'])} m3, irrigated {_n(water['irrigated_m3'])} m3, rain {_n(water['rain_mm'])} mm"
    lost = f"drained {_n(water['drainage_m3'])} m3, spilt {_n(water['overflow_m3'])} m3"
    wear = f"{_n(pump['starts'])} starts, {_n(pump['run_h'])} h, at most {_n(pump['max_starts_per_hour'])} starts an hour"
    shortest = f"shortest run {_n(pump['shortest_run_s'])} s, shortest rest {_n(pump['shortest_rest_s'])} s"
    lines = [
        f"{result['site']}  {result['from'][:10]} .. {result['to'][:10]}  ({result['strategy']})",
        f"  run     {run}, {result['peak_rss_mb']:.0f} MB",
        f"  sun     {sun}, {other}, {share}",
        f"  water   {put}, {lost}",
        f"  pump    {wear}, {shortest}",
    ]
    for name, zone in water["zones"].items():
        drunk = f"irrigated {_n(zone['irrigated_mm'])} mm, ETc {_n(zone['etc_mm'])} mm, ETa {_n(zone['eta_mm'])} mm"
        short = f"stress {_n(zone['stress_days'])} d, unmet {_n(zone['unmet_mm'])} mm, owed {_n(zone['owed_mm'], 1)} mm"
        lines.append(f"  zone    {name}: {drunk}, {short}")
    impact = result["impact"]
    lines.append(f"  CO2     {_n(impact.get('co2_avoided_kg'), 1)} kg avoided (estimated, unverified)")
    return "\n".join(lines)


def _n(value: float | None, digits: int = 0) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"
