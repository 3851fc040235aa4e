"""Other people's masters: `mbpoll` (Debian) over TCP and RTU, `socat` for RTU over TCP; and `tirta probe` as a program."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.end_to_end.sites import ROOT
from tests.services import Program, require

TABLES = {"coil": "0", "discrete": "1", "input": "3:hex", "holding": "4:hex"}
PARITY = {"N": "none", "E": "even", "O": "odd"}


@dataclass(frozen=True)
class Mbpoll:
    """An independent Modbus master. ``line``: its words for the connection, ending with the host or the serial port."""

    line: tuple[str, ...]
    unit: int

    def ask(self, table: str, address: int, count: int) -> list[int]:
        """Words (or bits) as mbpoll prints them. Fails the test when it got no answer."""
        said = self._said("-t", TABLES[table], "-r", str(address), "-c", str(count), "-1")
        found = {int(at): int(word, 0) for at, word in re.findall(r"^\[(\d+)\]:\s+(\S+)", said, re.MULTILINE)}
        assert sorted(found) == list(range(address, address + count)), said
        return [found[at] for at in sorted(found)]

    def floats(self, address: int, count: int) -> list[float]:
        """Input registers as mbpoll itself decodes them: 32-bit floats, high word first."""
        said = self._said("-t", "3:float", "-B", "-r", str(address), "-c", str(count), "-1")
        return [float(number) for number in re.findall(r"^\[\d+\]:\s+(\S+)", said, re.MULTILINE)]

    def write(self, table: str, address: int, value: int) -> None:
        """One coil or register."""
        said = self._said("-t", TABLES[table][0], "-r", str(address), after=(str(value),))
        assert "Written 1 references" in said, said

    def _said(self, *words: str, after: tuple[str, ...] = ()) -> str:
        command = [require("mbpoll"), "-0", "-q", "-o", "2", "-a", str(self.unit), *words, *self.line, *after]
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout


class Bridge(Program):
    """socat: a serial port of this machine that is a RTU-over-TCP converter."""

    def __init__(self, folder: Path, port: int) -> None:
        self.end = folder / f"bridge-{port}"
        command = [require("socat"), f"pty,raw,echo=0,link={self.end}", f"tcp:127.0.0.1:{port}"]
        super().__init__("socat", command, folder / "bridge.log", self.end.exists)


def mbpoll_line(url: str, serial: Path | None = None) -> tuple[str, ...]:
    """How mbpoll is told of a bus of the site file; ``serial`` stands in for RTU over TCP."""
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return ("-m", "tcp", "-p", str(parts.port), str(parts.hostname))
    query = parse_qs(parts.query)
    parity = PARITY[query.get("parity", ["N"])[0]]
    return ("-m", "rtu", "-b", query.get("baud", ["9600"])[0], "-P", parity, str(serial or parts.path))


@dataclass(frozen=True)
class Told:
    """What a run of `tirta probe` said. ``readings``: value by quantity."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.out)
        return document

    @property
    def readings(self) -> dict[str, float | str | None]:
        return {reading["quantity"]: reading["value"] for reading in self.document["readings"]}


def probe(
    profile: str,
    url: str,
    unit: int | None = None,
    settings: Mapping[str, float | str] | None = None,
    *more: str,
    as_json: bool = True,
) -> Told:
    """`tirta probe` as its own process."""
    words = ["--profile", profile, "--connection", url, *more, *(["--json"] if as_json else [])]
    words += [] if unit is None else ["--unit", str(unit)]
    for name, value in (settings or {}).items():
        words += ["--set", f"{name}={value}"]
    command = [sys.executable, "-m", "controller.cli", "probe", *words]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, cwd=ROOT, stdin=subprocess.DEVNULL
    )
    return Told(done.returncode, done.stdout, done.stderr)
