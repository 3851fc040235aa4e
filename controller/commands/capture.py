"""`tirta capture`: an anonymised file of what a device says, for the tests, so that its model stays right for ever."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from controller.commands.console import err, json_option, out, out_json, t
from controller.commands.target import Target, target_of, target_options
from controller.commands.wire_words import INTERRUPTED, WRONG_WORDS, quiet, why_not
from controller.errors import GOOD, UNREACHABLE, WRONG_INPUT, TirtaError

if TYPE_CHECKING:
    from drivers.capture import Capture
    from drivers.profile_model import Profile


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    capture = commands.add_parser(
        "capture", help=t("save what a device says, without names", "simpan jawaban alat, tanpa identitas")
    )
    target_options(capture)
    where = t("where to (PROFILE.yaml; never overwritten)", "ke mana (PROFIL.yaml; tidak pernah menimpa)")
    capture.add_argument("-o", "--output", metavar=t("FILE", "BERKAS"), help=where)
    noted = t(
        "model, firmware, weather: whatever helps to understand it",
        "model, firmware, cuaca: apa saja yang membantu",
    )
    capture.add_argument("--note", default="", metavar=t("TEXT", "TEKS"), help=noted)
    fake = t(
        "it is a simulator, not a device: say so in the file",
        "ini simulator, bukan alat: tulis begitu di berkas",
    )
    capture.add_argument("--simulator", action="store_true", help=fake)
    wait = t("for MQTT messages", "menunggu pesan MQTT")
    capture.add_argument("--wait", type=float, default=60.0, metavar="S", help=wait)
    json_option(capture)
    capture.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when the file is written, 1 for wrong words or an existing file, 2 when the device does not answer."""
    import asyncio

    from drivers.capture import CaptureError
    from drivers.errors import DriverError

    target = target_of(args)
    profile = target.load()
    path = Path(args.output or f"{profile.name}.yaml")
    if path.exists():
        raise TirtaError(
            t(f"{path} is there already", f"{path} sudah ada"),
            t("name another with -o", "beri nama lain dengan -o"),
        )
    if not path.absolute().parent.is_dir():
        raise TirtaError(
            t(f"{path}: there is no such folder", f"{path}: foldernya tidak ada"),
            t("make it, or name another with -o", "buat dulu, atau beri nama lain dengan -o"),
        )
    quiet()
    try:
        capture = asyncio.run(_capture(args, target, profile))
    except KeyboardInterrupt:
        return INTERRUPTED
    except CaptureError as error:
        raise TirtaError(str(error)) from None
    except DriverError as error:
        message, hint = why_not(error)
        err(f"{profile.name}: {message}" + (f"\n       {hint}" if hint else ""))
        return WRONG_INPUT if error.key in WRONG_WORDS else UNREACHABLE
    path.write_text(text_of(capture), "utf-8")
    _told(args, path, capture)
    return GOOD


async def _capture(args: argparse.Namespace, target: Target, profile: Profile) -> Capture:
    from drivers.capture_make import capture_modbus, capture_mqtt

    origin = "simulated" if args.simulator else "device"
    if profile.mqtt is None:
        return await capture_modbus(
            profile, target.connection, target.unit, target.settings, origin=origin, note=args.note
        )
    return await capture_mqtt(
        profile, target.connection, target.settings, args.wait, target.login, origin=origin, note=args.note
    )


def text_of(capture: Capture) -> str:
    """The file."""
    import yaml

    text: str = yaml.safe_dump(
        capture.as_data(), sort_keys=False, default_flow_style=None, allow_unicode=True, width=118
    )
    return text


def _told(args: argparse.Namespace, path: Path, capture: Capture) -> None:
    readings = capture.readings or {}
    if args.json:
        out_json({"ok": True, "file": str(path), "requests": len(capture.exchanges), "messages": len(capture.payloads),
                  "values": len(readings)})  # fmt: skip
        return
    count = len(capture.exchanges) or len(capture.payloads)
    out(
        t(
            f"{path}: {count} answers, {len(readings)} values",
            f"{path}: {count} jawaban, {len(readings)} nilai",
        )
    )
    masked = [
        name
        for name, (value, _) in readings.items()
        if isinstance(value, str) and re.search(r"[Xx0]{4}", value)
    ]
    if masked:
        out(t("masked: ", "disamarkan: ") + ", ".join(masked))
    out(t("look through it, then drop it into tests/drivers/captures/ or send it to the developers",
          "periksa isinya, lalu taruh di tests/drivers/captures/ atau kirim ke pengembang"))  # fmt: skip
