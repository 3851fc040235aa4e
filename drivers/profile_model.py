"""The root of the profile language: a device as data. `drivers.profile` loads it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from drivers.profile_base import Confidence, Model, Note, Order, TableName
from drivers.profile_commands import CommandEntry, expand_command
from drivers.profile_derived import Derived, expand_derived
from drivers.profile_gpio import GpioLine
from drivers.profile_identity import IdentityCheck, Variant
from drivers.profile_limits import BlockEntry, Limits, PollPeriods, Serial
from drivers.profile_mqtt import Mqtt, channels, fill_number
from drivers.profile_points import Point, expand
from drivers.profile_setup import Manual, Numbering, Readdress, Setting, Setup
from drivers.profile_sunspec import SunSpec

__all__ = [
    "BlockEntry", "Golden", "Limits", "Manual", "Numbering", "Poll", "PollPeriods", "Profile", "Readdress", "Serial", "Setting",
    "Setup", "resolved", "wire_address",
]  # fmt: skip

Poll = Literal["fast", "slow", "once"]


class Golden(Model):
    """A real or hand-computed exchange, run as a test of the codec in both directions.

    ``words`` from ``address`` of ``table`` on; or ``topic`` and ``payload``; or ``command`` (quantity, value, lease_s) and
    ``writes`` as whole RTU frames in hex with checksum. ``frame``: a whole RTU reply in hex. ``expect``: quantity -> value
    in glossary units; null for absent. ``given``: what points in other requests say (by name). ``publishes``: [topic, payload]
    of each message that a command sends. ``settings`` may name the variant.
    """

    note: str = ""
    table: TableName = "holding"
    address: Annotated[int, Field(ge=0, le=65535)] | None = None
    words: tuple[int, ...] | None = None
    frame: str | None = None
    topic: str | None = None
    payload: str | None = None
    settings: dict[str, float | str] = Field(default_factory=dict)
    expect: dict[str, float | str | None] = Field(default_factory=dict)
    given: dict[str, float | str] = Field(default_factory=dict)
    command: tuple[str, float, float] | None = None
    writes: tuple[str, ...] | None = None
    publishes: tuple[tuple[str, str], ...] | None = None


class Profile(Model):
    """One model of device. ``entries`` is ``points:`` as written; `points` is what they expand to."""

    name: Annotated[str, Field(alias="profile", pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
    maker: str
    model: str
    kind: Literal[
        "inverter",
        "hybrid",
        "pump_drive",
        "soil",
        "relay",
        "valve",
        "meter",
        "flow",
        "level",
        "pressure",
        "weather",
        "sensor",
    ]
    transport: Literal["modbus", "mqtt", "gpio"] = "modbus"
    confidence: Confidence
    sources: Annotated[tuple[str, ...], Field(min_length=1)]
    notes: tuple[Note, ...] = ()
    manual: tuple[Manual, ...] = ()
    serial: Serial = Serial()
    readdress: Readdress | None = None
    setup: tuple[Setup, ...] = ()
    identify: tuple[IdentityCheck, ...] = ()
    variants: tuple[Variant, ...] = ()
    tcp_port: Annotated[int, Field(ge=1, le=65535)] | None = None
    limits: Limits = Limits()
    poll_s: PollPeriods = PollPeriods()
    numbering: Numbering = Numbering()
    order: Order = "abcd"
    settings: dict[str, Setting] = Field(default_factory=dict)
    entries: tuple[Point, ...] = Field(default=(), alias="points")
    derived_entries: tuple[Derived, ...] = Field(default=(), alias="derived")
    sunspec: SunSpec | None = None
    mqtt: Mqtt | None = None
    gpio: tuple[GpioLine, ...] = ()
    command_entries: dict[str, CommandEntry] = Field(default_factory=dict, alias="commands")
    golden: tuple[Golden, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _own_settings(cls, data: object) -> object:
        return with_implied_settings(data)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every point with its repeats written out, its wire address and its word order filled in."""
        return tuple(expand(resolved(point, self) for point in self.entries))

    @cached_property
    def derived(self) -> tuple[Derived, ...]:
        """Every derived quantity with its repeats written out."""
        return tuple(expand_derived(self.derived_entries))

    @cached_property
    def commands(self) -> Mapping[str, CommandEntry]:
        """Every command by quantity, with repeats written out; also those that only variants have."""
        written = [*self.command_entries.items(), *(c for v in self.variants for c in v.commands.items())]
        found: dict[str, CommandEntry] = {}
        for quantity, entry in written:
            for name, command in expand_command(quantity, entry):
                found.setdefault(name, command)
        return found

    @property
    def notes_id(self) -> tuple[str, ...]:
        """The notes in Bahasa Indonesia."""
        return tuple(note.id for note in self.notes)

    def fail_safe_s(self, quantity: str) -> float | None:
        """The longest time, s, that the output outlives its last command; None when only a command ends it."""
        entry = self.commands.get(quantity)
        return entry.fail_safe_s if entry else None

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Every quantity that the device reports, in any variant, each once. SunSpec's are only known after the walk."""
        points = [*self.points, *(p for v in self.variants for p in expand(v.points))]
        names = [p.quantity for p in points if p.quantity and p.access != "write"]
        names += [d.quantity for d in self.derived]
        for message in self.mqtt.messages if self.mqtt else ():
            names += [
                fill_number(f.quantity, n)
                for f in message.fields
                if f.quantity
                for n in channels(f.repeat, message.repeat)
            ]
        return tuple(dict.fromkeys(names))

    def parts_of(self, quantities: Collection[str]) -> frozenset[str]:
        """Names of the points that derived quantities are made of in the end."""
        made = {d.name: d for d in self.derived if d.name}
        wanted = [p for d in self.derived if d.quantity in quantities for p in d.parts]
        parts: set[str] = set()
        while wanted:
            part = wanted.pop()
            if part in made and part not in parts:
                wanted += made[part].parts
            parts.add(part)
        return frozenset(parts)

    def with_points(self, points: Iterable[Point]) -> Profile:
        """The same device with other points (SunSpec after the walk)."""
        copy = self.model_copy(update={"entries": tuple(points)})
        return copy.fresh()

    def fresh(self) -> Profile:
        """Forget what was worked out from other entries (after model_copy, which copies that too)."""
        for cached in ("points", "derived", "commands", "quantities"):
            self.__dict__.pop(cached, None)
        return self

    def of_class(self, poll: str) -> tuple[Point, ...]:
        """The readable points of one poll class."""
        return tuple(p for p in self.points if p.poll == poll and p.access != "write")


