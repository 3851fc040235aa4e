"""How often a solar pump starts and how much water it keeps: the shipped decision on measured minutes, beside simpler rules.

A pump with a solar drive fills a tank that is never full, at four ratios of PV (kWp) to pump input (kW), on June and October
2023 in Bangkok (13.7 N, one-minute irradiance, ../shared/data/weather, which is not part of the repository). The world: usable
power = irradiance x kWp x 0.80; flow by the planner's curve from 0.38 of rated power on (``curve``) or linear (``linear``); the
drive sleeps below a tenth of its rating, and every waking counts as a start. The rules, all of which see this minute's power:

- ``naive``: on in every minute with power for flow. Its water is what "kept" is a share of.
- ``hysteresis``: starts when the 5-minute mean is 0.48 of rated and now 0.42, stops after 3 minutes below 0.38, rests 10.
- ``shipped``: ``decide()`` every minute on a tank site as a technician writes it, all limits at their defaults (at least 5 minutes
  of run, 10 of rest, 4 starts an hour, 20 a day) but for ``max_run_s`` 24 h. Nothing is tuned here: the parameters are the
  defaults of ``Surplus`` (site_power.py): start at 1.10 x threshold (mean) and 1.05 (now), ride through 10 minutes without flow.

Budgets: over two years of Bangkok the hysteresis rule has been seen to start 4.5, 4.5, 3.9 and 2.6 times a day and keep 84, 91, 94
and 98 % of the naive water. The shipped rule must start less AND keep more, on either month and by either flow.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from controller.core.decide import decide
from controller.core.instant import Instant
from controller.core.site import Site, SiteFile
from controller.core.snapshot import Sample, Snapshot
from controller.core.state import initial_state
from drivers.reading import Quality
from schedules.hydraulics import make_pump

DATA = Path(__file__).resolve().parents[1] / "../shared/data/weather"
MONTHS = ("2023-06", "2023-10")
RATED_W, DERATE, THRESHOLD, SLEEP = 1000.0, 0.80, 0.38, 0.10
BUDGETS = {1.0: (4.5, 84.0), 1.25: (4.5, 91.0), 1.5: (3.9, 94.0), 2.0: (2.6, 98.0)}
"""PV kWp per kW of pump -> starts a day and per cent of water of the hysteresis rule."""

PUMP = make_pump(RATED_W, 10.0, 20.0)
FLOWS: dict[str, Callable[[float], float]] = {
    "curve": lambda share: PUMP.flow_m3_h(RATED_W * share) / PUMP.rated_flow_m3_h,
    "linear": lambda share: min(1.0, max(0.0, share - THRESHOLD) / (1.0 - THRESHOLD)),
}
"""Flow as a share of rated, by power as a share of rated."""

Minutes = list[tuple[float, float]]
Rule = Callable[[Minutes, float], Iterator[bool]]


class Figures(NamedTuple):
    """Means a day: starts, hours with flow, minutes turning without, and water in hours of rated flow by each flow law."""

    starts: float
    hours: float
    idle_min: float
    water: dict[str, float]


def month(name: str) -> Minutes:
    """(POSIX second, irradiance W/m2) of every minute. Raises FileNotFoundError."""
    rows = []
    for line in (DATA / f"bangkok_cuee_1min_{name}.csv").read_text().splitlines()[1:]:
        time, ghi, *_ = line.split(",")
        rows.append((datetime.fromisoformat(time).timestamp(), max(0.0, float(ghi or 0.0))))
    return rows


def naive(minutes: Minutes, ratio: float) -> Iterator[bool]:
    """On whenever there is power for flow."""
    for _, ghi in minutes:
        yield share_of(ghi, ratio) >= THRESHOLD


def hysteresis(minutes: Minutes, ratio: float) -> Iterator[bool]:
    """The rule with fixed margins and times."""
    shares = [share_of(ghi, ratio) for _, ghi in minutes]
    on, low, off_at = False, 0, -99
    for i, share in enumerate(shares):
        if on:
            low = low + 1 if share < THRESHOLD else 0
            if low >= 3:
                on, off_at = False, i
        elif i - off_at >= 10 and sum(shares[max(0, i - 4) : i + 1]) >= 5 * 0.48 and share >= 0.42:
            on, low = True, 0
        yield on


def shipped(minutes: Minutes, ratio: float) -> Iterator[bool]:
    """What ``decide()`` commands, minute by minute."""
    site = tank_site(ratio)
    state = initial_state(site)
    good = Quality.GOOD
    for epoch_s, ghi in minutes:
        mono_s = epoch_s - minutes[0][0]
        readings = {
            ("sky", "irradiance_w_m2"): Sample(ghi, good, mono_s),
            ("probe", "level_m"): Sample(0.5, good, mono_s),
        }
        decision = decide(site, state, Snapshot(Instant(epoch_s, mono_s, "bench"), readings))
        state = decision.state
        yield state.pumps["pompa"].on


def tank_site(ratio: float) -> Site:
    """A solar drive of 1 kW and a tank; ``ratio`` kWp of panels."""
    data = {
        "site": {"id": "bangkok", "name": "Bangkok", "latitude": 13.74, "longitude": 100.53, "timezone": "Asia/Bangkok",
                 "cycle_s": 60.0},
        "buses": [{"id": "b", "url": "tcp://127.0.0.1:502"}],
        "devices": [{"id": "relay", "profile": "x", "bus": "b"}],
        "power": {"pv_kwp": ratio * RATED_W / 1000.0, "derate": DERATE, "irradiance": "sky.irradiance_w_m2"},
        "pumps": [
            {"id": "pompa", "run": "relay.switch_1", "supply": "pv", "rated_power_w": RATED_W, "rated_flow_m3_h": 10.0,
             "rated_head_m": 20.0, "into": "tandon", "limits": {"max_run_s": 86400.0}}
        ],
        "tanks": [{"id": "tandon", "level": "probe.level_m", "area_m2": 1e5, "height_m": 2.0, "full_m": 1.8}],
        "impact": {"factor": {"value": 0.86, "name": "-", "source": "-", "year": 2021}},
    }  # fmt: skip
    return Site(file=SiteFile.model_validate(data), programs={})


def share_of(ghi: float, ratio: float) -> float:
    """Usable power as a share of the pump's rating."""
    return ghi / 1000.0 * DERATE * ratio


