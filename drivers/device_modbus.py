"""A Modbus device: its profile's points packed into requests, decoded to readings, and its commands as writes."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress, count
from operator import is_not
from typing import get_args

from drivers import line
from drivers.codec import BlockCodec, CodecError, Decoded, compile_blocks, decode_point
from drivers.codec_command import WireStep, WireWrite, encode_command
from drivers.codec_links import factors_of
from drivers.codec_scale import Context, Settings
from drivers.counters import Kept
from drivers.device_aside import SetAside, bad_points
from drivers.device_guard import Guard
from drivers.device_line import UnitLine
from drivers.device_meeting import is_known, meet
from drivers.device_order import helpers_of, holders, read_first, unknown_factor
from drivers.device_polls import is_timed, periods
from drivers.device_steps import Sequences, pause_of
from drivers.device_writes import Writes
from drivers.errors import BadReply, DriverError, ExceptionReply, Refused
from drivers.packing import HOLE_WORDS_RTU, PackingError, hole_of
from drivers.profile_model import Poll, Profile
from drivers.profile_points import Point
from drivers.reading import Command, Quality, Reading, Value
from drivers.transport import Port, Read, Table, Timing, Write

_ILLEGAL_ADDRESS = 2

_new = tuple.__new__
"""A Reading without the detour of its keywords."""

_log = logging.getLogger(__name__)
_log.addFilter(line.RateLimit(60.0))


@dataclass(slots=True)
class _Block:
    """One request, and its last answer: the same words again need no decoding, unless something hangs on their coming again."""

    request: Read
    codec: BlockCodec
    guarded: bool
    poll: str
    words: tuple[int, ...] = ()
    decoded: Sequence[Decoded] = ()
    readings: tuple[Reading, ...] = ()
    pending: bool = False
    at_s: float = 0.0
    reads: int = 0


class ModbusDevice:
    """See ``drivers.device.Device``. At first contact it is met (identity, variant, SunSpec chain), and again when a register
    is gone.

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
        self.polls: Mapping[str, float] = periods(profile, poll_s)
        self._settings = settings
        self._guard = Guard((), settings, 0.0)
        self._timed = is_timed(profile)
        self._away_s = 0.0
        self._line = UnitLine(device, port, unit, profile.limits, timed=self._timed)
        self._hole_words = hole_of(getattr(port, "hole_words", HOLE_WORDS_RTU), profile.tcp_port is not None)
        self._context: Context = {}
        self._blocks: dict[str, tuple[_Block, ...]] = {}
        self._lone: dict[str, _Block] = {}
        self._first: dict[str, tuple[str, ...]] = {}
        self._whole: dict[str, tuple[Sequence[tuple[Reading, ...]], tuple[Reading, ...]]] = {}
        self._problems: dict[str, tuple[DriverError, ...]] = {}
        self._once: dict[int, tuple[Reading, ...]] = {}
        self._aside = SetAside(self._line.clock)
        self._lacking: list[Point] = []
        self._steps = Sequences(device, self._send, self._look, pause_of(port))
        self._writes = Writes(self._line, profile.setup, self._look, self._known)
        known = is_known(profile, settings)
        self._met = known is not None
        if known is not None:
            self._compile(known)

    @property
    def timing(self) -> Timing:
        """How long it is waited for, and between questions."""
        return self._line.timing

    @property
    def problems(self) -> tuple[DriverError, ...]:
        """Errors of the last reading of each poll class, though other blocks answered, and registers that were set aside."""
        aside = self._aside
        if not self._problems and not aside.until and not aside.failures:
            return ()
        now = tuple(error for errors in self._problems.values() for error in errors)
        return now + aside.problems

    @property
    def requests(self) -> Mapping[str, tuple[Read, ...]]:
        """The requests of each poll class, as they go on the wire (bus load; empty before it was met)."""
        return {
            poll: tuple(b.request for b in self._blocks.get(poll, ()))
            for poll in get_args(Poll)
            if self._blocks
        }

    @property
    def totals(self) -> Mapping[str, Kept]:
        """See ``drivers.device.Counting``."""
        return self._guard.totals

    def go_on(self, totals: Mapping[str, Kept], away_s: float) -> None:
        """See ``drivers.device.Counting``."""
        self._guard.go_on(totals)
        self._away_s = away_s

    async def read(self, poll_class: str) -> tuple[Reading, ...]:
        """See ``Device.read``. A class that is read once delivers when all of its blocks have answered."""
        block = self._lone.get(poll_class)
        if (
            block is None
            or self._first
            or self._problems
            or self._aside.until
            or self._aside.failures
            or not self._met
        ):
            return await self._read(poll_class)
        try:
            words = await self._line.read(block.request)
            return self._told(block, words, once=False)
        except DriverError as error:
            await self._failed(poll_class, nothing=True, errors=[error])
        return ()

    async def _read(self, poll_class: str) -> tuple[Reading, ...]:
        """Any class, whatever is to be thought of."""
        aside, once = self._aside, poll_class == "once"
        if not self._met:
            await self._meet()
        elif aside.until and aside.due():
            self._compile(self.profile)
        answers: list[tuple[Reading, ...]] = []
        errors: list[DriverError] = []
        blocks = self._blocks.get(poll_class, ())
        early = await self._read_early(self._first[poll_class]) if poll_class in self._first else None
        failing = aside.failures or aside.until
        for block in blocks:
            try:
                kept = self._once.get(id(block)) if once else None
                if kept is None:
                    kept = self._told(block, await self._line.read(block.request), once)
                answers.append(kept)
            except DriverError as error:
                errors.append(error)
            else:
                if failing:
                    aside.went_well(block.request.registers)
        if self._first and len(errors) < len(blocks):
            self._first.pop(poll_class, None)
        if errors:
            nothing = len(errors) == len(blocks)
            await self._failed(poll_class, nothing, [early, *errors] if early and nothing else errors)
        elif self._problems:
            self._problems.pop(poll_class, None)
        return answers[0] if len(answers) == 1 else self._joined(poll_class, answers)

    def _joined(self, poll_class: str, answers: list[tuple[Reading, ...]]) -> tuple[Reading, ...]:
        """All readings of a class; the same object while none of its answers says anything else."""
        parts, joined = self._whole.get(poll_class, ((), ()))
        if len(parts) != len(answers) or any(map(is_not, parts, answers)):
            joined = tuple(chain.from_iterable(answers))
            self._whole[poll_class] = answers, joined
        return joined

    def decoded(self, point: Point, words: Sequence[int]) -> tuple[Value | None, Quality]:
        """What a point's own words say, with all that is known of the points that it needs. Raises CodecError."""
        return decode_point(point, words, self._settings, self._context)

    async def command(self, command: Command) -> None:
        """See ``Device.command``."""
        if not self._met and (self._given.variants or not command.is_stop):
            await self._meet()
        await self._find_factors(command)
        try:
            steps = encode_command(
                self.profile,
                command.quantity,
                command.value,
                command.lease_s,
                self._settings,
                context=self._context,
            )
        except CodecError as error:
            raise Refused(str(error), hint="Correct the site file or the profile", device=self.id) from None
        entry = self.profile.commands[command.quantity]
        if not command.is_stop:
            await self._writes.allow(command, entry)
        write = self._writes.sparing if entry.wear == "eeprom" else self._writes.once
        await write(command, entry, lambda: self._steps.run(command, steps))

    def listen(self, deliver: object) -> None:
        """A Modbus device only answers."""

    # ------------------------------------------------------------------------------------------------------- reading

    async def _read_early(self, names: Sequence[str]) -> DriverError | None:
        """Read what the points of a class need of other classes, once. A refusal is told when that class is read; the error of
        a device that does not answer at all is returned.
        """
        for block in holders(names, self._all):
            try:
                once = block.poll == "once"
                if not once or id(block) not in self._once:
                    self._told(block, await self._line.read(block.request), once)
            except ExceptionReply:
                continue
            except DriverError as error:
                return error
        return None

    def _told(self, block: _Block, words: tuple[int, ...], once: bool) -> tuple[Reading, ...]:
        """What an answer says; one that may be kept for good is."""
        block.reads += 1
        if words == block.words and block.codec.alone and not block.pending:
            return block.readings
        try:
            decoded: Sequence[Decoded] = block.codec.decode(words, self._context)
        except CodecError as error:
            raise self._unreadable(block, error) from None
        if block.guarded:
            decoded = self._judged(block, decoded)
        readings = self._named(decoded, block)
        block.words, block.decoded, block.readings = words, decoded, readings
        if once and not block.pending:
            self._once[id(block)] = readings
        return readings

    def _judged(self, block: _Block, decoded: Sequence[Decoded]) -> Sequence[Decoded]:
        """What the guard believes of an answer."""
        if not self._timed:
            judged, block.pending = self._guard.judge(decoded)
            return judged
        now = self._line.clock()
        period = min(self.polls.values(), default=1.0)
        turns = (now - block.at_s if block.at_s else self._away_s) / period
        judged, block.pending = self._guard.judge(decoded, turns, self._line.awake_s)
        block.at_s = now
        return judged

    def _named(self, decoded: Sequence[Decoded], block: _Block) -> tuple[Reading, ...]:
        """Readings of a block; those that say what they said before are the same objects."""
        if len(decoded) != len(block.decoded):
            return tuple(Reading(self.id, name, value, quality) for name, value, quality in decoded)
        readings = [*block.readings]
        for i in compress(count(), map(is_not, decoded, block.decoded)):
            readings[i] = _new(Reading, (self.id, *decoded[i], None))
        return tuple(readings)

    # ------------------------------------------------------------------------------------------------ what does not work

    async def _failed(self, poll_class: str, nothing: bool, errors: list[DriverError]) -> None:
        """Raise when nothing answered; else keep the errors. What the device lacks is given up or set aside."""
        missing = [e for e in errors if isinstance(e, ExceptionReply) and e.code == _ILLEGAL_ADDRESS]
        if missing and (self._given.sunspec is not None or self._given.variants):
            self._met = False  # another device, or another firmware: its map may be another one now
        elif await self._set_aside(poll_class, errors, nothing):
            left = {block.request.registers for block in self._blocks[poll_class]}
            errors = [e for e in errors if e.registers in left]
        self._problems[poll_class] = tuple(errors)
        if errors and (nothing or poll_class == "once"):
            raise errors[0]
        for error in errors:
            _log.warning("%s", error)

    async def _set_aside(self, poll_class: str, errors: Sequence[DriverError], nothing: bool) -> bool:
        """Look into refused requests; True when some of their points are not asked for any more.

        A device of several requests that refuses all of them is starting, or another one: nothing is set aside then.
        """
        gone: set[str] = set()
        blocks = self._blocks[poll_class]
        for block in blocks:
            error = next((e for e in errors if e.registers == block.request.registers), None)
            if error is None or not self._aside.worth_halving(error):
                continue
            if nothing and len(blocks) > 1 and not any(p.optional for p in block.codec.points):
                continue
            try:
                bad = await bad_points(block.codec.points, self._attempt)
            except DriverError:
                continue  # it fell silent: another time
            whole = len(bad) == len(block.codec.points)
            gone |= self._give_up(bad, error, whole and (nothing or not self._aside.is_lasting(error)))
        if gone or self._aside.names & {p.name for p in self.profile.of_class(poll_class)}:
            self._compile(self.profile.with_points(p for p in self.profile.points if p.name not in gone))
            return True
        return False

    def _give_up(self, bad: Sequence[Point], error: DriverError, keep: bool) -> set[str]:
        """Optional points that the device lacks are dropped; others are set aside, unless they are to be kept."""
        lacks = isinstance(error, ExceptionReply) and error.code == _ILLEGAL_ADDRESS
        absent = {p.name for p in bad if p.optional and lacks}
        if absent:
            _log.info("%s has no %s", self.id, ", ".join(sorted(absent)))
            self._lacking += [p for p in bad if p.name in absent]
        rest = [p for p in bad if p.name not in absent]
        if rest and not keep:
            self._aside.put(rest, error)
            names = ", ".join(p.name for p in rest)
            _log.warning("%s: %s set aside for hours, they are refused: %s", self.id, names, error.what)
        return absent

    async def _attempt(self, first: Point, last: Point) -> None:
        span = max(last.addresses) - first.start + 1
        await self._line.ask(Table(first.table), first.start, span)

    # ------------------------------------------------------------------------------------------------------ first contact

    async def _meet(self) -> None:
        """Find out what it is; until that works, every reading fails with the reason."""
        try:
            self._compile(await meet(self.id, self._given, self._settings, self._line.ask))
        except DriverError as error:
            error.device, error.unit = self.id, self.unit
            raise
        except CodecError as error:
            raise BadReply(str(error), hint="Correct the profile", device=self.id, unit=self.unit) from None
        self._met = True

    def _compile(self, profile: Profile) -> None:
        asked = self._asked_of(profile)
        guard = Guard(profile.points, self._settings, profile.limits.warm_up_s)
        guard.follow(self._guard)
        blocks: dict[str, tuple[_Block, ...]] = {}
        first: dict[str, tuple[str, ...]] = {}
        try:
            for poll in (*get_args(Poll), "on_demand"):
                codecs = compile_blocks(asked, poll, self._settings, self._hole_words)
                blocks[poll] = tuple(self._block(codec, guard, poll) for codec in codecs)
                first[poll] = read_first(asked, codecs)
        except PackingError as error:
            raise CodecError(str(error)) from None
        if self._blocks:
            self._away_s = 0.0  # it has been listened to
        self.profile, self._blocks, self._guard = profile, blocks, guard
        self._lone = {poll: own[0] for poll, own in blocks.items() if len(own) == 1 and poll != "once"}
        self._first = {poll: names for poll, names in first.items() if set(names) - set(self._context)}
        self._once.clear()

    def _asked_of(self, profile: Profile) -> Profile:
        """The profile without what is set aside; registers that the device refused are not read through either."""
        out = [p for p in profile.points if p.name in self._aside.names]
        gaps = {(a, a) for p in (*out, *self._lacking) for a in p.addresses}
        if not gaps:
            return profile
        limits = profile.limits.model_copy(update={"gaps": (*profile.limits.gaps, *sorted(gaps))})
        kept = profile.with_points(p for p in profile.points if p.name not in self._aside.names)
        return kept.model_copy(update={"limits": limits})

    def _block(self, codec: BlockCodec, guard: Guard, poll: str) -> _Block:
        request = Read(self.unit, Table(codec.table), codec.address, codec.count)
        return _Block(request, codec, guard.watches(p.quantity for p in codec.points if p.quantity), poll)

    def _unreadable(self, block: _Block, error: CodecError) -> BadReply:
        return BadReply(str(error), device=self.id, unit=self.unit, registers=block.request.registers)

    # ------------------------------------------------------------------------------------------------------ commanding

    async def _send(self, step: WireStep, urgent: bool) -> None:
        if not isinstance(step, WireWrite):
            raise Refused(
                "the profile sends a message on a Modbus bus", hint="Correct the profile", device=self.id
            )
        values = await self._writes.completed(step)
        await self._line.write(Write(self.unit, step.function, step.address, values), urgent)

    async def _look(self, name: str) -> Value | None:
        """The value of one quantity or point now, None while the device does not tell it."""
        for block in self._having(name):
            for helper in helpers_of(name, block, self._all, self.profile, self._context):
                self._told(helper, await self._line.read(helper.request), once=False)
            readings = self._told(block, await self._line.read(block.request), once=False)
            return self._context.get(name, _value_of(readings, name))
        raise Refused(f"the profile waits for {name}, which the device does not tell", device=self.id)

    def _known(self, name: str) -> tuple[Value | None, int]:
        """The value of a quantity as it was last read, and how often it has been."""
        return next(
            ((_value_of(block.readings, name), block.reads) for block in self._having(name)), (None, 0)
        )

    async def _find_factors(self, command: Command) -> None:
        """A set-point that a point scales is sent when that is known: asked for now where it was not yet read."""
        for name in factors_of(self.profile.commands.get(command.quantity)):
            if name not in self._context and (not self._having(name) or await self._look(name) is None):
                raise unknown_factor(command, name)

    @property
    def _all(self) -> list[_Block]:
        return [block for blocks in self._blocks.values() for block in blocks]

    def _having(self, name: str) -> list[_Block]:
        return [b for b in self._all if any(name in (p.quantity, p.name) for p in b.codec.points)]


def _value_of(readings: Sequence[Reading], quantity: str) -> Value | None:
    for reading in readings:
        if reading.quantity == quantity and reading.quality is Quality.GOOD:
            return reading.value
    return None
