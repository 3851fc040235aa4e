"""`tirta ledger export`: rows or daily closings as CSV, JSON lines, line protocol or Parquet; by local days and kinds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from controller.commands.console import err, json_option, lang_option, t
from controller.errors import GOOD, TirtaError

if TYPE_CHECKING:
    import sqlite3

    from controller.store.flat import Wanted

FILE = "ledger.db"
FORMATS = ("csv", "jsonl", "lp", "parquet")


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action."""
    export = actions.add_parser(
        "export",
        help=t("rows or daily closings as CSV, JSON, Parquet or line protocol",
               "baris atau penutupan hari sebagai CSV, JSON, Parquet atau line protocol"),
    )  # fmt: skip
    what = t(
        "rows, or days: one line a day, a column a figure",
        "rows, atau days: satu baris sehari, satu kolom tiap angka",
    )
    export.add_argument("--what", choices=("rows", "days"), default="rows", help=what)
    export.add_argument("--format", choices=FORMATS, help=t("of the output (csv)", "bentuk keluaran (csv)"))
    day = t("local days, both included", "hari setempat, keduanya ikut")
    export.add_argument("--from", dest="first", default="", metavar="YYYY-MM-DD", help=day)
    export.add_argument("--to", dest="last", default="", metavar="YYYY-MM-DD", help=day)
    kinds = "start, stop, trip, clear, order, plan, close, day, impact, boot, verification, indicator, baseline ..."
    export.add_argument("--kind", action="append", default=[], help=kinds)
    after = t("rows after this one", "baris sesudah ini")
    export.add_argument("--since", type=int, default=0, metavar="SEQ", help=after)
    export.add_argument(
        "--decimal", choices=("point", "comma"), default="point",
        help=t("comma: for a spreadsheet in Indonesian", "comma: untuk lembar kerja berbahasa Indonesia"),
    )  # fmt: skip
    export.add_argument(
        "-o", "--output", metavar=t("FILE", "BERKAS"), help=t("instead of the screen", "bukan ke layar")
    )
    where = t("the daemon's records (state)", "catatan layanan (state)")
    export.add_argument("--state", default="state", metavar="DIR", help=where)
    lang_option(export)
    json_option(export)
    export.set_defaults(run=run_export)


def run_export(args: argparse.Namespace) -> int:
    """0 when everything was written; the ledger may be written to meanwhile."""
    from controller.store.database import connect_readonly
    from controller.store.flat import Wanted

    form = args.format or ("jsonl" if args.json else "csv")
    wanted = Wanted(tuple(args.kind), args.since, _day(args.first, "--from"), _day(args.last, "--to"))
    if args.what == "days" and args.kind:
        raise TirtaError(t("--kind goes with --what rows", "--kind hanya untuk --what rows"))
    with closing(connect_readonly(Path(args.state) / FILE)) as connection:
        if form == "parquet":
            _parquet(args, connection, wanted)
        elif form == "csv":
            _csv(args, connection, wanted)
        else:
            _lines(args, _text(args.what, form, connection, wanted))
    return GOOD


def _day(text: str, option: str) -> str:
    from controller.store.almanac import is_day

    if text and not is_day(text):
        raise TirtaError(
            t(f"{option} is written YYYY-MM-DD", f"{option} ditulis TTTT-BB-HH, misalnya 2026-11-27")
        )
    return text


def _text(what: str, form: str, connection: sqlite3.Connection, wanted: Wanted) -> Iterator[str]:
    from controller.store.flat import DayTable
    from controller.store.flat_text import json_days, json_rows, line_days, line_rows

    if what == "rows":
        return json_rows(connection, wanted) if form == "jsonl" else line_rows(connection, wanted)
    table = DayTable(connection, wanted)
    return json_days(table) if form == "jsonl" else line_days(connection, table)


def _csv(args: argparse.Namespace, connection: sqlite3.Connection, wanted: Wanted) -> None:
    from controller.store.flat import ROW_COLUMNS, DayTable, cells_of, rows_of
    from controller.store.flat_text import write_csv

    comma = args.decimal == "comma"
    with _output(args, "utf-8-sig") as file:  # the mark tells a spreadsheet that this is UTF-8
        if args.what == "days":
            table = DayTable(connection, wanted)
            write_csv(file, table.columns, table.rows(), comma=comma)
        else:
            rows = (cells_of(row, day) for row, day in rows_of(connection, wanted))
            write_csv(file, ROW_COLUMNS, rows, comma=comma)


def _lines(args: argparse.Namespace, lines: Iterable[str]) -> None:
    with _output(args, "utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


@contextmanager
def _output(args: argparse.Namespace, encoding: str) -> Iterator[TextIO]:
    if args.output is None:
        yield sys.stdout
        return
    with Path(args.output).open("w", encoding=encoding, newline="") as file:
        yield file


def _parquet(args: argparse.Namespace, connection: sqlite3.Connection, wanted: Wanted) -> None:
    from controller.store.flat import DayTable
    from controller.store.flat_parquet import write_days, write_rows

    if args.output is None:
        raise TirtaError(t("Parquet needs --output FILE", "Parquet perlu --output BERKAS"))
    path = Path(args.output)
    try:
        count = (
            write_rows(path, connection, wanted)
            if args.what == "rows"
            else write_days(path, DayTable(connection, wanted))
        )
    except ImportError:
        raise TirtaError(
            t("Parquet needs pyarrow, which is not installed", "Parquet perlu pyarrow, yang belum terpasang"),
            f"{sys.executable} -m pip install 'tirtasurya[parquet]'",
        ) from None
    err(t(f"{count} rows in {path}", f"{count} baris di {path}"))
