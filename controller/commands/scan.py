"""`tirta scan`: what hangs on this cable, or on this network address?"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from controller.commands.console import err, json_option, language, out, out_json, t
from controller.commands.scan_words import format_of, is_serial, known_host, only_adapter, place_of, units_of
from controller.commands.wire_words import INTERRUPTED, quiet
from controller.errors import GOOD, UNREACHABLE, TirtaError

if TYPE_CHECKING:
    from drivers.profile_model import Profile
    from drivers.scan import Progress, Report
    from drivers.scan_plan import Stop


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    scan = commands.add_parser(
        "scan",
        help=t("find the devices of a cable or network address", "cari alat pada kabel atau alamat jaringan"),
    )
    where = t(
        "/dev/ttyUSB0, a host or host:port; nothing: the only adapter",
        "/dev/ttyUSB0, host atau host:port; kosong: satu-satunya adaptor",
    )
    scan.add_argument("where", nargs="?", metavar="PORT|HOST", help=where)
    scan.add_argument(
        "--full",
        action="store_true",
        help=t("every speed, format and address: long", "semua kecepatan, format, dan alamat: lama"),
    )
    scan.add_argument(
        "--line", action="append", default=[], metavar="9600-8N1",
        help=t("only this line setting (may be repeated)", "hanya setelan saluran ini (boleh berulang)"),
    )  # fmt: skip
    scan.add_argument("--units", metavar="1-20,144", help=t("only these addresses", "hanya alamat ini"))
    scan.add_argument(
        "--profile", action="append", default=[], metavar="FILE",
        help=t("try this profile too (may be repeated)", "coba juga profil ini (boleh berulang)"),
    )  # fmt: skip
    kinds = t(
        "only this kind: soil, inverter, relay ... (may be repeated)",
        "hanya jenis ini: soil, inverter, relay ... (boleh berulang)",
    )
    scan.add_argument("--kind", action="append", default=[], metavar="KIND", help=kinds)
    json_option(scan)
    scan.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when something answered, 2 when nothing did, 1 for wrong words."""
    import asyncio

    from drivers.profile import load_profile
    from drivers.scan import Report
    from drivers.scan_plan import modbus_profiles

    known = (*modbus_profiles(), *(load_profile(name, language()) for name in args.profile))
    profiles = [p for p in known if not args.kind or p.kind in args.kind or p.name in args.profile]
    if not profiles:
        kinds = ", ".join(sorted({p.kind for p in known}))
        raise TirtaError(
            t(
                f"no profile is of this kind; there are {kinds}",
                f"tidak ada profil jenis itu; yang ada {kinds}",
            )
        )
    report = Report()
    quiet()
    try:
        asyncio.run(_scan(args, profiles, report))
    except KeyboardInterrupt:
        err(t("interrupted; found so far:", "dihentikan; yang sudah ditemukan:"))
        _show(args, report)
        return INTERRUPTED
    _show(args, report)
    return GOOD if report.hits or report.noise else UNREACHABLE


async def _scan(args: argparse.Namespace, profiles: Sequence[Profile], report: Report) -> None:
    from drivers.scan import scan
    from drivers.scan_network import scan_network

    where = place_of(args.where or only_adapter())
    if not args.where:
        err(t(f"on {where}", f"pada {where}"))
    if is_serial(where):
        stops = _serial(args, profiles, where)
        _estimate(stops)
        await scan(stops, profiles, report, teller())
        return
    stops = await _network(args, profiles, where, report)
    if stops:
        _estimate([*stops, *stops])
        await scan_network(stops, profiles, report, teller())


def _serial(args: argparse.Namespace, profiles: Sequence[Profile], where: str) -> list[Stop]:
    from drivers.modbus_url import parse_connection
    from drivers.scan_plan import Format, formats, serial_stops

    lines = [format_of(text) for text in args.line]
    device = where
    if where.startswith("rtu:"):
        connection = parse_connection(where)
        device = connection.device
        if "baud=" in where and not lines:
            lines = [Format(connection.baud, connection.parity, connection.stop)]
    stops = serial_stops(profiles, device, lines or formats(profiles, full=args.full), full=args.full)
    return _narrowed(stops, args.units)


