"""A serial cable without hardware: two pseudo-terminals that socat joins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Program, require


class SerialCable(Program):
    """Two ends, `a` and `b`, each to be opened as a serial port; pulling the cable is `kill()`."""

    def __init__(self, folder: Path) -> None:
        self.a, self.b = folder / "serial-a", folder / "serial-b"
        ends = [f"pty,raw,echo=0,link={end}" for end in (self.a, self.b)]
        super().__init__(
            "socat",
            [require("socat"), *ends],
            folder / "socat.log",
            lambda: self.a.exists() and self.b.exists(),
        )


@pytest.fixture
def serial_cable(tmp_path: Path) -> Iterator[SerialCable]:
    """A cable of this test's own."""
    cable = SerialCable(tmp_path)
    cable.start()
    yield cable
    cable.stop()
