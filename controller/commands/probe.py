"""`tirta probe`: look at one device before it is trusted: every point with its raw words, once or again and again."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from controller.commands.console import err, json_option, out, out_json, t, table
from controller.commands.scan_texts import UNVERIFIED
from controller.commands.target import Target, settings_of, target_of, target_options
from controller.commands.wire_words import INTERRUPTED, WRONG_WORDS, in_words, quiet
from controller.errors import GOOD, UNREACHABLE, WRONG_INPUT, TirtaError

if TYPE_CHECKING:
    from drivers.probe_live import Live, Row

__all__ = ["register", "run", "settings_of"]


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    probe = commands.add_parser(
        "probe",
        help=t("look at one device: values and raw words", "lihat satu alat: nilai dan angka mentahnya"),
    )
    target_options(probe)
    wait = t("for an MQTT message", "menunggu pesan MQTT")
    probe.add_argument("--wait", type=float, default=15.0, metavar="S", help=wait)
    again = t("again every S seconds (2) until Ctrl-C", "ulangi tiap S detik (2) sampai Ctrl-C")
    probe.add_argument("--watch", type=float, nargs="?", const=2.0, metavar="S", help=again)
    probe.add_argument(
        "--times", type=int, metavar="N", help=t("end after N looks", "berhenti setelah N kali")
    )
    probe.add_argument(
        "--once", action="store_true", help=t("one look (so without --watch)", "sekali saja (bawaan)")
    )
    raw = t(
        "with --json: the points and their raw words too", "dengan --json: juga titik dan angka mentahnya"
    )
    probe.add_argument("--raw", action="store_true", help=raw)
    every = t("also what is only read when a command needs it", "juga yang hanya dibaca bila perintah perlu")
    probe.add_argument("--all", action="store_true", help=every)
    json_option(probe)
    probe.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with readings and no error, 1 when the words were wrong, 2 when the device did not answer (all)."""
    if args.watch is not None and args.once:
        raise TirtaError(t("either --watch or --once", "pilih --watch atau --once"))
    if args.watch is not None and not 0.2 <= args.watch <= 3600.0:
        raise TirtaError(t("--watch is 0.2 to 3600 seconds", "--watch 0,2 sampai 3600 detik"))
    target = target_of(args)
    quiet()  # the answer says it all, once
    import asyncio

    if args.json and args.watch is None and not args.raw and not args.all:
        return _plain_json(args, target)
    try:
        return asyncio.run(_look(args, target))
    except KeyboardInterrupt:
        return INTERRUPTED


def _plain_json(args: argparse.Namespace, target: Target) -> int:
    import asyncio

    from drivers.probe import probe

    work = probe(target.profile, target.connection, target.unit, settings=target.settings, wait_s=args.wait)
    answer = asyncio.run(work)
    out_json(answer)
    return _code(answer["errors"], bool(answer["readings"]))


def _code(errors: Iterable[Any], something: bool) -> int:
    keys = [error["key"] for error in errors]
    if any(key in WRONG_WORDS for key in keys):
        return WRONG_INPUT
    return UNREACHABLE if keys or not something else GOOD


async def _look(args: argparse.Namespace, target: Target) -> int:
    from drivers.errors import DriverError
    from drivers.probe import told
    from drivers.probe_live import watch_modbus
    from drivers.probe_mqtt import watch_mqtt

    profile = target.load()
    watching = (
        watch_modbus(profile, target.connection, target.unit, target.settings, everything=args.all)
        if profile.mqtt is None
        else watch_mqtt(profile, target.connection, target.settings, args.wait, target.login)
    )
    try:
        async with watching as live:
            return await _looks(args, live)
    except DriverError as error:
        problem = told(error)
        _complain(profile.name, [problem])
        if args.json:
            out_json({"device": profile.name, "readings": [], "errors": [problem], "points": []})
        return _code([problem], something=False)


async def _looks(args: argparse.Namespace, live: Live) -> int:
    from drivers import line
    from drivers.probe import told

    times = args.times if args.times is not None else 1 if args.watch is None else None
    looks = 0
    while True:
        rows = await live.look()
        errors = [told(error) for error in live.errors]
        if args.json:
            _json(live, rows, errors, lines=args.watch is not None)
        else:
            _show(live, rows, errors, moving=args.watch is not None and sys.stdout.isatty())
        looks += 1
        if times is not None and looks >= times:
            return _code(errors, any(row.age_s is not None for row in rows))
        await line.sleep(args.watch or 0.0)


