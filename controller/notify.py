"""A few words to systemd (sd_notify(3)): ready, alive, stopping. Nothing happens where no one listens."""

from __future__ import annotations

import os
import socket


def notify(text: str) -> None:
    """Send ``READY=1``, ``WATCHDOG=1`` or ``STOPPING=1`` to the service manager named by NOTIFY_SOCKET, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.setblocking(False)  # a manager that does not listen must not hold us up
            channel.connect(address)
            channel.send(text.encode())
    except OSError:
        return
