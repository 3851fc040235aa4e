"""`tirta pin`: the PIN without which nobody on the site's network may switch anything."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from controller.commands.console import config_option, json_option, out, out_json, t
from controller.errors import GOOD, TirtaError, Unreachable


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    pin = commands.add_parser("pin", help=t("set the PIN of the page", "pasang PIN halaman"))
    config_option(pin)
    pin.add_argument("--file", help=t("where to keep it (web: pin_file)", "tempat menyimpan (web: pin_file)"))
    pin.add_argument(
        "--stdin", action="store_true", help=t("read it from standard input", "baca dari masukan standar")
    )
    json_option(pin)
    pin.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask twice, store the hash."""
    from controller.pin import LONGEST, SHORTEST, write_pin

    path = Path(args.file) if args.file else _from_config(Path(args.config))
    pin = _ask(stdin=args.stdin)
    if not SHORTEST <= len(pin) <= LONGEST:
        raise TirtaError(
            t(
                f"a PIN has {SHORTEST} to {LONGEST} characters",
                f"PIN terdiri dari {SHORTEST} sampai {LONGEST} karakter",
            )
        )
    try:
        write_pin(path, pin)
    except OSError as e:
        raise Unreachable(
            t(f"cannot write {path}: {e.strerror}", f"tidak dapat menulis {path}: {e.strerror}")
        ) from None
    if args.json:
        out_json({"ok": True, "file": str(path)})
    else:
        out(
            t(
                f"PIN kept in {path} (only its hash); restart the service",
                f"PIN disimpan di {path} (hanya hash); mulai ulang layanan",
            )
        )
    return GOOD


def _from_config(config: Path) -> Path:
    """``web: pin_file`` of the file, else ``pin`` beside it."""
    from drivers.marked_yaml import YamlError, load

    try:
        data, _ = load(config)
    except YamlError as e:
        raise TirtaError(
            str(e.problems[0]), t("or name a file with --file", "atau sebut berkas dengan --file")
        ) from None
    web = data.get("web") if isinstance(data, dict) else None
    name = web.get("pin_file") if isinstance(web, dict) else None
    return config.parent / (name if isinstance(name, str) else "pin")


def _ask(*, stdin: bool) -> str:
    if stdin or not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    import getpass

    first = getpass.getpass(t("New PIN: ", "PIN baru: "))
    if first != getpass.getpass(t("Once more: ", "Sekali lagi: ")):
        raise TirtaError(t("the two were not the same", "keduanya tidak sama"))
    return first
