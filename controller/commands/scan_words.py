"""The words of `tirta scan`: ports, line settings, lists of addresses."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from controller.commands.console import t
from controller.errors import TirtaError

if TYPE_CHECKING:
    from drivers.scan_plan import Format


def is_serial(where: str) -> bool:
    """Whether a word names a serial port."""
    return where.startswith(("/", "rtu:"))


def only_adapter() -> str:
    """The one USB adapter of this computer. Raises TirtaError with all of them when there are several, or none."""
    by_id = sorted(Path("/dev/serial/by-id").glob("*")) if Path("/dev/serial/by-id").is_dir() else []
    ports = [str(path) for path in by_id] or [
        str(path)
        for pattern in ("ttyUSB*", "ttyACM*", "ttyAMA*", "ttyS[0-9]")
        for path in sorted(Path("/dev").glob(pattern))
    ]
    if len(ports) == 1:
        return ports[0]
    hint = t(
        "name one: tirta scan /dev/ttyUSB0, or a network address",
        "sebutkan satu: tirta scan /dev/ttyUSB0, atau alamat jaringan",
    )
    if ports:
        raise TirtaError(t("several ports: ", "ada beberapa port: ") + ", ".join(ports), hint)
    raise TirtaError(t("no serial adapter is plugged in", "tidak ada adaptor serial terpasang"), hint)


def format_of(text: str) -> Format:
    """``9600-8N1``, or ``9600`` alone. Raises TirtaError."""
    import re

    from drivers.scan_plan import Format

    found = re.fullmatch(r"(\d+)(?:[- ]8([NEO])([12]))?", text.upper())
    known = (1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200, 230400)
    if found is None or int(found[1]) not in known:
        raise TirtaError(
            t(f"--line is written 9600-8N1, not {text}", f"--line ditulis 9600-8N1, bukan {text}")
        )
    return Format(int(found[1]), found[2] or "N", int(found[3] or 1))  # type: ignore[arg-type]


def units_of(text: str) -> list[int]:
    """``1-3,7`` as numbers. Raises TirtaError."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        ends = (first, last if dash else first)
        if not all(end.isdecimal() and int(end) <= 255 for end in ends):
            raise TirtaError(
                t(
                    f"--units is written 1-20,144 (0 to 255), not {text}",
                    f"--units ditulis 1-20,144 (0 sampai 255), bukan {text}",
                )
            )
        found += range(int(ends[0]), int(ends[1]) + 1)
    return list(dict.fromkeys(found))
