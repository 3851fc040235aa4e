"""`tirta impact`: what a period avoided and saved; `verify` puts a name under it; `factors` lists what there is."""

from __future__ import annotations

import argparse
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from controller.commands.console import err, lang_option, language, out, out_json, t, table
from controller.commands.notes import add_note, note_options
from controller.errors import GOOD, WRONG_INPUT, TirtaError

if TYPE_CHECKING:
    from controller.impact.statement import Statement

FILE = "ledger.db"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    impact = commands.add_parser(
        "impact",
        help=t("CO2 and methane avoided, money saved", "CO2 dan metana terhindarkan, biaya terhemat"),
    )
    impact.add_argument("action", nargs="?", default="show", choices=("show", "verify", "factors"))
    period_options(impact)
    impact.add_argument("--by", metavar=t("NAME", "NAMA"), help=t("who verifies", "siapa yang memverifikasi"))
    impact.add_argument("--role", default="", help=t("as what", "sebagai apa"))
    impact.add_argument("--note", default="", help=t("what was looked at", "apa yang diperiksa"))
    lang_option(impact)
    note_options(impact)
    impact.set_defaults(run=run_impact)


def period_options(parser: argparse.ArgumentParser) -> None:
    """--month, --year, or --from and --to; all days without them."""
    days = "YYYY-MM-DD"
    parser.add_argument("--month", metavar="YYYY-MM", help=t("a whole month", "satu bulan"))
    parser.add_argument("--year", metavar="YYYY", help=t("a whole year", "satu tahun"))
    parser.add_argument("--from", dest="first", metavar=days, help=t("first day", "hari pertama"))
    parser.add_argument("--to", dest="last", metavar=days, help=t("last day", "hari terakhir"))


def period(args: argparse.Namespace) -> tuple[str | None, str | None]:
    """First and last day, None where open. Raises TirtaError for what is no day."""
    try:
        if args.month is not None:
            first = date.fromisoformat(f"{args.month}-01")
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            return first.isoformat(), last.isoformat()
        if args.year is not None:
            return (
                date.fromisoformat(f"{args.year}-01-01").isoformat(),
                date.fromisoformat(f"{args.year}-12-31").isoformat(),
            )
        days = [
            None if one is None else date.fromisoformat(one).isoformat() for one in (args.first, args.last)
        ]
    except ValueError:
        raise TirtaError(
            t("days are written 2026-01-31, months 2026-01", "hari ditulis 2026-01-31, bulan 2026-01")
        ) from None
    if days[0] is not None and days[1] is not None and days[1] < days[0]:
        raise TirtaError(t("the period ends before it begins", "masa berakhir sebelum dimulai"))
    return days[0], days[1]


def run_impact(args: argparse.Namespace) -> int:
    """The figures of the period, or their verification, or the factors."""
    if args.action == "factors":
        return _factors(as_json=args.json)
    statement = statement_of(args)
    return _verify(args, statement) if args.action == "verify" else _show(args, statement)


def statement_of(args: argparse.Namespace) -> Statement:
    """The statement of the period that the options name. Raises TirtaError when the ledger has no closed day in it."""
    from controller.config import load_site
    from controller.impact.day import read_days, with_unseen
    from controller.impact.entries import read_entries
    from controller.impact.statement import impact_of
    from controller.store.audit import last_row
    from controller.store.database import connect_readonly

    site, _ = load_site(args.config or "config.yaml", args.lang)
    first, last = period(args)
    connection = connect_readonly(Path(args.state) / FILE)
    try:
        days = read_days(connection, first or "", last or "9999")
        entries, row = read_entries(connection), last_row(connection)
    finally:
        connection.close()
    if row is None or not any(day.closed for day in days):
        raise TirtaError(
            t(
                "the ledger has no closed day in this period",
                "buku besar belum punya hari tertutup pada masa ini",
            ),
            t("a day is closed at local midnight", "hari ditutup pada tengah malam waktu setempat"),
        )
    today = datetime.fromtimestamp(row.epoch_s, ZoneInfo(site.file.site.timezone)).date()
    days = with_unseen(days, first or days[0].day, last or days[-1].day, today)
    return impact_of(site, days, entries, first, last)


def broken(args: argparse.Namespace) -> str:
    """What is wrong with the ledger's chain first of all; "" where it is whole."""
    from controller.store.audit import verify_file

    problems = verify_file(Path(args.state) / FILE)
    if not problems:
        return ""
    found = problems[0].said(language())
    return t(f"the ledger's chain is broken: {found}", f"rantai buku besar rusak: {found}")


def _show(args: argparse.Namespace, statement: Statement) -> int:
    from controller.impact.statement import plain
    from controller.impact.words import sentences

    damage = broken(args)
    if damage:
        err(damage)
    if args.json:
        out_json(plain(statement))
        return WRONG_INPUT if damage else GOOD
    for text in sentences(statement, language()):
        out(text)
    return WRONG_INPUT if damage else GOOD


def _verify(args: argparse.Namespace, statement: Statement) -> int:
    """One row: who stands for exactly these figures. Only a period with both ends can be verified."""
    from controller.impact.statement import verification_note
    from controller.impact.words import sentences

    if not args.by or not args.by.strip():
        raise TirtaError(
            t("a verification needs a person: --by NAME", "verifikasi perlu nama orang: --by NAMA"),
            t("who checked the figures and stands for them", "siapa yang memeriksa dan menjamin angka ini"),
        )
    if None in period(args):
        raise TirtaError(
            t("name the whole period: --month, --year, or --from and --to",
              "sebut masanya: --month, --year, atau --from dan --to")
        )  # fmt: skip
    if statement.past_days < statement.days:
        until = (date.fromisoformat(statement.first) + timedelta(days=statement.past_days - 1)).isoformat()
        raise TirtaError(
            t(f"the period is not over: the ledger goes to {until}", f"masa ini belum selesai: buku besar sampai {until}"),
            t(f"verify what there is: --from {statement.first} --to {until}",
              f"verifikasi yang sudah ada: --from {statement.first} --to {until}"),
        )  # fmt: skip
    damage = broken(args)
    if damage:
        raise TirtaError(
            damage,
            t("nobody can stand for its figures; look with `tirta ledger verify`",
              "angkanya tidak dapat dijamin siapa pun; periksa dengan `tirta ledger verify`"),
        )  # fmt: skip
    noted = add_note(args, verification_note(statement, args.by.strip(), args.role, args.note))
    if args.json:
        out_json({"ok": True, "seq": noted.seq, "digest": statement.digest})
        return GOOD
    for text in sentences(statement_of(args), language()):
        out(text)
    out(t(f"Row {noted.seq} of the ledger.", f"Baris {noted.seq} buku besar."))
    return GOOD


def _factors(*, as_json: bool) -> int:
    from controller.factors import registry
    from controller.impact.factor_names import name_in
    from controller.impact.phrases import source_words

    if as_json:
        out_json([one.model_dump(mode="json", exclude_defaults=True) for one in registry().values()])
        return GOOD
    table(
        [(ident, f"{one.value:g}", one.unit, f"±{100.0 * one.relative:.0f} %", str(one.year), name_in(one, language()),
          source_words(one, language()))
         for ident, one in registry().items()]
    )  # fmt: skip
    return GOOD
