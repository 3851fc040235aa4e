"""One connection while it is being explored: asks without back-off, tells silence from noise, remembers answers. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from drivers import line
from drivers.errors import GATEWAY_SILENT, BadReply, Disconnected, DriverError, ExceptionReply, TimeOut
from drivers.modbus import ModbusLink
from drivers.modbus_url import Connection
from drivers.reach import story
from drivers.scan_plan import Question
from drivers.transport import DEFAULT_TIMING, Read, Table, Timing, Write

_CONNECT_S = 2.0
_SETTLE_S = 0.05


class Sound(StrEnum):
    """What a call brought."""

    ANSWER = "answer"  # values
    REFUSAL = "refusal"  # an exception: somebody is there
    NOISE = "noise"  # bytes, but no frame: two devices at once, or another speed
    SILENCE = "silence"


class ScanLine:
    """A `drivers.modbus.ModbusLink` for exploring. ``patience_s``: how long an answer is waited for."""

    def __init__(self, connection: Connection, patience_s: float) -> None:
        self.connection, self.patience_s = connection, patience_s
        self.asked = 0
        self._link = ModbusLink(connection, connect_timeout_s=_CONNECT_S)
        self._free_at = 0.0
        self._silent: int | None = None  # the unit that may still answer late

    async def open(self) -> None:
        """Raises Disconnected with the reason."""
        await self._link.connect()
        self._free_at = line.monotonic() + _SETTLE_S

    def close(self) -> None:
        """Give the port back."""
        self._link.close()

    async def read(self, request: Read, gap_s: float = 0.0, *, careful: bool = True) -> tuple[int, ...]:
        """The answer to one question, asked once. Raises DriverError.

        ``careful``: after a silence a late answer to the question before is waited for, so that it does not pass for this one.
        """
        return await self._exchange(request, gap_s, careful=careful)

    async def _exchange(self, request: Read | Write, gap_s: float, *, careful: bool) -> tuple[int, ...]:
        if not self._link.connected:
            await self.open()
        late = careful and self._silent == request.unit and self._link.late_replies
        late_s = self.patience_s if late else 0.0
        now = line.monotonic()
        await line.sleep(max(self._free_at + max(gap_s, late_s), self._link.busy_until) - now)
        self.asked += 1
        try:
            values = await self._link.exchange(request, Timing(timeout_s=self.patience_s))
        except TimeOut:
            self._silent = request.unit
            raise
        except Disconnected as error:
            raise self._gone(error) from None
        finally:
            self._free_at = line.monotonic() + self._link.frame_gap_s
        self._silent = None
        return values

    def _gone(self, error: Disconnected) -> Disconnected:
        """A connection that ends in the middle, with its case: an adapter that was pulled, or the other side hung up."""
        if "case" in error.params:
            return error
        serial = self.connection.kind == "rtu"
        case = "port_missing" if serial and not Path(self.connection.device).exists() else "closed"
        what, hint = story(case)
        return Disconnected(
            what, hint=hint, bus=error.bus, unit=error.unit, registers=error.registers, params={"case": case}
        )

    async def listen(
        self, unit: int, question: Question, *, careful: bool = False
    ) -> tuple[Sound, tuple[int, ...]]:
        """What a unit has to say to a question. Raises Disconnected."""
        before = self._link.bytes_received
        request = Read(unit, question.table, question.address, question.size)
        try:
            return Sound.ANSWER, await self.read(request, careful=careful)
        except ExceptionReply as refusal:
            return (Sound.SILENCE if refusal.code in GATEWAY_SILENT else Sound.REFUSAL), ()
        except BadReply:
            return Sound.NOISE, ()
        except TimeOut:
            return (Sound.NOISE if self._link.bytes_received > before else Sound.SILENCE), ()


class MoveLine(ScanLine):
    """A line on which a technician gives devices their addresses: a `drivers.transport.Port` that can also write."""

    async def read(
        self, request: Read, gap_s: float = 0.0, *, careful: bool = True, timing: Timing = DEFAULT_TIMING
    ) -> tuple[int, ...]:
        """See `ScanLine.read`; ``timing`` only says the gap."""
        return await self._exchange(request, max(gap_s, timing.gap_s), careful=careful)

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """See `drivers.transport.Port`. Raises DriverError."""
        await self._exchange(request, timing.gap_s, careful=True)


class Notebook:
    """One unit on a line, with all that it has said: the same question, or a part of an answer, is not asked again.

    ``most``: questions that may be asked at all; beyond it everything is refused as silence, so that a scan ends.
    """

    def __init__(self, on: ScanLine, unit: int, *, gap_s: float = 0.02, most: int = 400) -> None:
        self.line, self.unit = on, unit
        self._gap_s, self._left = gap_s, most
        self._said: dict[tuple[Table, int, int], tuple[int, ...] | DriverError] = {}
        self._cells: dict[tuple[Table, int], int] = {}

    async def ask(self, table: Table, address: int, count: int) -> Sequence[int]:
        """See `drivers.device_meeting.Ask`. A time-out is tried once more. Raises DriverError."""
        key = (table, address, count)
        cells = [self._cells.get((table, address + i)) for i in range(count)]
        known = [cell for cell in cells if cell is not None]
        if len(known) == count:
            return known
        said = self._said.get(key)
        if said is None:
            said = self._said[key] = await self._ask(Read(self.unit, table, address, count))
        if isinstance(said, DriverError):
            raise said
        self._cells.update(((table, address + i), word) for i, word in enumerate(said))
        return said

    async def _ask(self, request: Read) -> tuple[int, ...] | DriverError:
        failure: DriverError = TimeOut("no more questions are asked", unit=self.unit)
        for _ in range(2):
            if self._left <= 0:
                return failure
            self._left -= 1
            try:
                return await self.line.read(request, self._gap_s)
            except Disconnected:
                raise
            except ExceptionReply as refusal:
                return refusal
            except DriverError as error:
                failure = error
        return failure

    def cell(self, table: str, address: int) -> int | None:
        """A register's word as it was read, None if it was not."""
        return self._cells.get((Table(table), address))
