"""How far the day's figures may be from the truth: half-widths at 95 %, meter by meter, so that days can be added up rightly.

``u95.FIGURE.METER`` is what a meter's own error (its gain) moves the figure by, with its sign: the same every day.
``u95.FIGURE`` is what is independent from day to day: steps of counters, what is read between two polls. Combined as in the
IPCC 2006 Guidelines, Vol. 1 Ch. 3, Eq. 3.2. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import hypot

from controller.core.account_figures import Figures, bought, figures, total
from controller.core.draft import Draft
from controller.core.site import Pump, Signal, SiteFile, Zone
from controller.core.state import Accounts, Parts

METER = 0.02
"""An energy meter of class 1 in use, the current transformers of its size included."""

INTERNAL = 0.05
"""What an inverter or a drive measures inside itself; makers state 3 to 5 %."""

WATER_METER = 0.05
"""ISO 4064 class 2 in use: 2 % above the transitional flow, 5 % below it."""

RATED, RATED_FLOW, NOMINAL = 0.15, 0.25, 0.20
"""A pump's power by its nameplate, its flow by its nameplate, a zone's flow by its emitters."""

BETWEEN_POLLS = 0.03
"""Power or flow times time between two readings, independent from day to day."""

POTENTIAL = 0.20
"""The estimate of what the plant could give."""

STEP = 0.8
"""Two readings of a counter with a resolution of one: the difference of two uniform errors stays within it in 95 of 100."""

LEVEL_M = 0.014
"""Two readings of a level to the centimetre."""

Sources = dict[tuple[str, str], float]


@dataclass(slots=True)
class Margins:
    """``sources``: (figure, meter) -> signed half-width; ``chance``: figure -> half-width, independent."""

    sources: Sources = field(default_factory=dict)
    chance: dict[str, float] = field(default_factory=dict)

    def add(self, figure: str, meter: str, half: float) -> None:
        """What a meter moves the figure by."""
        if half != 0.0:
            self.sources[figure, meter] = self.sources.get((figure, meter), 0.0) + half

    def by_chance(self, figure: str, half: float) -> None:
        """What is independent of everything else."""
        if half != 0.0:
            self.chance[figure] = hypot(self.chance.get(figure, 0.0), half)

    def told(self) -> Figures:
        """As figures of the closing."""
        found: Figures = {}
        for (figure, meter), half in self.sources.items():
            found[f"u95.{figure}.{meter}" if meter else f"u95.{figure}"] = half
        return found | {f"u95.{figure}": half for figure, half in self.chance.items()}


def margins(c: Draft, day: Accounts, tanks: Mapping[str, float]) -> Figures:
    """The half-widths of a day's figures, and what each water meter counted (``meters.METER``, m3)."""
    found, file = Margins(), c.wiring.site.file
    _energy(c, found, day, file)
    meters: Figures = {}
    for pump in file.pumps:
        parts = day.flows.get(f"water/{pump.id}") or day.flows.get(f"lift/{pump.id}")
        if parts is not None:
            name = _water(c, found, pump, parts)
            if name:
                meters[f"meters.{name}"] = parts[0] + parts[1]
    for zone in file.zones:
        if zone.id in day.zones:
            _zone(found, zone, *day.zones[zone.id], file)
    for tank in file.tanks:
        if tank.id in tanks:
            found.by_chance(f"tanks.{tank.id}/", LEVEL_M * tank.area_m2)
            found.by_chance("unexplained_m3", LEVEL_M * tank.area_m2)
    return meters | found.told()


def named(signal: Signal) -> str:
    """A meter's name in the accounts."""
    return f"{signal.device}.{signal.quantity}"


def accuracy(signal: Signal, usual: float) -> float:
    """A meter's half-width at 95 %, as a share: the site file's word, else what is usual."""
    return usual if signal.accuracy is None else signal.accuracy


def _usual(file: SiteFile, signal: Signal) -> float:
    """An energy meter measures better than an inverter or a drive does beside its work."""
    power = file.power
    inside = {
        one.device for one in (power.pv_power, power.pv_energy, power.inverter_status) if one is not None
    }
    inside |= {
        pump.run.device for pump in file.pumps if pump.status is not None or pump.frequency is not None
    }
    return INTERNAL if signal.device in inside else METER


