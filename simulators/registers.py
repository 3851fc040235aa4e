"""A Modbus device made of its profile and the world: the same file as the driver's, the other way round."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from controller.core.instant import Instant
from drivers.codec import BlockCodec, Context, settings_for
from drivers.packing import Block
from drivers.profile import CommandEntry, Point, Profile, WriteStep
from drivers.profile_commands import Lease
from drivers.profile_points import WORDS
from drivers.reading import Value
from drivers.transport import Table
from simulators.frames import ILLEGAL_ADDRESS, ILLEGAL_VALUE, Exception_, Silent
from simulators.outputs import Outputs, World

COIL_ON = 0xFF00
Cell = tuple[Table, int]


@dataclass(frozen=True, slots=True)
class _Taken:
    """A write that means something: which output, to which value, under which lease."""

    quantity: str
    entry: CommandEntry
    step: WriteStep
    kind: str  # on, off, set


class RegisterDevice:
    """One unit on a bus. Reads ask the world, writes tell it; timers run in plant time."""

    def __init__(
        self, device: str, profile: Profile, settings: Mapping[str, float | str], world: World, now: Callable[[], Instant]
    ) -> None:
        self.device = device
        self.profile = profile
        self.settings = settings_for(profile, settings)
        self._world = world
        self._now = now
        self.points = self._resolve()
        self._by_cell = {(Table(p.table), a): p for p in self.points for a in p.addresses}
        self._memory: dict[Cell, int] = {}
        self._codecs: dict[tuple[Table, int, int], BlockCodec | None] = {}
        self._context: Context = {}
        self._takes = tuple(self._taken())
        dead = {q: c.fail_safe.max_s for q, c in profile.commands.items() if c.fail_safe.kind == "comm_loss"}
        self.outputs = Outputs(device, world, now, {q: s for q, s in dead.items() if s is not None})
        self._fill_context()

    def _resolve(self) -> tuple[Point, ...]:
        return tuple(p for p in self.profile.points if p.access != "write")

    def _fill_context(self) -> None:
        for point in self.points:
            self._codec(Table(point.table), point.start, max(point.addresses) - point.start + 1)
            self.read(Table(point.table), point.start, max(point.addresses) - point.start + 1)

    def read(self, table: Table, address: int, count: int) -> list[int]:
        """The words or bits; raises Exception_(2) where the device has nothing at all."""
        self.outputs.heard()
        codec = self._codec(table, address, count)
        if codec is None:
            raise Exception_(ILLEGAL_ADDRESS)
        at = self._now().utc
        values: dict[str, Value | None] = {}
        for point in codec.points:
            if point.quantity is not None:
                value = self._world.value(self.device, point.quantity, at)
                if value is not None:
                    values[point.quantity] = value
        for entry in self.profile.derived:
            value = self._world.value(self.device, entry.quantity, at)
            if value is not None:
                values[entry.quantity] = value
        words = codec.encode(values, self._context)
        words = words[address - codec.address : address - codec.address + count]
        if self._memory:
            for offset in range(count):
                words[offset] = self._memory.get((table, address + offset), words[offset])
        return words

    def write(self, function: int, address: int, values: Sequence[int]) -> None:
        """Take a write. Raises Exception_ where the device would refuse."""
        self.outputs.heard()
        for taken in self._takes:
            if taken.step.function == function and taken.step.address == address and _fits(taken, values):
                self._act(taken, values)
                return
        self._plain_write(function, address, values)

    def _act(self, taken: _Taken, values: Sequence[int]) -> None:
        if taken.kind == "off":
            self.outputs.set(taken.quantity, 0.0)
        elif taken.kind == "set":
            self.outputs.set(taken.quantity, _value(taken, values, self.settings))
        else:
            lease = taken.entry.lease
            raw = _word_at(taken.step, "lease", values)
            seconds = None if lease is None or raw is None else lease_seconds(lease, raw)
            self.outputs.set(taken.quantity, 1.0, seconds)

    def _plain_write(self, function: int, address: int, values: Sequence[int]) -> None:
        """A write that no command of the profile makes: a coil by hand, a setting, a set-up step."""
        table = Table.COIL if function in (5, 15) else Table.HOLDING
        known = {step.address for c in self.profile.commands.values() for step in _writes(c)}
        for offset, raw in enumerate(values):
            point = self._by_cell.get((table, address + offset))
            if table is Table.COIL and point is not None and point.quantity is not None:
                if function == 5 and raw not in (0, COIL_ON):
                    raise Exception_(ILLEGAL_VALUE)
                self.outputs.set(point.quantity, 1.0 if raw else 0.0)
            elif point is None and address + offset not in known:
                raise Exception_(ILLEGAL_ADDRESS)
            elif table is Table.HOLDING:
                self._memory[(table, address + offset)] = raw

    def _codec(self, table: Table, address: int, count: int) -> BlockCodec | None:
        key = (table, address, count)
        if key not in self._codecs:
            self._codecs[key] = self._compile(table, address, count)
        return self._codecs[key]

    def _compile(self, table: Table, address: int, count: int) -> BlockCodec | None:
        """A codec over every point that touches the request; it may reach beyond the request on both sides."""
        wanted = range(address, address + count)
        touched = {p.name: p for a in wanted if (p := self._by_cell.get((table, a))) is not None}
        touched |= {p.name: p for p in self.points if p.view and p.table == table and set(p.addresses) & set(wanted)}
        if not touched:
            return None
        low = min(address, *(p.start for p in touched.values()))
        high = max(address + count - 1, *(max(p.addresses) for p in touched.values()))
        block = Block(table.value, low, high - low + 1, tuple(touched.values()))
        needed = frozenset(f.point for p in self.points for f in p.scale_by if f.point)
        parts = [d for d in self.profile.derived if set(d.parts) & set(touched)]
        needed |= {name for d in parts for name in d.parts}
        return BlockCodec(block, self.settings, needed, parts)

    def _taken(self) -> Iterator[_Taken]:
        for quantity, entry in self.profile.commands.items():
            for kind in ("off", "on", "set"):
                steps = [s for s in getattr(entry, kind) if isinstance(s, WriteStep)]
                if steps:
                    yield _Taken(quantity, entry, steps[-1], kind)


def _writes(entry: CommandEntry) -> Iterator[WriteStep]:
    for step in (*entry.on, *entry.off, *entry.set):
        if isinstance(step, WriteStep):
            yield step


def _layout(taken: _Taken) -> list[int | str]:
    """The step's words, with a 32-bit value or lease taking two places."""
    flat: list[int | str] = []
    for word in taken.step.values:
        size = 1
        if word == "value" and taken.entry.value is not None:
            size = WORDS[taken.entry.value.type]
        if word == "lease" and taken.entry.lease is not None:
            size = WORDS[taken.entry.lease.type]
        flat += [word] * size
    return flat


