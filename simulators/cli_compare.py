"""`tirta-sim compare`: ours, today's practices and perfect foresight on one site and weather; and what a change would have done."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from controller.commands.console import t
from simulators.cases import Case, Opened, open_case, solver
from simulators.cli_worlds import UsageError
from simulators.compare import comparison, jobs_of, run_all
from simulators.compare_plot import writable, write
from simulators.compare_table import difference, shown, table
from simulators.parameters import Habits, habits_of
from simulators.strategies import ORACLE, OURS, STRATEGIES


def compare(args: argparse.Namespace, config: Path) -> int:
    """Run the strategies and print what they cost: what cannot work is said first. Raises UsageError, ConfigError."""
    case = case_of(args, config)
    opened = open_case(case)
    changed = open_case(dataclasses.replace(case, config=args.against)) if args.against is not None else None
    habits = habits_of(args.parameters, config, opened.site)
    names = _names(args)
    for path in args.plot:
        writable(path)
    for note in dict.fromkeys([*opened.notes(), *(changed.notes() if changed is not None else ())]):
        print(note, file=sys.stderr)
    before = _compared(opened, names, habits, args)
    for path in args.plot:
        write(before, path)
    if changed is None:
        print(json.dumps(before) if args.json else table(before))
        return 0
    after = _compared(changed, names, habits, args)
    if args.json:
        print(json.dumps({"before": before, "after": after}))
    else:
        print(
            f"{config}:\n{table(before)}",
            f"{args.against}:\n{table(after)}",
            difference(before, after),
            sep="\n\n",
        )
    return 0


def case_of(args: argparse.Namespace, config: Path) -> Case:
    """The case of a command line."""
    weather = Path(args.weather) if args.weather is not None else None
    return Case(
        config, weather, args.seed, args.start, args.days, args.rain, args.planted_days_ago, args.forecast
    )


def _names(args: argparse.Namespace) -> list[str]:
    """The strategies that are meant. The oracle is left out with a word where its solver is not installed and nobody named it."""
    names: list[str] = args.strategy or ([OURS] if args.against is not None else list(STRATEGIES))
    names = list(dict.fromkeys(names))
    if ORACLE in names:
        try:
            solver()
        except UsageError as error:
            if args.strategy:
                raise
            print(
                t(f"without perfect foresight: {error}", f"tanpa ramalan sempurna: {error}"), file=sys.stderr
            )
            names.remove(ORACLE)
    return names


def _compared(
    opened: Opened, names: Sequence[str], habits: Habits, args: argparse.Namespace
) -> dict[str, Any]:
    results = run_all(jobs_of(opened.case, names, habits), args.jobs, _told(opened.days))
    print(file=sys.stderr)
    return comparison(opened, results)


def _told(days: float) -> Any:
    def told(name: str, day: float | None) -> None:
        said = t("done", "selesai") if day is None else f"{day:.0f} / {days:.0f} {t('d', 'hari')}"
        print(f"\r{shown(name):14} {said:16}", end="\n" if day is None else "", file=sys.stderr, flush=True)

    return told
