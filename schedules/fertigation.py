"""Fertigation as a technician writes it: how much stock solution, on which irrigations, with which rinses. Pure values."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schedules.program_base import Model, Positive, Weekday

Seconds = Annotated[float, Field(ge=0, le=3600)]


class Fertigation(Model):
    """Stock solution into the water of a zone that has an injector.

    Either ``stock_l_m3`` (litres of stock per m3 of water; the pulses last ``on_s``) or pulses of ``on_s`` with pauses of
    ``off_s``. Clean water comes first (``pre_rinse_s`` or ``pre_rinse_l``: pipes full, emitters at pressure) and last
    (``post_rinse_s`` or ``post_rinse_l``: no solution stays in the pipes to clog the drippers). ``every``: each n-th irrigation;
    ``days``: only on these weekdays (site's time).
    """

    stock_l_m3: Annotated[float, Field(gt=0, le=100)] | None = None
    on_s: Annotated[float, Field(ge=1, le=600)] = 10.0
    off_s: Annotated[float, Field(ge=0, le=3600)] | None = None
    pre_rinse_s: Seconds | None = None
    pre_rinse_l: Positive | None = None
    post_rinse_s: Seconds | None = None
    post_rinse_l: Positive | None = None
    every: Annotated[int, Field(ge=1, le=60)] = 1
    days: tuple[Weekday, ...] = ()

    def pre(self, flow_m3_h: float) -> float:
        """Litres of clean water before the first pulse."""
        return (
            self.pre_rinse_l
            if self.pre_rinse_l is not None
            else (PRE_S if self.pre_rinse_s is None else self.pre_rinse_s) * flow_m3_h / 3.6
        )

    def post(self, flow_m3_h: float) -> float:
        """Litres of clean water after the last pulse."""
        return (
            self.post_rinse_l
            if self.post_rinse_l is not None
            else (POST_S if self.post_rinse_s is None else self.post_rinse_s) * flow_m3_h / 3.6
        )

    def due_s(self, litres: float, seconds: float, rate_l_h: float) -> float:
        """Seconds that the injector should have been on after so many litres and seconds of water between the rinses."""
        if self.off_s is not None:
            return self.on_s + seconds * self.on_s / (self.on_s + self.off_s)
        return 3600.0 * litres / 1000.0 * (self.stock_l_m3 or 0.0) / rate_l_h

    def share(self, flow_m3_h: float, rate_l_h: float) -> float:
        """Share of the time that the injector is on between the rinses; above 1 it is too small."""
        if self.off_s is not None:
            return self.on_s / (self.on_s + self.off_s)
        return flow_m3_h * (self.stock_l_m3 or 0.0) / rate_l_h


PRE_S = 60.0
POST_S = 120.0
"""Rinses where the program says nothing: a lateral of 50 m at 0.5 m/s is washed through in 100 s."""
