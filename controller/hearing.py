"""Who does not speak, on which wire, since when and what to do: told once when it begins and once when it ends.

The poller knows of devices that it asks. This adds what nobody asks: a wire without connection, and devices that speak by
themselves (MQTT) and have fallen silent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from controller.core.decision import Decision, Reason
from controller.core.instant import Instant
from controller.core.site import DeviceEntry, Site
from controller.core.snapshot import Snapshot
from controller.i18n import render
from controller.poller import Health, Poller
from controller.troubles import silent_trouble, silent_wires, trouble, wire_trouble
from controller.web.advice import advice
from controller.wires import WireState
from drivers.profile import Profile
from schedules.solar import cos_zenith

log = logging.getLogger("tirta")

TELL_AFTER_S = 10.0
"""What ends sooner is not worth a line, real seconds."""

WAKING_S = 70.0
"""How long the devices of a wire that comes back are waited for, real seconds: the longest back-off is a minute."""

DARK_COSINE = 0.1
"""Cosine of the sun's zenith angle below which panels give an inverter too little to be awake (about 6 degrees high)."""


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
        found = {
            bus: (wire_trouble(self.site, bus, state, self.rate), at.mono_s - state.lost_s * self.rate)
            for bus, state in lost.items()
        }
        for entry in self.site.file.devices:
            health = self.poller.health[entry.id]
            self._listen(entry, health, entry.bus in lost, at)
            health.asleep = not health.ok and self.profiles[entry.id].limits.may_sleep and self._is_dark(at)
            if not health.ok and health.failures and not health.asleep and health.key != "Disconnected":
                found[entry.id] = (trouble(entry, health), health.since_mono_s)
        self._join(found, at)
        self._tell(found, at.mono_s)

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

    def _is_dark(self, at: Instant) -> bool:
        """Whether the sun is down or nearly so, when an inverter without a battery may sleep."""
        site = self.site.file.site
        return at.trusted and cos_zenith(at.epoch_s, site.latitude, site.longitude) < DARK_COSINE

    def _tell(self, found: Mapping[str, tuple[Reason, float]], now_s: float) -> None:
        language = self.site.file.site.language
        for name in [name for name in self._told if name not in found]:
            _reason, since_s = self._told.pop(name)
            back = Reason(name, "device_back", {"since_s": now_s - since_s})
            log.info("%s: %s", name, render(back, language))
        for name, (reason, since_s) in found.items():
            before = self._told.get(name)
            if now_s - since_s < TELL_AFTER_S * self.rate or (before and before[0].key == reason.key):
                continue
            self._told[name] = (reason, since_s)
            help_ = advice(reason.key, str(reason.params.get("cause", "")), language)
            log.warning("%s: %s %s", name, render(reason, language), help_)
