"""The bus and the broker in process: the shipped driver talks to the simulated registers without a socket in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from drivers.errors import ExceptionReply, TimeOut
from drivers.packing import HOLE_WORDS_RTU
from drivers.transport import DEFAULT_TIMING, Read, Timing, Write
from simulators.frames import RefusedByDevice, Silent
from simulators.registers import RegisterBank


@dataclass(slots=True)
class LoopbackPort:
    """A `drivers.transport.Port` that answers at once. ``hole_words``: as the bus that it stands for has on the wire."""

    bank: RegisterBank
    name: str
    hole_words: int = HOLE_WORDS_RTU

    async def pause(self, seconds: float) -> None:
        """Waits between the steps of a command take no time here."""

    def monotonic(self) -> float:
        """Plant time, for what belongs to the devices: warm-up, wear a day."""
        for unit in self.bank.units.values():
            return unit.outputs.now().mono_s
        return 0.0

    async def read(self, request: Read, *, timing: Timing = DEFAULT_TIMING) -> Sequence[int]:
        """The words or bits that the device shows now."""
        try:
            return self.bank.device(request.unit).read(request.table, request.address, request.count)
        except Silent:
            raise _silence(self.name, request, timing) from None
        except RefusedByDevice as fault:
            raise _refusal(self.name, request, fault.code) from None

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Take the write at once; ``urgent`` makes no difference where nothing waits."""
        try:
            self.bank.write(request.unit, request.function, request.address, request.values)
        except Silent:
            raise _silence(self.name, request, timing) from None
        except RefusedByDevice as fault:
            raise _refusal(self.name, request, fault.code) from None


def _silence(bus: str, request: Read | Write, timing: Timing) -> TimeOut:
    return TimeOut(
        f"no answer within {timing.timeout_s:g} s", bus=bus, unit=request.unit, registers=request.registers,
        params={"seconds": timing.timeout_s},
    )  # fmt: skip


def _refusal(bus: str, request: Read | Write, code: int) -> ExceptionReply:
    return ExceptionReply(code, bus=bus, unit=request.unit, registers=request.registers)
