"""`tirta status` and `tirta manual`: the running daemon, through its HTTP interface."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from controller.commands.console import Language, json_option, language, out, out_json, t, text_of
from controller.commands.daemon import DEFAULT, PinNeeded, base_url, request
from controller.errors import GOOD, TirtaError

ORDERS = {
    "run": "run_zone",
    "fill": "run_pump",
    "stop": "stop",
    "emergency-stop": "emergency_stop",
    "resume": "resume",
    "reset": "reset",
}


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add both commands."""
    status = commands.add_parser("status", help=t("what runs now, and why", "apa yang berjalan, dan mengapa"))
    where_options(status)
    status.set_defaults(run=run_status)
    manual = commands.add_parser(
        "manual", help=t("water by hand, stop, resume", "siram manual, hentikan, lanjutkan")
    )
    actions = manual.add_subparsers(dest="action", required=True, metavar="ACTION")
    helps = {
        "run": t("irrigate a zone for some minutes", "siram sebuah zona beberapa menit"),
        "fill": t("run a pump into its tank for some minutes", "jalankan pompa ke tandon beberapa menit"),
        "stop": t(
            "end the run of a zone or pump; water owed is kept",
            "hentikan zona atau pompa; utang air tetap dicatat",
        ),
        "emergency-stop": t("everything off, and it stays off", "semua mati, dan tetap mati"),
        "resume": t("after an emergency stop", "setelah henti darurat"),
        "reset": t("clear the lock-out of a pump after a fault", "buka kunci pompa setelah gangguan"),
    }
    for name, text in helps.items():
        action = actions.add_parser(name, help=text)
        if name in ("run", "fill", "stop", "reset"):
            action.add_argument("target", metavar=METAVARS[name])
        if name in ("run", "fill"):
            action.add_argument("--minutes", type=float, default=15.0, help="1 .. 240 (15)")
        where_options(action)
        action.set_defaults(run=run_manual)


def where_options(parser: argparse.ArgumentParser) -> None:
    """Where the daemon is and what opens it, alike in every command that speaks to it."""
    parser.add_argument("--url", help=t(f"of the daemon ({DEFAULT})", f"alamat layanan ({DEFAULT})"))
    parser.add_argument(
        "-c", "--config", metavar="FILE", help=t("take the port from this file", "ambil port dari berkas ini")
    )
    parser.add_argument("--pin-file", metavar="FILE", help=t("file that holds the PIN", "berkas berisi PIN"))
    json_option(parser)


def run_status(args: argparse.Namespace) -> int:
    """Ask the daemon and show the answer."""
    answer = with_pin(args, "GET", "/api/status")
    if args.json:
        out_json(answer)
    else:
        show(answer)
    return GOOD


def run_manual(args: argparse.Namespace) -> int:
    """Hand one wish of a person to the daemon."""
    minutes = getattr(args, "minutes", 0.0)
    if hasattr(args, "minutes") and not 1.0 <= minutes <= 240.0:
        raise TirtaError(t("minutes must be 1 to 240", "menit harus 1 sampai 240"))
    body = {"order": ORDERS[args.action], "target": getattr(args, "target", ""), "amount": minutes}
    answer = with_pin(args, "POST", "/api/orders", body)
    if args.json:
        out_json(answer)
    else:
        out(text_of(answer, language()) or t("accepted", "diterima"))
    return GOOD


def with_pin(args: argparse.Namespace, method: str, path: str, body: object = None) -> dict[str, Any]:
    """The daemon's answer; a person at a terminal is asked for the PIN when it is needed."""
    url, pin = base_url(args), _pin(args)
    try:
        return request(url, method, path, body, pin)
    except PinNeeded:
        if pin or not sys.stdin.isatty():
            raise
        import getpass

        return request(url, method, path, body, getpass.getpass("PIN: "))


