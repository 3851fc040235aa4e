"""The words of the profile language for manners: the serial line, what a device stands, how often it is asked."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from drivers.profile_base import Address, Model, TableName


class Serial(Model):
    """How the device speaks on RS485 when it comes from the factory; ``other_bauds`` are sold too, most likely first.

    ``find_unit``: an address that the device answers whatever its own is, as long as it is alone on the cable.
    """

    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    parity: Literal["N", "E", "O"] = "N"
    stop: Literal[1, 2] = 1
    unit: Annotated[int, Field(ge=0, le=255)] = 1
    other_bauds: tuple[int, ...] = ()
    find_unit: Annotated[int, Field(ge=0, le=255)] | None = None


class BlockEntry(Model):
    """A request that must be made exactly like this."""

    table: TableName = "holding"
    address: Address
    count: Annotated[int, Field(ge=1, le=2000)]


class WakeUp(Model):
    """The device sleeps when its bus was silent for ``after_s``: the first request only wakes it and stays unanswered.

    ``wait_ms``: from that request to the real one.
    """

    after_s: Annotated[float, Field(gt=0, le=3600)]
    wait_ms: Annotated[float, Field(ge=0, le=10_000)] = 100.0


WriteFunction = Literal[5, 6, 15, 16]


class Limits(Model):
    """What the device stands. Words are registers; ``gaps`` are [first, last] addresses that no request may touch unless it
    asks for a point there; ``boundary``: no request crosses a multiple of it; ``blocks``: requests to make exactly so;
    ``exact_counts``: every request on that table asks for so many. ``write_functions``: the others are refused by the device.
    """

    max_words: Annotated[int, Field(ge=1, le=125)] = 125
    max_bits: Annotated[int, Field(ge=1, le=2000)] = 2000
    boundary: Annotated[int, Field(ge=1)] | None = None
    gaps: tuple[tuple[int, int], ...] = ()
    single_reads: bool = False
    blocks: tuple[BlockEntry, ...] = ()
    exact_counts: dict[TableName, Annotated[int, Field(ge=1, le=2000)]] = Field(default_factory=dict)
    write_functions: Annotated[tuple[WriteFunction, ...], Field(min_length=1)] = (5, 6, 15, 16)
    timeout_ms: Annotated[float, Field(ge=20, le=10_000)] = 1000.0
    gap_ms: Annotated[float, Field(ge=0, le=2_000)] = 20.0
    connect_wait_ms: Annotated[float, Field(ge=0, le=10_000)] = 0.0
    warm_up_s: Annotated[float, Field(ge=0, le=3600)] = 0.0
    wake_up: WakeUp | None = None
    may_sleep: bool = False
    single_client: bool = False


class PollPeriods(Model):
    """Seconds between readings of each class; ``once`` is repeated only after a reconnect or so many seconds."""

    fast: Annotated[float, Field(gt=0)] = 2.0
    slow: Annotated[float, Field(gt=0)] = 60.0
    once: Annotated[float, Field(gt=0)] = 3600.0
