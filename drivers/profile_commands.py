"""The words of the profile language for commands: how a wish becomes writes, how long it holds, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import Discriminator, Field, Tag, model_validator

from drivers.profile_base import When, listed
from drivers.profile_points import Address, Factor, Model, Note, NumberType, Order, Repeat

Word = Annotated[int, Field(ge=0, le=65535)] | Literal["value", "lease", "keep"]
"""A register as it is, or the command's value or lease, coded (32-bit codings fill two registers), or what stands there."""

OWN_FUNCTIONS = frozenset((*range(65, 73), *range(100, 111)))
"""Function codes that the specification leaves to makers; sent alone, without address and values."""


class Until(Model):
    """Wait until a quantity (or a point, by name) of the same device has one of some values, before the next step.

    Gives up after ``within_ms``.
    """

    quantity: str | None = None
    point: str | None = None
    equals: Annotated[tuple[float | str, ...], Field(min_length=1)]
    within_ms: Annotated[float, Field(gt=0, le=60_000)]

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "equals")

    @model_validator(mode="after")
    def _one_place(self) -> Until:
        if (self.quantity is None) == (self.point is None):
            raise ValueError("until takes exactly one of quantity and point")
        return self

    @property
    def what(self) -> str:
        """The quantity's or the point's name."""
        return self.quantity or self.point or ""


class WriteStep(Model):
    """One Modbus write. FC5 with any value is allowed: some boards put a time there.

    ``mask``: only these bits of the register are changed, the others are read first and written back. The word ``keep`` in
    ``values`` does the same for a whole register. ``only_if``: skipped unless the condition holds now. The maker's own function
    codes (65 to 72, 100 to 110) go alone. ``at``: the place of a point, by name, instead of an address (SunSpec: m123_limit).
    """

    function: int
    address: Address | None = None
    at: str | None = None
    values: Annotated[tuple[Word, ...], Field(max_length=123)] = ()
    mask: Annotated[int, Field(gt=0, le=65535)] | None = None
    only_if: When | None = None
    wait_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    until: Until | None = None

    @model_validator(mode="after")
    def _complete(self) -> WriteStep:
        if self.function in OWN_FUNCTIONS:
            if self.address is not None or self.at is not None or self.values or self.mask is not None:
                raise ValueError(f"function {self.function} goes alone, without address, values and mask")
        elif self.function not in (5, 6, 15, 16):
            raise ValueError(
                "a write has function 5, 6, 15 or 16, or one of the maker's own (65-72, 100-110)"
            )
        elif (self.address is None) == (self.at is None) or not self.values:
            raise ValueError(f"function {self.function} needs values, and one of address and at")
        elif self.mask is not None and (self.function not in (6, 16) or len(self.values) != 1):
            raise ValueError("mask changes bits of one register: function 6 or 16 with one value")
        elif "keep" in self.values and self.function != 16:
            raise ValueError("keep needs function 16")
        return self


class PublishStep(Model):
    """One MQTT message, never retained. ``topic`` may hold {topic} (the site's) and {n}; in ``payload`` (text, or a mapping
    sent as JSON) the words $value, $lease, $n and $n0 (channel counted from 0) stand for the numbers.
    """

    topic: str
    payload: str | dict[str, object]
    qos: Literal[0, 1] = 1
    only_if: When | None = None
    wait_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    until: Until | None = None


class DownlinkWord(Model):
    """A number inside a downlink: the command's ``value`` or ``lease``, in this many bytes, little end first unless ``big``."""

    word: Literal["value", "lease"]
    bytes: Annotated[int, Field(ge=1, le=4)] = 1
    big: bool = False


class DownlinkStep(Model):
    """Bytes for a LoRaWAN device, wrapped as its network server wants them (`mqtt.envelopes`). ``port`` is the fPort."""

    downlink: Annotated[tuple[Annotated[int, Field(ge=0, le=255)] | DownlinkWord, ...], Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=223)]
    confirmed: bool = False
    only_if: When | None = None
    wait_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    until: Until | None = None


AnyStep = WriteStep | PublishStep | DownlinkStep


def _step_kind(data: object) -> str:
    for kind, model, key in (("publish", PublishStep, "topic"), ("downlink", DownlinkStep, "downlink")):
        if isinstance(data, model) or (isinstance(data, dict) and key in data):
            return kind
    return "write"


