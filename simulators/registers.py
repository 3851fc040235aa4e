"""A Modbus device made of its profile and the world: the same file as the driver's, the other way round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, count
from operator import call, ne

from controller.core.instant import Instant
from drivers.codec import BlockCodec, Context, settings_for
from drivers.codec_hear import Heard, deaf_quantities, hear_write
from drivers.codec_links import leaves, looked_at, needed
from drivers.device_meeting import simulated
from drivers.packing import Block
from drivers.profile import Profile
from drivers.profile_points import Point
from drivers.profile_variants import AUTO, as_variant
from drivers.reading import Value
from drivers.sunspec import lay_out
from drivers.transport import Table
from simulators.frames import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, RefusedByDevice, Silent
from simulators.manners import Manners, blank_registers, owned_bits
from simulators.outputs import Moment, Outputs, World, reader
from simulators.trips import Trip

COIL_ON = 0xFF00
Cell = tuple[Table, int]


@dataclass(slots=True)
class _View:
    """One request that somebody makes: how it is made, and the last answer with the values that it shows.

    ``over``: offset and word of registers that show what was written there, or never change. ``alone``: equal values give
    equal words. ``places``: the points of each value, None where one has a say in others too; ``plain``: the words were made
    of the values alone.
    """

    codec: BlockCodec
    address: int
    count: int
    names: tuple[str, ...]
    readers: tuple[Callable[[], Value | None], ...]
    over: tuple[tuple[int, int], ...]
    alone: bool
    places: tuple[tuple[int, ...], ...] | None
    plain: bool = False
    values: list[Value | None] | None = None
    words: tuple[int, ...] = ()


class RegisterDevice:
    """One unit on a bus. Reads ask the world, writes tell it; timers run in plant time."""

    def __init__(
        self,
        device: str,
        profile: Profile,
        settings: Mapping[str, float | str],
        world: World,
        now: Callable[[], Instant],
    ) -> None:
        self.device = device
        self.settings = settings_for(profile, settings)
        self.profile, fixed = _laid_out(_one_variant(profile, self.settings))
        self._identity = simulated(self.profile)
        self._fixed = dict(fixed) | {a: w for (t, a), w in self._identity.items() if t is Table.HOLDING}
        self._manners = Manners(self.profile, now)
        self._states: dict[str, Value] = {}
        self._owned = owned_bits(self.profile)
        self._world = world
        self._moment = Moment(now)
        self.points = tuple(p for p in self.profile.points if p.access != "write")
        self._by_cell = {(Table(p.table), a): p for p in self.points for a in p.addresses}
        self._memory = blank_registers(self.profile)
        self._views: dict[tuple[Table, int, int], _View | None] = {}
        self._context: Context = {}
        dead = {q: c.fail_safe.max_s for q, c in profile.commands.items() if c.fail_safe.kind == "comm_loss"}
        self.outputs = Outputs(device, world, now, {q: s for q, s in dead.items() if s is not None})
        self.trip = Trip(device, self.profile, world, self._moment)
        self.worn = 0
        self._fill_context()

    def _fill_context(self) -> None:
        """Scale factors and the like, before a point that needs them is asked for alone."""
        wanted = needed(self.points, self.profile.derived)
        for point in self.points:
            if point.name in wanted:
                key = (Table(point.table), point.start, max(point.addresses) - point.start + 1)
                view = self._views[key] = self._view(*key)
                if view is not None:
                    self._read(view)

    def read(self, table: Table, address: int, count: int) -> Sequence[int]:
        """The words or bits; raises RefusedByDevice(2) where the device has nothing at all."""
        if self._manners.sleeps:
            self._manners.wake()
        if self.outputs.ends:
            self.outputs.heard()
        view = self._views.get((table, address, count))
        return self._first_read(table, address, count) if view is None else self._read(view)

    def _first_read(self, table: Table, address: int, count: int) -> Sequence[int]:
        """A request that was not made before, or one for registers without a point."""
        key = (table, address, count)
        if key not in self._views:
            self._manners.check_read(*key)
            self._views[key] = self._view(*key)
        view = self._views[key]
        return self._plain_read(*key) if view is None else self._read(view)

    def _read(self, view: _View) -> tuple[int, ...]:
        values, before = [*map(call, view.readers)], view.values
        if values != before or not view.alone:
            view.values = None  # until the words say so
            view.words = self._shown(view, values) if before is None else self._moved(view, values, before)
            view.values = values
        return view.words

    def _moved(self, view: _View, values: list[Value | None], before: list[Value | None]) -> tuple[int, ...]:
        """The words when some values are others than before; the same object when they are the same words all the same."""
        places = view.places
        if places is None or not view.plain or not view.alone:
            return self._shown(view, values)
        moved = [
            (place, values[i]) for i in compress(count(), map(ne, values, before)) for place in places[i]
        ]
        words = view.codec.encode_again(moved)
        return view.words if words is None else self._overlaid(view, words)

    def _shown(self, view: _View, values: Sequence[Value | None]) -> tuple[int, ...]:
        known = dict(zip(view.names, values, strict=True))
        if None in values:
            known = {name: value for name, value in known.items() if value is not None}
        view.plain = not self.trip.shows and not self._states
        if not view.plain:
            known |= self.trip.shows
            if known.get("status") != "fault":  # a fault ends what the steps of a command have led to
                known |= self._states
        return self._overlaid(view, view.codec.encode(known, self._context))

    def _overlaid(self, view: _View, words: list[int]) -> tuple[int, ...]:
        """The words of the codec as the request wants them, over them what was written."""
        if view.count != view.codec.count:
            first = view.address - view.codec.address
            words = words[first : first + view.count]
        for offset, word in view.over:
            own = self._owned.get(view.address + offset, 0)
            words[offset] = (words[offset] & own) | (word & ~own)
        return tuple(words)

    def _plain_read(self, table: Table, address: int, count: int) -> list[int]:
        """Registers without a point: fixed words and what somebody wrote there."""
        words = [0] * count
        over = self._over(table, address, count)
        if not over:
            raise RefusedByDevice(ILLEGAL_ADDRESS)
        for offset, word in over:
            words[offset] = word
        return words

    def _over(self, table: Table, address: int, count: int) -> tuple[tuple[int, int], ...]:
        known = self._fixed | self._memory
        if table is not Table.HOLDING:
            known = {place: word for (where, place), word in self._identity.items() if where is table}
        return tuple(
            (place - address, known[place]) for place in range(address, address + count) if place in known
        )

    def write(self, function: int, address: int, values: Sequence[int]) -> None:
        """Take a write. Raises RefusedByDevice where the device would refuse."""
        self._manners.wake()
        self.outputs.heard()
        self._manners.check_write(function)
        deaf = deaf_quantities(self.profile, function, address, tuple(values))
        if deaf:  # a plain off: acknowledged and ignored while the timer runs
            for quantity in deaf:
                if not self.outputs.is_timed(quantity):
                    self.outputs.set(quantity, 0.0)
            return
        meanings = hear_write(self.profile, function, address, tuple(values), self.settings, self._context)
        for heard in meanings:
            self._obey(heard)
        if not meanings or address in self._owned:
            self._plain_write(function, address, values, known=bool(meanings))

    def _obey(self, heard: Heard) -> None:
        """Do what a command says, unless a latched stop is in force; a command that ends ends the states of its steps too."""
        entry = self.profile.commands[heard.quantity]
        world, moment = self._world, self._moment()
        rules = entry.inhibited_by if heard.value else ()
        shows = self.trip.shows
        if any(
            rule.holds(shows.get(rule.quantity, world.value(self.device, rule.quantity, moment)))
            for rule in rules
        ):
            return
        if heard.value == 0.0:
            for point in looked_at((entry,)):
                self._states.pop(point, None)
        if not shows:  # a drive in fault goes nowhere
            self._states.update(heard.shows)
        if entry.wear == "eeprom" and heard.value is not None:
            self.worn += 1
        self.outputs.take(heard)
        if self.trip.obey(heard) or self._states or heard.shows:
            self._views.clear()

    def expire(self, at: Instant) -> None:
        """Outputs whose time is over end by themselves, and so does what their commands' steps have led to; so does a fault."""
        over = self.outputs.expire(at)
        ended = self.trip.look(over)
        for quantity in ended:
            self.outputs.set(quantity, 0.0)
        if over or ended:
            self._states.clear()
            self._views.clear()

    def restart(self) -> None:
        """The supply was off and is back: outputs do what their profile says of that."""
        for quantity, entry in self.profile.commands.items():
            if entry.power_on in (None, "off") and entry.on:
                self.outputs.set(quantity, 0.0)
            elif entry.power_on == "on":
                self.outputs.set(quantity, 1.0)
        self._states.clear()
        self._views.clear()

    def _plain_write(
        self, function: int, address: int, values: Sequence[int], *, known: bool = False
    ) -> None:
        """A write that no command of the profile makes: a coil by hand, a setting, a set-up step."""
        if function not in (5, 6, 15, 16):
            raise RefusedByDevice(ILLEGAL_FUNCTION)
        table = Table.COIL if function in (5, 15) else Table.HOLDING
        for offset, raw in enumerate(values):
            point = self._by_cell.get((table, address + offset))
            if table is Table.COIL and point is not None and point.quantity is not None:
                if function == 5 and raw not in (0, COIL_ON):
                    raise RefusedByDevice(ILLEGAL_VALUE)
                self.outputs.set(point.quantity, 1.0 if raw else 0.0)
            elif point is None and not known and address + offset not in self._manners.writable:
                raise RefusedByDevice(ILLEGAL_ADDRESS)
            elif table is Table.HOLDING:
                self._memory[address + offset] = raw
                self._views.clear()

    def _view(self, table: Table, address: int, count: int) -> _View | None:
        codec = self._compile(table, address, count)
        if codec is None:
            return None
        told = [p.quantity for p in (*codec.points, *codec.friends) if p.quantity is not None]
        names = tuple(dict.fromkeys([*told, *(entry.quantity for entry in self.profile.derived)]))
        readers = tuple(reader(self._world, self.device, name, self._moment) for name in names)
        over = self._over(table, address, count)
        return _View(codec, address, count, names, readers, over, codec.alone, codec.places(names))

    def _compile(self, table: Table, address: int, count: int) -> BlockCodec | None:
        """A codec over every point that touches the request; it may reach beyond the request on both sides."""
        wanted = range(address, address + count)
        touched = {
            p.name: p for p in self.points if p.table == table and any(a in wanted for a in p.addresses)
        }
        if not touched:
            return None
        low = min(address, *(p.start for p in touched.values()))
        high = max(address + count - 1, *(max(p.addresses) for p in touched.values()))
        block = Block(table.value, low, high - low + 1, tuple(touched.values()))
        used = needed(self.points, self.profile.derived) | looked_at(self.profile.commands.values())
        made = leaves(self.profile.derived)
        parts = [d for i, d in enumerate(self.profile.derived) if made[i] & set(touched)]
        return BlockCodec(block, self.settings, used, parts, self._friends(touched))

    def _friends(self, touched: Mapping[str, Point]) -> list[Point]:
        """Points elsewhere that these need, or that need these."""
        helpers = {name for p in touched.values() for name in p.helpers}
        return [
            p
            for p in self.points
            if p.name not in touched and (p.name in helpers or any(name in touched for name in p.helpers))
        ]


