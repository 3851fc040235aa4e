"""The words of `tirta scan`: ports, line settings, lists of addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from controller.commands.console import t
from controller.errors import TirtaError

if TYPE_CHECKING:
    from drivers.scan_plan import Format


def is_serial(where: str) -> bool:
    """Whether a word names a serial port."""
    return where.startswith(("/", "rtu:"))


def place_of(where: str) -> str:
    """What the user means: ``ttyUSB0`` is ``/dev/ttyUSB0``. Raises TirtaError for what is neither port nor host."""
    if where.startswith("rtu:") or "://" in where:
        return where
    path = Path("/dev", where) if re.fullmatch(r"tty[A-Z]+\d+", where) else Path(where)
    if not path.exists():
        return str(path) if path.is_absolute() else where
    if not path.is_char_device():
        raise TirtaError(
            t(f"{path} is no serial port", f"{path} bukan port serial"),
            t("ls /dev/serial/by-id lists what is there", "ls /dev/serial/by-id menunjukkan yang ada"),
        )
    return str(path.absolute())


def known_host(host: str) -> str:
    """A host as it is written. Raises TirtaError for an address in numbers that lacks some: 192.168.1 would be another one."""
    if re.fullmatch(r"[\d.]+", host):
        try:
            ip_address(host)
        except ValueError:
            raise TirtaError(
                t(f"{host} is no complete address", f"{host} bukan alamat yang lengkap"),
                t("four numbers: 192.168.1.50", "empat angka: 192.168.1.50"),
            ) from None
    return host


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
