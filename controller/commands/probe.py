"""`tirta probe`: read one device once, before it is trusted."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from controller.commands.console import err, json_option, out_json, t, table
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
    logging.getLogger("pymodbus.logging").setLevel(
        logging.CRITICAL
    )  # the answer says it already, in better words
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
        err(
            f"{answer['device']}: {error['message']}" + (f"\n       {error['hint']}" if error["hint"] else "")
        )


def _number(value: float | str | None) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) and abs(value) < 1e6 else str(value)
