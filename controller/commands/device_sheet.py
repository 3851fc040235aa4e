"""`tirta devices NAME`: what a technician must know of a device before it is wired: settings by hand, traps, sources."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from controller.commands.console import t
from drivers.profile_base import CONFIDENCE, UNVERIFIED

if TYPE_CHECKING:
    from drivers.profile_base import Note
    from drivers.profile_model import Profile

WIDTH = 100


def sheet(profile: Profile) -> Iterator[str]:
    """The lines, in the reader's language. What a profile says nothing of is left out."""
    yield f"{profile.name} - {profile.maker} {profile.model}"
    yield from _indented(f"{profile.confidence}: {t(*CONFIDENCE[profile.confidence])}")
    if profile.transport == "modbus":
        yield from _indented(_line(profile))
    yield from _part(t("Set by hand on the device", "Disetel dengan tangan pada alat"), _by_hand(profile))
    yield from _part(t("Tirtasurya sets by itself", "Disetel sendiri oleh Tirtasurya"), _by_us(profile))
    yield from _part(t("Asked in config.yaml (settings)", "Diisi di config.yaml (settings)"), _asked(profile))
    yield from _part(t("Variants", "Varian"), _variants(profile))
    yield from _part(t("Good to know", "Perlu diketahui"), (_said(note) for note in profile.notes))
    yield from _part(t("Unverified values", "Nilai yang belum terverifikasi"), _doubtful(profile))
    yield from _part(t("Sources", "Sumber"), profile.sources)


def _line(profile: Profile) -> str:
    serial = profile.serial
    text = f"RS485: {serial.baud} 8{serial.parity}{serial.stop}, {t('address', 'alamat')} {serial.unit}"
    if serial.other_bauds:
        text += t("; sold with ", "; ada juga ") + ", ".join(map(str, serial.other_bauds))
    return text


def _by_hand(profile: Profile) -> Iterator[str]:
    for setting in profile.manual:
        yield f"{setting.where} = {setting.value}: {_said(setting.why)}"


def _by_us(profile: Profile) -> Iterator[str]:
    for setup in profile.setup:
        why = f": {_said(setup.why)}" if setup.why else ""
        yield f"register {setup.address} = {setup.value}{why}"


def _asked(profile: Profile) -> Iterator[str]:
    for name, setting in profile.settings.items():
        choices = f" ({', '.join(setting.choices)})" if setting.choices else ""
        usual = f" [{setting.default}]" if setting.default is not None else ""
        yield f"{name}: {_said(setting.label)}{f', {setting.unit}' if setting.unit else ''}{choices}{usual}"


def _variants(profile: Profile) -> Iterator[str]:
    for variant in profile.variants:
        yield f"{variant.name}: {_said(variant.note)}" if variant.note else variant.name


def _doubtful(profile: Profile) -> Iterator[str]:
    for point in profile.points:
        if point.confidence in UNVERIFIED:
            yield f"{point.name}{f': {_said(point.note)}' if point.note else ''}"


def _said(note: Note) -> str:
    return t(note.en, note.id)


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    texts = list(dict.fromkeys(lines))
    if texts:
        yield ""
        yield f"{title}:"
        for text in texts:
            yield from _indented(text, "- ")


def _indented(text: str, mark: str = "") -> list[str]:
    first = f"  {mark}"
    return textwrap.wrap(
        " ".join(text.split()),
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_on_hyphens=False,
    )
