"""`tirta ledger`: check that nobody changed the record, take it out, decide it again."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controller.commands.console import config_option, err, json_option, out, out_json, t
from controller.commands.replay import run_replay
from controller.errors import GOOD, WRONG_INPUT, TirtaError

if TYPE_CHECKING:
    from controller.store.chain import Head, Row

FILE = "ledger.db"
COLUMNS = ("seq", "time", "trusted", "kind", "subject", "payload", "prev", "hash")


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its actions."""
    ledger = commands.add_parser(
        "ledger", help=t("the record of what was done", "catatan dari yang dilakukan")
    )
    actions = ledger.add_subparsers(dest="action", required=True, metavar="ACTION")
    verify = actions.add_parser(
        "verify",
        help=t("check that nothing was changed or cut", "periksa bahwa tidak ada yang diubah atau dipotong"),
    )
    verify.add_argument(
        "--head", metavar="SEQ:HASH", help=t("a head noted elsewhere", "kepala yang dicatat di tempat lain")
    )
    verify.set_defaults(run=run_verify)
    export = actions.add_parser(
        "export", help=t("all rows as CSV or JSON", "semua baris sebagai CSV atau JSON")
    )
    export.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help=t("rows after this one", "baris sesudah ini")
    )
    export.add_argument("--kind", help="start, stop, trip, clear, order, plan, close, day")
    export.set_defaults(run=run_export)
    replay = actions.add_parser(
        "replay",
        help=t(
            "decide a recording of `run --record` again and compare",
            "putuskan ulang rekaman `run --record` dan bandingkan",
        ),
    )
    replay.add_argument(
        "files", nargs="*", metavar="FILE", help=t("recordings (all of DIR)", "rekaman (semua di DIR)")
    )
    config_option(replay)
    replay.set_defaults(run=run_replay)
    for action in (verify, export, replay):
        where = t("the daemon's records (state)", "catatan layanan (state)")
        action.add_argument("--state", default="state", metavar="DIR", help=where)
        json_option(action)


def run_verify(args: argparse.Namespace) -> int:
    """0 when the chain is whole, 1 with every problem when it is not."""
    from controller.store.audit import verify_rows
    from controller.store.database import connect_readonly
    from controller.store.scan import last_row

    connection = connect_readonly(Path(args.state) / FILE)
    try:
        problems = verify_rows(connection, _head(args.head))
        last = None if problems else last_row(connection)
    finally:
        connection.close()
    if args.json:
        found = [{"seq": p.seq, "day": p.day, "message": p.text} for p in problems]
        head = f"{last.seq}:{last.hash}" if last else None
        out_json({"ok": not problems, "rows": last.seq if last else 0, "head": head, "problems": found})
    else:
        for problem in problems:
            err(problem.text)
        if not problems:
            rows, head = (last.seq, f"{last.seq}:{last.hash}") if last else (0, "-")
            out(t(f"{rows} rows, whole; head {head}", f"{rows} baris, utuh; kepala {head}"))
    return WRONG_INPUT if problems else GOOD


def _head(text: str | None) -> Head | None:
    if text is None:
        return None
    from controller.store.chain import Head

    seq, _, digest = text.partition(":")
    if not seq.isdecimal() or not digest:
        raise TirtaError(t("--head is written SEQ:HASH", "--head ditulis SEQ:HASH"))
    return Head(int(seq), digest)


def run_export(args: argparse.Namespace) -> int:
    """Rows on standard output, one by one: CSV, or one JSON object a line."""
    from controller.store.database import connect_readonly
    from controller.store.scan import read_rows

    connection = connect_readonly(Path(args.state) / FILE)
    try:
        rows = read_rows(connection, args.since, args.kind)
        if args.json:
            for row in rows:
                out(json.dumps(_record(row, payload=row.content), ensure_ascii=False))
        else:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(_cells(rows))
    finally:
        connection.close()
    return GOOD


def _record(row: Row, payload: object) -> dict[str, Any]:
    at = row.at.utc.isoformat().replace("+00:00", "Z")
    values = (row.seq, at, row.trusted, row.kind, row.subject, payload, row.prev, row.hash)
    return dict(zip(COLUMNS, values, strict=True))


def _cells(rows: Iterator[Row]) -> Iterator[list[object]]:
    for row in rows:
        yield [_safe(cell) for cell in _record(row, payload=row.payload).values()]


def _safe(cell: object) -> object:
    """A spreadsheet must not take a text for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@")) else cell
