"""What one decision takes: `decide()` alone, on what a week of config.yaml and an hour of forty devices show it."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, middle
from benchmarks._forty import forty
from controller import cycle
from controller.config import load_site
from controller.core.decide import decide
from controller.core.decision import Decision
from controller.core.site import Site
from controller.core.snapshot import Snapshot
from controller.core.state import ControllerState
from simulators.season import Season, local_midnight
from simulators.world import World


def main() -> None:
    """Both sites."""
    with tempfile.TemporaryDirectory() as folder:
        _measure("config.yaml, a week by the minute", "config.yaml", 7.0, 60.0)
        _measure("40 devices, an hour by the second", str(forty(Path(folder))), 1.0 / 24.0, 1.0, "10:00")


def _measure(what: str, config: str, days: float, cycle_s: float, clock: str = "00:00") -> None:
    site, profiles = load_site(config)
    start = local_midnight(site, f"2026-08-12T{clock}")
    took: list[float] = []

    def timed(site: Site, state: ControllerState, snapshot: Snapshot) -> Decision:
        began = time.perf_counter()
        decision = decide(site, state, snapshot)
        took.append(time.perf_counter() - began)
        return decision

    cycle.decide = timed
    Season(site, profiles, World(site, 1, start), start, days, cycle_s=cycle_s).run()
    took.sort()
    figure(f"decide(): {what}, median", 1e6 * middle(took), "us")
    figure(f"decide(): {what}, 99 of 100", 1e6 * took[int(0.99 * len(took))], "us")
    figure(f"decide(): {what}, worst", 1e3 * took[-1], "ms", 200.0)


if __name__ == "__main__":
    main()
