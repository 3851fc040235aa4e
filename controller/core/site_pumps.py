"""The site language: a pump, what it stands, and what protects it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.core.site_signals import Ident, Model, Output, Positive, Share, Signal


class PumpLimitsEntry(Model):
    """What the motor and the well stand. Seconds of plant time."""

    min_run_s: Annotated[float, Field(ge=0)] = 300.0
    min_rest_s: Annotated[float, Field(ge=0)] = 600.0
    max_run_s: Positive = 6 * 3600.0
    starts_per_hour: Annotated[int, Field(ge=1, le=60)] = 4
    starts_per_day: Annotated[int, Field(ge=1, le=500)] = 20


class Protect(Model):
    """Dry run, no flow, pressure: what trips, after how long, and how often it is retried before a person must come.

    ``reset_faults``: the controller may press the reset of a drive in fault; false leaves that to the keypad.
    """

    settle_s: Annotated[float, Field(ge=0)] = 30.0
    no_flow_after_s: Annotated[float, Field(gt=0, le=600)] = 45.0
    min_flow_m3_h: Positive | None = None
    dry_power_share: Share = 0.0
    min_pressure_bar: Annotated[float, Field(ge=0)] | None = None
    max_pressure_bar: Positive | None = None
    retry_after_s: Positive = 1200.0
    retries: Annotated[int, Field(ge=0, le=10)] = 3
    reset_faults: bool = True


class Pump(Model):
    """A pump: how it is switched and proven, what it lifts, and what protects it.

    ``rated_flow_m3_h`` at ``rated_head_m`` with ``rated_power_w`` electric; ``static_head_m`` is the pure lift.
    ``threshold_w``: electric power below which nothing flows (default 0.38 of rated). ``into``: a tank id or ``zones``.
    ``supply``: ``inverter`` (mains side) or ``pv`` (solar drive: speed follows the sun). ``frequency``: set-point output of a
    drive. ``accepts_risk``: ``no-fail-safe`` when nothing stops the pump if this computer dies and the group accepts it.
    """

    id: Ident
    name: str | None = None
    run: Output
    frequency: Output | None = None
    supply: Literal["inverter", "pv"] = "inverter"
    rated_power_w: Positive
    rated_flow_m3_h: Positive
    rated_head_m: Positive
    static_head_m: Annotated[float, Field(ge=0)] | None = None
    threshold_w: Positive | None = None
    into: str = "zones"
    suction: Signal | None = None
    suction_tank: Ident | None = None
    min_suction_m: float | None = None
    flow: Signal | None = None
    volume: Signal | None = None
    power: Signal | None = None
    energy: Signal | None = None
    pressure: Signal | None = None
    fault: Signal | None = None
    status: Signal | None = None
    limits: PumpLimitsEntry = PumpLimitsEntry()
    protect: Protect = Protect()
    lease_s: Positive | None = None
    accepts_risk: Literal["no-fail-safe"] | None = None

    @property
    def threshold(self) -> float:
        """Electric power, W, below which nothing flows."""
        return self.threshold_w if self.threshold_w is not None else 0.38 * self.rated_power_w
