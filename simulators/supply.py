"""Who feeds whom: sun first, then the battery, then the grid or the genset; what is left over is stored, exported or throttled."""

from __future__ import annotations

from dataclasses import dataclass, field

from controller.core.site import DeviceEntry, SiteFile
from simulators.battery import Battery

HYBRID_BATTERY_WH = 5120.0
"""One usual 51.2 V 100 Ah module: the battery of a hybrid inverter whose entry does not state ``battery_kwh``."""


@dataclass(slots=True)
class Energies:
    """Wh since the start; none ever falls. ``pv_available``: what the plant could have given, ``pv_yield``: what it gave,
    ``pv_used``: the part that served loads on the site at once or out of the battery's gain, ``unserved``: load without source.
    ``pump_imported``, ``pump_genset``: what of ``imported`` and ``genset`` the pumps caused (the sun serves other loads first).
    """

    pv_available: float = 0.0
    pv_yield: float = 0.0
    pv_used: float = 0.0
    load: float = 0.0
    pump: float = 0.0
    imported: float = 0.0
    exported: float = 0.0
    genset: float = 0.0
    charged: float = 0.0
    discharged: float = 0.0
    unserved: float = 0.0
    pump_imported: float = 0.0
    pump_genset: float = 0.0


@dataclass(slots=True)
class Supply:
    """Power flows of the latest step, W (grid: import positive; battery: charging positive), and energies.

    ``export``: whether surplus may flow into the grid; else the inverter throttles to the load. Fault knobs: ``grid_ok``
    (False: outage; a plain grid-tied inverter stops with it) and ``genset_on``.
    """

    has_grid: bool
    export: bool
    battery: Battery | None
    genset_on: bool = False
    grid_ok: bool = True
    potential_w: float = 0.0
    pv_w: float = 0.0
    load_w: float = 0.0
    grid_w: float = 0.0
    genset_w: float = 0.0
    battery_w: float = 0.0
    energy: Energies = field(default_factory=Energies)

    @property
    def firm(self) -> bool:
        """Whether a load may take more than the sun gives."""
        return (self.has_grid and self.grid_ok) or self.genset_on

    @property
    def islanded(self) -> bool:
        """A grid-tied inverter without grid, battery and genset: it must not feed (anti-islanding)."""
        return self.has_grid and not self.grid_ok and self.battery is None and not self.genset_on

    def balance(self, potential_w: float, load_w: float, pump_w: float, dt_s: float) -> None:
        """Close the step: who gives, who takes, and the counters."""
        hours, energy = dt_s / 3600.0, self.energy
        # Every minute of a year: comparisons instead of calls of min and max.
        used = load_w if load_w < potential_w else potential_w
        rest, surplus = load_w - used, potential_w - used
        battery_w = exported = grid = genset = 0.0
        if self.battery is not None:
            battery_w = self._battery(rest, surplus, dt_s)
            rest = max(0.0, rest + min(0.0, battery_w))
            surplus = max(0.0, surplus - max(0.0, battery_w))
        charged = battery_w if battery_w > 0.0 else 0.0
        given = battery_w if battery_w < 0.0 else 0.0
        if rest > 0.0:
            if self.has_grid and self.grid_ok:
                grid = rest
            elif self.genset_on:
                genset = rest
            else:
                energy.unserved += rest * hours
                load_w -= rest
        elif self.export and self.has_grid and self.grid_ok:
            exported = surplus
        self.potential_w, self.load_w, self.battery_w = potential_w, load_w, battery_w
        self.pv_w = used + charged + exported
        self.grid_w, self.genset_w = grid - exported, genset
        energy.pv_available += potential_w * hours
        energy.pv_yield += self.pv_w * hours
        energy.pv_used += (used - given) * hours
        energy.load += load_w * hours
        energy.pump += pump_w * hours
        energy.imported += grid * hours
        energy.exported += exported * hours
        energy.genset += genset * hours
        energy.pump_imported += (pump_w if pump_w < grid else grid) * hours
        energy.pump_genset += (pump_w if pump_w < genset else genset) * hours
        energy.charged += charged * hours
        energy.discharged -= given * hours

    def _battery(self, rest_w: float, surplus_w: float, dt_s: float) -> float:
        """What flows into (+) or out of (-) the battery, W."""
        assert self.battery is not None
        if rest_w > 0.0:
            return -self.battery.discharge(rest_w, dt_s)
        if surplus_w > 0.0:
            return self.battery.charge(surplus_w, dt_s)
        self.battery.power_w = 0.0
        return 0.0


def supply_of(file: SiteFile, export: bool | None) -> Supply:
    """The site's supply. Without ``export`` given, surplus is exported only where nothing but the grid meter could show it
    (a grid meter and no irradiance signal); everywhere else the inverter throttles (zero export, off grid).
    """
    power = file.power
    has_grid = power.backup == "grid" or (power.grid_power is not None and power.backup != "diesel")
    exports = power.grid_power is not None and power.irradiance is None if export is None else export
    battery = next((found for entry in file.devices if (found := _battery_of(entry)) is not None), None)
    return Supply(
        has_grid,
        exports and has_grid,
        battery,
        genset_on=power.backup == "diesel" and power.backup_for_forced,
    )


def _battery_of(entry: DeviceEntry) -> Battery | None:
    """A device's battery: its setting ``battery_kwh`` (0: none), else one module behind a hybrid inverter."""
    stated = entry.settings.get("battery_kwh")
    capacity = (
        float(stated) * 1000.0
        if stated is not None
        else HYBRID_BATTERY_WH
        if "hybrid" in entry.profile
        else 0.0
    )
    return Battery(capacity, limit_w=0.5 * capacity) if capacity > 0.0 else None