SUNSPEC_MODELS = (1, 103, 160)
SUNSPEC_MODULES = 2


def _laid_out(profile: Profile) -> tuple[Profile, Mapping[int, int]]:
    """A SunSpec profile as one concrete device: its points and the fixed words of its chain; others as they are."""
    if profile.sunspec is None:
        return profile, {}
    known = {number for layout in profile.sunspec.models for number in layout.ids}
    models = tuple(m for m in SUNSPEC_MODELS if m in known)
    return lay_out(profile, models, repeats={160: SUNSPEC_MODULES})


def _one_variant(profile: Profile, settings: Mapping[str, float | str]) -> Profile:
    """A profile with variants as the one that the site names, else as the first."""
    if not profile.variants:
        return profile
    name = str(settings.get("variant", AUTO))
    return as_variant(profile, profile.variants[0].name if name == AUTO else name)


@dataclass(slots=True)
class RegisterBank:
    """All units of one bus. ``silent``: devices that do not answer (unplugged, night, dead)."""

    units: dict[int, RegisterDevice] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)

    def read(self, unit: int, table: Table, address: int, count: int) -> Sequence[int]:
        """See `simulators.frames.Bank`."""
        return self.device(unit).read(table, address, count)

    def write(self, unit: int, function: int, address: int, values: Sequence[int]) -> None:
        """See `simulators.frames.Bank`."""
        self.device(unit).write(function, address, values)

    def expire(self, at: Instant) -> None:
        """Let the devices' own timers run out."""
        for device in self.units.values():
            if device.outputs.ends or device.trip.turning:
                device.expire(at)

    def device(self, unit: int) -> RegisterDevice:
        """The device that answers to this number. Raises Silent."""
        device = self.units.get(unit)
        if device is None or device.device in self.silent:
            raise Silent
        return device
