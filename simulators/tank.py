"""A tank: what comes in, what goes out by gravity, what runs over the rim. Water is conserved to rounding."""

from __future__ import annotations

from dataclasses import dataclass

from controller.core.site import Tank

STAND_M = 2.0
"""Height of a village tank's floor above the fields: gravity flow falls with the level, but not to nothing."""

DEAD_M = 0.02
"""What the outlet cannot take."""


@dataclass(slots=True)
class TankState:
    """``volume_m3`` now; ``overflow_m3`` and ``leaked_m3`` since the start. ``leak_m3_h``: a fault knob."""

    tank: Tank
    volume_m3: float
    overflow_m3: float = 0.0
    leaked_m3: float = 0.0
    leak_m3_h: float = 0.0

    @property
    def level_m(self) -> float:
        """Water above the floor, m."""
        return self.volume_m3 / self.tank.area_m2

    @property
    def available_m3(self) -> float:
        """Water above the outlet, m3."""
        return max(0.0, self.volume_m3 - DEAD_M * self.tank.area_m2)

    @property
    def gravity(self) -> float:
        """Share of a zone's nominal flow that the level pushes (1 when the tank is full)."""
        return (
            ((self.level_m + STAND_M) / (self.tank.full_m + STAND_M)) ** 0.5
            if self.available_m3 > 0.0
            else 0.0
        )

    def settle(self, dt_s: float) -> None:
        """After a step's inflow and outflow: leak, then spill what is above the rim."""
        if self.leak_m3_h > 0.0:
            lost = min(self.available_m3, self.leak_m3_h * dt_s / 3600.0)
            self.volume_m3 -= lost
            self.leaked_m3 += lost
        spill = self.volume_m3 - self.tank.area_m2 * self.tank.height_m
        if spill > 0.0:
            self.volume_m3 -= spill
            self.overflow_m3 += spill
