"""The words of the profile language for quantities that are computed from several points of the same request."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from drivers.profile_points import Model, Name, Note


class Signed(Model):
    """One signed quantity out of two unsigned points: ``plus`` - ``minus``."""

    plus: str
    minus: str


class Derived(Model):
    """A quantity out of points of the same poll class, in glossary units. Exactly one of the ways.

    ``sum``: point -> factor. ``product``: points multiplied. ``signed``: two unsigned points make one signed value.
    Absent as soon as one part is absent.
    """

    quantity: Name
    sum: dict[str, float] | None = None
    product: Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    signed: Signed | None = None
    minimum: float | None = None
    maximum: float | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Derived:
        if sum(way is not None for way in (self.sum, self.product, self.signed)) != 1:
            raise ValueError("a derived quantity takes exactly one of sum, product and signed")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the points that it needs."""
        if self.signed is not None:
            return (self.signed.plus, self.signed.minus)
        return tuple(self.sum or ()) + (self.product or ())