async def _network(
    args: argparse.Namespace, profiles: Sequence[Profile], where: str, report: Report
) -> list[Stop]:
    from urllib.parse import urlsplit

    from drivers.modbus_url import Connection
    from drivers.scan_network import network_stops, open_ports
    from drivers.scan_plan import network_ports

    parts = urlsplit(where if "//" in where else f"tcp://{where}")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or port == 0 or parts.scheme not in ("tcp", "rtu+tcp"):
        raise TirtaError(
            t(f"{where} is neither a serial port nor a host", f"{where} bukan port serial dan bukan host")
        )
    host = known_host(parts.hostname)
    found, errors = await open_ports(host, [port] if port else network_ports(profiles))
    report.unreachable += (
        [(Connection("tcp", host=host, port=port or 0), error) for error in errors] if not found else []
    )
    return _narrowed(network_stops(profiles, host, found, full=args.full), args.units)


def _narrowed(stops: Sequence[Stop], units: str | None) -> list[Stop]:
    """The stops with only the units that the user names."""
    from dataclasses import replace

    from drivers.scan_plan import PLAIN, Call

    if units is None:
        return list(stops)
    wanted = units_of(units)
    kept = []
    for stop in stops:
        known = {call.unit: call for call in stop.calls}
        kept.append(replace(stop, calls=tuple(known.get(unit, Call(unit, PLAIN)) for unit in wanted)))
    return kept


def _estimate(stops: Sequence[Stop]) -> None:
    from controller.i18n.numbers import duration
    from drivers.scan import DEVICE_S, estimate_s

    seconds = duration(estimate_s(stops), "id" if t("en", "id") == "id" else "en")
    err(t(
        f"at most about {seconds}, and {DEVICE_S:g} s or so for each device found; Ctrl-C shows what was found",
        f"paling lama sekitar {seconds}, ditambah {DEVICE_S:g} detik tiap alat; Ctrl-C menampilkan hasil sementara",
    ))  # fmt: skip


def teller() -> Progress:
    """Progress on standard error: one moving line at a terminal, one line per setting elsewhere."""
    moving = sys.stderr.isatty()
    told: set[str] = set()

    def tell(stop: Stop, unit: int | None, share: float) -> None:
        at = t("identifying", "mengenali") if unit is None else t(f"address {unit}", f"alamat {unit}")
        if moving:
            sys.stderr.write(f"\r\x1b[K{share:4.0%}  {stop.connection.url}  {at}")
            sys.stderr.flush()
        elif stop.connection.url not in told:
            told.add(stop.connection.url)
            err(f"{share:4.0%}  {stop.connection.url}")

    return tell


def _show(args: argparse.Namespace, report: Report) -> None:
    from controller.commands.scan_texts import hit_lines, lost_lines, noise_lines, nothing_lines
    from controller.commands.scan_yaml import as_json, snippet

    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    if args.json:
        out_json(as_json(report))
        return
    for hit in report.hits:
        for text in hit_lines(hit):
            out(text)
        out("")
    if args.kind and any(hit.looked and hit.verdict.chosen is None for hit in report.hits):
        kinds = ", ".join(args.kind)
        out(
            t(
                f"only profiles of this kind were tried: {kinds}",
                f"hanya profil jenis ini yang dicoba: {kinds}",
            )
        )
    for text in noise_lines(report):
        out(text)
    for text in lost_lines(report):
        err(text)
    if any(hit.looked for hit in report.hits):
        out(t("for config.yaml:", "untuk config.yaml:"))
        for text in snippet(report.hits):
            out(text)
    elif report.opened and not report.hits and not report.noise and not report.unreachable:
        for text in nothing_lines(serial=is_serial(place_of(args.where or "/"))):
            err(text)
