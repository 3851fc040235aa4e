"""Real programs for tests: found or skipped visibly, started on 127.0.0.1 with settings of their own, stopped by pid.

Tests use the fixtures of `tests/fixtures_*.py`; this module is what those are made of.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

PACKAGES = {
    "mosquitto": "mosquitto",
    "mosquitto_pub": "mosquitto-clients",
    "mosquitto_sub": "mosquitto-clients",
    "influxd": "influxdb",
    "influx": "influxdb-client",
    "victoria-metrics": "victoria-metrics",
    "mbpoll": "mbpoll",
    "socat": "socat",
    "chromium": "chromium",
    "systemd-analyze": "systemd",
    "npm": "npm",
    "node": "nodejs",
    "openssl": "openssl",
}
SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"

# The only reasons for which a test may be skipped with CI=true (tests/conftest.py enforces it).
NO_DATA = "no such data beside this checkout:"
NO_SERVER = "no server named by the environment variable"

START_S = 20.0
STOP_S = 10.0
RUN_S = 120.0
"""No program that a test runs to its end may take longer: one that hangs fails its test by name, with what it said."""

# Below what the system gives by itself to whoever connects (32768 and up): else a connection of another test may hold the port
# when the program opens it, and whoever waits for the program may be connected to himself.
_FIRST, _COUNT = 10_000, 22_000
_BEGIN = random.SystemRandom().randrange(_COUNT)  # each process of a run begins elsewhere
_PORTS = (_FIRST + (_BEGIN + n) % _COUNT for n in itertools.count())


def in_ci() -> bool:
    """True where everything must run: with CI=true a missing program is a failure, not a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def require(binary: str) -> str:
    """The path of a program, else skips (fails with CI=true) and names the Debian package that has it."""
    path = shutil.which(binary, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if path is None:
        _absent(f"{binary} is not installed: sudo apt-get install {PACKAGES.get(binary, binary)}")
    return path


def shared_data(name: str) -> Path:
    """The path of a file or folder of `../shared/data`, else skips: not every checkout has it beside it."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{NO_DATA} {name}")
    return path


def from_environment(variable: str) -> str:
    """The value of an environment variable that names a server outside, else skips."""
    value = os.environ.get(variable)
    if not value:
        pytest.skip(f"{NO_SERVER} {variable}")
    return value


def free_port() -> int:
    """A TCP port on 127.0.0.1 that was free a moment ago, and that this process has not named before."""
    for port in itertools.islice(_PORTS, 1000):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    pytest.fail("of a thousand ports none is free")


def wait_until(ready: Callable[[], bool], what: str, seconds: float = START_S) -> None:
    """Returns as soon as `ready()` is true; fails the test after `seconds` of real time."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            pytest.fail(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


def answers(port: int) -> bool:
    """True when something accepts TCP connections on that port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True


def speaks_mqtt(port: int) -> bool:
    """True when a broker on that port of 127.0.0.1 answers who connects, whatever it answers."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x1e\x00\x04look")
            return connection.recv(2) == b"\x20\x02"
    except OSError:
        return False


class Program:
    """One real program that a test owns: it can be stopped, killed, frozen and started again on the same port and data."""

    def __init__(self, name: str, command: list[str], log: Path, ready: Callable[[], bool]) -> None:
        self.name = name
        self.log = log
        self._command = command
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The pid while it runs; fails the test when it does not."""
        if self._process is None:
            pytest.fail(f"{self.name} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """False before start, after stop and kill, and when it died by itself."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Starts it and returns when it answers; the log's end is in the failure when it does not."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_dies_with_us(), *self._command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        end = time.monotonic() + START_S
        while not (self._ready() and self.running):  # what answers may be another program on that port
            if not self.running or time.monotonic() > end:
                self.kill()
                pytest.fail(f"{self.name} did not start:\n{self.log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Asks it to end, and kills it after ten seconds."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once, as a power cut does."""
        self._end(signal.SIGKILL)

    def freeze(self) -> None:
        """Stops it without closing its sockets, as an overloaded machine does."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _dies_with_us() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", "--"] if setpriv else []


def _absent(reason: str) -> NoReturn:
    if in_ci():
        pytest.fail(f"with CI=true nothing may be missing: {reason}")
    pytest.skip(reason)