def _json(live: Live, rows: Sequence[Row], errors: list[Any], *, lines: bool) -> None:
    readings = [
        {"quantity": r.quantity, "name": r.name, "value": r.value, "unit": r.unit, "quality": r.quality}
        for r in rows
        if r.quantity and r.age_s is not None
    ]
    answer = {
        "device": live.profile.name, "confidence": live.profile.confidence, "readings": readings, "errors": errors,
        "points": [asdict(row) for row in rows],
    }  # fmt: skip
    if lines:
        out(json.dumps(answer, ensure_ascii=False, default=str))
        sys.stdout.flush()
    else:
        out_json(answer)


# ---------------------------------------------------------------------------------------------------------------- table


def _show(live: Live, rows: Sequence[Row], errors: Sequence[Any], *, moving: bool) -> None:
    if moving:
        sys.stdout.write("\x1b[H\x1b[2J")
    size = shutil.get_terminal_size()
    if any(row.age_s is not None for row in rows):
        out(heading(live))
        asked = [row for row in rows if row.quality != "on_demand"]
        shown = asked[: max(5, size.lines - 6)] if moving else asked
        head = (t("POINT", "TITIK"), t("PAPER", "KERTAS"), t("WIRE", "KAWAT"), t("RAW", "MENTAH"), "HEX",
                t("VALUE", "NILAI"), "", t("AGE", "UMUR"), "")  # fmt: skip
        lines = [head, *(cells(row, live.profile.confidence) for row in shown)]
        table(fitting(lines, size.columns) if sys.stdout.isatty() else lines)
        if len(shown) < len(asked):
            more = len(asked) - len(shown)
            out(t(f"... {more} more: make the window taller", f"... {more} lagi: tinggikan jendela"))
        if len(asked) < len(rows):
            more = len(rows) - len(asked)
            out(t(f"... {more} more are only read with --all", f"... {more} lagi hanya dibaca dengan --all"))
    sys.stdout.flush()
    _complain(live.profile.name, errors)


def fitting(lines: list[tuple[str, ...]], columns: int) -> list[tuple[str, ...]]:
    """The table without what a narrow window has no room for: first the hexadecimal, then the paper's number, place, raw words."""
    keep = list(range(len(lines[0])))
    for column in (4, 1, 2, 3):
        if sum(max(len(line[i]) for line in lines) + 2 for i in keep) - 2 <= columns:
            break
        keep.remove(column)
    return [tuple(line[i] for i in keep) for line in lines]


def heading(live: Live) -> str:
    """Profile, model, and how far it may be trusted."""
    profile = live.profile
    trust = {
        "C2": t("two sources agree", "dua sumber sepakat"),
        "M": t("the maker's paper only", "hanya dokumen pembuat"),
        "S": t("UNVERIFIED: one other source", "BELUM DIVERIFIKASI: satu sumber lain"),
        "U": t("UNVERIFIED: uncertain", "BELUM DIVERIFIKASI: tidak pasti"),
    }[profile.confidence]
    return f"{profile.name} - {profile.maker} {profile.model} ({profile.confidence}: {trust})"


def cells(row: Row, confidence: str) -> tuple[str, ...]:
    """One row as text."""
    words = row.raw if isinstance(row.raw, tuple) else ()
    raw = row.raw if isinstance(row.raw, str) else " ".join(str(word) for word in words)
    hexa = " ".join(f"{word:04X}" for word in words)
    name = f"{row.name} ({row.quantity})" if row.quantity and row.quantity != row.name else row.name
    age = "" if row.age_s is None else f"{row.age_s:.0f} s"
    doubts = [quality_text(row.quality)]
    if row.confidence != confidence and row.confidence in UNVERIFIED:
        doubts.append(t("unverified", "belum diverifikasi"))
    return (name, row.doc, row.place, _short(raw), _short(hexa), _number(row.value), row.unit, age,
            ", ".join(d for d in doubts if d))  # fmt: skip


def _short(text: str, most: int = 44) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def quality_text(quality: str) -> str:
    """What is said of a value that is not simply good."""
    return {
        "good": "",
        "absent": t("no value", "tanpa nilai"),
        "suspect": t("suspect, not used", "diragukan, tidak dipakai"),
        "unread": t("not read", "belum terbaca"),
    }.get(quality, quality)


def _complain(device: str, errors: Iterable[Any]) -> None:
    for error in errors:
        message, hint = in_words(error)
        err(f"{device}: {message}" + (f"\n       {hint}" if hint else ""))


def _number(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
