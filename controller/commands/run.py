"""`tirta run`: the daemon."""

from __future__ import annotations

import argparse
from datetime import datetime
from pathlib import Path

from controller.commands.console import as_dict, config_option, err, out_json, t
from controller.errors import ConfigError, TirtaError
from controller.options import RunOptions

MAX_RATE = 3600.0


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    run_ = commands.add_parser("run", help=t("the controller itself", "pengendali itu sendiri"))
    config_option(run_)
    run_.add_argument(
        "--state",
        default="state",
        metavar="DIR",
        help=t("ledger, data and state", "buku besar, data dan keadaan"),
    )
    run_.add_argument(
        "--record",
        action="store_true",
        help=t("keep what `ledger replay` needs", "simpan bahan `ledger replay`"),
    )
    plant = run_.add_argument_group(t("plant time (demo and training)", "waktu tiruan (demo dan pelatihan)"))
    plant.add_argument(
        "--plant-start",
        metavar="ISO",
        help=t("begin at, e.g. 2026-07-01T05:00:00+07:00", "mulai pada, misalnya 2026-07-01T05:00:00+07:00"),
    )
    plant.add_argument(
        "--plant-rate",
        type=float,
        default=1.0,
        metavar="X",
        help=t("how many times as fast", "berapa kali lebih cepat"),
    )
    plant.add_argument(
        "--plant-anchor",
        type=float,
        metavar="MONO",
        help=t("the monotonic second of the start", "detik monotonik saat mulai"),
    )
    run_.add_argument("--json", action="store_true", help=t("problems as JSON", "masalah sebagai JSON"))
    run_.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Start the daemon and return its exit code when it ends."""
    options = options_of(args)
    from controller import app

    try:
        return app.run(options)
    except ConfigError as e:
        if args.json:
            out_json({"ok": False, "problems": [as_dict(problem) for problem in e.problems], "warnings": []})
        for problem in e.problems:
            err(str(problem))
        return e.exit_code


def options_of(args: argparse.Namespace) -> RunOptions:
    """The daemon's options out of the command line. Raises TirtaError."""
    start = None
    if args.plant_start is not None:
        try:
            start = datetime.fromisoformat(args.plant_start)
        except ValueError:
            start = None
        if start is None or start.tzinfo is None:
            example = "2026-07-01T05:00:00+07:00"
            raise TirtaError(t(f"--plant-start is written {example}", f"--plant-start ditulis {example}"))
    if not 0.0 < args.plant_rate <= MAX_RATE:
        raise TirtaError(
            t(
                f"--plant-rate must be above 0, at most {MAX_RATE:g}",
                f"--plant-rate harus di atas 0, paling banyak {MAX_RATE:g}",
            )
        )
    if start is None and (args.plant_rate != 1.0 or args.plant_anchor is not None):
        raise TirtaError(
            t(
                "--plant-rate and --plant-anchor need --plant-start",
                "--plant-rate dan --plant-anchor perlu --plant-start",
            )
        )
    return RunOptions(
        Path(args.config), Path(args.state), start, args.plant_rate, args.plant_anchor, args.record
    )
