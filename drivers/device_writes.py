"""What a Modbus device's commands take beyond their steps: set-up registers, latched stops, memories that wear out."""

from __future__ import annotations

import logging
import math
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from drivers.codec_command import WireWrite, rounded
from drivers.device_line import UnitLine
from drivers.device_steps import Look, inhibited, pause_of
from drivers.errors import BadReply, Refused, TimeOut
from drivers.profile_commands import CommandEntry, Verify
from drivers.profile_setup import Setup
from drivers.reading import Command, Value
from drivers.transport import Table, Write

DAY_S = 86_400.0
_LOOK_S = 0.2

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Wear:
    """How often a memory may be written: ``most`` times in any 24 hours."""

    clock: Callable[[], float]
    most: int
    _times: deque[float] = field(default_factory=deque)

    @property
    def left(self) -> int:
        """Writes that are left now."""
        now = self.clock()
        while self._times and now - self._times[0] >= DAY_S:
            self._times.popleft()
        return self.most - len(self._times)

    def spend(self) -> bool:
        """Count one write; False when there is none left."""
        if self.left <= 0:
            return False
        self._times.append(self.clock())
        return True


@dataclass(frozen=True, slots=True)
class _Held:
    """A set-point that the device has taken: when it had appeared so often, and when its proof had been read so often."""

    value: float
    appearances: int
    reads: int


class Writes:
    """The writes of one device. ``look``: the value of a quantity or point, asked just now; ``known``: as it was last read, and how
    often it has been.
    """

    def __init__(
        self,
        line: UnitLine,
        setup: tuple[Setup, ...],
        look: Look,
        known: Callable[[str], tuple[Value | None, int]],
    ) -> None:
        self._line, self._setup, self._look, self._known = line, setup, look, known
        self._wear: dict[str, Wear] = {}
        self._holds: dict[int, int] = {}
        self._held: dict[str, _Held] = {}

    async def allow(self, command: Command, entry: CommandEntry) -> None:
        """Before a start: what must be set up is, and no latched stop is in force. Raises Refused, DriverError."""
        for rule in entry.inhibited_by:
            if rule.holds(value := self._known(rule.quantity)[0]):
                raise inhibited(command, rule, value)
        for setup in self._setup:
            if not setup.needed_by or command.quantity in setup.needed_by:
                await self._hold(setup)

    async def _hold(self, setup: Setup) -> None:
        """The register holds what it must; looked at once after each appearance of the device."""
        if self._holds.get(setup.address) == self._line.appearances and self._line.appearances:
            return
        mask = 0xFFFF if setup.mask is None else setup.mask
        wanted = setup.value & mask
        (present,) = await self._line.ask(Table.HOLDING, setup.address, 1)
        if present & mask != wanted:
            self._spend(f"setup {setup.address}", setup.writes_per_day)
            word = (present & ~mask) | wanted
            await self._line.write(
                Write(self._line.unit, setup.function, setup.address, (word,)), urgent=False
            )
            (present,) = await self._line.ask(Table.HOLDING, setup.address, 1)
            _log.info("%s: register %d set to %d", self._line.device, setup.address, word)
        if present & mask != wanted:
            raise BadReply(
                f"register {setup.address} holds {present & mask} and not {wanted}, though it was written",
                hint="Unlock the parameter on the device, or set it there by hand", device=self._line.device,
                unit=self._line.unit, registers=f"holding {setup.address}",
            )  # fmt: skip
        self._holds[setup.address] = self._line.appearances

    def _spend(self, what: str, per_day: int) -> None:
        wear = self._wear.setdefault(what, Wear(self._line.clock, per_day))
        if not wear.spend():
            raise Refused(
                f"{what} was written {per_day} times in 24 hours, and its memory wears out",
                hint="Change it less often, or find the register that changes RAM only", device=self._line.device,
                params={"count": float(per_day)},
            )  # fmt: skip

    async def sparing(
        self, command: Command, entry: CommandEntry, write: Callable[[], Awaitable[None]]
    ) -> None:
        """A set-point in a memory that wears: written only where it differs, counted, and read back."""
        wanted = command.value if entry.value is None else rounded(entry.value, command.value)
        if await self._is(entry, wanted):
            return
        self._spend(command.quantity, entry.writes_per_day)
        await write()
        if entry.verify is None:
            return
        seconds = entry.verify.within_ms / 1000
        for _ in range(max(1, math.ceil(seconds / _LOOK_S))):
            if await self._is(entry, wanted):
                return
            await pause_of(self._line.port)(min(_LOOK_S, seconds))
        raise TimeOut(
            f"{entry.verify.quantity} is not {wanted:g} within {seconds:g} s after it was written",
            hint="Read the device's display; the parameter may be locked", device=self._line.device,
            params={"seconds": seconds},
        )  # fmt: skip

    async def once(self, command: Command, entry: CommandEntry, write: Callable[[], Awaitable[None]]) -> None:
        """A set-point that the device has been seen to hold since we wrote it is not written again, until it was away or its
        read-back says otherwise. Whatever a timer of the device depends on is always written, and so is a stop.
        """
        if not self._is_held(command, entry):
            self._held.pop(command.quantity, None)
            await write()
            if entry.set and entry.verify is not None:
                reads = self._known(entry.verify.quantity)[1]
                self._held[command.quantity] = _Held(command.value, self._line.appearances, reads)

    def _is_held(self, command: Command, entry: CommandEntry) -> bool:
        held = self._held.get(command.quantity)
        if held is None or entry.verify is None or command.is_stop or self._line.silent:
            return False
        if entry.lease is not None or entry.fail_safe.kind in ("timed_on", "comm_loss"):
            return False
        wanted = command.value if entry.value is None else rounded(entry.value, command.value)
        value, reads = self._known(entry.verify.quantity)
        same = held.value == command.value and held.appearances == self._line.appearances
        return same and reads > held.reads and _agrees(entry.verify, value, wanted)

    async def _is(self, entry: CommandEntry, wanted: float) -> bool:
        if entry.verify is None:
            return False
        return _agrees(entry.verify, await self._look(entry.verify.quantity), wanted)

    async def completed(self, step: WireWrite) -> tuple[int, ...]:
        """The step's registers with the bits and registers that must stay as they are, read just now."""
        if step.mask is None and not step.keep:
            return step.values
        present = await self._line.ask(Table.HOLDING, step.address, len(step.values))
        if step.mask is not None:
            return tuple(
                (p & ~step.mask) | (v & step.mask) for p, v in zip(present, step.values, strict=True)
            )
        return tuple(present[i] if i in step.keep else v for i, v in enumerate(step.values))


def _agrees(verify: Verify, value: Value | None, wanted: float) -> bool:
    near = max(verify.tolerance, 1e-6 * abs(wanted), 1e-9)
    return isinstance(value, float | int) and abs(value - wanted) <= near