def resolved(point: Point, profile: Profile) -> Point:
    """The point with its wire address (from ``doc`` where needed) and the profile's word order."""
    update: dict[str, object] = {}
    if point.address is None and point.words is None:
        update["address"] = wire_address(point.doc, profile.numbering)
    if point.order is None:
        update["order"] = profile.order
    return point.model_copy(update=update) if update else point


_PARAMETER = re.compile(r"([A-Za-z]*)(\d+)[.-](\d+)")


def wire_address(doc: int | str | None, numbering: Numbering) -> int | None:
    """The wire address of a number on the maker's paper, or None when it cannot be computed."""
    if isinstance(doc, int):
        address = doc - numbering.minus
        return address if 0 <= address <= 65535 else None
    rule = numbering.parameter
    match = _PARAMETER.fullmatch(doc) if doc is not None else None
    if match is None or rule == "none":
        return None
    letters, group, item = match[1], int(match[2]), int(match[3])
    if rule == "group_byte":
        return group * 256 + item if group < 256 and item < 256 else None
    address = rule.letters.get(letters, rule.base) + group * rule.group_step + item * rule.item_step
    return address if 0 <= address <= 65535 else None


_IMPLIED: dict[str, tuple[str, str]] = {
    "variant": ("which map of this product; auto finds out at first contact", "peta alat yang mana; auto mencari sendiri"),
    "server": ("LoRaWAN network server", "server jaringan LoRaWAN"),
    "application": ("application id on the LoRaWAN network server", "id aplikasi pada server jaringan LoRaWAN"),
}  # fmt: skip


def with_implied_settings(data: object) -> object:
    """The profile's mapping with the settings that its other parts ask for: variant; server and application of downlinks."""
    if not isinstance(data, dict):
        return data
    implied: dict[str, dict[str, object]] = {}
    names = [v.get("name") for v in _dicts(data.get("variants"))]
    if names:
        implied["variant"] = {"choices": ["auto", *map(str, names)], "default": "auto"}
    if "downlink" in str(data.get("commands")):
        messages = _dicts(
            (data.get("mqtt") or {}).get("messages") if isinstance(data.get("mqtt"), dict) else None
        )
        servers = dict.fromkeys(str(e) for m in messages for e in m.get("envelopes") or ())
        implied["server"] = {"choices": list(servers), "default": next(iter(servers), None)}
        implied["application"] = {"text": True}
    if not implied or not isinstance(data.get("settings", {}), dict):
        return data
    labelled = {
        k: v | {"label": dict(zip(("en", "id"), _IMPLIED[k], strict=True))} for k, v in implied.items()
    }
    return data | {"settings": labelled | (data.get("settings") or {})}


def _dicts(data: object) -> list[dict[str, Any]]:
    return [d for d in data if isinstance(d, dict)] if isinstance(data, list | tuple) else []
