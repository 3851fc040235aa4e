"""Why a wire cannot be opened is said in a case that has a story, whatever the system reports."""

from __future__ import annotations

import errno
import socket

import pytest

from drivers.reach import CASES, case_of, story


@pytest.mark.parametrize(
    ("error", "case"),
    [
        (FileNotFoundError(errno.ENOENT, "could not open port /dev/ttyUSB0"), "port_missing"),
        (PermissionError(errno.EACCES, "x"), "port_forbidden"),
        (OSError(errno.EAGAIN, "Could not exclusively lock port"), "port_busy"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), "refused"),
        (OSError(errno.EHOSTUNREACH, "x"), "unreachable"),
        (TimeoutError(), "unreachable"),
        (None, "unreachable"),
        (socket.gaierror(-2, "Name or service not known"), "unknown_host"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "closed"),
        (ValueError("baud"), "failed"),
        (OSError("without a number"), "failed"),
    ],
)
def test_cases(error: BaseException | None, case: str) -> None:
    """Each error of the system has its case, each case a sentence and something to do."""
    assert case_of(error) == case
    what, hint = story(case, error)
    assert what.startswith(f"no connection: {CASES[case][0]}")
    assert hint.startswith(CASES[case][1])


def test_the_systems_words_are_kept_short() -> None:
    """The system's own word is kept once, without the path and number that the library repeats."""
    error = FileNotFoundError(errno.ENOENT, "could not open port /dev/x: [Errno 2] No such file: '/dev/x'")
    assert (
        story("port_missing", error)[0] == "no connection: the port is not there (No such file or directory)"
    )