Step = Annotated[
    Annotated[WriteStep, Tag("write")]
    | Annotated[PublishStep, Tag("publish")]
    | Annotated[DownlinkStep, Tag("downlink")],
    Discriminator(_step_kind),
]


class ValueCoding(Model):
    """How a set-point is written: ``raw = round((value - offset) / (scale * unit * scale_by))``. Bounds in glossary units.

    ``step``: the device takes multiples of this only (glossary units); what lies between is rounded.
    """

    type: NumberType = "u16"
    order: Order | None = None
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    scale_by: tuple[Factor, ...] = ()
    minimum: float
    maximum: float
    step: Annotated[float, Field(gt=0)] | None = None


class Piece(Model):
    """A stretch of the device's timer: up to ``max_s`` seconds, ``raw = seconds / unit_s + offset``."""

    max_s: Annotated[float, Field(gt=0)]
    unit_s: Annotated[float, Field(gt=0)] = 1.0
    offset: int = 0


class Lease(Model):
    """The device's own timer. ``pieces`` in rising order; a longer lease than the last piece is cut to it and renewed.

    ``renew: false``: the device cannot be spoken to every few seconds (battery, LoRaWAN); a valve then gets the longest run
    that its programs allow.
    """

    pieces: Annotated[tuple[Piece, ...], Field(min_length=1)]
    renew: bool = True
    type: NumberType = "u16"

    @property
    def max_s(self) -> float:
        """The longest lease that the device can hold, s."""
        return self.pieces[-1].max_s


class Verify(Model):
    """Which quantity proves the command, after how long it must agree, and how far it may differ (glossary units).

    ``equals``: what a ``press`` must lead to (a reset energy is 0, a reset drive's status standby); the driver waits for it.
    """

    quantity: str
    equals: tuple[float | str, ...] = ()
    within_ms: Annotated[float, Field(gt=0, le=600_000)]
    tolerance: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "equals")


class FailSafe(Model):
    """What stops the output when nobody speaks to the device any more.

    timed_on: the timer that the command starts. comm_loss: the device's own communication time-out (``max_s``), set by
    ``setup`` or by hand; ``fault``: the ``fault_code`` that it then shows until ``fault_reset``. device_limit: a limit configured
    in the device (``max_s``). none: it stays as it was.
    """

    kind: Literal["timed_on", "comm_loss", "device_limit", "none"]
    max_s: Annotated[float, Field(gt=0)] | None = None
    fault: Annotated[float, Field(gt=0)] | None = None
    note: Note | None = None


class Inhibit(Model):
    """While this quantity reads one of ``is`` (or none of ``is_not``), the device takes the command and does not do it: a latched
    stop, a fault. What is not known forbids nothing.
    """

    quantity: str
    is_: Annotated[tuple[float | str, ...], Field(alias="is")] = ()
    is_not: tuple[float | str, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "is", "is_not")

    @model_validator(mode="after")
    def _says_something(self) -> Inhibit:
        if bool(self.is_) == bool(self.is_not):
            raise ValueError("inhibited_by takes exactly one of is and is_not")
        return self

    def holds(self, value: float | str | None) -> bool:
        """Whether a start is refused at this value."""
        return value is not None and (value in self.is_ if self.is_ else value not in self.is_not)


