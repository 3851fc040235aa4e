"""Why a wire cannot be opened, in a word that can be translated, and what to do: from the system's error number."""

from __future__ import annotations

import errno
import os
import socket

ONE_CLIENT = "The device takes one TCP client only: end the maker's app, logger or other programs that use it"

CASES: dict[str, tuple[str, str]] = {
    # case -> what happened, what to do; the controller has the same in Bahasa Indonesia under the same names
    "port_missing": ("the port is not there", "Plug in the USB adapter; ls /dev/serial/by-id lists what is there"),
    "port_forbidden": ("no permission for the port", "Add the user to the group dialout, then start again"),
    "port_busy": ("another program uses the port", "End the other program (mbpoll, a second tirta)"),
    "refused": ("nothing listens there", "Switch Modbus TCP on in the device, or start the broker; check the port number"),
    "unreachable": ("no answer from there", "Check power, network cable and address"),
    "unknown_host": ("nobody knows that name", "Write the address in numbers, or correct the name"),
    "closed": ("the other side closed the connection", "Check power and cable; some gateways take only few connections"),
    "one_client": ("it serves one client only, and another one holds its place, or Modbus TCP is off there",
                   f"{ONE_CLIENT}; or switch Modbus TCP on in it"),
    "denied": ("the broker denies us", "Correct username and password_file of the bus"),
    "gpio_missing": ("no pins here: the GPIO library is not installed, or this is no Raspberry Pi",
                     "Install it (make install ARGS=--gpio) on the Raspberry Pi that carries the relays"),
    "gpio_busy": ("another program uses a pin", "End the other program; a pin belongs to one program at a time"),
    "failed": ("it failed", "Check power, cable, address and port"),
}  # fmt: skip
AGAIN = "the connection is tried again by itself"

_BY_NUMBER = {
    errno.ENOENT: "port_missing", errno.ENODEV: "port_missing", errno.ENXIO: "port_missing", errno.EIO: "port_missing",
    errno.EACCES: "port_forbidden", errno.EPERM: "port_forbidden",
    errno.EBUSY: "port_busy", errno.EAGAIN: "port_busy",
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable", errno.ENETUNREACH: "unreachable", errno.ETIMEDOUT: "unreachable",
    errno.EHOSTDOWN: "unreachable", errno.ENETDOWN: "unreachable",
    errno.ECONNRESET: "closed", errno.EPIPE: "closed", errno.ECONNABORTED: "closed",
}  # fmt: skip


def case_of(error: BaseException | None) -> str:
    """The case of an error while connecting. None: no answer within the time."""
    if error is None or isinstance(error, TimeoutError):
        return "unreachable"
    if isinstance(error, socket.gaierror):
        return "unknown_host"
    number = error.errno if isinstance(error, OSError) else None
    return _BY_NUMBER.get(number or 0, "failed")


def story(case: str, error: BaseException | None = None) -> tuple[str, str]:
    """(what, hint) of a case; what ends with the system's own words where there are any."""
    what, hint = CASES[case]
    number = error.errno if isinstance(error, OSError) else None
    words = os.strerror(number) if number and number > 0 else str(error or "")
    return f"no connection: {what}{f' ({words})' if words else ''}", f"{hint}; {AGAIN}"
