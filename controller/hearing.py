"""Who does not speak, on which wire, since when and what to do: told once when it begins and once when it ends.

The poller knows of devices that it asks. This adds what nobody asks: a wire without connection, and devices that speak by
themselves (MQTT) and have fallen silent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from controller.core.decision import Decision, Reason
from controller.core.instant import Instant
from controller.core.site import DeviceEntry, Site
from controller.core.snapshot import Snapshot
from controller.i18n import render
from controller.poller import Health, Poller
from controller.troubles import silent_trouble, silent_wires, sleeps, trouble, wire_trouble
from controller.web.advice import advice
from controller.wires import WireState
from drivers.profile import Profile
from schedules.solar import is_low

log = logging.getLogger("tirta")

TELL_AFTER_S = 10.0
"""What ends sooner is not worth a line, real seconds."""

WAKING_S = 70.0
"""How long the devices of a wire that comes back are waited for, real seconds: the longest back-off is a minute."""


@dataclass(slots=True)
class Hearing:
    """An observer of every cycle. ``states``: the wires now; ``rate``: plant seconds per real second."""

    site: Site
    profiles: Mapping[str, Profile]
    poller: Poller
    states: Callable[[], Mapping[str, WireState]]
    rate: float
    _began_s: float | None = None
    _waking: dict[str, float] = field(default_factory=dict)
    _told: dict[str, tuple[Reason, float]] = field(default_factory=dict)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Look once; ``poller.health`` is made true, and changes are logged."""
        at = snapshot.at
        if self._began_s is None:
            self._began_s = at.mono_s
        lost = {bus: state for bus, state in self.states().items() if state.case}
        is_low = self._is_low(at)
        found: dict[str, tuple[Reason, float]] = {}
        for entry in self.site.file.devices:
            health = self.poller.health[entry.id]
            self._listen(entry, health, entry.bus in lost, at)
            health.waived = is_low is not False and self.profiles[entry.id].limits.may_sleep
            health.asleep = health.waived and is_low is True and not health.ok
            if not health.ok and health.failures and not health.waived and health.key != "Disconnected":
                found[entry.id] = (trouble(entry, health), health.since_mono_s)
        for bus, state in lost.items():
            if not sleeps(self.site, bus, self.poller.health):
                since_s = at.mono_s - state.lost_s * self.rate
                found[bus] = (wire_trouble(self.site, bus, state, self.rate), since_s)
        self._join(found, at)
        self._tell(found, at.mono_s, lost)

    def _join(self, found: dict[str, tuple[Reason, float]], at: Instant) -> None:
        """Where nobody answers the wire is told instead of its devices; they are waited for when it comes back."""
        for bus, since_s in silent_wires(self.site, self.poller.health).items():
            found[bus] = (silent_trouble(self.site, bus), since_s)
            self._waking[bus] = at.mono_s + WAKING_S * self.rate
        for entry in self.site.file.devices:
            if at.mono_s < self._waking.get(entry.bus, at.mono_s):
                found.pop(entry.id, None)

    def _listen(self, entry: DeviceEntry, health: Health, is_cut: bool, at: Instant) -> None:
        """Silence a device on a wire that is cut, or that should have spoken by itself; take back what a cut did."""
        mqtt = self.profiles[entry.id].mqtt
        if is_cut:
            if health.ok or health.key != "Disconnected":
                self.poller.silence(entry.id, "Disconnected", "Disconnected", at)
            return
        if mqtt is None:
            return
        if health.key == "Disconnected":
            health.ok, health.since_mono_s = health.heard_mono_s is not None, at.mono_s
            health.error, health.key, health.failures = "", "", 0
        heard_s = health.heard_mono_s
        since_s = self._began_s if heard_s is None else heard_s
        if since_s is None or at.mono_s - since_s <= mqtt.stale_s + TELL_AFTER_S * self.rate:
            return
        if health.ok or not health.failures:
            failure = "Never" if heard_s is None else "Quiet"
            self.poller.silence(entry.id, failure, failure, at)
            health.since_mono_s = since_s

    def _is_low(self, at: Instant) -> bool | None:
        """Whether the sun is down or nearly so, when an inverter without a battery may sleep; None while the hour is unknown."""
        site = self.site.file.site
        return is_low(at.epoch_s, site.latitude, site.longitude) if at.trusted else None

    def _is_back(self, name: str, lost: Collection[str]) -> bool:
        """Whether what is not told any more speaks again, and is not just asleep, or silent behind a wire that is told instead."""
        health = self.poller.health
        if name in health:
            return health[name].ok
        members = [health[entry.id] for entry in self.site.file.devices if entry.bus == name]
        return name not in lost and (not members or any(one.ok or not one.waived for one in members))

    def _tell(self, found: Mapping[str, tuple[Reason, float]], now_s: float, lost: Collection[str]) -> None:
        language = self.site.file.site.language
        for name in [name for name in self._told if name not in found]:
            _reason, since_s = self._told.pop(name)
            if not self._is_back(name, lost):
                continue
            back = Reason(name, "device_back", {"since_s": now_s - since_s})
            log.info("%s: %s", name, render(back, language))
        for name, (reason, since_s) in found.items():
            before = self._told.get(name)
            if now_s - since_s < TELL_AFTER_S * self.rate or (before and before[0].key == reason.key):
                continue
            self._told[name] = (reason, since_s)
            help_ = advice(reason.key, str(reason.params.get("cause", "")), language)
            log.warning("%s: %s %s", name, render(reason, language), help_)
