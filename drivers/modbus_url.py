"""Connection URLs: ``tcp://host:port``, ``rtu:///dev/ttyUSB0?baud=9600&parity=N&stop=1``, ``rtu+tcp://host:port``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from drivers.errors import Refused

Kind = Literal["tcp", "rtu", "rtu+tcp"]
Parity = Literal["N", "E", "O"]
_BAUDS = (1200, 2400, 4800, 9600, 14400, 19200, 28800, 38400, 57600, 115200, 230400)
_LEAST_GAP_S = 0.005
_SERIAL_KEYS = ("baud", "parity", "stop")
_HINT = (
    "Write tcp://host:port, rtu:///dev/ttyUSB0?baud=9600&parity=N&stop=1 or rtu+tcp://host:port; "
    "for MQTT mqtt://host:port/topic"
)


@dataclass(frozen=True, slots=True)
class Connection:
    """One bus. ``host`` and ``port`` for the TCP kinds, ``device`` (a path) and line settings for RTU."""

    kind: Kind
    host: str = ""
    port: int = 0
    device: str = ""
    baud: int = 9600
    parity: Parity = "N"
    stop: int = 1

    @property
    def url(self) -> str:
        """The same URL, in canonical form: the name of the bus in messages and the key that devices share it by."""
        if self.kind == "rtu":
            return f"rtu://{self.device}?baud={self.baud}&parity={self.parity}&stop={self.stop}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    @property
    def char_s(self) -> float:
        """Seconds for one character on the serial line (start, 8 data, parity, stop bits)."""
        return (9 + (self.parity != "N") + self.stop) / self.baud

    @property
    def frame_gap_s(self) -> float:
        """Silence between frames, seconds: 3.5 characters (MODBUS over Serial Line V1.02, 2.5.1.1), but at least 5 ms.

        Without transaction numbers an answer that a device sends twice would pass for the next one; in 5 ms it is seen as
        what it is. Modbus TCP numbers its answers and needs no gap.
        """
        if self.kind == "tcp":
            return 0.0
        return max(_LEAST_GAP_S, 3.5 * self.char_s if self.kind == "rtu" else 0.0)


def parse_connection(url: str, *, baud: int = 9600, parity: Parity = "N", stop: int = 1) -> Connection:
    """The connection that ``url`` names; keywords are the serial defaults (a profile's). Raises ``Refused``."""
    parts = urlsplit(url)
    if parts.scheme in ("tcp", "rtu+tcp"):
        return _network(url, "tcp" if parts.scheme == "tcp" else "rtu+tcp")
    if parts.scheme != "rtu":
        raise _refused(url, f"unknown kind {parts.scheme or '(none)'!r}", "kind")
    if parts.netloc or not parts.path.startswith("/"):
        raise _refused(url, "the serial device needs three slashes and a full path", "slashes")
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if unknown := [key for key in query if key not in _SERIAL_KEYS]:
        known = ", ".join(_SERIAL_KEYS)
        raise _refused(
            url, f"unknown setting {unknown[0]!r} (known: {known})", "setting", name=unknown[0], known=known
        )
    return Connection(
        kind="rtu",
        device=parts.path,
        baud=_one_of(url, "baud", query.get("baud", str(baud)), _BAUDS),
        parity=_parity(url, query.get("parity", parity)),
        stop=_one_of(url, "stop", query.get("stop", str(stop)), (1, 2)),
    )


def _network(url: str, kind: Kind) -> Connection:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise _refused(url, "the port is no number from 1 to 65535", "port") from None
    if not parts.hostname:
        raise _refused(url, "no host", "host")
    if parts.path not in ("", "/") or parts.query:
        raise _refused(url, "nothing may follow host and port", "rest")
    if port == 0:
        raise _refused(url, "the port is no number from 1 to 65535", "port")
    return Connection(kind=kind, host=parts.hostname, port=port or (502 if kind == "tcp" else 4196))


def _one_of(url: str, name: str, text: str, allowed: tuple[int, ...]) -> int:
    if not text.isdecimal() or int(text) not in allowed:
        known = ", ".join(map(str, allowed))
        raise _refused(
            url, f"{name}={text} is not one of {known}", "value", name=name, value=text, known=known
        )
    return int(text)


def _parity(url: str, text: str) -> Parity:
    match text.upper():
        case "N":
            return "N"
        case "E":
            return "E"
        case "O":
            return "O"
    raise _refused(
        url, f"parity={text} is not one of N, E, O", "value", name="parity", value=text, known="N, E, O"
    )


def _refused(url: str, why: str, case: str, **words: str) -> Refused:
    """``params`` say the same in pieces (``case`` and its words), for other languages."""
    return Refused(
        f"connection {url!r}: {why}", hint=_HINT, bus=url, params={"case": case, "url": url, **words}
    )
