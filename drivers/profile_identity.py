"""The words of the profile language for recognising a device, and for choosing between maps under one product name."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from drivers.profile_base import Address, Model, Name, Note, Order, TableName, ValueType, listed
from drivers.profile_commands import CommandEntry
from drivers.profile_limits import Serial
from drivers.profile_points import Point
from drivers.profile_setup import Readdress


class IdentityCheck(Model):
    """One look at one place that tells a model from its look-alikes.

    Exactly one of: ``is`` (one of these raw numbers or texts), ``matches`` (a text by regular expression), ``minimum`` and
    ``maximum`` (raw times ``scale`` within, or not within when ``outside``), ``refused`` (the device has nothing there and says
    so with an exception).
    """

    table: TableName = "holding"
    address: Address
    type: ValueType = "u16"
    count: Annotated[int, Field(ge=1, le=125)] | None = None
    order: Order | None = None
    scale: float = 1.0
    is_: Annotated[tuple[float | str, ...], Field(alias="is")] = ()
    matches: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    outside: bool = False
    refused: bool = False
    note: Note | None = None

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, data: object) -> object:
        return listed(data, "is")

    @model_validator(mode="after")
    def _one_expectation(self) -> IdentityCheck:
        bounds = self.minimum is not None or self.maximum is not None
        if sum((bool(self.is_), self.matches is not None, bounds, self.refused)) != 1:
            raise ValueError("takes exactly one of is, matches, minimum/maximum and refused")
        if self.outside and (self.minimum is None or self.maximum is None):
            raise ValueError("outside needs minimum and maximum")
        if self.matches is not None and self.type != "str":
            raise ValueError("matches needs type: str")
        if self.type == "str" and self.count is None:
            raise ValueError("a text needs count: how many registers")
        if self.matches is not None:
            try:
                re.compile(self.matches)
            except re.error as e:
                raise ValueError(f"matches is no regular expression: {e}") from None
        return self

    @property
    def point(self) -> Point:
        """The same place as a point, for the codec."""
        return Point(
            name="identity", table=self.table, address=self.address, type=self.type, count=self.count,
            order=self.order or "abcd", scale=self.scale,
        )  # fmt: skip


class Variant(Model):
    """Another map under the same product name. ``identify`` chooses it at first contact, in the order of the file.

    ``points`` are added, and replace those of the same name; ``without`` lists points that it lacks; ``scale`` gives points
    another scale; ``address_shift`` moves every point and command; ``order`` is the word order where it differs; ``commands``
    replace those of the same quantity; ``serial`` says what differs on the line, ``readdress`` how this one takes another
    address. A site may name its variant with the setting ``variant``.
    """

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
    note: Note | None = None
    identify: tuple[IdentityCheck, ...] = ()
    points: tuple[Point, ...] = ()
    without: tuple[Name, ...] = ()
    scale: dict[str, float] = Field(default_factory=dict)
    address_shift: Annotated[int, Field(ge=-65535, le=65535)] = 0
    order: Order | None = None
    commands: dict[str, CommandEntry] = Field(default_factory=dict)
    serial: Serial | None = None
    readdress: Readdress | None = None
