"""`tirta ledger verify`: what was changed, missing, inserted, reordered, cut off or made anew, and what nobody can know."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controller.commands.console import err, json_option, lang_option, language, out, out_json, t
from controller.errors import GOOD, WRONG_INPUT, TirtaError

if TYPE_CHECKING:
    from controller.store.chronicle import Checked
    from controller.store.outside import Noted
    from controller.store.problem import Problem

FILE = "ledger.db"


def register(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the action."""
    verify = actions.add_parser(
        "verify",
        help=t("check that nothing was changed or cut", "periksa bahwa tidak ada yang diubah atau dipotong"),
    )
    verify.add_argument(
        "--head", action="append", default=[], metavar="SEQ:HASH",
        help=t("a head noted elsewhere, with its day or not", "kepala yang dicatat di tempat lain"),
    )  # fmt: skip
    verify.add_argument(
        "--heads", action="append", default=[], metavar=t("FILE", "BERKAS"),
        help=t("a text with heads: a log, what MQTT said, an export of InfluxDB",
               "teks berisi kepala: log, pesan MQTT, ekspor InfluxDB"),
    )  # fmt: skip
    verify.add_argument(
        "--state",
        default="state",
        metavar="DIR",
        help=t("the daemon's records (state)", "catatan layanan (state)"),
    )
    lang_option(verify)
    json_option(verify)
    verify.set_defaults(run=run_verify)


def run_verify(args: argparse.Namespace) -> int:
    """0 when the chain is whole and fits every head, 1 with every problem when not, 2 when there is no ledger."""
    from controller.store.chronicle import check_ledger

    checked = check_ledger(Path(args.state) / FILE, _outside(args))
    good = not any(one.problems for one in checked)
    if args.json:
        out_json(_answer(checked, good))
    else:
        _tell(checked, good)
    return GOOD if good else WRONG_INPUT


def _outside(args: argparse.Namespace) -> list[Noted]:
    from controller.store.outside import heads_in

    noted = []
    for text in args.head:
        found = heads_in([text], "--head")
        if not found:
            raise TirtaError(
                t("--head is written SEQ:HASH, the hash with at least 16 digits",
                  "--head ditulis SEQ:HASH, dengan sedikitnya 16 angka sidik"),
            )  # fmt: skip
        noted += found
    for name in args.heads:
        with Path(name).open(encoding="utf-8", errors="replace") as lines:
            found = heads_in(lines, name)
        if not found:
            raise TirtaError(t(f"no head in {name}", f"tidak ada kepala di {name}"),
                             t("a head is written SEQ:HASH", "kepala ditulis SEQ:HASH"))  # fmt: skip
        noted += found
    return noted


def _tell(checked: Sequence[Checked], good: bool) -> None:
    spoken = language()
    for one in checked:
        for problem in one.problems:
            err(problem.said(spoken))
        for warning in one.warnings:
            err(t("note: ", "catatan: ") + warning.said(spoken))
    rows = sum(one.outcome.head.seq for one in checked)
    newest = checked[0].outcome
    if good:
        days = f"{checked[-1].outcome.first_day} - {newest.last_day} ({newest.zone})"
        head = newest.head.text if newest.head.seq else "-"
        out(t(f"{rows} rows, whole; {days}; head {head}", f"{rows} baris, utuh; {days}; kepala {head}"))
        if len(checked) > 1:
            out(
                t(
                    f"in {len(checked)} files that follow each other",
                    f"dalam {len(checked)} berkas bersambung",
                )
            )
    for line in unknown(checked):
        out(line)


def unknown(checked: Sequence[Checked]) -> list[str]:
    """What this check cannot say, in the reader's language."""
    newest, heads = checked[0].outcome, sum(one.heads for one in checked)
    if newest.known is None and not any(one.problems for one in checked):
        return [
            t("no head from outside was compared: whether the end was cut off, or everything from some row on was made anew, "
              "cannot be known without one (--heads FILE: the log, MQTT, InfluxDB, a print of ledger.heads.txt)",
              "tidak ada kepala dari luar yang dibandingkan: apakah ujungnya dipotong, atau semua mulai suatu baris ditulis ulang, "
              "tidak dapat diketahui tanpanya (--heads BERKAS: log, MQTT, InfluxDB, cetakan ledger.heads.txt)"),
        ]  # fmt: skip
    if newest.known is None:
        return []
    known, after = newest.known, newest.unproved
    told = [t(f"{heads} heads from outside; proved to row {known.seq} {known.day}".rstrip(),
              f"{heads} kepala dari luar; terbukti sampai baris {known.seq} {known.day}".rstrip())]  # fmt: skip
    if after:
        told.append(
            t(f"the {after} rows after it join, but whether they were made anew or cut after row {newest.head.seq} nobody can know",
              f"{after} baris sesudahnya bersambung, tetapi apakah ditulis ulang atau dipotong sesudah baris {newest.head.seq} "
              "tidak dapat diketahui"),
        )  # fmt: skip
    return told


def _answer(checked: Sequence[Checked], good: bool) -> dict[str, Any]:
    newest = checked[0].outcome
    known = newest.known
    return {
        "ok": good,
        "rows": newest.head.seq,
        "head": newest.head.text if newest.head.seq else None,
        "zone": newest.zone,
        "from": checked[-1].outcome.first_day,
        "to": newest.last_day,
        "heads": sum(one.heads for one in checked),
        "proved": None if known is None else {"seq": known.seq, "day": known.day, "where": known.where},
        "unproved_rows": newest.unproved,
        "problems": [as_dict(problem) for one in checked for problem in one.problems],
        "warnings": [as_dict(warning) for one in checked for warning in one.warnings],
        "files": [{"name": one.name, "rows": one.outcome.head.seq} for one in checked],
        "unknown": unknown(checked),
    }


def as_dict(problem: Problem) -> dict[str, Any]:
    """The JSON shape of a problem."""
    return {
        "kind": problem.kind,
        "file": problem.file,
        "seq": problem.seq,
        "last": problem.last,
        "day": problem.day,
        "until": problem.until,
        "message": problem.said(language()),
    }
