"""What each part of ours was worth: the same season with one part switched off, beside the whole, in Rupiah (docs/compare.md).

BENCH_DAYS: days of each season (10); seeded weather of South Sumatra from October on, when rains begin, crops planted 20 days
before; the sites named as arguments, else all. The shipped code is run; a part is taken out by putting a plain thing in its place,
here and nowhere else. Probing matters only where nothing shows the sun: its season is the vegetable site without its irradiance
sensor.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from benchmarks._matrix import october
from controller.core import balances, probing
from controller.core.decision import Reason
from controller.core.site import Site
from controller.outlooks import Outlooks
from schedules import container, planner_fills, prospect
from schedules.program import FieldProgram, PaddyProgram
from schedules.timeline import Piece, PumpSheet
from simulators.cases import Opened, open_case, run
from simulators.strategies import OURS

SITES = ("nursery", "vegetables", "paddy", "kutai", "nursery-direct")
FREE = PumpSheet.free


def alone(self: PumpSheet, *args: Any, **kwargs: Any) -> list[Piece]:
    """Places beside no other zone."""
    booked = [one for step in self.booked for one in step]
    return [
        piece
        for piece in FREE(self, *args, **kwargs)
        if not any(one.begin < piece.end and one.end > piece.begin for one in booked)
    ]


def nobody_probes(_c: Any, pump: Any, _state: Any, group: str) -> Reason:
    """A probe is never tried."""
    return Reason(pump.id, "pump_probe_day", {"probes": 0.0}, group=group)


PARTS: Mapping[str, tuple[Any, ...]] = {
    "forecast": (patch.object(Outlooks, "consider", lambda *_: None),),
    "packing": (patch.object(PumpSheet, "free", alone),),
    "tank timing": (patch.object(planner_fills, "_timing", lambda *_: (0.0, 1e9)),),
    "rain skip": (patch.object(balances, "rained", lambda *_: False),),
    "room for rain": (patch.object(container, "_room_mm", lambda *_: 0.0),),
    "storing ahead": (patch.object(prospect, "DRY_D", 0.0), patch.object(prospect, "POND_D", 0.0)),
    "waiting for rain": (patch.object(prospect.Prospect, "spared", lambda *_: 0.0),),
    "doubt": (
        patch.object(container, "POT_DOUBT", 0.0),
        patch.object(container, "RAINED_DOUBT", 0.0),
        patch.object(container, "PROBED_DOUBT", 0.0),
        patch("schedules.water_balance.DOUBT", 0.0),
    ),
}
PROBING = (patch.object(probing, "hindrance", nobody_probes),)


@contextmanager
def without(parts: tuple[Any, ...]) -> Iterator[None]:
    """The season without these."""
    with ExitStack() as stack:
        for part in parts:
            stack.enter_context(part)
        yield


def refilled(site: Site) -> Site:
    """Every irrigation gives back all that was used."""
    programs = {
        name: program.model_copy(update={"refill": 1.0})
        if isinstance(program, FieldProgram | PaddyProgram)
        else program
        for name, program in site.programs.items()
    }
    return site.model_copy(update={"programs": programs})


def blind(site: Site) -> Site:
    """Nothing shows the sun but what the inverter gives."""
    power = site.file.power.model_copy(update={"irradiance": None})
    return site.model_copy(update={"file": site.file.model_copy(update={"power": power})})


def cost_idr(opened: Opened, site: Site) -> float:
    """One season of ours."""
    return float(run(replace(opened, site=site), OURS)["cost_idr"]["total"])


def main() -> None:
    """Each part on each site."""
    days = float(os.environ.get("BENCH_DAYS", "10"))
    for name in sys.argv[1:] or SITES:
        opened = open_case(october(name, days))
        whole = cost_idr(opened, opened.site)
        figure(f"{name}: whole", whole, "Rp")
        for part, patches in PARTS.items():
            say(f"{name} without {part}")
            site = refilled(opened.site) if part == "room for rain" else opened.site
            with without(patches):
                figure(f"{name}: without {part}", cost_idr(opened, site) - whole, "Rp more")
        if name == "vegetables":
            site = blind(opened.site)
            whole = cost_idr(opened, site)
            figure(f"{name}, no sun sensor: whole", whole, "Rp")
            with without(PROBING):
                figure(f"{name}, no sun sensor: without probing", cost_idr(opened, site) - whole, "Rp more")


if __name__ == "__main__":
    main()
