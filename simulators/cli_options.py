"""The options of `tirta-sim season` and `tirta-sim compare`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from controller.commands.console import json_option, t
from controller.commands.parser import Parser
from simulators.strategies import OURS, STRATEGIES

Common = Callable[[argparse.ArgumentParser], None]
Run = Callable[[argparse.Namespace], int]


def add_season(commands: argparse._SubParsersAction[Parser], common: Common, run: Run) -> None:
    """`tirta-sim season`."""
    season = commands.add_parser(
        "season",
        help=t(
            "the shipped controller over a season, as fast as it goes",
            "pengendali yang sama selama semusim, secepat mungkin",
        ),
    )
    common(season)
    _span(season)
    season.add_argument(
        "--strategy", choices=STRATEGIES, default=OURS, help=t("who decides", "siapa yang memutuskan")
    )
    season.add_argument(
        "--state",
        metavar="DIR",
        help=t("keep ledger.db and telemetry.db here", "simpan ledger.db dan telemetry.db di sini"),
    )
    season.add_argument(
        "--record",
        action="store_true",
        help=t(
            "with --state: keep what `tirta ledger replay` needs",
            "dengan --state: simpan bahan `tirta ledger replay`",
        ),
    )
    json_option(season)
    season.set_defaults(run=run)


def add_compare(commands: argparse._SubParsersAction[Parser], common: Common, run: Run) -> None:
    """`tirta-sim compare`."""
    compare = commands.add_parser(
        "compare",
        help=t(
            "ours, today's practices and perfect foresight side by side",
            "pengendali ini, praktik sekarang, dan ramalan sempurna berdampingan",
        ),
    )
    common(compare)
    _span(compare)
    compare.add_argument(
        "--strategy",
        action="append",
        choices=STRATEGIES,
        help=t(
            "may be repeated (all; with --against: ours)",
            "boleh diulang (semua; dengan --against: pengendali ini)",
        ),
    )
    _what_if(compare)
    json_option(compare)
    compare.set_defaults(run=run)


def _what_if(compare: argparse.ArgumentParser) -> None:
    """What to compare with, and what to draw."""
    compare.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help=t(
            "a changed site file: what would it have done in this weather?",
            "berkas lokasi yang diubah: apa akibatnya pada cuaca ini?",
        ),
    )
    compare.add_argument(
        "--parameters",
        type=Path,
        metavar="FILE",
        help=t("tuned parameters of the practices (YAML)", "parameter praktik yang sudah disetel (YAML)"),
    )
    compare.add_argument(
        "--plot",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=t(
            "write FILE.png or FILE.html; may be repeated", "tulis BERKAS.png atau BERKAS.html; boleh diulang"
        ),
    )
    compare.add_argument(
        "--jobs",
        type=_jobs,
        metavar="N",
        help=t("seasons at a time (all processors)", "musim sekaligus (semua prosesor)"),
    )


def _span(parser: argparse.ArgumentParser) -> None:
    """Weather and days."""
    parser.add_argument(
        "--weather",
        metavar="FILE",
        help=t(
            "CSV, or a site's telemetry.db (else seeded weather of South Sumatra)",
            "CSV, atau telemetry.db lokasi (bila tidak: cuaca tiruan Sumatera Selatan)",
        ),
    )
    parser.add_argument(
        "--rain",
        action="store_true",
        help=t(
            "a CSV without rain gets seeded rain of South Sumatra",
            "CSV tanpa hujan diberi hujan tiruan Sumatera Selatan",
        ),
    )
    parser.add_argument(
        "--start",
        metavar="DATE",
        help=t(
            "first local day (the file's, else 2026-01-01)", "hari pertama (dari berkas, atau 2026-01-01)"
        ),
    )
    parser.add_argument(
        "--days",
        type=_days,
        help=t("how long (the file's length, else 365)", "berapa hari (sepanjang berkas, atau 365)"),
    )
    parser.add_argument(
        "--forecast",
        type=forecast,
        metavar="KIND",
        help=t(
            "what ours knows of tomorrow: persistence (default), or provider:0.25, one with that stated error",
            "yang diketahui pengendali tentang esok: persistence (bawaan), atau provider:0.25 dengan galat itu",
        ),
    )
    parser.add_argument(
        "--planted-days-ago",
        type=int,
        metavar="N",
        help=t(
            "the youngest crop was planted N days before the start (else: as in the programs)",
            "tanaman termuda ditanam N hari sebelum mulai (bila tidak: menurut program)",
        ),
    )


def forecast(text: str) -> float | None:
    """The stated error of a provider, None for the site's own forecast."""
    kind, _, error = text.partition(":")
    try:
        if kind == "persistence" and not error:
            return None
        if kind == "provider" and 0.0 <= float(error) <= 1.0:
            return float(error)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(
        t(f"{text}: write persistence, or provider:ERROR with ERROR 0 to 1",
          f"{text}: tulis persistence, atau provider:GALAT dengan GALAT 0 sampai 1")
    )  # fmt: skip


def _jobs(text: str) -> int:
    jobs = int(text)
    if not 1 <= jobs <= 64:
        raise argparse.ArgumentTypeError(t("must be 1 to 64", "harus 1 sampai 64"))
    return jobs


def _days(text: str) -> float:
    days = float(text)
    if not 0.0 < days <= 3660.0:
        raise argparse.ArgumentTypeError(
            t("must be above 0, at most 3660", "harus di atas 0, paling banyak 3660")
        )
    return days
