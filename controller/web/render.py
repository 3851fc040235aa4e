"""From the status to HTML: one template per part of the page, rendered once per cycle and language for all visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from controller.clock import real_mono_s
from controller.i18n import numbers
from controller.web import assets, formats
from controller.web.advice import advice
from controller.web.context import Language, WebContext
from controller.web.scene import scene
from controller.web.status import status
from controller.web.texts import Words

PARTS = (
    "clock",
    "banner",
    "alarms",
    "now",
    "sun",
    "pumps",
    "tanks",
    "zones",
    "today",
    "why",
    "devices",
    "foot",
    "stop",
)
"""The parts that events replace; each is ``templates/parts/<name>.html``."""

TOKEN = "@form-token@"
"""Stands in shared HTML where each visitor's own form token belongs."""


@dataclass(frozen=True, slots=True)
class Format:
    """``controller.web.formats`` in one language and time zone, for templates."""

    language: Language
    zone: ZoneInfo

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with so many decimals."""
        return formats.number(value, digits, self.language)

    def watts(self, value: float | None) -> str:
        """W or kW."""
        return formats.watts(value, self.language)

    def kwh(self, watt_hours: float | None) -> str:
        """kWh."""
        if watt_hours is None:
            return formats.NONE
        return f"{formats.number(watt_hours / 1000.0, 2, self.language)} kWh"

    def litres(self, value: float | None) -> str:
        """Litres or m3."""
        return formats.litres(value, self.language)

    def percent(self, share: float | None) -> str:
        """A share 0..1."""
        return formats.percent(share, self.language)

    def duration(self, seconds: float | None) -> str:
        """A time span."""
        return formats.duration(seconds, self.language)

    def clock(self, epoch_s: float | None, zone_name: bool = False) -> str:
        """A time of day."""
        return formats.clock(epoch_s, self.zone, self.language, zone_name)

    def day(self, iso: str) -> str:
        """An ISO date in words."""
        return numbers.day(iso, self.language)

    def date(self, epoch_s: float | None) -> str:
        """A date with its weekday."""
        return formats.date(epoch_s, self.zone, self.language)

    def mass(self, kilograms: float | None) -> str:
        """kg or t."""
        return formats.kilograms(kilograms, self.language)


class Renderer:
    """Renders pages and parts; parts are remembered for a cycle."""

    def __init__(self, context: WebContext) -> None:
        self._context = context
        self._zone = ZoneInfo(context.live.site.file.site.timezone)
        self._environment = Environment(
            loader=PackageLoader("controller.web"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(asset=assets.url, parts=PARTS)
        self._remembered: dict[Language, tuple[tuple[int, int], Mapping[str, str]]] = {}

    def parts(self, language: Language) -> Mapping[str, str]:
        """The page's parts as they are now, with TOKEN where a visitor's token belongs. At most one rendering a second."""
        key = (self._context.live.cycles, int(real_mono_s()))
        remembered = self._remembered.get(language)
        if remembered is not None and remembered[0] == key:
            return remembered[1]
        values = self._values(language)
        found = {name: self._environment.get_template(f"parts/{name}.html").render(values) for name in PARTS}
        self._remembered[language] = (key, found)
        return found

    def page(self, language: Language, **more: Any) -> str:
        """The whole page, with TOKEN where the visitor's token belongs."""
        return self._environment.get_template("page.html").render(
            self._frame(language), parts_html=self.parts(language), **more
        )

    def other(self, template: str, language: Language, **more: Any) -> str:
        """A page without live parts."""
        return self._environment.get_template(template).render(self._frame(language), **more)

    def _frame(self, language: Language) -> dict[str, Any]:
        return {
            "t": Words(language),
            "f": Format(language, self._zone),
            "language": language,
            "other_language": "en" if language == "id" else "id",
            "site_name": self._context.live.site.file.site.name,
            "token": TOKEN,
            "has_report": self._context.report != (),
            "pin_needed": self._context.pin_hash is not None,
        }

    def _values(self, language: Language) -> dict[str, Any]:
        found = status(self._context)
        surplus = self._context.live.site.file.power.surplus
        names = {"influx": "InfluxDB"} | {
            one["id"]: one["name"] for kind in ("pumps", "tanks", "zones") for one in found[kind]
        }
        return {
            **self._frame(language),
            "s": found,
            "names": names,
            "scene": scene(found, self._zone),
            "average_s": surplus.average_s,
            "advice": lambda entry: advice(entry["key"], entry["cause"], language),
        }
