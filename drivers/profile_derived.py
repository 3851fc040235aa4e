"""The words of the profile language for quantities that are computed from several points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import Field, model_validator

from drivers.profile_points import Model, Name, Note, Repeat, fill


class Signed(Model):
    """One signed quantity out of two unsigned points: ``plus`` - ``minus``."""

    plus: str
    minus: str


class Derived(Model):
    """A quantity out of points of the device, in glossary units. Exactly one of the ways.

    ``sum``: point -> factor. ``product``: points multiplied. ``signed``: two unsigned points make one signed value. ``join``: a
    text with {point} in it. Absent as soon as one part is absent; with ``present_only`` a sum leaves out what is absent, as
    long as one part is there. Earlier derived values may be parts by their ``name``.
    """

    quantity: Name
    name: Name | None = None
    sum: dict[str, float] | None = None
    product: Annotated[tuple[str, ...], Field(min_length=2)] | None = None
    signed: Signed | None = None
    join: str | None = None
    present_only: bool = False
    absolute: bool = False
    minimum: float | None = None
    maximum: float | None = None
    repeat: Repeat | None = None
    note: Note | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Derived:
        if sum(way is not None for way in (self.sum, self.product, self.signed, self.join)) != 1:
            raise ValueError("a derived quantity takes exactly one of sum, product, signed and join")
        if self.present_only and self.sum is None:
            raise ValueError("present_only belongs to sum")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of the points that it needs."""
        if self.signed is not None:
            return (self.signed.plus, self.signed.minus)
        if self.join is not None:
            return tuple(dict.fromkeys(p.partition("}")[0] for p in self.join.split("{")[1:]))
        return tuple(self.sum or ()) + (self.product or ())


def expand_derived(entries: Iterable[Derived]) -> Iterator[Derived]:
    """Each entry once per repetition, with ``{n}`` filled in."""
    for entry in entries:
        if entry.repeat is None:
            yield entry
            continue
        for n, _ in entry.repeat.numbers():
            signed = entry.signed and Signed(
                plus=fill(entry.signed.plus, n), minus=fill(entry.signed.minus, n)
            )
            update: dict[str, object] = {
                "quantity": fill(entry.quantity, n),
                "name": fill(entry.name, n) if entry.name else None,
                "sum": {fill(k, n): v for k, v in entry.sum.items()} if entry.sum else None,
                "product": tuple(fill(p, n) for p in entry.product) if entry.product else None,
                "signed": signed,
                "repeat": None,
            }
            yield entry.model_copy(update=update)
