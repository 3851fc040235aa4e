"""Wires and devices as JSON values: who speaks, since when, and for those who do not what to do, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controller.core.decision import Reason
from controller.core.site import DeviceEntry
from controller.i18n import render
from controller.poller import Health
from controller.troubles import (
    cut_trouble,
    part_trouble,
    silent_trouble,
    silent_wires,
    sleeps,
    trouble,
    wire_trouble,
)
from controller.web.advice import advice
from controller.web.context import LANGUAGES, Language, WebContext
from controller.wires import WireState

Json = dict[str, Any]

PASSING = ("Disconnected", "BackingOff")
"""What a device that answers again may still carry from before, until its slowest question comes round."""


def devices(context: WebContext, now_mono_s: float, now_epoch_s: float) -> list[Json]:
    """Every device of the site file. ``ok`` is None before its first word and while its silence says nothing (``asleep``: it
    sleeps in the dark; an unknown hour tells neither).

    ``said`` and ``help`` (each with ``id`` and ``en``): why it, or a part of it, does not speak and what to do; else None.
    ``error``: the technical words. ``unverified``: its values should be compared with its own display first.
    """
    lost = lost_wires(context)
    return [
        _device(entry, context.health.get(entry.id, Health()), lost, now_mono_s, now_epoch_s)
        | {"unverified": entry.id in context.unverified}
        for entry in context.live.site.file.devices
    ]


def _device(
    entry: DeviceEntry,
    health: Health,
    lost: Mapping[str, WireState],
    now_s: float,
    epoch_s: float,
) -> Json:
    asked = health.ok or (health.failures > 0 and not health.waived)
    since = now_s - health.since_mono_s if asked else None
    reason = None
    if asked and not health.ok:
        reason = cut_trouble(entry, lost[entry.bus]) if entry.bus in lost else trouble(entry, health)
    passing = health.ok and health.key in PASSING
    if health.ok and health.registers and not passing:
        reason = part_trouble(entry, health)
    return {
        "id": entry.id,
        "profile": entry.profile,
        "bus": entry.bus,
        "ok": health.ok if asked else None,
        "asleep": health.asleep,
        "error": "" if passing else health.error,
        "key": "" if passing else health.key,
        "failures": health.failures,
        "since_s": None if since is None else round(since, 1),
        "since_epoch_s": None if since is None else round(epoch_s - since, 1),
        "said": None if reason is None else {one: render(reason, one) for one in LANGUAGES},
        "help": None if reason is None else {one: _help(reason, one) for one in LANGUAGES},
    }


def _help(reason: Reason, language: Language) -> str:
    return advice(reason.key, str(reason.params.get("cause", "")), language)


def lost_wires(context: WebContext) -> dict[str, WireState]:
    """The buses without a connection that should have one, by id."""
    states = context.wires() if context.wires is not None else {}
    site, health = context.live.site, context.health
    return {bus: state for bus, state in states.items() if state.case and not sleeps(site, bus, health)}


def wires(context: WebContext) -> list[Reason]:
    """One alarm for each bus without a connection, or on which nobody answers, with its devices."""
    site, lost = context.live.site, lost_wires(context)
    cut = [wire_trouble(site, bus, state, context.rate) for bus, state in lost.items()]
    return cut + [silent_trouble(site, bus) for bus in silent_wires(site, context.health) if bus not in lost]


def silent(context: WebContext) -> int:
    """How many devices are silent that should speak."""
    return sum(1 for one in context.health.values() if not one.ok and one.failures and not one.waived)
