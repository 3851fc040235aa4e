"""What the site language is made of: names, signals, outputs."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

Ident = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
"""Names used in files, tags and topics: lower case letters, digits and dashes."""

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, le=1)]


class Model(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Signal(Model):
    """A quantity of a device as one role sees it: bounds, age limit, and the site's own linear correction.

    In YAML ``device.quantity``, or a mapping with ``signal`` and the other keys. ``stale_s``: older values are no values.
    ``calibrate`` (two points: [[raw, true], [raw, true]]) is turned into scale and offset. ``accuracy``: half-width at 95 % of the
    meter's own error as a share (0.01: class 1); default by kind of meter (docs/accounts.md).
    """

    device: Ident
    quantity: str
    stale_s: Positive = 60.0
    minimum: float = -1e12
    maximum: float = 1e12
    scale: float = 1.0
    offset: float = 0.0
    accuracy: Annotated[float, Field(gt=0, le=0.5)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        if isinstance(data, str):
            data = {"signal": data}
        if not isinstance(data, dict) or "signal" not in data:
            return data
        rest = {k: v for k, v in data.items() if k not in ("signal", "calibrate")}
        device, dot, quantity = str(data["signal"]).partition(".")
        if not dot or not quantity:
            raise _dotted("a signal", "sinyal", data["signal"])
        if "calibrate" in data:
            rest |= two_points(data["calibrate"])
        return {"device": device, "quantity": quantity, **rest}

    @property
    def key(self) -> tuple[str, str]:
        """(device, quantity): the key into the table of latest readings."""
        return (self.device, self.quantity)


def _dotted(what: str, apa: str, given: object) -> PydanticCustomError:
    """The error of a text that is not device.quantity, in both languages."""
    return PydanticCustomError(
        "dotted",
        "{what} is written device.quantity, got '{given}'",
        {"what": what, "given": str(given), "id": f"{apa} ditulis alat.besaran, bukan '{{given}}'"},
    )


def two_points(points: object) -> dict[str, float]:
    """Scale and offset of the line through [[raw, true], [raw, true]] (two-point calibration of soil probes).

    Raises PydanticCustomError when the points are not two pairs of numbers with different raw values.
    """
    try:
        pairs: Any = points
        (raw_a, true_a), (raw_b, true_b) = pairs
        scale = (float(true_b) - float(true_a)) / (float(raw_b) - float(raw_a))
    except (TypeError, ValueError, ZeroDivisionError):
        raise PydanticCustomError(
            "two_points",
            "calibrate takes two points [[read, true], [read, true]] with different values read",
            {
                "id": "calibrate perlu dua titik [[terbaca, benar], [terbaca, benar]] dengan nilai terbaca yang berbeda"
            },
        ) from None
    return {"scale": scale, "offset": float(true_a) - scale * float(raw_a)}


class Output(Model):
    """A command quantity of a device (``relay.switch_1`` in YAML) and the signal that proves it."""

    device: Ident
    quantity: str
    feedback: Signal | None = None
    verify_s: Positive = 10.0

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: object) -> object:
        if isinstance(data, str):
            data = {"output": data}
        if not isinstance(data, dict) or "output" not in data:
            return data
        device, dot, quantity = str(data["output"]).partition(".")
        if not dot or not quantity:
            raise _dotted("an output", "keluaran", data["output"])
        return {"device": device, "quantity": quantity, **{k: v for k, v in data.items() if k != "output"}}

    @property
    def key(self) -> tuple[str, str]:
        """(device, quantity)."""
        return (self.device, self.quantity)
