"""What a technician tunes: one YAML file per program under ``schedules/programs``. Pure validation, no files here."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from schedules.fertigation import Fertigation
from schedules.program_base import Ident, Model, Positive, Window

__all__ = [
    "Base", "CalendarProgram", "ContainerProgram", "FieldProgram", "MistingProgram", "Model", "PaddyProgram", "Program", "Window",
]  # fmt: skip


class Base(Model):
    """What every program has. ``efficiency``: share of the applied water that reaches the root zone. ``rain_skip``: false for
    plants under a roof, for which rain neither stops irrigation nor counts as water. ``cycle_s``, ``cycle_mm`` (gross): longest
    part of an application; ``soak_s``: pause between parts. ``fertigation``: stock solution into the water,
    for zones that have an injector.
    """

    program: Ident
    note: str = ""
    windows: Annotated[tuple[Window, ...], Field(min_length=1)]
    efficiency: Annotated[float, Field(gt=0.2, le=1)] = 0.85
    min_run_s: Annotated[float, Field(ge=0)] = 120.0
    max_run_s: Positive = 2 * 3600.0
    rain_skip: bool = True
    cycle_s: Positive | None = None
    cycle_mm: Positive | None = None
    soak_s: Annotated[float, Field(ge=0)] | None = None
    fertigation: Fertigation | None = None


class FieldProgram(Base):
    """Crop in soil, FAO-56 single Kc. ``crop`` and ``soil`` are names of the catalogue; ``refill``: share of the depletion
    that one irrigation gives back; ``max_depth_mm``: net limit of one irrigation.
    """

    kind: Literal["field"] = "field"
    crop: str
    planted: date
    soil: str
    root_depth_m: Positive | None = None
    allowed_depletion: Annotated[float, Field(gt=0, lt=1)] | None = None
    refill: Annotated[float, Field(gt=0, le=1)] | None = None
    max_depth_mm: Positive = 30.0


class ContainerProgram(Base):
    """Polybags or pots. ``dose_by: pot_water``: a dose is due when ``dose_share`` of the available pot water is used.
    ``radiation``: when the sun has brought ``radiation_j_cm2`` (or ``radiation_mj_m2``) since the last dose, ``vpd``: when the
    air's dryness has summed up to ``vpd_kpa_h``; a dose is due at ``dose_share`` all the same.

    ``dose_mm`` (over the zone) or ``dose_l`` (each pot): what one dose brings to the plants; without them all that was used.
    ``drain_share``: share of a dose that shall run through and take the salts along.
    """

    kind: Literal["container"] = "container"
    pots: Annotated[int, Field(ge=1)]
    pot_volume_l: Positive
    available_share: Annotated[float, Field(gt=0, lt=1)] = 0.22
    dose_share: Annotated[float, Field(gt=0, lt=1)] = 0.30
    kc: Positive = 1.05
    max_doses_per_day: Annotated[int, Field(ge=1, le=24)] = 4
    dose_by: Literal["pot_water", "radiation", "vpd"] = "pot_water"
    radiation_j_cm2: Annotated[float, Field(ge=10, le=3000)] | None = None
    radiation_mj_m2: Annotated[float, Field(ge=0.1, le=30)] | None = None
    vpd_kpa_h: Annotated[float, Field(ge=0.1, le=50)] | None = None
    dose_mm: Positive | None = None
    dose_l: Positive | None = None
    drain_share: Annotated[float, Field(ge=0, le=0.5)] = 0.0


class PaddyProgram(Base):
    """Rice. Irrigate to ``upper_mm`` above the soil when the level falls to ``lower_mm`` (safe alternate wetting and drying:
    -150, no lower); kept flooded until ``awd_from_day`` (young plants, weeds) and from ``flower_from_day`` to ``flower_to_day``
    after planting. ``percolation_mm_d``: loss downwards.
    """

    kind: Literal["paddy"] = "paddy"
    crop: str = "rice"
    planted: date
    upper_mm: Positive = 50.0
    lower_mm: Annotated[float, Field(le=50, ge=-150)] = -150.0
    percolation_mm_d: Annotated[float, Field(ge=0, le=50)] = 4.0
    refill: Annotated[float, Field(gt=0, le=1)] | None = None
    flower_from_day: Annotated[int, Field(ge=0)] = 60
    flower_to_day: Annotated[int, Field(ge=0)] = 75
    awd_from_day: Annotated[int, Field(ge=0)] = 0


class CalendarProgram(Base):
    """No model: ``depth_mm`` (gross) every ``every_days`` days, first day ``anchor``, shared over the windows of that day."""

    kind: Literal["calendar"] = "calendar"
    depth_mm: Positive
    every_days: Annotated[int, Field(ge=1, le=30)] = 1
    anchor: date = date(2026, 1, 1)


class MistingProgram(Base):
    """Cooling by mist: pulses of ``pulse_s`` with pauses of at least ``pause_s`` while it is hot and dry, at most
    ``max_pulses_per_day``. It begins when temperature and vapour pressure deficit are both at "on" and ends below one "off".

    Where the defaults come from: schedules/misting.py.
    """

    kind: Literal["misting"] = "misting"
    temp_on_c: Annotated[float, Field(ge=15, le=50)] = 33.0
    temp_off_c: Annotated[float, Field(ge=10, le=50)] = 31.0
    vpd_on_kpa: Annotated[float, Field(ge=0.2, le=6)] = 1.5
    vpd_off_kpa: Annotated[float, Field(ge=0.1, le=6)] = 1.1
    pulse_s: Annotated[float, Field(ge=2, le=600)] = 20.0
    pause_s: Annotated[float, Field(ge=10, le=7200)] = 180.0
    max_pulses_per_day: Annotated[int, Field(ge=1, le=1000)] = 120


Program = Annotated[
    FieldProgram | ContainerProgram | PaddyProgram | CalendarProgram | MistingProgram,
    Field(discriminator="kind"),
]
