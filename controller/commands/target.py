"""Which device a command means: by its id in config.yaml, or by profile, connection and address."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from controller.commands.console import config_option, language, t
from controller.errors import TirtaError

if TYPE_CHECKING:
    from drivers.profile_model import Profile


@dataclass(frozen=True, slots=True)
class Target:
    """``profile``: its name or file. ``connection``: with the topic at its end for MQTT. ``login``: user and password there."""

    profile: str
    connection: str
    unit: int | None = None
    settings: Mapping[str, float | str] = field(default_factory=dict)
    login: tuple[str, str] = ("", "")

    def load(self) -> Profile:
        """The profile. Raises ProfileError."""
        from drivers.profile import load_profile

        return load_profile(self.profile, language())


def target_options(parser: argparse.ArgumentParser) -> None:
    """The device, alike in every command that talks to one."""
    named = t(
        "its id in config.yaml; or --profile and --connection",
        "id-nya di config.yaml; atau --profile dan --connection",
    )
    parser.add_argument("device", nargs="?", metavar=t("DEVICE", "ALAT"), help=named)
    config_option(parser)
    known = t("a name of `tirta devices`, or a file", "nama dari `tirta devices`, atau berkas")
    parser.add_argument("--profile", metavar="NAME|FILE", help=known)
    urls = "tcp://, rtu://, rtu+tcp://, mqtt://host:port/topic"
    parser.add_argument("--connection", metavar="URL", help=urls)
    parser.add_argument("--unit", type=int, metavar="N", help=t("Modbus address", "alamat Modbus"))
    setting = t("a setting of the profile", "pengaturan profil")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=setting)


def target_of(args: argparse.Namespace) -> Target:
    """The device that the command line names. Raises TirtaError."""
    if args.unit is not None and not 0 <= args.unit <= 255:
        raise TirtaError(t("--unit must be 0 to 255", "--unit harus 0 sampai 255"))
    settings = settings_of(args.set)
    if args.device is not None:
        return _with(_from_config(Path(args.config), args.device), args, settings)
    if args.profile is None or args.connection is None:
        raise TirtaError(
            t("which device? its id in config.yaml, or --profile and --connection",
              "alat yang mana? id-nya di config.yaml, atau --profile dan --connection"),
            t("tirta scan finds what hangs on a cable", "tirta scan mencari alat pada kabel"),
        )  # fmt: skip
    return Target(args.profile, _url(args.connection), args.unit, settings)


def _url(text: str) -> str:
    """``/dev/ttyUSB0`` as `tirta scan` takes it is good here too."""
    return f"rtu://{text}" if text.startswith("/") else text


def _with(known: Target, args: argparse.Namespace, settings: Mapping[str, float | str]) -> Target:
    """What the file says, with what the command line says instead."""
    return Target(
        args.profile or known.profile,
        _url(args.connection) if args.connection else known.connection,
        known.unit if args.unit is None else args.unit,
        {**known.settings, **settings},
        known.login,
    )


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


def _from_config(path: Path, device: str) -> Target:
    """A device of a site file that may be unfinished: only what belongs to this device must be right."""
    from drivers.marked_yaml import YamlError, load

    try:
        data, _ = load(path, language=language())
    except YamlError as e:
        raise TirtaError(str(e.problems[0])) from None
    devices = _by_id(data, "devices")
    if device not in devices:
        known = ", ".join(devices) or "-"
        raise TirtaError(
            t(f"{path}: there is no device '{device}'", f"{path}: tidak ada alat '{device}'"),
            t(f"known: {known}", f"yang ada: {known}"),
        )
    entry = devices[device]
    bus = _by_id(data, "buses").get(str(entry.get("bus")))
    if bus is None or not isinstance(bus.get("url"), str) or not isinstance(entry.get("profile"), str):
        raise TirtaError(
            t(
                f"{path}: {device} needs profile and a bus with url",
                f"{path}: {device} perlu profile dan bus yang punya url",
            )
        )
    return _target(path.parent, device, entry, bus)


def _target(folder: Path, device: str, entry: Mapping[str, Any], bus: Mapping[str, Any]) -> Target:
    profile, url = str(entry["profile"]), str(bus["url"])
    if "/" in profile or profile.endswith((".yaml", ".yml")):
        profile = str((folder / profile).resolve())
    if url.startswith("mqtt:"):
        url = f"{url.rstrip('/')}/{entry.get('topic') or device}"
    unit, settings = entry.get("unit"), entry.get("settings")
    login = ("", "")
    if isinstance(bus.get("username"), str):
        secret = bus.get("password_file")
        login = (bus["username"], (folder / str(secret)).read_text("utf-8").strip() if secret else "")
    return Target(
        profile,
        url,
        unit if isinstance(unit, int) else None,
        dict(settings) if isinstance(settings, dict) else {},
        login,
    )


def _by_id(data: object, section: str) -> dict[str, Mapping[str, Any]]:
    entries = data.get(section) if isinstance(data, dict) else None
    listed = entries if isinstance(entries, list | tuple) else []
    return {str(e["id"]): e for e in listed if isinstance(e, dict) and "id" in e}
