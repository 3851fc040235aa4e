"""`tirta-sim compare`: ours, today's practices and perfect foresight on one site and weather; and what a change would have done."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from controller.commands.console import t
from simulators.cases import Case, open_case
from simulators.cli_worlds import UsageError
from simulators.compare import comparison, jobs_of, run_all
from simulators.compare_table import difference, table
from simulators.strategies import OURS, STRATEGIES


def compare(args: argparse.Namespace, config: Path) -> int:
    """Run the strategies and print what they cost. Raises UsageError, ConfigError."""
    case = case_of(args, config)
    before = _compared(case, args)
    for path in args.plot:
        from simulators.compare_plot import write

        write(before, path)
    if args.against is None:
        print(json.dumps(before) if args.json else table(before))
        return 0
    after = _compared(dataclasses.replace(case, config=args.against), args)
    if args.json:
        print(json.dumps({"before": before, "after": after}))
    else:
        print(table(before), table(after), difference(before, after), sep="\n\n")
    return 0


def case_of(args: argparse.Namespace, config: Path) -> Case:
    """The case of a command line."""
    weather = Path(args.weather) if args.weather is not None else None
    return Case(
        config, weather, args.seed, args.start, args.days, args.rain, args.planted_days_ago, args.forecast
    )


def habits_of(path: Path | None, site: str) -> Mapping[str, Mapping[str, Any]]:
    """Tuned parameters by practice for a site, from a file of ``site: {practice: {habit: value}}``. Raises UsageError."""
    if path is None:
        return {}
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise UsageError(
            t(
                f"--parameters {path}: this is no YAML: {error}",
                f"--parameters {path}: ini bukan YAML: {error}",
            )
        ) from None
    entry: Mapping[str, Mapping[str, Any]] = (found or {}).get(site) or {}
    return entry


def _compared(case: Case, args: argparse.Namespace) -> dict[str, Any]:
    opened = open_case(case)
    names = args.strategy or ([OURS] if args.against is not None else list(STRATEGIES))
    habits = habits_of(args.parameters, opened.site.file.site.id)
    results = run_all(jobs_of(case, names, habits), args.jobs, _told(opened.days))
    print(file=sys.stderr)
    return comparison(opened, results)


def _told(days: float) -> Any:
    def told(name: str, day: float | None) -> None:
        said = t("done", "selesai") if day is None else f"{day:.0f} / {days:.0f} d"
        print(f"\r{name:14} {said:16}", end="\n" if day is None else "", file=sys.stderr, flush=True)

    return told
