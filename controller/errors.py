"""What the controller tells a person who must act: an exit code, a message, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.marked_yaml import Problem

GOOD = 0
WRONG_INPUT = 1
UNREACHABLE = 2


class TirtaError(Exception):
    """A condition that a person can mend. ``message`` and ``hint`` are already in the person's language."""

    exit_code = WRONG_INPUT

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} ({hint})" if hint else message)
        self.message = message
        self.hint = hint


class ConfigError(TirtaError):
    """The configuration is refused. ``problems`` is never empty; each has its file, line and column."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Unreachable(TirtaError):
    """The world cannot be reached: the daemon, a device, a file system."""

    exit_code = UNREACHABLE
