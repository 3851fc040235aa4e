"""config.yaml, the programs folder and the profiles of all devices -> a Site, or every problem at once with its place."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from controller.check import check
from controller.check_base import Finding, Severity, Subject
from controller.check_resets import resets_of
from controller.check_texts import Language
from controller.config_files import Work, is_path, load_profiles, load_programs, read, validate
from controller.core.site import Output, Site, SiteFile
from controller.errors import ConfigError
from controller.factors import filled
from drivers.marked_yaml import Problem
from drivers.profile_model import Profile
from schedules.program import Program


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the files. ``site`` is None when there are problems; ``profiles`` by device id."""

    site: Site | None
    profiles: Mapping[str, Profile]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    language: Language


def load(path: str | Path, *, language: Language | None = None, today: date | None = None) -> Loaded:
    """Read and check everything. Never raises for what the files hold.

    ``language`` of the messages: given, else the site's, else the environment's. ``today`` (local) lets dates be checked;
    the daemon gives none, because a wrong clock must not keep it from starting.
    """
    work = Work(Path(path), language or _language_in(Path(path)) or environment_language())
    data = filled(read(work, work.path, None))
    file = validate(work, data, SiteFile, None) if data is not None else None
    folder = (
        file.programs
        if file is not None
        else _text(data, "programs", SiteFile.model_fields["programs"].default)
    )
    load_programs(work, work.path.parent / folder, folder)
    profiles = load_profiles(work, data)
    if file is not None and not work.problems:
        work.note(check(Subject(file, work.programs, profiles, today)))
        work.note(_files(work.path.parent, file))
    site = (
        _site(file, work.path.parent, work.programs, profiles)
        if file is not None and not work.problems
        else None
    )
    return Loaded(site, profiles, _sorted(work.problems), _sorted(work.warnings), work.language)


def load_site(path: str | Path, language: Language | None = None) -> tuple[Site, Mapping[str, Profile]]:
    """The site and the profile of each device, for the daemon. Raises ConfigError with every problem, in ``language`` if given."""
    loaded = load(path, language=language)
    if loaded.site is None:
        raise ConfigError(loaded.problems)
    return loaded.site, loaded.profiles


def environment_language() -> Language:
    """``id`` when LC_ALL, LC_MESSAGES or LANG says Indonesian, else ``en``."""
    words = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "id" if next((word for word in words if word), "").lower().startswith(("id", "in_")) else "en"


# ------------------------------------------------------------------------------------------------------------- the files


def _files(base: Path, file: SiteFile) -> Iterator[Finding]:
    """Files that the site file names and that are not there."""
    influx = file.telemetry.influx
    named: list[tuple[tuple[str | int, ...], str | None]] = [(("web", "pin_file"), file.web.pin_file)]
    if influx is not None:
        named += [
            (("telemetry", "influx", key), getattr(influx, key)) for key in ("token_file", "password_file")
        ]
    named += [(("buses", i, "password_file"), bus.password_file) for i, bus in enumerate(file.buses)]
    for loc, name in named:
        if name is not None and not (base / name).is_file():
            yield Finding(loc, "file-missing", {"file": name}, Severity.ERROR)


# -------------------------------------------------------------------------------------------------------------- the site


def _site(
    file: SiteFile, base: Path, programs: Mapping[str, Program], profiles: Mapping[str, Profile]
) -> Site:
    used = {zone.program_name: programs[zone.program_name] for zone in file.zones}
    limits: dict[tuple[str, str], float] = {}
    for output in _outputs(file):
        seconds = profiles[output.device].fail_safe_s(output.quantity)
        if seconds is not None:
            limits[output.key] = seconds
    site = Site(
        file=file,
        programs=used,
        fail_safe_s=limits,
        whole_run=_not_renewed(file, profiles),
        fault_resets=resets_of(file, profiles),
    )
    return site.model_copy(update={"config_hash": content_hash(site), "file": _with_paths(file, base)})


def _outputs(file: SiteFile) -> list[Output]:
    return [
        *(pump.run for pump in file.pumps), *(valve.command for valve in file.valves), *(one.command for one in file.injectors),
    ]  # fmt: skip


def _not_renewed(file: SiteFile, profiles: Mapping[str, Profile]) -> frozenset[tuple[str, str]]:
    """Outputs whose device says that its lease cannot be renewed every few seconds."""
    keys = _outputs(file)
    commands = ((output.key, profiles[output.device].commands.get(output.quantity)) for output in keys)
    return frozenset(key for key, entry in commands if entry and entry.lease and not entry.lease.renew)


def _with_paths(file: SiteFile, base: Path) -> SiteFile:
    """Profile files are named relative to config.yaml; from here on the daemon's own directory must not matter."""
    devices = tuple(
        device.model_copy(update={"profile": str((base / device.profile).resolve())})
        if is_path(device.profile)
        else device
        for device in file.devices
    )
    return file.model_copy(update={"devices": devices})


def content_hash(site: Site) -> str:
    """SHA-256 (hex) of what the site says, whatever its comments, order of keys and defaults look like."""
    content: dict[str, Any] = {
        "file": site.file.model_dump(mode="json"),
        "programs": {name: program.model_dump(mode="json") for name, program in site.programs.items()},
        "fail_safe_s": {".".join(key): seconds for key, seconds in site.fail_safe_s.items()},
        "fault_resets": {pump: ".".join(key) for pump, key in site.fault_resets.items()},
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))


def _language_in(path: Path) -> Language | None:
    """The language that the file asks for, found without YAML: its mistakes are to be told in it too."""
    try:
        found = re.search(rb"^\s+language:\s*(id|en)\b", path.read_bytes(), re.MULTILINE)
    except OSError:
        return None
    return None if found is None else "id" if found[1] == b"id" else "en"


def _text(data: object, key: str, default: str) -> str:
    value = data.get(key, default) if isinstance(data, dict) else default
    return value if isinstance(value, str) else default
