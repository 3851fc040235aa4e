"""`tirta report`: what was achieved in a month, a year or between two days, for reading, printing and computing on."""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from controller.commands.console import config_option, err, t
from controller.errors import GOOD, TirtaError, Unreachable

if TYPE_CHECKING:
    from controller.core.site import Site
    from controller.i18n.numbers import Language
    from controller.report.model import Report
    from controller.report.period import Period

FORMATS = ("html", "pdf", "xlsx", "json")
NICENESS, MOST_S = 10, 120
"""Of a report that the page asked for: its niceness, and the processor time that it may take, s."""

NEEDS = {"pdf": "fpdf", "xlsx": "xlsxwriter"}
"""What a format imports that the daemon itself does not have (extra ``report``)."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report", help=t("what was achieved in a month or a year", "hasil sebulan atau setahun")
    )
    when = report.add_mutually_exclusive_group()
    when.add_argument(
        "--month", metavar="YYYY-MM", help=t("(that of the last closing)", "(bulan penutupan terakhir)")
    )
    when.add_argument("--year", metavar="YYYY", help=t("a whole year", "satu tahun"))
    when.add_argument(
        "--from",
        dest="first",
        metavar="YYYY-MM-DD",
        help=t("first day, with --to", "hari pertama, dengan --to"),
    )
    report.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help=t("last day", "hari terakhir"))
    report.add_argument("--format", choices=FORMATS, default="html", help="html, pdf, xlsx, json (html)")
    report.add_argument(
        "--lang", choices=("id", "en"), help=t("of the report (the site's)", "bahasa laporan (bahasa lokasi)")
    )
    report.add_argument("-o", "--output", metavar="FILE", help=t(
        "where to (a name by site and period; - is standard output)",
        "ke berkas mana (nama menurut lokasi dan masa; - ke keluaran standar)"))  # fmt: skip
    report.add_argument("--despite-damage", action="store_true", help=t(
        "also from a ledger whose chain is broken; the first page says so",
        "juga dari buku besar yang rantainya rusak; halaman pertama menyebutnya"))  # fmt: skip
    report.add_argument("--low-priority", action="store_true", help=argparse.SUPPRESS)
    config_option(report)
    where = t("the daemon's records (state)", "catatan layanan (state)")
    report.add_argument("--state", default="state", metavar="DIR", help=where)
    report.set_defaults(run=run_report)


def run_report(args: argparse.Namespace) -> int:
    """Write the report; 0 when it is written, 1 when the input does not allow one."""
    if args.low_priority:
        _stand_back()
    _need(args.format)
    wanted = _period(args)
    from controller.config import load_site

    site, _ = load_site(args.config, args.lang)
    language: Language = args.lang or site.file.site.language
    report = _report(site, Path(args.state) / "ledger.db", wanted)
    if not report.ledger.whole and not args.despite_damage:
        raise TirtaError(
            t(f"the ledger's chain is broken: {report.ledger.problems[0]}",
              f"rantai buku besar rusak: {report.ledger.problems[0]}"),
            t("look with `tirta ledger verify`; --despite-damage writes a report that says so",
              "periksa dengan `tirta ledger verify`; --despite-damage menulis laporan yang menyebutnya"),
        )  # fmt: skip
    name = (
        args.output
        or f"{'laporan' if language == 'id' else 'report'}-{report.site.id}-{_span(report)}.{args.format}"
    )
    _write(report, args.format, language, name)
    if name != "-":
        err(t(f"written: {name}", f"ditulis: {name}"))
    return GOOD


def _stand_back() -> None:
    """Started by the daemon's page: the pumps' decisions come first, and where memory runs out this goes, not the daemon."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_S, MOST_S))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("800")


def _need(kind: str) -> None:
    """Raises TirtaError when the extra is not installed."""
    if kind in NEEDS and find_spec(NEEDS[kind]) is None:
        raise TirtaError(
            t(f"--format {kind} needs a package that is not installed ({NEEDS[kind]})",
              f"--format {kind} memerlukan paket yang belum terpasang ({NEEDS[kind]})"),
            t("sudo make install ARGS=--report, or pip install 'tirtasurya[report]'; html and json need nothing",
              "sudo make install ARGS=--report, atau pip install 'tirtasurya[report]'; html dan json tidak perlu apa-apa"),
        )  # fmt: skip


def _period(args: argparse.Namespace) -> Period | None:
    """The period asked for; None for the month of the last closing. Raises TirtaError."""
    from controller.report import period

    if (args.first is None) != (args.last is None):
        raise TirtaError(t("--from and --to go together", "--from dan --to harus bersama"))
    try:
        if args.month is not None:
            return period.month(args.month)
        if args.year is not None:
            return period.year(args.year)
        return None if args.first is None else period.between(args.first, args.last)
    except ValueError as error:
        raise TirtaError(
            t(f"not a period: {args.month or args.year or f'{args.first} .. {args.last}'}",
              f"bukan masa laporan: {args.month or args.year or f'{args.first} .. {args.last}'}"),
            t("written --month 2026-11, --year 2026 or --from 2026-11-01 --to 2026-11-20",
              "ditulis --month 2026-11, --year 2026 atau --from 2026-11-01 --to 2026-11-20"),
        ) from error  # fmt: skip


def _report(site: Site, path: Path, wanted: Period | None) -> Report:
    from controller.report.build import NothingToReportError, build, last_month
    from controller.store.database import connect_readonly

    if not path.exists():
        raise Unreachable(
            t(f"{path}: no such file", f"{path}: tidak ada"),
            t(
                "name the state directory of the site with --state",
                "sebut folder catatan lokasi dengan --state",
            ),
        )
    import sqlite3

    connection = connect_readonly(path)
    try:
        return build(site, connection, wanted or last_month(connection))
    except NothingToReportError as nothing:
        raise TirtaError(*_nothing(nothing.first, nothing.last)) from nothing
    except sqlite3.DatabaseError as error:
        raise TirtaError(
            t(f"{path} is damaged: {error}", f"{path} rusak: {error}"),
            t("`tirta ledger verify` says where; the daemon sets it aside at its next start",
              "`tirta ledger verify` menunjukkan letaknya; layanan menyisihkannya saat mulai lagi"),
        ) from error  # fmt: skip
    finally:
        connection.close()


def _nothing(first: str, last: str) -> tuple[str, str]:
    message = t(
        "no day of this period is closed in the ledger",
        "tidak ada hari dalam masa ini yang sudah ditutup di buku besar",
    )
    if not first:
        return message, t("the first day closes at its midnight", "hari pertama ditutup pada tengah malamnya")
    return message, t(
        f"the ledger has days from {first} to {last}", f"buku besar berisi hari {first} sampai {last}"
    )


def _span(report: Report) -> str:
    period = report.period
    if period.kind == "month":
        return period.first[:7]
    return period.first[:4] if period.kind == "year" else f"{period.first}_{period.last}"


def _write(report: Report, kind: str, language: Language, name: str) -> None:
    """To the file, whole or not at all; to standard output piece by piece."""
    from controller.report.files import pieces

    if name == "-":
        for piece in pieces(report, kind, language):
            sys.stdout.buffer.write(piece)
        return
    path = Path(name)
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.writelines(pieces(report, kind, language))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
