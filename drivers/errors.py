"""What can go wrong on the wire, told so that a technician can act.

::

    DriverError          anything below
    +-- TimeOut          asked, and nothing (right) came in time
    +-- BadReply         an answer came that is not the answer to the question; its values were thrown away
    +-- ExceptionReply   the device understood and refused (Modbus exception code)
    +-- Disconnected     no connection to the bus, the gateway or the broker
    +-- BackingOff       not asked at all: the unit was silent and its waiting time is not over (polls only)
    +-- Refused          not sent: the request, the profile or the connection URL is impossible

Each carries who (``device``, ``unit``, ``bus``, ``registers``), ``what`` happened, what it ``means`` and what to do
(``hint``), in English, and ``key`` with ``params`` from which the controller renders other languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

Param = float | str


class DriverError(Exception):
    """Root of the tree. ``device`` is filled in by the device layer, which alone knows the site's names."""

    key: ClassVar[str] = "driver.error"
    means: str = ""

    def __init__(
        self,
        what: str,
        *,
        hint: str = "",
        device: str = "",
        bus: str = "",
        unit: int | None = None,
        registers: str = "",
        params: Mapping[str, Param] | None = None,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint
        self.device = device
        self.bus = bus
        self.unit = unit
        self.registers = registers
        self._params = dict(params or {})

    @property
    def params(self) -> dict[str, Param]:
        """Named values for the translated sentence; every text key is present, empty where unknown."""
        return {
            "device": self.device,
            "bus": self.bus,
            "unit": "" if self.unit is None else str(self.unit),
            "registers": self.registers,
            "what": self.what,
            **self._params,
        }

    @property
    def where(self) -> str:
        """Who the error is about: ``pump (unit 3, holding 12288..12289) on rtu:///dev/ttyUSB0``."""
        inner = ", ".join(part for part in (_unit(self.unit), self.registers) if part)
        place = " ".join(part for part in (self.device, f"({inner})" if inner else "") if part)
        return " on ".join(part for part in (place, self.bus) if part)

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return ". ".join(part for part in (head, self.means, self.hint) if part)


def _unit(unit: int | None) -> str:
    return "" if unit is None else f"unit {unit}"


class TimeOut(DriverError):
    """No answer within ``params['seconds']``."""

    key = "driver.time_out"
    means = "The device is off, not connected, or listens on another address, baud rate or parity"


class BadReply(DriverError):
    """An answer of the wrong unit, function, length or echo. Nothing of it was used."""

    key = "driver.bad_reply"
    means = "The line is disturbed, two devices share an address, or the profile is for another model"


_CODES: Mapping[int, tuple[str, str]] = {
    1: (
        "illegal function",
        "The device does not know this function code: compare the profile with the model",
    ),
    2: (
        "illegal data address",
        "The device has no such register: compare the profile with model and firmware",
    ),
    3: ("illegal data value", "The device refuses this value or count: check limits, rating and write mode"),
    4: (
        "device failure",
        "The device failed while doing it: read its display; it may be starting or in fault",
    ),
    5: ("acknowledge", "The device is still working on it: ask again later"),
    6: ("device busy", "The device is busy: ask less often, or raise the profile's gap"),
    8: ("memory parity error", "The device's memory is damaged: restart it, replace it if this returns"),
    10: ("gateway path unavailable", "The gateway is set up wrongly: check its serial port and routing"),
    11: (
        "gateway target silent",
        "The gateway works, the device behind it does not answer: check address and wiring",
    ),
}
GATEWAY_SILENT = (10, 11)
"""Exception codes in which a gateway says that the device itself did not answer."""


class ExceptionReply(DriverError):
    """A Modbus exception. ``code`` is the exception code of the specification (1 to 11), others are the maker's own."""

    key = "driver.exception_reply"
    means = "The device is alive and refused the request"

    def __init__(self, code: int, *, bus: str = "", unit: int | None = None, registers: str = "") -> None:
        name, hint = _CODES.get(code, ("unknown code", "Look the code up in the maker's manual"))
        super().__init__(
            f"exception {code} ({name})",
            hint=hint,
            bus=bus,
            unit=unit,
            registers=registers,
            params={"code": float(code)},
        )
        self.code = code


class Disconnected(DriverError):
    """The bus has no connection. Reconnecting goes on in the background."""

    key = "driver.disconnected"
    means = "Nothing on this bus can be read or switched until the connection is back"


class BackingOff(DriverError):
    """The unit did not answer before; ``params['seconds']`` are left until it is asked again."""

    key = "driver.backing_off"
    means = "The other devices of the bus are not kept waiting for it"


class Refused(DriverError):
    """Impossible before a byte was sent: out of range, not writable, not in the profile, or a wrong URL."""

    key = "driver.refused"
    means = "Nothing was sent"