def _energy(c: Draft, found: Margins, day: Accounts, file: SiteFile) -> None:
    power = file.power
    told = figures(day)
    aux = float(told.get("aux_wh", 0.0)) > 0.0 and "load" in day.flows
    for pump in file.pumps:
        place = f"drive/{pump.id}" if pump.supply == "pv" else f"pump/{pump.id}"
        within = (
            aux and pump.supply != "pv"
        )  # the load meter sees it too: in the sum of both it does not count
        shares = {"pumps_wh": 1.0, "solar_wh": 0.0 if within else 1.0, "aux_wh": -1.0 if within else 0.0}
        _place(c, found, file, day.flows.get(place), (pump.energy, pump.power), f"rated/{pump.id}", shares)
    sun = {"aux_wh": 1.0, "solar_wh": 1.0} if aux else {}
    _place(c, found, file, day.flows.get("load"), (power.load_energy, power.load_power), "load", sun)
    _place(c, found, file, day.flows.get("pv"), (power.pv_energy, power.pv_power), "pv", {"pv_wh": 1.0})
    _place(
        c,
        found,
        file,
        day.flows.get("export"),
        (power.grid_export, power.grid_power),
        "grid",
        {"export_wh": 1.0},
    )
    _paid(found, day, file, told)
    found.add("curtailed_wh", "potential", POTENTIAL * total(day, "curtailed"))
    for place, meter in (("charge", power.battery_charge), ("discharge", power.battery_discharge)):
        sign = {"battery_loss_wh": 1.0 if place == "charge" else -1.0}
        _place(c, found, file, day.flows.get(place), (meter, power.battery_power), "battery", sign)


def _place(
    c: Draft, found: Margins, file: SiteFile, parts: Parts | None, meters: tuple[Signal | None, Signal | None], rated: str,
    figures_: Mapping[str, float],
) -> None:  # fmt: skip
    """One place of measurement, and the figures that it stands in with their sign."""
    if parts is None:
        return
    for figure, sign in figures_.items():
        if sign == 0.0:
            continue
        for signal, amount in zip(meters, parts, strict=False):
            if signal is not None:
                found.add(figure, named(signal), sign * amount * accuracy(signal, _usual(file, signal)))
        found.add(figure, rated, sign * RATED * parts[2])
        found.by_chance(figure, BETWEEN_POLLS * parts[1])
        found.by_chance(figure, _step(c, meters[0]) if parts[0] else 0.0)


def _step(c: Draft, signal: Signal | None) -> float:
    last = None if signal is None else c.counters.get(named(signal))
    return 0.0 if last is None else STEP * last.step


def _paid(found: Margins, day: Accounts, file: SiteFile, told: Figures) -> None:
    """What grid and genset gave, and what that leaves for the sun."""
    power = file.power
    grid_wh, genset_wh = bought(day, float(told["pumps_wh"]) + float(told.get("aux_wh", 0.0)))
    main = power.grid_import or power.grid_power
    second = power.genset_energy or power.genset_power or main
    for figure, amount, signal in (("grid_wh", grid_wh, main), ("genset_wh", genset_wh, second)):
        share = POTENTIAL if signal is None else accuracy(signal, _usual(file, signal))
        name = "potential" if signal is None else named(signal)
        found.add(figure, name, share * amount)
        found.add("solar_wh", name, -share * amount)
        found.by_chance(figure, BETWEEN_POLLS * amount)
        found.by_chance("solar_wh", BETWEEN_POLLS * amount)


def _water(c: Draft, found: Margins, pump: Pump, parts: Parts) -> str:
    """One pump's water; returns its meter's name, "" where it has none."""
    meter = pump.volume or pump.flow
    for figure in ("water_m3", "unexplained_m3"):
        if meter is not None:
            found.add(figure, named(meter), accuracy(meter, WATER_METER) * (parts[0] + parts[1]))
        found.add(figure, f"rated/{pump.id}", RATED_FLOW * parts[2])
        found.by_chance(figure, BETWEEN_POLLS * parts[1])
        found.by_chance(figure, _step(c, pump.volume) if parts[0] else 0.0)
    return "" if meter is None else named(meter)


def _zone(found: Margins, zone: Zone, metered: float, nominal: float, file: SiteFile) -> None:
    """One zone's water: by its own meter, by its share of the pump's, or by its emitters."""
    for name, half in _zone_meters(zone, metered, file):
        found.add(f"zones.{zone.id}/{name}", "", half)
        found.add("unexplained_m3", name, -half)
    found.add(f"zones.{zone.id}/nominal/{zone.id}", "", NOMINAL * nominal)
    found.add("unexplained_m3", f"nominal/{zone.id}", -NOMINAL * nominal)


def _zone_meters(zone: Zone, metered: float, file: SiteFile) -> Iterator[tuple[str, float]]:
    if zone.flow is not None:
        yield named(zone.flow), accuracy(zone.flow, WATER_METER) * metered
        return
    pump = next((one for one in file.pumps if one.id == zone.source), None)
    meter = None if pump is None else pump.volume or pump.flow
    if meter is not None:
        yield named(meter), accuracy(meter, WATER_METER) * metered