def measured(rule: Rule, minutes: Minutes, ratio: float) -> Figures:
    """What the motor and the water make of the rule's commands."""
    days = len(minutes) / 1440.0
    starts = flowing = idle = 0
    water = dict.fromkeys(FLOWS, 0.0)
    turned = False
    for (_, ghi), on in zip(minutes, rule(minutes, ratio), strict=True):
        share = share_of(ghi, ratio)
        turns = on and share >= SLEEP
        starts += turns and not turned
        turned = turns
        if turns and share >= THRESHOLD:
            flowing += 1
            for law, flow in FLOWS.items():
                water[law] += flow(share) / 60.0
        elif turns:
            idle += 1
    each = {law: hours / days for law, hours in water.items()}
    return Figures(starts / days, flowing / 60.0 / days, idle / days, each)


def main() -> None:
    """All months, ratios and rules."""
    if not DATA.is_dir():
        say("skipped: the measured minutes (../shared/data/weather) are not here")
        return
    for name in MONTHS:
        minutes = month(name)
        for ratio, (most, least) in BUDGETS.items():
            full = measured(naive, minutes, ratio)
            figure(f"{name}, r {ratio}: naive, starts", full.starts, "1/d")
            for rule in (hysteresis, shipped):
                found = measured(rule, minutes, ratio)
                ours = rule is shipped
                what = f"{name}, r {ratio}: {rule.__name__}"
                figure(f"{what}, starts", found.starts, "1/d", most if ours else None)
                for law in FLOWS:
                    kept = 100.0 * found.water[law] / full.water[law]
                    figure(
                        f"{what}, water kept ({law})",
                        kept,
                        "%",
                        least if ours else None,
                        "more" if ours else "",
                    )
                if ours:
                    figure(f"{what}, turning without flow", found.idle_min, "min/d")


if __name__ == "__main__":
    main()
