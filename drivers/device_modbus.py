"""A Modbus device: its profile's points packed into requests, decoded to readings, and its commands as writes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from drivers import line
from drivers.codec import BlockCodec, CodecError, Decoded, compile_blocks
from drivers.codec_command import WireStep, WireWrite, encode_command
from drivers.codec_scale import Context, Settings
from drivers.device_steps import Sequences, pause_of
from drivers.errors import BadReply, DriverError, ExceptionReply, Refused
from drivers.packing import HOLE_WORDS_RTU, PackingError
from drivers.profile_model import Poll, Profile
from drivers.profile_points import Point
from drivers.reading import Command, Quality, Reading, Value
from drivers.sunspec import SunSpecError, discover
from drivers.transport import Port, Read, Table, Timing, Write

_ILLEGAL_ADDRESS = 2

_log = logging.getLogger(__name__)
_log.addFilter(line.RateLimit(60.0))


@dataclass(slots=True)
class _Block:
    """One request, and its last answer: the same words again need no decoding."""

    request: Read
    codec: BlockCodec
    words: tuple[int, ...] = ()
    decoded: Sequence[Decoded] = ()
    readings: tuple[Reading, ...] = ()


class ModbusDevice:
    """See ``drivers.device.Device``. A SunSpec device walks its chain at the first reading, and again when a register is gone.

    Settings must be complete (``drivers.codec.settings_for``). Raises ``CodecError`` for a profile that cannot be packed.
    """

    def __init__(
        self,
        device: str,
        profile: Profile,
        port: Port,
        unit: int,
        settings: Settings,
        poll_s: Mapping[str, float],
    ) -> None:
        self.id = device
        self.profile = self._given = profile
        self.unit = unit
        self.polls: Mapping[str, float] = _periods(profile, poll_s)
        self.timing = Timing(
            timeout_s=profile.limits.timeout_ms / 1000,
            gap_s=profile.limits.gap_ms / 1000,
            connect_wait_s=profile.limits.connect_wait_ms / 1000,
        )
        self._port, self._settings = port, settings
        self._hole_words: int = getattr(port, "hole_words", HOLE_WORDS_RTU)
        self._context: Context = {}
        self._blocks: dict[str, tuple[_Block, ...]] = {}
        self._problems: dict[str, tuple[DriverError, ...]] = {}
        self._once: dict[int, tuple[Reading, ...]] = {}
        self._steps = Sequences(device, self._send, self._look, pause_of(port))
        self._walked = profile.sunspec is None
        if self._walked:
            self._compile(profile)

    @property
    def problems(self) -> tuple[DriverError, ...]:
        """Errors of the last reading of each poll class, though other blocks answered."""
        return tuple(error for errors in self._problems.values() for error in errors)

    @property
    def requests(self) -> Mapping[str, tuple[Read, ...]]:
        """The requests of each poll class, as they go on the wire (bus load; empty before a SunSpec walk)."""
        return {poll: tuple(block.request for block in blocks) for poll, blocks in self._blocks.items()}

    async def read(self, poll_class: str) -> tuple[Reading, ...]:
        """See ``Device.read``. A class that is read once delivers when all of its blocks have answered."""
        if not self._walked:
            await self._walk()
        readings: list[Reading] = []
        errors: list[DriverError] = []
        blocks = self._blocks.get(poll_class, ())
        for block in blocks:
            try:
                readings += await self._read_block(block, poll_class == "once")
            except DriverError as error:
                errors.append(error)
        if errors:
            await self._failed(poll_class, len(errors) == len(blocks), errors)
        elif poll_class in self._problems:
            del self._problems[poll_class]
        return tuple(readings)

    async def command(self, command: Command) -> None:
        """See ``Device.command``."""
        try:
            steps = encode_command(
                self.profile, command.quantity, command.value, command.lease_s, self._settings
            )
        except CodecError as error:
            raise Refused(str(error), hint="Correct the site file or the profile", device=self.id) from None
        await self._steps.run(command, steps)

    def listen(self, deliver: object) -> None:
        """A Modbus device only answers."""

    # ------------------------------------------------------------------------------------------------------- reading

    async def _read_block(self, block: _Block, once: bool) -> tuple[Reading, ...]:
        kept = self._once.get(id(block)) if once else None
        if kept is not None:
            return kept
        try:
            words = tuple(await self._port.read(block.request, timing=self.timing))
            if words == block.words and block.codec.alone:
                return block.readings
            decoded = block.codec.decode(words, self._context)
        except DriverError as error:
            error.device = self.id
            raise
        except CodecError as error:
            raise self._unreadable(block, error) from None
        readings = self._named(decoded, block)
        block.words, block.decoded, block.readings = words, decoded, readings
        if once:
            self._once[id(block)] = readings
        return readings

    def _named(self, decoded: Sequence[Decoded], block: _Block) -> tuple[Reading, ...]:
        """Readings of a block; those that say what they said before are the same objects."""
        device = self.id
        if len(decoded) != len(block.decoded):
            return tuple(Reading(device, name, value, quality) for name, value, quality in decoded)
        return tuple(
            reading if new is old else Reading(device, *new)
            for new, old, reading in zip(decoded, block.decoded, block.readings, strict=True)
        )

    async def _failed(self, poll_class: str, nothing: bool, errors: list[DriverError]) -> None:
        """Raise when nothing answered; else keep the errors. Optional points that the device lacks are given up."""
        missing = [e for e in errors if isinstance(e, ExceptionReply) and e.code == _ILLEGAL_ADDRESS]
        if missing and self._given.sunspec is not None:
            self._walked = False  # another device, or another firmware: its models stand elsewhere now
        elif missing and await self._give_up_optional(poll_class, missing):
            left = {block.request.registers for block in self._blocks[poll_class]}
            errors = [e for e in errors if e.registers in left]
        self._problems[poll_class] = tuple(errors)
        if errors and (nothing or poll_class == "once"):
            raise errors[0]
        for error in errors:
            _log.warning("%s", error)

    async def _give_up_optional(self, poll_class: str, missing: Sequence[DriverError]) -> bool:
        """Ask each optional point of the refused blocks alone; True when the device lacks one and requests were changed."""
        refused = {error.registers for error in missing}
        suspects: list[Point] = []
        for block in self._blocks[poll_class]:
            if block.request.registers in refused:
                suspects += [point for point in block.codec.points if point.optional]
        absent = {point.name for point in suspects if await self._lacks(point)}
        if absent:
            _log.info("%s has no %s", self.id, ", ".join(sorted(absent)))
            self._compile(self.profile.with_points(p for p in self.profile.points if p.name not in absent))
        return bool(absent)

    async def _lacks(self, point: Point) -> bool:
        first, last = min(point.addresses), max(point.addresses)
        try:
            await self._port.read(
                Read(self.unit, Table(point.table), first, last - first + 1), timing=self.timing
            )
        except ExceptionReply as error:
            return error.code == _ILLEGAL_ADDRESS
        except DriverError:
            return False
        return False

    async def _walk(self) -> None:
        """Find the SunSpec models once; until that works, every reading fails with the reason."""

        async def words(address: int, count: int) -> Sequence[int]:
            return await self._port.read(Read(self.unit, Table.HOLDING, address, count), timing=self.timing)

        try:
            self._compile(await discover(self._given, words))
        except DriverError as error:
            error.device = self.id
            raise
        except (SunSpecError, CodecError) as error:
            hint = "Check the unit number and that SunSpec is switched on in the device"
            raise BadReply(str(error), hint=hint, device=self.id, unit=self.unit) from None
        self._walked = True

    def _compile(self, profile: Profile) -> None:
        blocks: dict[str, tuple[_Block, ...]] = {}
        try:
            for poll in (*get_args(Poll), "on_demand"):
                codecs = compile_blocks(profile, poll, self._settings, self._hole_words)
                blocks[poll] = tuple(_Block(self._request(codec), codec) for codec in codecs)
        except PackingError as error:
            raise CodecError(str(error)) from None
        self.profile, self._blocks = profile, blocks
        self._once.clear()

    def _request(self, codec: BlockCodec) -> Read:
        return Read(self.unit, Table(codec.table), codec.address, codec.count)

    def _unreadable(self, block: _Block, error: CodecError) -> BadReply:
        return BadReply(str(error), device=self.id, unit=self.unit, registers=block.request.registers)

    # ------------------------------------------------------------------------------------------------------ commanding

    async def _send(self, step: WireStep, urgent: bool) -> None:
        if not isinstance(step, WireWrite):
            raise Refused(
                "the profile sends a message on a Modbus bus", hint="Correct the profile", device=self.id
            )
        try:
            values = await self._completed(step)
            write = Write(self.unit, step.function, step.address, values)
            await self._port.write(write, urgent=urgent, timing=self.timing)
        except DriverError as error:
            error.device = self.id
            raise

    async def _completed(self, step: WireWrite) -> tuple[int, ...]:
        """The step's registers with the bits and registers that must stay as they are, read just now."""
        if step.mask is None and not step.keep:
            return step.values
        place = Read(self.unit, Table.HOLDING, step.address, len(step.values))
        present = await self._port.read(place, timing=self.timing)
        if step.mask is not None:
            return tuple(
                (p & ~step.mask) | (v & step.mask) for p, v in zip(present, step.values, strict=True)
            )
        return tuple(present[i] if i in step.keep else v for i, v in enumerate(step.values))

    async def _look(self, name: str) -> Value | None:
        """The value of one quantity or point now, None while the device does not tell it."""
        for blocks in self._blocks.values():
            for block in blocks:
                if any(name in (point.quantity, point.name) for point in block.codec.points):
                    readings = await self._read_block(block, once=False)
                    return self._context.get(name, _value_of(readings, name))
        raise Refused(f"the profile waits for {name}, which the device does not tell", device=self.id)


def _value_of(readings: Sequence[Reading], quantity: str) -> Value | None:
    for reading in readings:
        if reading.quantity == quantity and reading.quality is Quality.GOOD:
            return reading.value
    return None


def _periods(profile: Profile, given: Mapping[str, float]) -> dict[str, float]:
    """Period of every poll class that has points; SunSpec's are those that the layouts could bring."""
    points = list(profile.points)
    for layout in profile.sunspec.models if profile.sunspec else ():
        points += layout.points
    used = {point.poll for point in points if point.access != "write"}
    own: dict[str, float] = {
        "fast": profile.poll_s.fast,
        "slow": profile.poll_s.slow,
        "once": profile.poll_s.once,
    }
    return {poll: given.get(poll, period) for poll, period in own.items() if poll in used}
