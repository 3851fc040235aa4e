"""The world that the simulators speak for: the plant's physics, asked and commanded by device and quantity in SI units.

The world knows the site's physics, not its wires: words, payloads, leases and device-side timers belong to the register and
MQTT simulators. Anybody may put their own class in its place (``--world MODULE:FACTORY``).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from controller.core.site import Site
from drivers.reading import Value
from simulators.naturals import getter
from simulators.plant import Plant
from simulators.roles import Key, roles_of
from simulators.truth import truth_of
from simulators.weather import WeatherSource


class World(Plant):
    """One site's world: physics (Plant), the meaning of each device's quantities (roles, naturals), and the truth."""

    def __init__(
        self,
        site: Site,
        seed: int,
        start: datetime,
        *,
        weather: WeatherSource | None = None,
        export: bool | None = None,
    ) -> None:
        """As Plant."""
        super().__init__(site, seed, start, weather=weather, export=export)
        self.roles = roles_of(site.file)
        self.latches: dict[Key, float] = {}
        self._getters: dict[Key, Callable[[], Value | None]] = {}

    def value(self, device: str, quantity: str, at: datetime | None = None) -> Value | None:
        """What the device would say of ``quantity`` now (the moment of the last ``advance``), SI units or a state word.

        Every device has a value for every quantity of the glossary: the site's own parts, else something sensible; None only for
        what nobody but the device knows (maker, serial number, its node's battery): the profile says that.
        """
        read = self._getters.get((device, quantity))
        if read is None:
            read = self._getters[device, quantity] = getter(self, self.roles, self.latches, device, quantity)
        return read()

    def reader(self, device: str, quantity: str) -> Callable[[], Value | None]:
        """What ``value`` does for one quantity, without the way there: for those who ask every minute of a year."""
        if type(self).value is not World.value:
            return lambda: self.value(device, quantity)  # somebody refined it
        self.value(device, quantity)
        return self._getters[device, quantity]

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """An output of a device changes: a pump's run or frequency, a valve, or any other relay (kept, without effect)."""
        self.latches[device, quantity] = float(value)
        part = self.roles.outputs.get((device, quantity))
        if part is None:
            return
        if part.what == "pump.run":
            self.pumps[part.whose].wanted = value != 0.0
        elif part.what == "pump.frequency":
            self.pumps[part.whose].set_hz = max(0.0, value)
        else:
            self.valves[part.whose].wanted = value != 0.0

    def truth(self) -> dict[str, Any]:
        """What really happened since the start: kWh, m3, mm and the pumps' wear (see truth_of)."""
        return truth_of(self)


def default_world(site: Site, seed: int, start: datetime) -> World:
    """The FACTORY behind ``--world``: the built-in world with generated weather."""
    return World(site, seed, start)
