"""A port that writes down every word that passes, to see what is behind a value. It never writes to a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from drivers import line
from drivers.errors import DriverError, Refused
from drivers.transport import DEFAULT_TIMING, Port, Read, Table, Timing, Write

Cell = tuple[Table, int]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its words, or with the error that came instead."""

    request: Read
    words: tuple[int, ...] = ()
    error: DriverError | None = None


@dataclass(slots=True)
class Tap:
    """See `drivers.transport.Port`. ``cells``: the newest word of each register, and when it was read (line time, s)."""

    port: Port
    hole_words: int
    cells: dict[Cell, tuple[int, float]] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    async def read(
        self, request: Read, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING
    ) -> Sequence[int]:
        """As the port behind it. Raises DriverError."""
        try:
            words = tuple(await self.port.read(request, timing=timing))
        except DriverError as error:
            self.exchanges.append(Exchange(request, error=error))
            raise
        now = line.monotonic()
        self.cells.update({(request.table, request.address + i): (word, now) for i, word in enumerate(words)})
        self.exchanges.append(Exchange(request, words))
        return words

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Never: looking changes nothing. Raises Refused."""
        raise Refused("looking writes nothing", hint="Use the controller to switch", unit=request.unit)