def _fits(taken: _Taken, values: Sequence[int]) -> bool:
    pattern = _layout(taken)
    return len(pattern) == len(values) and all(isinstance(p, str) or p == v for p, v in zip(pattern, values, strict=True))


def _word_at(step: WriteStep, word: str, values: Sequence[int]) -> int | None:
    return values[step.values.index(word)] if word in step.values else None


def _value(taken: _Taken, values: Sequence[int], settings: Mapping[str, float | str]) -> float:
    """The set-point in glossary units, through the same codec as a reading."""
    coding = taken.entry.value
    assert coding is not None
    point = Point(
        name="set_point", address=0, type=coding.type, order=coding.order or "abcd", quantity=taken.quantity,
        unit=coding.unit, scale=coding.scale, offset=coding.offset, scale_by=coding.scale_by,
    )  # fmt: skip
    start = taken.step.values.index("value")
    words = list(values[start : start + point.size])
    block = Block("holding", 0, point.size, (point,))
    (_name, value, _quality), *_rest = BlockCodec(block, settings).decode(words)
    return float(value) if isinstance(value, int | float) else 0.0


def lease_seconds(lease: Lease, raw: int) -> float:
    """The seconds that a raw timer value means on the device (pieces: one unit up to a limit, another beyond it)."""
    below = 0.0
    for piece in lease.pieces:
        seconds = (raw - piece.offset) * piece.unit_s
        if below < seconds <= piece.max_s:
            return seconds
        below = piece.max_s
    return (raw - lease.pieces[-1].offset) * lease.pieces[-1].unit_s


@dataclass(slots=True)
class RegisterBank:
    """All units of one bus. ``silent``: devices that do not answer (unplugged, night, dead)."""

    units: dict[int, RegisterDevice] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """See `simulators.frames.Bank`."""
        return self._find(unit).read(table, address, count)

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """See `simulators.frames.Bank`."""
        self._find(unit).write(function, address, values)

    def expire(self, at: Instant) -> None:
        """Let the devices' own timers run out."""
        for device in self.units.values():
            device.outputs.expire(at)

    def _find(self, unit: int) -> RegisterDevice:
        device = self.units.get(unit)
        if device is None or device.device in self.silent:
            raise Silent
        return device


__all__ = ["RegisterBank", "RegisterDevice", "lease_seconds"]
