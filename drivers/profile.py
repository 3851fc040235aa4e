"""Devices as data: the library of shipped profiles, and loading with the exact place of every error."""

from __future__ import annotations

import hashlib
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from drivers.marked_problems import explain
from drivers.marked_yaml import Problem, YamlError, load_bytes
from drivers.profile_checks import check
from drivers.profile_commands import CommandEntry, PublishStep, WriteStep
from drivers.profile_model import Limits, Poll, Profile, Setting
from drivers.profile_points import Point, TableName
from drivers.yaml_texts import Language

__all__ = [
    "CommandEntry", "Limits", "Point", "Poll", "Profile", "ProfileError", "PublishStep", "Setting", "TableName", "WriteStep",
    "library", "load_profile",
]  # fmt: skip


class ProfileError(Exception):
    """A profile cannot be used. ``problems`` is never empty and names file, line and column."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def library() -> list[str]:
    """Names of the shipped profiles, sorted."""
    return sorted(
        p.name.removesuffix(".yaml") for p in files("drivers.profiles").iterdir() if p.name.endswith(".yaml")
    )


def load_profile(name_or_path: str | Path, language: Language = "en") -> Profile:
    """A profile of the library by name, or from a YAML file (anything with a slash or ending in .yaml).

    Cached by content. Raises ProfileError with every problem found, each with file, line and column, in ``language``. Golden
    exchanges of files are played too; those of the library are played by its tests.
    """
    text = str(name_or_path)
    shipped = isinstance(name_or_path, str) and "/" not in text and not text.endswith((".yaml", ".yml"))
    try:
        return _from_library(text) if shipped else _from_file(text)
    except ProfileError as e:
        if language == "en":
            raise
        raise ProfileError(_in_words(e, text, shipped, language)) from None


@lru_cache(maxsize=256)
def _from_library(name: str) -> Profile:
    known = library()
    if name not in known:
        near = get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]}?" if near else "known: " + ", ".join(known)
        raise ProfileError((Problem(name, 1, 1, "", f"there is no profile '{name}'", hint),))
    raw = files("drivers.profiles").joinpath(f"{name}.yaml").read_bytes()
    return _parse(raw, f"{name}.yaml", hashlib.sha256(raw).digest())


def _from_file(text: str) -> Profile:
    try:
        raw = Path(text).read_bytes()
    except OSError as e:
        unread = Problem(text, 1, 1, "", f"cannot be read: {e.strerror or type(e).__name__}")
        raise ProfileError((unread,)) from None
    return _parse(raw, text, hashlib.sha256(raw).digest(), own=True)


@lru_cache(maxsize=256)
def _parse(raw: bytes, file: str, digest: bytes, own: bool = False) -> Profile:
    """``digest`` makes the cache key short to compare; equal content is parsed once."""
    assert digest
    return _read(raw, file, "en", own)


def _read(raw: bytes, file: str, language: Language, own: bool) -> Profile:
    """The profile. ``own``: its golden exchanges are played too. Sentences of pydantic and YAML come in ``language``."""
    try:
        data, marks = load_bytes(raw, file, language)
        profile = Profile.model_validate(data)
    except YamlError as e:
        raise ProfileError(e.problems) from None
    except ValidationError as e:
        raise ProfileError(explain(e, marks, data, Profile, language)) from None
    problems = tuple(check(profile, marks))
    if own and not problems and profile.golden:
        from drivers.profile_checks_golden import check_golden

        problems = tuple(check_golden(profile, marks))
    if problems:
        raise ProfileError(problems)
    return profile


def _in_words(error: ProfileError, text: str, shipped: bool, language: Language) -> tuple[Problem, ...]:
    """The same problems in the language, worked out once more: only who made a mistake waits for it."""
    from drivers.profile_texts import in_indonesian

    problems = error.problems
    if not shipped and Path(text).is_file():
        try:
            _read(Path(text).read_bytes(), text, language, own=True)
        except ProfileError as e:
            problems = e.problems
    return tuple(in_indonesian(problem) for problem in problems)
