"""`tirta indicator`: numbers that no device measures (members, harvest, income, belt waste reused), with evidence and date."""

from __future__ import annotations

import argparse
import re
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from controller.commands.console import lang_option, language, out_json, t, table
from controller.commands.notes import add_note, note_options
from controller.errors import GOOD, TirtaError

FILE = "ledger.db"


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    indicator = commands.add_parser(
        "indicator",
        help=t("numbers that people enter: members, harvest, income", "angka yang diisi orang: anggota, panen, pendapatan"),
    )  # fmt: skip
    indicator.add_argument("action", choices=("add", "list"))
    known = "members, beneficiaries, harvest, income, belt-reused, belt-saving"
    indicator.add_argument("--name", help=known)
    indicator.add_argument("--value", help=t("a number", "angka"))
    indicator.add_argument(
        "--unit", help=t("of the number, where the name is your own", "satuan, bila namanya buatan sendiri")
    )
    indicator.add_argument("--date", metavar="YYYY-MM-DD", help=t("of the number", "tanggal angka itu"))
    indicator.add_argument("--evidence", help=t("the paper behind it", "bukti tertulisnya"))
    indicator.add_argument("--by", metavar=t("NAME", "NAMA"), help=t("who enters it", "siapa yang mengisi"))
    lang_option(indicator)
    note_options(indicator)
    indicator.set_defaults(run=run_indicator)


def run_indicator(args: argparse.Namespace) -> int:
    """Add one, or list them all."""
    return _add(args) if args.action == "add" else _list(args)


def _add(args: argparse.Namespace) -> int:
    from controller.impact.entries import indicator_note
    from controller.impact.indicators import KNOWN

    missing = [
        name
        for name in ("name", "value", "date", "evidence", "by")
        if not (getattr(args, name) or "").strip()
    ]
    unit = args.unit or (KNOWN[args.name].unit if args.name in KNOWN else "")
    if not unit:
        missing.append("unit")
    if missing:
        words = ", ".join(f"--{name}" for name in missing)
        raise TirtaError(
            t(f"an indicator needs {words}", f"indikator memerlukan {words}"),
            t("a number without evidence and a name proves nothing", "angka tanpa bukti dan nama tidak membuktikan apa-apa"),
        )  # fmt: skip
    day = _day(args.date, Path(args.state) / FILE)
    noted = add_note(
        args, indicator_note(args.name, number_of(args.value), unit, day, args.evidence, args.by)
    )
    out_json({"ok": True, "seq": noted.seq})
    return GOOD


def number_of(text: str) -> float:
    """A number with a comma or a point before its decimals. Raises TirtaError, also for 1.500, which may be two numbers."""
    plain = text.strip().replace(" ", "")
    if re.fullmatch(r"-?\d{1,3}[.,]\d{3}", plain):
        raise TirtaError(
            t(f"'{text}' may be read in two ways", f"'{text}' dapat dibaca dua cara"),
            t("write thousands without a mark: 1500", "tulis ribuan tanpa tanda: 1500"),
        )
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(,\d+)?", plain):
        plain = plain.replace(".", "")
    elif re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    if not re.fullmatch(r"-?\d+([.,]\d+)?", plain):
        raise TirtaError(t(f"'{text}' is no number", f"'{text}' bukan angka"))
    return float(plain.replace(",", "."))


def _day(text: str, ledger: Path) -> str:
    """The day of a number. Raises TirtaError for what is no day, or has not begun at the site."""
    from controller.store.notes import NoteError, iso_day, refuse_tomorrow

    try:
        day = iso_day(text)
        refuse_tomorrow(day, today_at(ledger))
    except NoteError as error:
        raise TirtaError(t(error.english, error.indonesian), t(*error.hint)) from None
    return day


def today_at(ledger: Path) -> str | None:
    """Today (YYYY-MM-DD) by the calendar of the ledger's site; where no ledger here tells it, of the earth's first time zone, so
    that nobody's today is refused. None where the clock is behind the ledger, or behind this program: then it tells nothing.
    """
    from controller.clock import RELEASE_EPOCH_S, SystemClock

    newest_s, zone = _known(ledger)
    now = SystemClock(newest_s).now()
    if now.epoch_s < max(newest_s, RELEASE_EPOCH_S) - 60.0:
        return None
    return datetime.fromtimestamp(now.epoch_s, UTC).astimezone(zone).date().isoformat()


def _known(ledger: Path) -> tuple[float, tzinfo]:
    """The time of the newest row and the site's zone."""
    from controller.store.almanac import zone_of
    from controller.store.audit import last_row
    from controller.store.database import connect_readonly

    first = timezone(timedelta(hours=14))
    if not ledger.exists():
        return 0.0, first
    with closing(connect_readonly(ledger)) as connection:
        row, (zone, name) = last_row(connection), zone_of(connection)
        return (row.epoch_s if row is not None and row.trusted else 0.0), first if name == "UTC" else zone


def _list(args: argparse.Namespace) -> int:
    from controller.impact.entries import read_entries
    from controller.impact.indicators import amount, label
    from controller.store.database import connect_readonly

    with closing(connect_readonly(Path(args.state) / FILE)) as connection:
        found = read_entries(connection).indicators
    if args.json:
        out_json([asdict(one) for one in found])
    else:
        spoken = language()
        table(
            (one.day, label(one.name, spoken), amount(one.value, one.unit, spoken), one.evidence, one.by)
            for one in found
        )
    return GOOD