def _pin(args: argparse.Namespace) -> str:
    if args.pin_file is None:
        return os.environ.get("TIRTA_PIN", "")
    try:
        return Path(args.pin_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as e:
        raise TirtaError(
            t(f"cannot read {args.pin_file}: {e}", f"tidak dapat membaca {args.pin_file}: {e}")
        ) from None


METAVARS = {"run": "ZONE", "fill": "PUMP", "stop": "ZONE|PUMP", "reset": "PUMP"}
"""What each order is for."""

MODES = {
    "starting": ("starting", "mulai"),
    "emergency": ("EMERGENCY STOP", "HENTI DARURAT"),
    "stale": ("NO DECISIONS", "TIDAK ADA KEPUTUSAN"),
    "watering": ("watering", "menyiram"),
    "filling": ("filling a tank", "mengisi tandon"),
    "running": ("pump running", "pompa menyala"),
    "locked": ("a pump is locked out", "pompa terkunci"),
    "waiting_sun": ("waiting for sun", "menunggu matahari"),
    "alarm": ("alarm", "alarm"),
    "paused": ("stopped by a person", "dihentikan orang"),
    "idle": ("idle", "siaga"),
}
"""What the daemon says of the whole site -> English, Indonesian."""


def _forecast(found: object) -> None:
    """One line on sun and rain ahead, and how far such words were off."""
    if not isinstance(found, dict):
        return
    power = f"{found.get('next_w', 0):.0f} W ({found.get('low_w', 0):.0f} - {found.get('high_w', 0):.0f})"
    line = t(f"next hour about {power}", f"satu jam ke depan kira-kira {power}")
    if isinstance(found.get("rain_chance"), int | float):
        chance, mm = found["rain_chance"] * 100.0, found.get("rain_3d_mm") or 0.0
        line += t(f"; rain until midnight {chance:.0f} %, {mm:.0f} mm in three days",
                  f"; hujan sampai tengah malam {chance:.0f} %, {mm:.0f} mm dalam tiga hari")  # fmt: skip
    errors = found.get("errors")
    hour = errors.get("1h") if isinstance(errors, dict) else None
    if isinstance(hour, dict) and isinstance(hour.get("own_mae"), int | float):
        line += t(f"; usually off by {hour['own_mae']:.0f} W/m2 at one hour",
                  f"; biasanya meleset {hour['own_mae']:.0f} W/m2 untuk satu jam")  # fmt: skip
    out(line)


def show(status: dict[str, Any]) -> None:
    """The daemon's state in a few lines: the site, its time and mode, then one sentence for everything that has a reason."""
    spoken = language()
    site = status.get("site")
    name = str(site.get("name", "")) if isinstance(site, dict) else ""
    mode = MODES.get(str(status.get("mode")))
    word = t(*mode) if mode else ""
    out("  ".join(part for part in (name, str(status.get("local") or ""), word) if part))
    _forecast(status.get("forecast"))
    if isinstance(missing := status.get("forecast_trouble"), dict):
        out(f"* {text_of(missing, spoken)}")
        _what_to_do(text_of(missing.get("help"), spoken))
    reasons = [one for one in status.get("reasons") or () if isinstance(one, dict)]
    for reason in reasons:
        _reason(reason, spoken)
    cut = {one.get("subject") for one in reasons if one.get("key") in ("wire_lost", "wire_silent")}
    for device in status.get("devices") or ():
        if isinstance(device, dict) and device.get("ok") is False and device.get("bus") not in cut:
            _silent(device, spoken)
    for notice in status.get("notices") or ():
        out(f"* {text_of(notice, spoken)}")


def _reason(reason: dict[str, Any], spoken: Language) -> None:
    """One sentence, and what to do about it when it is a warning or an alarm."""
    from controller.web.advice import advice

    mark = {"alarm": "! ", "warning": "* "}.get(str(reason.get("level")), "  ")
    key = str(reason.get("key", ""))
    out(f"{mark}{reason.get('subject', '')}: {text_of(reason, spoken) or key}")
    if mark.strip():
        _what_to_do(advice(key, str((reason.get("params") or {}).get("cause", "")), spoken))


def _silent(device: dict[str, Any], spoken: Language) -> None:
    """One device that should speak: why it does not, for how long, and what to do."""
    from controller.i18n.numbers import duration

    said = text_of(device.get("said"), spoken) or str(device.get("error") or "")
    since_s = device.get("since_s")
    long = f" ({duration(float(since_s), spoken)})" if since_s is not None else ""
    out(f"* {device.get('id')}: {said or t('does not answer', 'tidak menjawab')}{long}")
    _what_to_do(text_of(device.get("help"), spoken))


def _what_to_do(text: str) -> None:
    if text:
        out(f"    -> {text}")
