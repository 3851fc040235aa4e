"""The site: what is wired where and what it may do. One definition serves YAML validation, JSON Schema and decide().

Numbers are SI with the unit in the name. A signal is written ``device.quantity`` in YAML.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schedules.program import Program

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
    ``calibrate`` (two points: [[raw, true], [raw, true]]) is turned into scale and offset.
    """

    device: Ident
    quantity: str
    stale_s: Positive = 60.0
    minimum: float = -1e12
    maximum: float = 1e12
    scale: float = 1.0
    offset: float = 0.0

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
            raise ValueError(f"a signal is written device.quantity, got {data['signal']!r}")
        if "calibrate" in data:
            rest |= two_points(data["calibrate"])
        return {"device": device, "quantity": quantity, **rest}

    @property
    def key(self) -> tuple[str, str]:
        """(device, quantity): the key into the table of latest readings."""
        return (self.device, self.quantity)


def two_points(points: object) -> dict[str, float]:
    """Scale and offset of the line through [[raw, true], [raw, true]] (two-point calibration of soil probes).

    Raises ValueError when the points are not two pairs of numbers with different raw values.
    """
    try:
        pairs: Any = points
        (raw_a, true_a), (raw_b, true_b) = pairs
        scale = (float(true_b) - float(true_a)) / (float(raw_b) - float(raw_a))
    except (TypeError, ValueError, ZeroDivisionError):
        raise ValueError(
            "calibrate takes two points [[raw, true], [raw, true]] with different raw values"
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
            raise ValueError(f"an output is written device.quantity, got {data['output']!r}")
        return {"device": device, "quantity": quantity, **{k: v for k, v in data.items() if k != "output"}}

    @property
    def key(self) -> tuple[str, str]:
        """(device, quantity)."""
        return (self.device, self.quantity)


class Identity(Model):
    """Who and where. ``timezone`` is an IANA name; angles in degrees, north and east positive.

    ``clock: trusted`` vouches for this machine's wall clock where the kernel cannot know (a container, an external RTC).
    """

    id: Ident
    name: str
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]
    elevation_m: Annotated[float, Field(ge=-400, le=5000)] = 0.0
    timezone: str = "Asia/Jakarta"
    language: Literal["id", "en"] = "id"
    cycle_s: Annotated[float, Field(ge=0.2, le=60)] = 1.0
    clock: Literal["auto", "trusted"] = "auto"


class Bus(Model):
    """One wire: ``tcp://host:port``, ``rtu:///dev/ttyUSB0?baud=9600&parity=N&stop=1``, ``rtu+tcp://host:port`` or
    ``mqtt://host:port``. ``timeout_s`` and ``gap_ms`` override what the profiles ask for.
    """

    id: Ident
    url: str
    timeout_s: Annotated[float, Field(gt=0, le=10)] | None = None
    gap_ms: Annotated[float, Field(ge=0, le=2000)] | None = None
    username: str | None = None
    password_file: str | None = None


class DeviceEntry(Model):
    """One device: its profile (a name of the library or a path to a YAML file), where it hangs, and its settings.

    ``unit``: Modbus address. ``topic``: the MQTT base topic or device id. ``settings``: numbers or words that the profile
    asks the site for (nameplate power, pulses per litre). ``poll_s``: poll periods by class, overriding the profile's.
    """

    id: Ident
    profile: str
    bus: Ident
    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    topic: str | None = None
    settings: dict[str, float | str] = {}
    poll_s: dict[Literal["fast", "slow", "once"], Positive] = {}


class Surplus(Model):
    """Hysteresis of the sun's power (reference: 5-minute mean, margin above the pump's threshold)."""

    average_s: Positive = 300.0
    start_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.26
    hold_margin: Annotated[float, Field(ge=1.0, le=3.0)] = 1.10
    stop_after_s: Annotated[float, Field(ge=0)] = 180.0


class Power(Model):
    """The PV plant and what else feeds or eats. ``derate`` turns kWp and irradiance into usable watts.

    With an irradiance signal the plant's potential is derived from it (a throttled inverter hides its surplus); without,
    from ``grid_power`` (import +) or the inverter's own power. ``backup`` may carry a forced start when allowed.
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


class PumpLimitsEntry(Model):
    """What the motor and the well stand. Seconds of plant time."""

    min_run_s: Annotated[float, Field(ge=0)] = 300.0
    min_rest_s: Annotated[float, Field(ge=0)] = 600.0
    max_run_s: Positive = 6 * 3600.0
    starts_per_hour: Annotated[int, Field(ge=1, le=60)] = 4
    starts_per_day: Annotated[int, Field(ge=1, le=500)] = 20


class Protect(Model):
    """Dry run, no flow, pressure: what trips, after how long, and how often it is retried before a person must come."""

    settle_s: Annotated[float, Field(ge=0)] = 30.0
    no_flow_after_s: Annotated[float, Field(gt=0, le=600)] = 45.0
    min_flow_m3_h: Positive | None = None
    dry_power_share: Share = 0.0
    min_pressure_bar: Annotated[float, Field(ge=0)] | None = None
    max_pressure_bar: Positive | None = None
    retry_after_s: Positive = 1200.0
    retries: Annotated[int, Field(ge=0, le=10)] = 3


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


class Zone(Model):
    """A piece of land behind one or more valves. ``source``: the tank (gravity) or the pump that feeds it.

    ``flow_m3_h``: nominal flow. ``probes``: soil moisture (m3/m3) or, for paddy, none; ``ponding``: water level above the
    soil, m (negative below). ``program``: the name of a program under ``programs:``; default: the zone's own id.
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

    @property
    def program_name(self) -> str:
        """The program that tunes this zone."""
        return self.program or self.id


class Weather(Model):
    """Signals of the site's own weather, all optional. ``rain`` is a counter in mm."""

    rain: Signal | None = None
    temp_air: Signal | None = None
    humidity: Signal | None = None
    wind: Signal | None = None
    rain_skip_mm: Positive = 5.0


class Factor(Model):
    """An emission factor with its paper trail."""

    value: Positive
    unit: Literal["kg_co2_per_kwh"] = "kg_co2_per_kwh"
    name: str
    source: str
    year: Annotated[int, Field(ge=1990, le=2100)]


class Impact(Model):
    """The baseline for the CO2 avoided: used PV energy times one dated factor; and prices, dated."""

    baseline: Literal["grid"] = "grid"
    factor: Factor
    price_idr_per_kwh: Annotated[float, Field(ge=0)] = 0.0
    price_source: str = ""


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


class SiteFile(Model):
    """The whole of config.yaml. ``programs`` is a folder relative to the file."""

    site: Identity
    buses: Annotated[tuple[Bus, ...], Field(min_length=1)]
    devices: Annotated[tuple[DeviceEntry, ...], Field(min_length=1)]
    power: Power
    pumps: tuple[Pump, ...] = ()
    tanks: tuple[Tank, ...] = ()
    valves: tuple[Valve, ...] = ()
    zones: tuple[Zone, ...] = ()
    weather: Weather = Weather()
    impact: Impact
    telemetry: TelemetryEntry = TelemetryEntry()
    web: Web = Web()
    programs: str = "schedules/programs"


class Site(Model):
    """What decide() works on: the site file with each zone's program beside it, and what the profiles say of fail-safes.

    ``fail_safe_s``: for each output (device, quantity) the longest lease that the device itself enforces, in seconds; an
    output that is absent has no device-side fail-safe.
    """

    file: SiteFile
    programs: dict[str, Program]
    fail_safe_s: dict[tuple[str, str], float] = {}
    config_hash: str = ""
