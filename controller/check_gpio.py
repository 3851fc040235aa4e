"""The computer's own pins: one bus, numbers that exist, and no pin for two things."""

from __future__ import annotations

from collections.abc import Iterator

from controller.check_base import Finding, Subject, error
from controller.core.site import Bus
from drivers.gpio import URL
from drivers.marked_yaml import Loc
from drivers.profile_gpio import PinError, pins_of


def check_gpio(subject: Subject, bus: Bus, loc: Loc) -> Iterator[Finding]:
    """All findings about one ``gpio://`` bus and the pins of its devices."""
    if bus.url != URL:
        yield error((*loc, "url"), "bus-gpio", url=bus.url)
    owner: dict[int, str] = {}
    for i, device in enumerate(subject.file.devices):
        profile = subject.profiles.get(device.id)
        if device.bus != bus.id or profile is None:
            continue
        for line in profile.gpio:
            place: Loc = (
                ("devices", i, "settings", line.pins) if isinstance(line.pins, str) else ("devices", i, "id")
            )
            if (
                isinstance(line.pins, str)
                and line.pins not in device.settings
                and profile.settings[line.pins].default is None
            ):
                continue  # told already: a setting is missing
            settings = {
                name: s.default for name, s in profile.settings.items() if s.default is not None
            } | device.settings
            try:
                pins = pins_of(line, settings)
            except PinError as wrong:
                yield error(place, f"gpio-{wrong.case}", device=device.id, what=wrong.what)
                continue
            for pin in pins if line.kind != "adc" else ():
                if owner.setdefault(pin, device.id) != device.id:
                    yield error(place, "gpio-shared", device=device.id, other=owner[pin], pin=pin)
