"""How near the oracle comes to its bound, and where the practices stand: the four sites under generated weather.

    python benchmarks/oracle.py [--days 20] [--start 2026-10-25] [--seed 1] [--tries 60] [SITE ...]

Prints for each site the best practice with its default habits, the oracle, the bound, and (oracle - bound) as a share of
(best practice - bound): what the oracle at most leaves on the table.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from controller.config import load_site
from simulators.oracle import cost_idr, oracle
from simulators.oracle_record import Recording
from simulators.play import play
from simulators.season import local_midnight
from simulators.strategies import PRACTICES, make
from simulators.world import World

SITES = Path(__file__).resolve().parent.parent / "simulators" / "sites"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sites", nargs="*", default=["vegetables", "nursery", "paddy", "kutai"])
    parser.add_argument("--days", type=float, default=20.0)
    parser.add_argument("--start", default="2026-10-25")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=60)
    args = parser.parse_args()
    print(f"{'site':12}{'best practice':>26}{'oracle':>12}{'bound':>12}{'left':>7}{'s':>7}")
    for name in args.sites:
        site, _profiles = load_site(SITES / f"{name}.yaml")
        start = local_midnight(site, args.start)

        def fresh() -> World:
            return World(site, args.seed, start)  # noqa: B023

        costs, seeds = {}, {}
        for practice in PRACTICES:
            world, recording = fresh(), Recording(make(practice, site))
            play(world, recording, args.days)
            costs[practice], seeds[practice] = cost_idr(world), recording.kept
        best = min(costs, key=lambda practice: costs[practice])
        began = time.perf_counter()
        found = oracle(
            fresh,
            args.days,
            seeds={best: seeds[best]},
            tries=args.tries,
            progress=lambda text: print(f"\r{text:40}", end="", file=sys.stderr, flush=True),
        )
        took = time.perf_counter() - began
        print("\r", end="", file=sys.stderr)
        left = (found.cost_idr - found.bound_idr) / max(1.0, costs[best] - found.bound_idr)
        print(
            f"{name:12}{best:>14}{costs[best]:12,.0f}{found.cost_idr:12,.0f}{found.bound_idr:12,.0f}{left:7.1%}{took:7.1f}"
            f"  {found.way}"
        )


if __name__ == "__main__":
    main()
