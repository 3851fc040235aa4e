"""`tirta check`, `tirta schema`, `tirta devices`: what can be said of files alone."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from controller.commands.console import (
    as_dict,
    config_option,
    err,
    json_option,
    language,
    out,
    out_json,
    t,
    table,
)
from controller.errors import GOOD, WRONG_INPUT

if TYPE_CHECKING:
    from controller.check_stops import StopWait


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the three commands."""
    check = commands.add_parser(
        "check", help=t("check config.yaml and its programs", "periksa config.yaml dan programnya")
    )
    config_option(check)
    check.add_argument("--language", choices=("id", "en"), help=t("of the messages", "bahasa pesan"))
    json_option(check)
    check.set_defaults(run=run_check)
    schema = commands.add_parser("schema", help=t("JSON Schema of the YAML files", "JSON Schema berkas YAML"))
    schema.add_argument(
        "what",
        nargs="?",
        default="site",
        choices=("site", "program", "profile", "report"),
        help=t("of which file (site)", "berkas yang mana (site)"),
    )
    schema.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    schema.set_defaults(run=run_schema)
    devices = commands.add_parser("devices", help=t("the devices that are known", "alat yang dikenal"))
    devices.add_argument(
        "name",
        nargs="?",
        metavar=t("NAME|FILE", "NAMA|BERKAS"),
        help=t("its sheet: settings by hand, notes, sources", "lembarnya: setelan tangan, catatan, sumber"),
    )
    json_option(devices)
    devices.set_defaults(run=run_devices)


def run_check(args: argparse.Namespace) -> int:
    """Every problem with file, line and column; 1 when there is an error."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from controller.check_stops import stop_waits
    from controller.clock import SystemClock
    from controller.config import load

    now = SystemClock().now()
    today = datetime.fromtimestamp(now.epoch_s, UTC).date() if now.trusted else None
    loaded = load(args.config, language=args.language, today=today)
    good = not loaded.problems
    stops = [] if loaded.site is None else list(stop_waits(loaded.site.file, loaded.profiles))
    if args.json:
        problems = [as_dict(problem) for problem in loaded.problems]
        warnings = [as_dict(warning) for warning in loaded.warnings]
        told = [asdict(stop) for stop in stops]
        out_json({"ok": good, "problems": problems, "warnings": warnings, "stops": told})
        return GOOD if good else WRONG_INPUT
    indonesian = loaded.language == "id"
    for problem in loaded.problems:
        err(str(problem))
    for warning in loaded.warnings:
        err(f"{'peringatan' if indonesian else 'warning'}: {warning}")
    for stop in stops:
        out(_stop_text(stop, indonesian))
    if good:
        out(f"{args.config}: {'baik' if indonesian else 'good'}")
    else:
        count = len(loaded.problems)
        err(f"{count} {'masalah' if indonesian else 'problem' if count == 1 else 'problems'}")
    return GOOD if good else WRONG_INPUT


def _stop_text(stop: StopWait, indonesian: bool) -> str:
    """The worst time of one stop, in a line."""
    from controller.i18n.numbers import number

    seconds = number(stop.seconds, "id" if indonesian else "en", 1)
    if indonesian:
        return (
            f"{stop.owner}: perintah mati sampai di kabel '{stop.bus}' paling lambat {seconds} detik "
            f"(bila '{stop.silent}' tidak menjawab)"
        )
    return (
        f"{stop.owner}: a stop is on the wire '{stop.bus}' after {seconds} s at most "
        f"(when '{stop.silent}' does not answer)"
    )


def run_schema(args: argparse.Namespace) -> int:
    """The JSON Schema on standard output."""
    from controller.schema import SCHEMAS

    out_json(SCHEMAS[args.what]())
    return GOOD


def run_devices(args: argparse.Namespace) -> int:
    """The library of profiles, or the sheet of one."""
    from drivers.profile import library, load_profile
    from drivers.profile_base import CONFIDENCE

    if args.name is not None:
        return _run_sheet(args)
    profiles = [load_profile(name) for name in library()]
    if args.json:
        keys = ("name", "maker", "kind", "transport", "confidence")
        out_json(
            [{key: getattr(profile, key) for key in keys} | {"model": profile.model} for profile in profiles]
        )
        return GOOD
    head = (t("NAME", "NAMA"), t("MAKER", "PEMBUAT"), "MODEL", t("KIND", "JENIS"), t("SPEAKS", "LEWAT"),
            t("HOW SURE", "KEYAKINAN"))  # fmt: skip
    sure = {letter: t(*words).partition(":")[0] for letter, words in CONFIDENCE.items()}
    table([head, *((p.name, p.maker, p.model, p.kind, p.transport, sure[p.confidence]) for p in profiles)])
    return GOOD


def _run_sheet(args: argparse.Namespace) -> int:
    """What one profile tells people, or all of it as JSON. Raises ProfileError."""
    from controller.commands.device_sheet import sheet
    from drivers.profile import load_profile

    profile = load_profile(args.name, language())
    if args.json:
        out_json(profile.model_dump(mode="json", by_alias=True, exclude_defaults=True))
        return GOOD
    for line in sheet(profile):
        out(line)
    return GOOD
