"""The site language: the sun, what else feeds or eats, and the weather."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from controller.core.site_signals import Ident, Model, Positive, Share, Signal


class Surplus(Model):
    """Hysteresis of the sun's power (5-minute mean, margin above what the pump needs).

    A solar drive (``supply: pv``) takes only what its own panels give: it starts nearer to its threshold and waits ``ride_s`` for a
    cloud to pass before it stops, turning slowly without lifting. Longer would warm the standing water in the pump. Where the grid
    fills what the sun leaves open, another pump stays on until it has bought ``ride_wh`` in one cloud (and at least
    ``stop_after_s`` of its full power): a start wears more than that. Where a tank is short of water a battery whose
    ``battery_soc`` is known carries up to ``battery_share`` of a pump's need while it is charged to ``battery_from_pct`` or more.
    """

    average_s: Positive = 300.0
    start_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.26
    hold_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.10
    stop_after_s: Annotated[float, Field(ge=0)] = 180.0
    drive_start_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.10
    drive_hold_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.05
    ride_s: Annotated[float, Field(ge=0, le=1200)] = 600.0
    ride_wh: Annotated[float, Field(ge=0, le=1000)] = 70.0
    battery_share: Annotated[float, Field(ge=0, le=0.5)] = 0.2
    battery_from_pct: Annotated[float, Field(ge=20, le=100)] = 50.0


class Power(Model):
    """The PV plant and what else feeds or eats. ``derate`` turns kWp and irradiance into usable watts.

    With an irradiance signal the plant's potential is derived from it (a throttled inverter hides its surplus); without,
    from ``grid_power`` (import +) or the inverter's own power. ``backup`` may carry a forced start when allowed.
    ``grid_import``, ``grid_export``, ``load_energy``, ``genset_energy``, ``battery_charge``, ``battery_discharge``: counters, Wh,
    believed before power times time; ``battery_power``: charge +; ``battery_soc``: state of charge, %.
    """

    pv_kwp: Positive
    inverter_w: Positive | None = None
    derate: Share = 0.80
    tilt_deg: Annotated[float, Field(ge=0, le=90)] = 10.0
    azimuth_deg: Annotated[float, Field(ge=0, le=360)] = 0.0
    irradiance: Signal | None = None
    pv_power: Signal | None = None
    pv_energy: Signal | None = None
    inverter_status: Signal | None = None
    grid_power: Signal | None = None
    load_power: Signal | None = None
    other_load_w: Annotated[float, Field(ge=0)] = 0.0
    backup: Literal["none", "grid", "diesel"] = "none"
    backup_for_forced: bool = False
    surplus: Surplus = Surplus()
    grid_import: Signal | None = None
    grid_export: Signal | None = None
    load_energy: Signal | None = None
    genset_power: Signal | None = None
    genset_energy: Signal | None = None
    battery_power: Signal | None = None
    battery_charge: Signal | None = None
    battery_discharge: Signal | None = None
    battery_soc: Signal | None = None


class Forecast(Model):
    """A provider of sun and rain: ``url`` (http or https; ``{latitude}`` and ``{longitude}`` are filled in) or ``bus`` and
    ``topic`` of a retained MQTT message. ``kind``: the shape of what it sends (`schedules/forecast_provider.py`).
    """

    kind: Literal["open-meteo", "json"] = "json"
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$", max_length=1000)] | None = None
    bus: Ident | None = None
    topic: Annotated[str, Field(pattern=r"^[^+#\s]+$", max_length=200)] | None = None
    every_s: Annotated[float, Field(ge=900, le=86400)] = 3600.0
    timeout_s: Annotated[float, Field(gt=0, le=60)] = 20.0

    @model_validator(mode="after")
    def _one_way(self) -> Forecast:
        if (self.url is None) == (self.bus is None) or (self.bus is None) != (self.topic is None):
            raise PydanticCustomError(
                "forecast_way",
                "a forecast comes from url, or from bus and topic: name one of them",
                {"id": "prakiraan datang dari url, atau dari bus dan topic: sebut salah satu"},
            )
        return self


class Weather(Model):
    """Signals of the site's own weather, all optional. ``rain`` is a counter in mm. ``rain_skip_mm``: after so much in 24 h what is
    not urgent waits, but for ground whose pumps cannot serve a dry stretch. ``wind_height_m``: the anemometer's height above the
    ground; its wind is brought to 2 m (FAO-56 Eq. 47).
    """

    rain: Signal | None = None
    temp_air: Signal | None = None
    humidity: Signal | None = None
    wind: Signal | None = None
    rain_skip_mm: Positive = 5.0
    forecast: Forecast | None = None
    wind_height_m: Annotated[float, Field(ge=0.5, le=100)] = 2.0
