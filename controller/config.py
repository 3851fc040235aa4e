"""config.yaml, the programs folder and the profiles of all devices -> a Site, or every problem at once with its place."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from controller.check import check
from controller.check_base import Finding, Severity, Subject
from controller.check_texts import Language, render
from controller.core.site import Site, SiteFile
from controller.errors import ConfigError
from drivers.marked_problems import explain
from drivers.marked_yaml import Marks, Problem, YamlError, load_bytes
from drivers.profile import ProfileError, load_profile
from drivers.profile_model import Profile
from schedules.program import CalendarProgram, ContainerProgram, FieldProgram, PaddyProgram, Program

M = TypeVar("M", bound=BaseModel)

KINDS: Mapping[str, type[FieldProgram | ContainerProgram | PaddyProgram | CalendarProgram]] = {
    "field": FieldProgram,
    "container": ContainerProgram,
    "paddy": PaddyProgram,
    "calendar": CalendarProgram,
}
"""``kind`` of a program file -> its model."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of the files. ``site`` is None when there are problems; ``profiles`` by device id."""

    site: Site | None
    profiles: Mapping[str, Profile]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    language: Language


@dataclass(slots=True)
class _Work:
    """What is known so far, while loading."""

    path: Path
    language: Language
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    programs: dict[str, Program] = field(default_factory=dict)
    marks: dict[str | None, Marks] = field(default_factory=dict)
    """Marks of config.yaml (None) and of each program's file, by program name."""

    def note(self, findings: Iterable[Finding]) -> None:
        """Turn findings into problems and warnings with file, line and column."""
        for finding in findings:
            message, hint = render(finding.key, finding.params, self.language)
            marks = self.marks[finding.program]
            problem = marks.problem(finding.loc, message, hint, at_key=finding.at_key)
            (self.problems if finding.severity is Severity.ERROR else self.warnings).append(problem)


def load(path: str | Path, *, language: Language | None = None, today: date | None = None) -> Loaded:
    """Read and check everything. Never raises for what the files hold.

    ``language`` of the messages: given, else the site's, else the environment's. ``today`` (local) lets dates be checked;
    the daemon gives none, because a wrong clock must not keep it from starting.
    """
    work = _Work(Path(path), language or environment_language())
    data = _read(work, work.path, None)
    if language is None:
        work.language = _language_of(data) or work.language
    file = _validate(work, data, SiteFile, None) if data is not None else None
    folder = (
        file.programs
        if file is not None
        else _text(data, "programs", SiteFile.model_fields["programs"].default)
    )
    _load_programs(work, work.path.parent / folder, folder)
    profiles = _load_profiles(work, data)
    if file is not None and not work.problems:
        work.note(check(Subject(file, work.programs, profiles, today)))
        work.note(_files(work.path.parent, file))
    site = (
        _site(file, work.path.parent, work.programs, profiles)
        if file is not None and not work.problems
        else None
    )
    return Loaded(site, profiles, _sorted(work.problems), _sorted(work.warnings), work.language)


def load_site(path: str | Path) -> tuple[Site, Mapping[str, Profile]]:
    """The site and the profile of each device, for the daemon. Raises ConfigError with every problem."""
    loaded = load(path)
    if loaded.site is None:
        raise ConfigError(loaded.problems)
    return loaded.site, loaded.profiles


def environment_language() -> Language:
    """``id`` when LC_ALL, LC_MESSAGES or LANG says Indonesian, else ``en``."""
    words = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "id" if next((word for word in words if word), "").lower().startswith(("id", "in_")) else "en"


# ------------------------------------------------------------------------------------------------------------- the files


def _read(work: _Work, path: Path, program: str | None) -> object:
    """Data of a YAML file, or None with the problem noted."""
    try:
        data, marks = load_bytes(path.read_bytes(), str(path))
    except OSError as e:
        work.problems.append(Problem(str(path), 1, 1, "", *_unreadable(e, work.language)))
        return None
    except YamlError as e:
        work.problems += e.problems
        return None
    work.marks[program] = marks
    return data


def _unreadable(error: OSError, language: Language) -> tuple[str, str]:
    if language == "id":
        return f"tidak dapat dibaca: {error.strerror}", "periksa nama dan izin berkas"
    return f"cannot be read: {error.strerror}", "check the name and the permissions"


