"""The shipped controller against the world in stepped time, with everything that can break within reach: the plant, the sensors,
the wires, the clock, and the controller's own life. The world and the devices keep true time whatever the controller's clock says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from controller.assembly import Controller, assemble
from controller.config import load_site
from controller.core.decision import Decision, Event
from controller.core.instant import Instant
from controller.core.site import Site, SiteFile
from controller.core.snapshot import OperatorOrder, Order
from controller.core.state import initial_state, restored
from controller.core.state_json import from_json
from controller.planning import inline
from controller.store.journal import SteppedJournal
from controller.store.ledger import Ledger
from drivers.errors import Disconnected
from drivers.mqtt import MqttPort
from drivers.profile import Profile
from drivers.reading import Value
from drivers.transport import Port
from simulators.broker import LoopbackBroker
from simulators.loopback import LoopbackPort
from simulators.outputs import Outputs
from simulators.registers import RegisterDevice
from simulators.rig import Rig, make_rig
from simulators.season import with_cycle
from simulators.sky import Sky
from simulators.weather import sky_of
from simulators.weather_minutes import Day
from simulators.world import World
from tests.end_to_end.sites import SITES

PIECE_S = 10.0
"""The world and the devices' own timers are stepped at least this finely, however long the cycle."""

Key = tuple[str, str]
Document = dict[str, Any]
Lie = Callable[[Value | None], Value | None]


class Sun:
    """Weather without a cloud or rain, times ``share``. A knob, not a climate."""

    def __init__(self, sky: Sky) -> None:
        self.notes: list[str] = []
        self.sky, self.share = sky, 1.0

    def day(self, ordinal: int) -> Day:
        """One local day."""
        clear = self.sky.day(ordinal).clear_w_m2
        ghi = [clear[m] * self.share for m in range(1440)]
        flat = [0.003 if 360 <= m < 1080 else 0.0 for m in range(1440)]
        return Day(ordinal, ghi, [29.0] * 1440, [75.0] * 1440, [1.0] * 1440, [0.0] * 1440, flat)


class FaultyWorld(World):
    """The world with liars: ``lies`` bend what a device says, ``welded`` outputs never open again, ``watch`` sees each step."""

    def __init__(self, site: Site, start: datetime, weather: Any) -> None:
        super().__init__(site, 1, start, weather=weather)
        self.lies: dict[Key, Lie] = {}
        self.welded: set[Key] = set()
        self.watch: Callable[[float, float], None] = lambda dt, end: None

    def value(self, device: str, quantity: str, at: datetime | None = None) -> Value | None:
        """What the device says, true or not."""
        true = super().value(device, quantity, at)
        lie = self.lies.get((device, quantity))
        return true if lie is None else lie(true)

    def apply(self, device: str, quantity: str, value: float, at: datetime | None = None) -> None:
        """A welded contact stays closed whatever its coil does; the board still reads back its coil."""
        if value == 0.0 and (device, quantity) in self.welded:
            self.latches[device, quantity] = 0.0
            return
        super().apply(device, quantity, value, at)

    def shine(self, share: float) -> None:
        """From now on the sky lets this share of a cloudless sun through; every instrument sees it."""
        assert isinstance(self.weather, Sun)
        self.weather.share = share
        self.day = self.weather.day(self._ordinal)
        self.pv_day = self.plant.day(self.sky.day(self._ordinal), self.day)

    def _step(self, dt_s: float, minute: int, end_s: float) -> None:
        super()._step(dt_s, minute, end_s)
        self.watch(dt_s, end_s)


class DeafOutputs(Outputs):
    """A board that ignores so many OFF commands; its timer runs on."""

    deaf: int = 0

    def set(self, quantity: str, value: float, lease_s: float | None = None) -> None:
        """See Outputs."""
        if value == 0.0 and self.deaf > 0:
            self.deaf -= 1
            return
        Outputs.set(self, quantity, value, lease_s)


