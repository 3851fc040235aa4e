"""What the scored seasons say against the goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any, Final

from benchmarks import _matrix as matrix
from benchmarks._figures import figure, say
from controller.config import load_site
from simulators.compare import verdict
from simulators.strategies import ORACLE, OURS, PRACTICES, PROVIDED

Row = dict[str, Any]

SHARE_MEDIAN: Final = 0.95
SHARE_WORST: Final = 0.80
SUN: Final = 0.97
NEAR: Final = 1e-6


def summarise(rows: Iterable[Row]) -> None:
    """One line for each case on stderr, the figures on stdout."""
    cases: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        cases[row["case"]].append(row)
    areas = {site: area_m2(site) for site in {name.split("/")[0] for name in cases}}
    found = {name: verdict(seen, areas[name.split("/")[0]]) for name, seen in cases.items()}  # type: ignore[arg-type]
    for name, said in found.items():
        costs = {row["strategy"]: round(row["cost_idr"]["total"]) for row in cases[name]}
        say(f"{name}: best {said['best_practice']}, share {said['share']}, gap {said['gap_share']}, "
            f"regret {said['regret_idr_ha']} Rp/ha, costs {costs}")  # fmt: skip
    _shares(found)
    _played(cases, found, areas)
    _provided(cases, found, areas)
    _against_practice(cases, found)
    _limits([row for seen in cases.values() for row in seen])


def area_m2(site: str) -> float:
    """All zones of a site."""
    file = load_site(matrix.ROOT / "simulators" / "sites" / f"{site}.yaml")[0].file
    return sum(zone.area_m2 for zone in file.zones)


def _provided(
    cases: Mapping[str, Sequence[Row]], found: Mapping[str, Mapping[str, Any]], areas: Mapping[str, float]
) -> None:
    """Ours with a provider beside ours without, on the cases that have both and a gap."""
    both = []
    for name, seen in cases.items():
        errors = [row["forecast"] for row in seen if row["strategy"] == PROVIDED]
        if errors and found[name]["share"] is not None:
            said = verdict(seen, areas[name.split("/")[0]], PROVIDED)  # type: ignore[arg-type]
            both.append((found[name]["share"], said["share"], errors[0]))
            say(
                f"{name}: share {found[name]['share']:.2f} by its own forecast, {said['share']:.2f} with provider:{errors[0]}"
            )
    if both:
        figure("the same cases, by ours' own forecast: share, median", median(one[0] for one in both), "")
        figure("... with a provider: share, median", median(one[1] for one in both), "", SHARE_MEDIAN, "more")
        figure("... with a provider: share, worst", min(one[1] for one in both), "", SHARE_WORST, "more")


def _played(
    cases: Mapping[str, Sequence[Row]], found: Mapping[str, Mapping[str, Any]], areas: Mapping[str, float]
) -> None:
    """The same shares by what was played alone, without the worth of what is left at the end: the oracle knows the last day and
    fills up on it, which nobody can who waters on. Only for reading: its schedule was sought for the whole cost.
    """
    shares = []
    for name, seen in cases.items():
        bare = [
            row | {"cost_idr": {"total": row["cost_idr"]["total"] - row["cost_idr"]["end"]}} for row in seen
        ]
        share = verdict(bare, areas[name.split("/")[0]])["share"]
        if share is not None and found[name]["share"] is not None:
            shares.append(share)
            say(f"{name}: share {found[name]['share']:.2f}, {share:.2f} by what was played")
    if shares:
        figure("... by what was played, without the worth of the end: median", median(shares), "")


def _shares(found: Mapping[str, Mapping[str, Any]]) -> None:
    shares = sorted(said["share"] for said in found.values() if said["share"] is not None)
    small = [name for name, said in found.items() if said["share"] is None and said["gap_share"] is not None]
    regrets = [said["regret_idr_ha"] for said in found.values() if said["regret_idr_ha"] is not None]
    figure("cases", len(found), "")
    if shares:
        figure("share of perfect foresight, median", median(shares), "", SHARE_MEDIAN, "more")
        figure("share of perfect foresight, worst", shares[0], "", SHARE_WORST, "more")
    figure("cases with a gap below 5 % (no share)", len(small), "")
    for name in small:
        say(f"gap below 5 %: {name} ({found[name]['gap_share']:.3f})")
    if regrets:
        figure("regret against the oracle, median", median(regrets), "Rp/ha")
        figure("regret against the oracle, worst", max(regrets), "Rp/ha")


def _against_practice(cases: Mapping[str, Sequence[Row]], found: Mapping[str, Mapping[str, Any]]) -> None:
    """Costs, stress, unmet need and the sun's share beside the best practice's and the oracle's."""
    cheaper = thirstier = stressed = suns = sunny = beaten = counted = nothing = 0
    savings = []
    for name, seen in cases.items():
        by_name = {row["strategy"]: row for row in seen}
        ours, best = by_name.get(OURS), by_name.get(str(found[name]["best_practice"]))
        oracle, bound = by_name.get(ORACLE), found[name]["oracle_bound_idr"]
        if ours is not None and best is not None:
            counted += 1
            cheaper += ours["cost_idr"]["total"] <= best["cost_idr"]["total"]
            thirstier += ours["water"]["unmet_mm"] > best["water"]["unmet_mm"] + 1.0
            stressed += ours["water"]["stress_days"] > best["water"]["stress_days"]
            savings.append(1.0 - ours["cost_idr"]["total"] / best["cost_idr"]["total"])
        if ours is not None and oracle is not None and (_sun(oracle) or 0.0) >= SUN:
            suns += 1
            sunny += (_sun(ours) or 0.0) >= SUN
        nothing += oracle is not None and oracle.get("way") == OURS
        beaten += bound is not None and any(row["cost_idr"]["total"] < bound - 1.0 for row in seen)
    if counted:
        figure("cases where ours costs no more than the best practice", cheaper, f"of {counted}")
        figure("saved against the best practice, median", 100.0 * median(savings), "%")
        figure("cases with more unmet need than the best practice", thirstier, f"of {counted}", 0)
        figure("cases with more stress days than the best practice", stressed, f"of {counted}", 0)
    if suns:
        figure("cases with 97 % sun where the oracle has it", sunny, f"of {suns}", suns, "more")
    figure("cases where the oracle found nothing cheaper than ours", nothing, "")
    figure("cases where anybody beat the oracle's bound", beaten, "", 0)


def _limits(rows: Sequence[Row]) -> None:
    figure("violations of limits, all strategies", sum(len(row["violations"]) for row in rows), "", 0)
    figure("water not accounted for, worst", max(abs(row["water_residual_m3"]) for row in rows), "m3", NEAR)
    for name in (OURS, PROVIDED, *PRACTICES, ORACLE):
        starts = [row["pump"]["starts"] for row in rows if row["strategy"] == name]
        if starts:
            figure(f"starts in a season, median: {name}", median(starts), "")


def _sun(row: Row) -> float | None:
    share: float | None = row["energy"]["pump_solar_fraction"]
    return share