class CommandEntry(Model):
    """What one quantity of the device takes.

    ``on`` and ``off`` are ordered steps; ``off`` must also end a running timer. ``set`` are the steps for a set-point, with
    ``value`` as its coding. ``press`` are the steps of a command that has no state (a reset). ``lease``: the device's timer that
    ``on`` starts (word ``lease``). ``deaf_to``: writes that the device acknowledges and ignores while that timer runs.
    ``inhibited_by``: when a start is refused. ``wear``: where a set-point is kept; eeprom is written only when it differs, at
    most ``writes_per_day`` times, and read back. ``power_on``: what the output does when the supply returns. A set-point has no
    ``off``: its safe state is a number, and the run command is what stops.
    """

    repeat: Repeat | None = None
    on: tuple[Step, ...] = ()
    off: tuple[Step, ...] = ()
    set: tuple[Step, ...] = ()
    press: tuple[Step, ...] = ()
    value: ValueCoding | None = None
    lease: Lease | None = None
    deaf_to: tuple[WriteStep, ...] = ()
    inhibited_by: tuple[Inhibit, ...] = ()
    wear: Literal["ram", "eeprom"] = "ram"
    writes_per_day: Annotated[int, Field(ge=1, le=10_000)] = 24
    power_on: Literal["off", "last", "on"] | None = None
    verify: Verify | None = None
    fail_safe: FailSafe = FailSafe(kind="none")
    note: Note | None = None

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "inhibited_by")

    @property
    def parts(self) -> tuple[tuple[str, Sequence[AnyStep]], ...]:
        """("on", steps), ("off", steps), ("set", steps), ("press", steps)."""
        return (("on", self.on), ("off", self.off), ("set", self.set), ("press", self.press))

    @property
    def fail_safe_s(self) -> float | None:
        """The longest time that the output can outlive its last command, s; None when nothing ends it."""
        if self.fail_safe.kind == "timed_on" and self.lease is not None:
            return min(self.lease.max_s, self.fail_safe.max_s or self.lease.max_s)
        return self.fail_safe.max_s if self.fail_safe.kind in ("comm_loss", "device_limit") else None


Link = TypeVar("Link", Verify, Inhibit)


def expand_command(quantity: str, entry: CommandEntry) -> Iterator[tuple[str, CommandEntry]]:
    """(quantity, command) once per repetition, with {n} filled in and addresses shifted."""
    if entry.repeat is None:
        yield quantity, entry
        return
    for number, shift in entry.repeat.numbers():
        update: dict[str, object] = {
            part: tuple(_move(step, number, shift) for step in steps) for part, steps in entry.parts
        }
        update["deaf_to"] = tuple(_move(step, number, shift) for step in entry.deaf_to)
        update["inhibited_by"] = tuple(_numbered(rule, number) for rule in entry.inhibited_by)
        update["verify"] = entry.verify and _numbered(entry.verify, number)
        yield _fill(quantity, number), entry.model_copy(update=update | {"repeat": None})


def _numbered(link: Link, number: int) -> Link:
    return link.model_copy(update={"quantity": _fill(link.quantity, number)})


def shifted(entry: CommandEntry, shift: int) -> CommandEntry:
    """The same command with every address moved (variants)."""
    update: dict[str, object] = {part: tuple(_shift(s, shift) for s in steps) for part, steps in entry.parts}
    update["deaf_to"] = tuple(_shift(step, shift) for step in entry.deaf_to)
    return entry.model_copy(update=update)


def _shift(step: AnyStep, shift: int) -> AnyStep:
    if isinstance(step, WriteStep) and step.address is not None:
        return step.model_copy(update={"address": step.address + shift})
    return step


def _fill(text: str, number: int) -> str:
    for sign in ("{n0}", "$n0"):
        text = text.replace(sign, str(number - 1))
    return text.replace("{n}", str(number)).replace("$n", str(number))


def _move(step: AnyStep, number: int, shift: int) -> AnyStep:
    update: dict[str, object] = {}
    if step.until is not None:
        names = {k: _fill(v, number) for k in ("quantity", "point") if (v := getattr(step.until, k))}
        update["until"] = step.until.model_copy(update=names)
    if step.only_if is not None:
        update["only_if"] = step.only_if.model_copy(update={"point": _fill(step.only_if.point, number)})
    if isinstance(step, WriteStep) and step.at is not None:
        update["at"] = _fill(step.at, number)
    if isinstance(step, PublishStep):
        update |= {"topic": _fill(step.topic, number), "payload": _fill_payload(step.payload, number)}
    return _shift(step.model_copy(update=update), shift)


def _fill_payload(payload: object, number: int) -> object:
    """Fill {n} and {n0}; a text that is nothing else becomes the number itself (JSON ids)."""
    if isinstance(payload, dict):
        return {_fill(str(k), number): _fill_payload(v, number) for k, v in payload.items()}
    if isinstance(payload, list):
        return [_fill_payload(v, number) for v in payload]
    if isinstance(payload, str):
        whole = {"{n}": number, "$n": number, "{n0}": number - 1, "$n0": number - 1}.get(payload)
        return _fill(payload, number) if whole is None else whole
    return payload