class Broker(LoopbackBroker):
    """A broker that can be gone."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = False
        self.before = 0

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        """See LoopbackBroker; raises Disconnected while it is gone."""
        if self.gone:
            raise Disconnected("no connection", bus="broker")
        super().publish(topic, payload, qos, retain)

    def drop_clients(self) -> None:
        """Forget who subscribed after the devices: the controller died."""
        del self._handlers[self.before :]
        self._matching.clear()


@dataclass
class Loop:
    """One site, its world, and the controller's lives. Times are plant seconds since the start, unless they say otherwise."""

    site: Site
    profiles: Mapping[str, Profile]
    start: datetime
    cycle_s: float
    wall_error_s: float = 0.0
    trusted: bool = True
    boots: int = 1
    booted_s: float = 0.0
    now_s: float = 0.0
    lose_writes: int = 0
    hangs: bool = False
    controller: Controller | None = None
    decisions: list[Callable[[Decision, Instant], None]] = field(default_factory=list)
    died_s: float | None = None
    deaths: int = 0

    def __post_init__(self) -> None:
        self.site = with_cycle(self.site, self.cycle_s)
        self.sun = Sun(sky_of(self.site.file.site))
        self.world = FaultyWorld(self.site, self.start, self.sun)
        self.rig: Rig = make_rig(self.site, self.profiles, self.world, self.true_now)
        self.brokers: dict[str, Broker] = {}
        self.ports = self._ports()
        self.ledger = Ledger(None, durable=False)
        self.journal = SteppedJournal(self.ledger)
        self.runner = asyncio.Runner()
        self.told: list[tuple[float, Event]] = []
        self.decisions.append(self._tell)

    def close(self) -> None:
        """Release what is open."""
        self.runner.close()
        self.ledger.close()

    # ------------------------------------------------------------------------------------------------------------ time

    def true_now(self) -> Instant:
        """The devices' clock: right, and never reset."""
        return Instant(self.start.timestamp() + self.now_s, self.now_s, "world")

    def told_now(self) -> Instant:
        """The controller's clock."""
        epoch = self.start.timestamp() + self.now_s + self.wall_error_s
        return Instant(epoch, self.now_s - self.booted_s + 20.0, f"boot{self.boots}", self.trusted)

    def run(self, seconds: float) -> None:
        """Let plant time pass, cycle by cycle."""
        self.runner.run(self._run(self.now_s + seconds))

    async def _run(self, until_s: float) -> None:
        while self.now_s < until_s - 1e-6:
            target = min(self.now_s + self.cycle_s, until_s)
            while self.now_s < target - 1e-6:
                self.now_s = min(self.now_s + PIECE_S, target)
                self.rig.advance(self.true_now())
            if self.controller is not None and not self.hangs:
                await self._cycle(self.controller)

    async def _cycle(self, controller: Controller) -> None:
        at = self.told_now()
        await controller.poller.poll_due(at)
        decision = await controller.cycle.once(at)
        for look in self.decisions:
            look(decision, at)
        if self.lose_writes:
            self.lose_writes -= 1
            if self.lose_writes == 0:
                self.kill()
            return
        await controller.actuator.flush()

    def _tell(self, decision: Decision, _at: Instant) -> None:
        self.told += [(self.now_s, event) for event in decision.events]

    def until(self, reached: Callable[[], bool], limit_s: float = 7200.0) -> None:
        """Let time pass until something is so. Fails when it never is."""
        end = self.now_s + limit_s
        while not reached():
            assert self.now_s < end, f"not within {limit_s:.0f} s"
            self.run(self.cycle_s)

    # ------------------------------------------------------------------------------------------------- the controller

    def begin(self, reboot: bool = False) -> None:
        """Start the controller with what the ledger remembers, as the daemon does. ``reboot``: the computer too."""
        if reboot:
            self.boots += 1
            self.booted_s = self.now_s
        saved = self.ledger.load_state()
        state = initial_state(self.site) if saved is None else restored(from_json(saved.state_json))
        controller = assemble(
            self.site, state, self.profiles, self.ports, self.told_now, self.journal, inline
        )
        controller.poller.listen()
        self.controller, self.died_s = controller, None

    def kill(self, in_cycle: bool = False) -> None:
        """Kill -9. ``in_cycle``: the next cycle decides and records, but nothing of it reaches the wire."""
        if in_cycle:
            self.lose_writes = 1
            return
        if self.controller is not None:
            self.controller, self.died_s = None, self.now_s
            self.deaths += 1
        for broker in self.brokers.values():
            broker.drop_clients()

    def order(self, order: Order, target: str = "", amount: float = 0.0) -> None:
        """A person presses a button; a dead controller does not hear it."""
        if self.controller is not None:
            self.controller.live.order(OperatorOrder(order, target, amount))

    # ------------------------------------------------------------------------------------------------------- the wires

    def _ports(self) -> dict[str, Port | MqttPort]:
        ports: dict[str, Port | MqttPort] = {}
        for bus in self.site.file.buses:
            if bus.id in self.rig.speakers:
                broker = self.brokers[bus.id] = Broker()
                self.rig.join(bus.id, broker)
                broker.before = len(broker._handlers)
                ports[bus.id] = broker
            else:
                ports[bus.id] = LoopbackPort(self.rig.banks[bus.id], bus.id)
        for bank in self.rig.banks.values():
            for device in bank.units.values():
                old = device.outputs
                device.outputs = DeafOutputs(old.device, old.world, old.now, old.dead_s)
        return ports

    @property
    def reachable(self) -> bool:
        """True while every bus and device hears the controller."""
        silent = any(bank.silent for bank in self.rig.banks.values())
        silent = silent or any(one.silent for speakers in self.rig.speakers.values() for one in speakers)
        deaf = any(unit.outputs.deaf for bank in self.rig.banks.values() for unit in bank.units.values())  # type: ignore[attr-defined]
        return not (silent or deaf or any(broker.gone for broker in self.brokers.values()))

    def board(self, device: str) -> RegisterDevice:
        """The simulated Modbus device of this id."""
        return next(d for bank in self.rig.banks.values() for d in bank.units.values() if d.device == device)

    def silence(self, device: str, silent: bool = True) -> None:
        """A device falls off its wire (its own timers run on), or comes back."""
        for bank in self.rig.banks.values():
            if any(unit.device == device for unit in bank.units.values()):
                (bank.silent.add if silent else bank.silent.discard)(device)
        for speakers in self.rig.speakers.values():
            for speaker in speakers:
                if speaker.device == device:
                    speaker.silent = silent

    def cut(self, bus: str, gone: bool = True) -> None:
        """A whole bus or broker is gone, or comes back."""
        if bus in self.brokers:
            self.brokers[bus].gone = gone
            return
        for unit in self.rig.banks[bus].units.values():
            self.silence(unit.device, gone)


def make_loop(
    kind: str,
    cycle_s: float = 1.0,
    at: str = "2026-12-01T09:00",
    change: Callable[[Document], Document] | None = None,
) -> Loop:
    """A shipped site at a local time of its own, the controller not yet begun. ``change`` alters the site
    file as data; a new device takes the profile of one that is there.
    """
    site, profiles = loaded(kind)
    if change is not None:
        site = site.model_copy(update={"file": SiteFile.model_validate(change(site.file.model_dump()))})
        by_name = {entry.profile: profiles[entry.id] for entry in site.file.devices if entry.id in profiles}
        profiles = {entry.id: profiles.get(entry.id) or by_name[entry.profile] for entry in site.file.devices}
    start = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(site.file.site.timezone))
    return Loop(site, profiles, start, cycle_s)


_LOADED: dict[str, tuple[Site, Mapping[str, Profile]]] = {}


def loaded(kind: str) -> tuple[Site, Mapping[str, Profile]]:
    """The shipped site of this kind, read once."""
    if kind not in _LOADED:
        _LOADED[kind] = load_site(SITES[kind])
    return _LOADED[kind]
