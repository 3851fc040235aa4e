"""`tirta probe`: read one device once, before it is trusted."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from controller.commands.console import err, json_option, language, out_json, t, table
from controller.errors import GOOD, UNREACHABLE, WRONG_INPUT, TirtaError

WRONG_WORDS = ("driver.profile", "driver.refused")
"""Error keys that are the caller's, not the world's."""


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    probe = commands.add_parser("probe", help=t("read one device once", "baca satu alat sekali"))
    known = t("a name of `tirta devices`, or a file", "nama dari `tirta devices`, atau berkas")
    probe.add_argument("--profile", required=True, metavar="NAME|FILE", help=known)
    probe.add_argument(
        "--connection",
        required=True,
        metavar="URL",
        help="tcp://, rtu://, rtu+tcp://, mqtt://host:port/topic",
    )
    probe.add_argument("--unit", type=int, metavar="N", help=t("Modbus address", "alamat Modbus"))
    probe.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=t("a setting of the profile", "pengaturan profil"),
    )
    probe.add_argument(
        "--wait", type=float, default=15.0, metavar="S", help=t("for an MQTT message", "menunggu pesan MQTT")
    )
    json_option(probe)
    probe.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 with readings and no error, 1 when the words were wrong, 2 when the device did not answer (all)."""
    import asyncio

    from drivers.probe import probe

    if args.unit is not None and not 0 <= args.unit <= 255:
        raise TirtaError(t("--unit must be 0 to 255", "--unit harus 0 sampai 255"))
    settings = settings_of(args.set)
    logging.disable(logging.CRITICAL)  # the answer says it all, once
    answer = asyncio.run(probe(args.profile, args.connection, args.unit, settings=settings, wait_s=args.wait))
    if args.json:
        out_json(answer)
    else:
        _show(answer)
    keys = [error["key"] for error in answer["errors"]]
    if any(key in WRONG_WORDS for key in keys):
        return WRONG_INPUT
    return UNREACHABLE if keys or not answer["readings"] else GOOD


def settings_of(words: Sequence[str]) -> dict[str, float | str]:
    """NAME=VALUE pairs; a value that is a number becomes one. Raises TirtaError."""
    settings: dict[str, float | str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise TirtaError(t("--set is written NAME=VALUE", "--set ditulis NAMA=NILAI"))
        try:
            settings[name] = float(value)
        except ValueError:
            settings[name] = value
    return settings


def _show(answer: Mapping[str, Any]) -> None:
    rows = [
        (
            r["quantity"],
            _number(r["value"]),
            r["unit"],
            "" if r["quality"] == "good" else r["quality"],
            r["name"],
        )
        for r in answer["readings"]
    ]
    table(rows)
    for error in answer["errors"]:
        message, hint = _in_indonesian(error) if language() == "id" else (error["message"], error["hint"])
        err(f"{answer['device']}: {message}" + (f"\n       {hint}" if hint else ""))


INDONESIAN = {
    "driver.time_out": ("tidak ada jawaban dalam {seconds:g} s", "device_silent"),
    "driver.bad_reply": ("jawabannya kacau dan tidak dipakai ({what})", "device_garbled"),
    "driver.exception_reply": ("menolak pertanyaan, kode {code:g}", "device_refuses"),
    "driver.disconnected": ("tidak ada sambungan ke {bus}: {why}", ""),
    "driver.refused": ("tidak dikirim: {what}", ""),
}
"""What a driver's error says, and whose advice fits it; the others (a profile's own errors) exist in English only."""


def _in_indonesian(error: Mapping[str, Any]) -> tuple[str, str]:
    """(message, hint) of an error in Bahasa Indonesia."""
    from controller.i18n import texts
    from controller.web.advice import advice

    words: dict[str, Any] = dict(error.get("params") or {})
    if "topic" in words:
        return f"broker menjawab, tetapi tidak ada pesan untuk {words['topic']}", advice(
            "device_never", "", "id"
        )
    found = INDONESIAN.get(error["key"])
    if found is None:
        return error["message"], error["hint"]
    case = str(words.get("case", "failed"))
    words["why"] = texts()["whys"].get(case, texts()["whys"]["failed"])["id"]
    place = ", ".join(
        text for text in (words.get("unit") and f"alamat {words['unit']}", words.get("registers")) if text
    )
    message = found[0].format_map(words) + (f" ({place})" if place else "")
    return message, advice(found[1], "" if found[1] else case, "id")


def _number(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
