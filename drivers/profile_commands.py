"""The words of the profile language for commands: how a wish becomes writes, how long it holds, and what proves it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from drivers.profile_points import Address, Factor, Model, Note, NumberType, Order, Repeat

Word = Annotated[int, Field(ge=0, le=65535)] | Literal["value", "lease"]
"""A register as it is, or the command's value or lease, coded (32-bit codings fill two registers)."""


class Until(Model):
    """Wait until a quantity of the same device has a value, before the next step. Gives up after ``within_ms``."""

    quantity: str
    equals: float | str
    within_ms: Annotated[float, Field(gt=0, le=60_000)]


class WriteStep(Model):
    """One Modbus write. FC5 with any value is allowed: some boards put a time there."""

    function: Literal[5, 6, 15, 16]
    address: Address
    values: Annotated[tuple[Word, ...], Field(min_length=1, max_length=123)]
    wait_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    until: Until | None = None


class PublishStep(Model):
    """One MQTT message, never retained. ``topic`` may hold {topic} (the site's) and {n}; in ``payload`` (text, or a mapping
    sent as JSON) the words $value, $lease, $n and $n0 (channel counted from 0) stand for the numbers.
    """

    topic: str
    payload: str | dict[str, object]
    qos: Literal[0, 1] = 1
    wait_ms: Annotated[float, Field(ge=0, le=60_000)] = 0.0
    until: Until | None = None


def _step_kind(data: object) -> str:
    if isinstance(data, PublishStep) or (isinstance(data, dict) and "topic" in data):
        return "publish"
    return "write"


Step = Annotated[
    Annotated[WriteStep, Tag("write")] | Annotated[PublishStep, Tag("publish")], Discriminator(_step_kind)
]


class ValueCoding(Model):
    """How a set-point is written: ``raw = round((value - offset) / (scale * unit * scale_by))``. Bounds in glossary units."""

    type: NumberType = "u16"
    order: Order | None = None
    unit: str | None = None
    scale: float = 1.0
    offset: float = 0.0
    scale_by: tuple[Factor, ...] = ()
    minimum: float
    maximum: float


class Piece(Model):
    """A stretch of the device's timer: up to ``max_s`` seconds, ``raw = seconds / unit_s + offset``."""

    max_s: Annotated[float, Field(gt=0)]
    unit_s: Annotated[float, Field(gt=0)] = 1.0
    offset: int = 0


class Lease(Model):
    """The device's own timer. ``pieces`` in rising order; a longer lease than the last piece is cut to it and renewed."""

    pieces: Annotated[tuple[Piece, ...], Field(min_length=1)]
    type: NumberType = "u16"

    @property
    def max_s(self) -> float:
        """The longest lease that the device can hold, s."""
        return self.pieces[-1].max_s


class Verify(Model):
    """Which quantity proves the command, after how long it must agree, and how far it may differ (glossary units)."""

    quantity: str
    within_ms: Annotated[float, Field(gt=0, le=600_000)]
    tolerance: Annotated[float, Field(ge=0)] = 0.0


class FailSafe(Model):
    """What stops the output when nobody speaks to the device any more.

    timed_on: the timer that the command starts. comm_loss: the device's own communication time-out (``max_s``), to be set by
    hand. device_limit: a limit configured in the device (``max_s``). none: it stays as it was.
    """

    kind: Literal["timed_on", "comm_loss", "device_limit", "none"]
    max_s: Annotated[float, Field(gt=0)] | None = None
    note: Note | None = None


class CommandEntry(Model):
    """What one quantity of the device takes.

    ``on`` and ``off`` are ordered steps; ``off`` must also end a running timer. ``set`` are the steps for a set-point, with
    ``value`` as its coding. ``lease``: the device's timer that ``on`` starts (word ``lease``). A set-point has no ``off``:
    its safe state is a number, and the run command is what stops.
    """

    repeat: Repeat | None = None
    on: tuple[Step, ...] = ()
    off: tuple[Step, ...] = ()
    set: tuple[Step, ...] = ()
    value: ValueCoding | None = None
    lease: Lease | None = None
    verify: Verify | None = None
    fail_safe: FailSafe = FailSafe(kind="none")
    note: Note | None = None

    @property
    def fail_safe_s(self) -> float | None:
        """The longest time that the output can outlive its last command, s; None when nothing ends it."""
        if self.fail_safe.kind == "timed_on" and self.lease is not None:
            return min(self.lease.max_s, self.fail_safe.max_s or self.lease.max_s)
        return self.fail_safe.max_s if self.fail_safe.kind in ("comm_loss", "device_limit") else None


def expand_command(quantity: str, entry: CommandEntry) -> Iterator[tuple[str, CommandEntry]]:
    """(quantity, command) once per repetition, with {n} filled in and addresses shifted."""
    if entry.repeat is None:
        yield quantity, entry
        return
    for number, shift in entry.repeat.numbers():
        update: dict[str, object] = {
            part: tuple(_move(step, number, shift) for step in getattr(entry, part))
            for part in ("on", "off", "set")
        }
        if entry.verify is not None:
            update["verify"] = entry.verify.model_copy(
                update={"quantity": _fill(entry.verify.quantity, number)}
            )
        yield _fill(quantity, number), entry.model_copy(update=update | {"repeat": None})


def _fill(text: str, number: int) -> str:
    for sign in ("{n0}", "$n0"):
        text = text.replace(sign, str(number - 1))
    return text.replace("{n}", str(number)).replace("$n", str(number))


def _move(step: WriteStep | PublishStep, number: int, shift: int) -> WriteStep | PublishStep:
    until = step.until and step.until.model_copy(update={"quantity": _fill(step.until.quantity, number)})
    if isinstance(step, WriteStep):
        return step.model_copy(update={"address": step.address + shift, "until": until})
    update = {
        "topic": _fill(step.topic, number),
        "payload": _fill_payload(step.payload, number),
        "until": until,
    }
    return step.model_copy(update=update)


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
