"""The words of the profile language for setting a device up: by us, by hand, and giving it another address."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from drivers.profile_base import Address, Model, Note, NumberType, Order
from drivers.profile_commands import WriteStep


class Setting(Model):
    """Something that only the site knows. A number between the bounds, one of ``choices``, or any ``text``."""

    label: Note
    unit: str = ""
    default: float | str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    text: bool = False


class Manual(Model):
    """A setting that a technician makes by hand on the device (``where``: its name there), and why."""

    where: str
    value: str
    why: Note


class Setup(Model):
    """A register that must hold a value before the device is commanded (a communication time-out, a control source).

    Looked at before the first start and again after the device was silent; written only where it differs, read back, and
    counted as wear. A start is refused until it holds, a stop never. ``needed_by``: only these commands wait for it.
    """

    address: Address
    value: Annotated[int, Field(ge=0, le=65535)]
    function: Literal[6, 16] = 6
    mask: Annotated[int, Field(gt=0, le=65535)] | None = None
    needed_by: tuple[str, ...] = ()
    writes_per_day: Annotated[int, Field(ge=1, le=1000)] = 6
    why: Note | None = None


class Readdress(Model):
    """How to give the device another Modbus address.

    ``address`` is the register that takes it, written with ``function`` as ``type``; ``before`` are writes that unlock it,
    ``save`` writes that must follow at the new address; ``power_cycle``: it counts only after the supply was off. ``ask_unit``:
    the write goes to this address instead of the present one (broadcast 0). ``minimum``..``maximum``: what it may be.
    """

    address: Address
    function: Literal[6, 16] = 6
    type: NumberType = "u16"
    order: Order | None = None
    before: tuple[WriteStep, ...] = ()
    save: tuple[WriteStep, ...] = ()
    power_cycle: bool = False
    ask_unit: Annotated[int, Field(ge=0, le=255)] | None = None
    minimum: Annotated[int, Field(ge=1, le=255)] = 1
    maximum: Annotated[int, Field(ge=1, le=255)] = 247
    note: Note | None = None

    @model_validator(mode="after")
    def _possible(self) -> Readdress:
        if self.minimum >= self.maximum:
            raise ValueError("minimum must be below maximum")
        return self


class Numbering(Model):
    """How the paper's numbers become wire addresses: ``minus`` (30001), or parameter notation like P14.01.

    ``parameter``: none; group_byte (P14.01 -> 0x0E01); or a formula, ``base + group x group_step + item x item_step``, with
    another base for numbers that begin with one of ``letters``.
    """

    minus: int = 0
    parameter: Literal["none", "group_byte"] | ParameterRule = "none"


class ParameterRule(Model):
    """``base + group * group_step + item * item_step`` for parameters written like 16-13, P00.01 or U0-05."""

    group_step: Annotated[int, Field(ge=1)]
    item_step: Annotated[int, Field(ge=1)] = 1
    base: int = 0
    letters: dict[str, int] = Field(default_factory=dict)


Numbering.model_rebuild()
