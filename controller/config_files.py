"""The files behind a site: config.yaml, programs and profiles, read and validated one by one, problems collected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from controller.check_base import Finding, Severity
from controller.check_texts import Language, render
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


@dataclass(slots=True)
class Work:
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


def read(work: Work, path: Path, program: str | None) -> object:
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


def validate(work: Work, data: object, model: type[M], program: str | None) -> M | None:
    """The model of the data, or None with every problem noted. Strict: a quoted number is a text, not a number."""
    try:
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as e:
        work.problems += explain(e, work.marks[program], data, model, work.language)
        return None


def load_programs(work: Work, folder: Path, name: str) -> None:
    """Every *.yaml of the folder into ``work.programs``."""
    if not folder.is_dir():
        if None in work.marks:
            work.note([Finding(("programs",), "programs-folder", {"folder": name})])
        return
    for path in sorted(folder.glob("*.yaml")):
        data = read(work, path, path.stem)
        if data is None:
            continue
        program = _program(work, data, path.stem)
        if program is not None and program.program != path.stem:
            params = {"name": program.program, "file": path.name}
            work.note([Finding(("program",), "program-file-name", params, program=path.stem)])
        elif program is not None:
            work.programs[path.stem] = program


def _program(work: Work, data: object, stem: str) -> Program | None:
    kind = data.get("kind") if isinstance(data, dict) else None
    model = KINDS.get(kind) if isinstance(kind, str) else None
    if model is not None:
        return validate(work, data, model, stem)
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


def load_profiles(work: Work, data: object) -> dict[str, Profile]:
    """The profile of each device by its id, from the raw data, so that they are checked even when something else is wrong."""
    profiles: dict[str, Profile] = {}
    devices = data.get("devices") if isinstance(data, dict) else None
    for i, entry in enumerate(devices if isinstance(devices, list) else []):
        name = entry.get("profile") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(entry.get("id"), str):
            continue
        is_file = is_path(name)
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


def is_path(profile: str) -> bool:
    """Whether a device names a profile file rather than one of the library."""
    return "/" in profile or profile.endswith((".yaml", ".yml"))
