"""The longest that a stop waits on a bus: what `tirta check` tells, and `tests/drivers/test_fault_stops.py` measures."""

from __future__ import annotations

from drivers.heard import MOMENT_S, PATIENCE_S
from drivers.modbus_url import Connection

TURN_S = 0.05
"""What a loaded small computer adds before it gets round to it, s."""


def stop_wait_s(connection: Connection, slowest_s: float, gap_s: float) -> float:
    """Seconds from the wish to stop until it is on the wire, at most, while the connection stands.

    One exchange may be under way: it is waited for at most ``slowest_s``, the longest time-out of the bus. Then the device itself
    may want its gap, and the line its silence. On a line without transaction numbers a question waits for a line that does not
    fall silent, and the stop once more, but only for a moment. Several stops at once go one after the other.
    """
    waits = slowest_s + max(gap_s, connection.frame_gap_s) + TURN_S
    return waits if connection.kind == "tcp" else waits + PATIENCE_S + MOMENT_S
