"""The site language: tanks, valves and the zones behind them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.core.site_signals import Ident, Model, Output, Positive, Signal


class Tank(Model):
    """A tank of constant section. ``empty_m`` and ``full_m`` bound its use; ``refill_m`` is where filling begins again."""

    id: Ident
    name: str | None = None
    level: Signal
    area_m2: Positive
    height_m: Positive
    empty_m: Annotated[float, Field(ge=0)] = 0.2
    full_m: Positive
    refill_m: Positive | None = None


class Valve(Model):
    """A valve. ``open_s``: how long it takes to open or close (pump before valve when stopping, after it when starting)."""

    id: Ident
    command: Output
    open_s: Annotated[float, Field(ge=0, le=300)] = 5.0
    lease_s: Positive | None = None


class Injector(Model):
    """A dosing pump or the valve of an injector: stock solution into the water of the zones that name it.

    ``rate_l_h``: stock solution while it is on. ``accepts_risk``: ``no-fail-safe`` when nothing stops it if this computer dies and
    the group accepts it.
    """

    id: Ident
    name: str | None = None
    command: Output
    rate_l_h: Positive
    lease_s: Positive | None = None
    accepts_risk: Literal["no-fail-safe"] | None = None


class Turns(Model):
    """Giliran: members take turns, each ``days`` local days (``by: need``: until served, at most so many). A missed turn is given
    again up to ``make_up`` times; while its member's zones want nothing a turn is lent. ``source``: of this pump or tank only.
    """

    members: Annotated[tuple[Ident, ...], Field(min_length=2)]
    days: Annotated[int, Field(ge=1, le=30)] = 1
    by: Literal["days", "need"] = "days"
    lend: bool = True
    make_up: Annotated[int, Field(ge=0, le=7)] = 1
    source: Ident | None = None


class Zone(Model):
    """A piece of land behind one or more valves. ``source``: the tank (gravity) or the pump that feeds it.

    ``flow_m3_h``: nominal flow. ``probes``: soil moisture (m3/m3) or, for paddy, none; ``ponding``: water level above the
    soil, m (negative below). ``member``: whose land it is; ``share``: its claim on scarce water, per m2.
    ``program``: the name of a program under ``programs:``; default: the zone's own id.
    ``temp_air``, ``humidity``: of the zone's own air (a melon house); default: those under ``weather``.
    ``injector``: what doses stock solution into its water.
    """

    id: Ident
    name: str | None = None
    valves: Annotated[tuple[Ident, ...], Field(min_length=1)]
    source: Ident
    area_m2: Positive
    flow_m3_h: Positive
    probes: tuple[Signal, ...] = ()
    ponding: Signal | None = None
    flow: Signal | None = None
    program: Ident | None = None
    temp_air: Signal | None = None
    humidity: Signal | None = None
    injector: Ident | None = None
    member: Ident | None = None
    share: Positive = 1.0

    @property
    def program_name(self) -> str:
        """The program that tunes this zone."""
        return self.program or self.id
