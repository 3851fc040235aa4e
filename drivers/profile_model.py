"""The root of the profile language: a device as data. `drivers.profile` loads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field

from drivers.profile_commands import CommandEntry, expand_command
from drivers.profile_derived import Derived
from drivers.profile_mqtt import Mqtt, channels, fill_number
from drivers.profile_points import Confidence, Model, Note, Order, Point, TableName, expand
from drivers.profile_sunspec import SunSpec

Poll = Literal["fast", "slow", "once"]


class Serial(Model):
    """How the device speaks on RS485 when it comes from the factory; ``other_bauds`` are sold too, most likely first."""

    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop: Literal[1, 2] = 1
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    other_bauds: tuple[int, ...] = ()
    find_unit: Annotated[int, Field(ge=0, le=255)] | None = None


class BlockEntry(Model):
    """A request that must be made exactly like this."""

    table: TableName = "holding"
    address: Annotated[int, Field(ge=0, le=65535)]
    count: Annotated[int, Field(ge=1, le=2000)]


class Limits(Model):
    """What the device stands. Words are registers; ``gaps`` are [first, last] addresses that no request may touch unless it
    asks for a point there; ``boundary``: no request crosses a multiple of it; ``blocks``: requests to make exactly so.
    """

    max_words: Annotated[int, Field(ge=1, le=125)] = 125
    max_bits: Annotated[int, Field(ge=1, le=2000)] = 2000
    boundary: Annotated[int, Field(ge=1)] | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    single_reads: bool = False
    blocks: tuple[BlockEntry, ...] = ()
    timeout_ms: Annotated[float, Field(ge=20, le=10_000)] = 1000.0
    gap_ms: Annotated[float, Field(ge=0, le=2_000)] = 20.0
    connect_wait_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    warm_up_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    may_sleep: bool = False


class PollPeriods(Model):
    """Seconds between readings of each class; ``once`` is repeated only after a reconnect or so many seconds."""

    fast: Annotated[float, Field(gt=0)] = 2.0
    slow: Annotated[float, Field(gt=0)] = 60.0
    once: Annotated[float, Field(gt=0)] = 3600.0


class Setting(Model):
    """Something that only the site knows. A number between the bounds, or one of ``choices``."""

    label: Note
    unit: str = ""
    default: float | str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()


class Manual(Model):
    """A setting that a technician makes by hand on the device (``where``: its name there), and why."""

    where: str
    value: str
    why: Note


class Readdress(Model):
    """How to give the device another Modbus address: the register, and what must be done afterwards."""

    address: Annotated[int, Field(ge=0, le=65535)]
    function: Literal[6, 16] = 6
    note: Note | None = None


class Numbering(Model):
    """How the paper's numbers become wire addresses: ``minus`` (30001), or ``parameter`` notation P14.01 -> 0x0E01."""

    minus: int = 0
    parameter: Literal["none", "group_byte"] = "none"


class Golden(Model):
    """A real or hand-computed exchange, run as a test of the codec in both directions.

    ``words`` from ``address`` of ``table`` on; or ``topic`` and ``payload``; or ``command`` (quantity, value, lease_s) and
    ``writes`` as whole RTU frames in hex with checksum. ``frame``: a whole RTU reply in hex. ``expect``: quantity -> value
    in glossary units; null for absent.
    """

    note: str = ""
    table: TableName = "holding"
    address: Annotated[int, Field(ge=0, le=65535)] | None = None
    words: tuple[int, ...] | None = None
    frame: str | None = None
    topic: str | None = None
    payload: str | None = None
    settings: dict[str, float | str] = Field(default_factory=dict)
    expect: dict[str, float | str | None] = Field(default_factory=dict)
    command: tuple[str, float, float] | None = None
    writes: tuple[str, ...] | None = None


class Profile(Model):
    """One model of device. ``entries`` is ``points:`` as written; `points` is what they expand to."""

    name: Annotated[str, Field(alias="profile", pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    maker: str
    model: str
    kind: Literal[
        "inverter",
        "hybrid",
        "pump_drive",
        "soil",
        "relay",
        "valve",
        "meter",
        "flow",
        "level",
        "pressure",
        "weather",
        "sensor",
    ]
    transport: Literal["modbus", "mqtt"] = "modbus"
    confidence: Confidence
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    notes: tuple[Note, ...] = ()
    manual: tuple[Manual, ...] = ()
    serial: Serial = Serial()
    readdress: Readdress | None = None
    tcp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    limits: Limits = Limits()
    poll_s: PollPeriods = PollPeriods()
    numbering: Numbering = Numbering()
    order: Order = "abcd"
    settings: dict[str, Setting] = Field(default_factory=dict)
    entries: tuple[Point, ...] = Field(default=(), alias="points")
    derived: tuple[Derived, ...] = ()
    sunspec: SunSpec | None = None
    mqtt: Mqtt | None = None
    command_entries: dict[str, CommandEntry] = Field(default_factory=dict, alias="commands")
    golden: tuple[Golden, ...] = ()

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every point with its repeats written out, its wire address and its word order filled in."""
        return tuple(expand(resolved(point, self) for point in self.entries))

    @cached_property
    def commands(self) -> Mapping[str, CommandEntry]:
        """Every command by quantity, with repeats written out."""
        return {
            q: c
            for quantity, entry in self.command_entries.items()
            for q, c in expand_command(quantity, entry)
        }

    @property
    def notes_id(self) -> tuple[str, ...]:
        """The notes in Bahasa Indonesia."""
        return tuple(note.id for note in self.notes)

    def fail_safe_s(self, quantity: str) -> float | None:
        """The longest time, s, that the output outlives its last command; None when only a command ends it."""
        entry = self.commands.get(quantity)
        return entry.fail_safe_s if entry else None

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Every quantity that the device reports, each once. SunSpec's are only known after the walk."""
        names = [p.quantity for p in self.points if p.quantity and p.access != "write"] + [
            d.quantity for d in self.derived
        ]
        for message in self.mqtt.messages if self.mqtt else ():
            names += [
                fill_number(f.quantity, n)
                for f in message.fields
                if f.quantity
                for n in channels(f.repeat, message.repeat)
            ]
        return tuple(dict.fromkeys(names))

    def with_points(self, points: Iterable[Point]) -> Profile:
        """The same device with other points (SunSpec after the walk)."""
        copy = self.model_copy(update={"entries": tuple(points)})
        for cached in ("points", "commands", "quantities"):
            copy.__dict__.pop(cached, None)
        return copy

    def of_class(self, poll: Poll) -> tuple[Point, ...]:
        """The readable points of one poll class."""
        return tuple(p for p in self.points if p.poll == poll and p.access != "write")


def resolved(point: Point, profile: Profile) -> Point:
    """The point with its wire address (from ``doc`` where needed) and the profile's word order."""
    update: dict[str, object] = {}
    if point.address is None and point.words is None:
        update["address"] = wire_address(point.doc, profile.numbering)
    if point.order is None:
        update["order"] = profile.order
    return point.model_copy(update=update) if update else point


def wire_address(doc: int | str | None, numbering: Numbering) -> int | None:
    """The wire address of a number on the maker's paper, or None when it cannot be computed."""
    if isinstance(doc, int):
        address = doc - numbering.minus
        return address if 0 <= address <= 65535 else None
    if doc is not None and numbering.parameter == "group_byte":
        group, dot, item = doc.lstrip("PpFf").partition(".")
        if dot and group.isdecimal() and item.isdecimal() and int(group) < 256 and int(item) < 256:
            return int(group) * 256 + int(item)
    return None
