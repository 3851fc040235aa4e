"""A battery behind a hybrid inverter: energy in, less energy out, limits on both. Present where a device states its size."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Battery:
    """``capacity_wh`` usable from ``floor`` to 1 of state of charge; ``efficiency`` each way; ``limit_w`` both ways.

    ``power_w``: mean of the latest step, charging positive. ``loss_wh``: since the start.
    """

    capacity_wh: float
    limit_w: float
    soc: float = 0.6
    floor: float = 0.15
    efficiency: float = 0.95
    power_w: float = 0.0
    loss_wh: float = 0.0

    def charge(self, surplus_w: float, dt_s: float) -> float:
        """Take up to ``surplus_w``; returns the power taken, W."""
        hours = dt_s / 3600.0
        room = (1.0 - self.soc) * self.capacity_wh / self.efficiency
        taken = min(surplus_w, self.limit_w, room / hours)
        self.soc += taken * hours * self.efficiency / self.capacity_wh
        self.loss_wh += taken * hours * (1.0 - self.efficiency)
        self.power_w = taken
        return taken

    def discharge(self, need_w: float, dt_s: float) -> float:
        """Give up to ``need_w``; returns the power given, W."""
        given = min(need_w, self.available_w(dt_s))
        hours = dt_s / 3600.0
        self.soc -= given * hours / self.efficiency / self.capacity_wh
        self.loss_wh += given * hours * (1.0 / self.efficiency - 1.0)
        self.power_w = -given
        return given

    def available_w(self, dt_s: float) -> float:
        """What it could give for a whole step, W."""
        stored = max(0.0, self.soc - self.floor) * self.capacity_wh * self.efficiency
        return min(self.limit_w, stored / (dt_s / 3600.0))
