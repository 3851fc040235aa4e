"""The files behind a site: config.yaml, programs and profiles, read and validated one by one, problems collected."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from controller.check_base import Finding, Severity
from controller.check_texts import Language, render
from drivers.marked_problems import explain
from drivers.marked_yaml import Marks, Problem, YamlError, load
from drivers.profile import ProfileError, library, load_profile
from drivers.profile_model import Profile
from schedules.program import (
    CalendarProgram,
    ContainerProgram,
    FieldProgram,
    MistingProgram,
    PaddyProgram,
    Program,
)

M = TypeVar("M", bound=BaseModel)

KINDS: Mapping[
    str, type[FieldProgram | ContainerProgram | PaddyProgram | CalendarProgram | MistingProgram]
] = {
    "field": FieldProgram,
    "container": ContainerProgram,
    "paddy": PaddyProgram,
    "calendar": CalendarProgram,
    "misting": MistingProgram,
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
        data, marks = load(path, language=work.language)
    except YamlError as e:
        work.problems += e.problems
        return None
    work.marks[program] = marks
    return data


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
        if (finding := _no_profile(work, i, name)) is not None:
            work.note([finding])
            continue
        try:
            profiles[entry["id"]] = load_profile(
                str(work.path.parent / name) if is_file else name, work.language
            )
        except ProfileError as e:
            for problem in e.problems:
                work.problems.append(_at_device(work.marks[None], i, problem, in_file=is_file))
    return profiles


def _no_profile(work: Work, index: int, name: str) -> Finding | None:
    """A name that the library lacks, or a file that cannot be opened."""
    loc = ("devices", index, "profile")
    if not is_path(name):
        known = library()
        return (
            None
            if name in known
            else Finding(loc, "profile-unknown", {"name": name, "near": _like(name, known)})
        )
    path = (work.path.parent / name).resolve()
    try:
        path.open("rb").close()
    except OSError as e:
        return Finding(loc, "profile-missing", {"name": name, "why": e.strerror or "?", "path": str(path)})
    return None


def _like(name: str, known: Sequence[str]) -> str:
    """The profile that was probably meant: by its spelling, or by the maker that begins its name; else all of them."""
    word = name.lower()
    close = get_close_matches(word, known, 1, 0.6) or [
        one for one in known if one.split("-")[0] in word.split()
    ]
    return ", ".join(close or known)


def _at_device(marks: Marks, index: int, problem: Problem, *, in_file: bool) -> Problem:
    """A profile's own file is where its problem stands; an unknown name stands at the device."""
    if in_file and Path(problem.file).exists():
        return problem
    return marks.problem(("devices", index, "profile"), problem.message, problem.hint)


def is_path(profile: str) -> bool:
    """Whether a device names a profile file rather than one of the library."""
    return "/" in profile or profile.endswith((".yaml", ".yml"))
