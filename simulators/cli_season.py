"""`tirta-sim season`: a season as fast as it goes, by the shipped controller or by a strategy that it is compared with."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import cast

from controller.commands.console import t
from simulators.audit import AuditedWorld
from simulators.cases import Opened, Progress, Result, forecaster_of, open_case, run
from simulators.cli_compare import case_of
from simulators.cli_worlds import UsageError, world_factory
from simulators.outputs import World
from simulators.strategies import OURS


def season(args: argparse.Namespace, config: Path) -> int:
    """Run one season and print its result. Raises UsageError, ConfigError."""
    from simulators.result import summary

    opened = open_case(case_of(args, config))
    for note in opened.notes():
        print(note, file=sys.stderr)

    def progress(day: float) -> None:
        print(f"\r{day:5.0f} / {opened.days:.0f} {t('d', 'hari')}", end="", file=sys.stderr, flush=True)

    if args.strategy == OURS:
        result = _ours(args, opened, progress)
    else:
        _refuse(args)
        result = run(opened, args.strategy, None, progress)
    print(file=sys.stderr)
    print(json.dumps(result) if args.json else summary(result))
    return 0


def _ours(args: argparse.Namespace, opened: Opened, progress: Progress) -> Result:
    from simulators.result import result_of
    from simulators.season import Season

    folder = Path(args.state) if args.state else None
    if folder is not None and (folder / "ledger.db").exists():
        raise UsageError(
            t(
                f"--state {folder}: another run's ledger is there; name an empty directory",
                f"--state {folder}: sudah berisi buku besar; sebut folder kosong",
            )
        )
    world = _world(args, opened)
    ran = Season(
        opened.site,
        opened.profiles,
        world,
        opened.start,
        opened.days,
        folder,
        args.record,
        progress=progress,
        forecaster=forecaster_of(opened),
    )
    ran.run()
    told = {"violations": world.violations} if isinstance(world, AuditedWorld) else {}
    return result_of(ran, OURS) | told


def _world(args: argparse.Namespace, opened: Opened) -> World:
    if args.world is not None:
        return world_factory(args.world)(opened.site, args.seed, opened.start)
    return cast("World", opened.world())


def _refuse(args: argparse.Namespace) -> None:
    """What only the controller has: its ledger, its record, and worlds without our physics."""
    for option in ("state", "record", "world"):
        if getattr(args, option):
            raise UsageError(
                t(f"--{option} goes with --strategy solar only; leave it out",
                  f"--{option} hanya untuk --strategy solar; hilangkan saja")
            )  # fmt: skip