def _validate(work: _Work, data: object, model: type[M], program: str | None) -> M | None:
    """The model of the data, or None with every problem noted. Strict: a quoted number is a text, not a number."""
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as e:
        work.problems += explain(e, work.marks[program], data, model, work.language)
        return None


def _load_programs(work: _Work, folder: Path, name: str) -> None:
    """Every *.yaml of the folder into ``work.programs``."""
    if not folder.is_dir():
        if None in work.marks:
            work.note([Finding(("programs",), "programs-folder", {"folder": name})])
        return
    for path in sorted(folder.glob("*.yaml")):
        data = _read(work, path, path.stem)
        if data is None:
            continue
        program = _program(work, data, path.stem)
        if program is not None and program.program != path.stem:
            params = {"name": program.program, "file": path.name}
            work.note([Finding(("program",), "program-file-name", params, program=path.stem)])
        elif program is not None:
            work.programs[path.stem] = program


def _program(work: _Work, data: object, stem: str) -> Program | None:
    kind = data.get("kind") if isinstance(data, dict) else None
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is not None:
        return _validate(work, data, model, stem)
    words = ", ".join(KINDS)
    if isinstance(data, dict) and "kind" not in data:
        message = (
            f"'kind' belum diisi: {words}" if work.language == "id" else f"'kind' is missing: one of {words}"
        )
        work.problems.append(work.marks[stem].problem((), message))
    else:
        what = f"'{kind}'" if isinstance(data, dict) else "-"
        message = (
            f"kind harus {words}, bukan {what}"
            if work.language == "id"
            else f"kind must be one of {words}, got {what}"
        )
        work.problems.append(work.marks[stem].problem(("kind",), message))
    return None


def _load_profiles(work: _Work, data: object) -> dict[str, Profile]:
    """The profile of each device by its id, from the raw data, so that they are checked even when something else is wrong."""
    profiles: dict[str, Profile] = {}
    devices = data.get("devices") if isinstance(data, dict) else None
    for i, entry in enumerate(devices if isinstance(devices, list) else []):
        name = entry.get("profile") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(entry.get("id"), str):
            continue
        is_file = _is_path(name)
        try:
            profiles[entry["id"]] = load_profile(str(work.path.parent / name) if is_file else name)
        except ProfileError as e:
            for problem in e.problems:
                work.problems.append(_at_device(work.marks[None], i, problem, in_file=is_file))
    return profiles


def _at_device(marks: Marks, index: int, problem: Problem, *, in_file: bool) -> Problem:
    """A profile's own file is where its problem stands; an unknown name stands at the device."""
    if in_file and Path(problem.file).exists():
        return problem
    return marks.problem(("devices", index, "profile"), problem.message, problem.hint)


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
    for output in [pump.run for pump in file.pumps] + [valve.command for valve in file.valves]:
        seconds = profiles[output.device].fail_safe_s(output.quantity)
        if seconds is not None:
            limits[output.key] = seconds
    site = Site(file=file, programs=used, fail_safe_s=limits)
    return site.model_copy(update={"config_hash": content_hash(site), "file": _with_paths(file, base)})


def _with_paths(file: SiteFile, base: Path) -> SiteFile:
    """Profile files are named relative to config.yaml; from here on the daemon's own directory must not matter."""
    devices = tuple(
        device.model_copy(update={"profile": str((base / device.profile).resolve())})
        if _is_path(device.profile)
        else device
        for device in file.devices
    )
    return file.model_copy(update={"devices": devices})


def _is_path(profile: str) -> bool:
    return "/" in profile or profile.endswith((".yaml", ".yml"))


def content_hash(site: Site) -> str:
    """SHA-256 (hex) of what the site says, whatever its comments, order of keys and defaults look like."""
    content: dict[str, Any] = {
        "file": site.file.model_dump(mode="json"),
        "programs": {name: program.model_dump(mode="json") for name, program in site.programs.items()},
        "fail_safe_s": {".".join(key): seconds for key, seconds in site.fail_safe_s.items()},
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _sorted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column, p.message)))


def _language_of(data: object) -> Language | None:
    site = data.get("site") if isinstance(data, dict) else None
    word = site.get("language") if isinstance(site, dict) else None
    return "id" if word == "id" else "en" if word == "en" else None


def _text(data: object, key: str, default: str) -> str:
    value = data.get(key, default) if isinstance(data, dict) else default
    return value if isinstance(value, str) else default
