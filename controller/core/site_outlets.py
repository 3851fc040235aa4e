"""The site language: where data and pages go."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controller.core.site_signals import Model, Positive


class Sink(Model):
    """An InfluxDB: ``api`` v1 is ``/write`` (1.6, 1.7), v2 is ``/api/v2/write`` (1.8, 2.x, 3.x and VictoriaMetrics)."""

    url: str
    api: Literal["v1", "v2"] = "v2"
    database: str | None = None
    org: str = "-"
    bucket: str | None = None
    token_file: str | None = None
    username: str | None = None
    password_file: str | None = None


class TelemetryEntry(Model):
    """What is kept and where it goes."""

    influx: Sink | None = None
    max_mb: Annotated[float, Field(ge=1, le=10_000)] = 200.0
    pump_s: Positive = 10.0
    rest_s: Positive = 60.0
    commit_s: Positive = 30.0


class Web(Model):
    """The page. ``host`` other than 127.0.0.1 needs a PIN (``pin_file``)."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    pin_file: str | None = None
