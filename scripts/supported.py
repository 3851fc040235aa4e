"""SUPPORTED.md and SUPPORTED.id.md from the library of profiles: `.venv/bin/python scripts/supported.py` writes both.

A test compares them with what this makes, so they are never edited by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from drivers.profile import CommandEntry, Profile, library, load_profile  # noqa: E402
from drivers.profile_base import CONFIDENCE, UNVERIFIED  # noqa: E402
from drivers.quantities import quantity, split_channel  # noqa: E402

Language = Literal["en", "id"]
FILES: dict[Language, str] = {"en": "SUPPORTED.md", "id": "SUPPORTED.id.md"}
COMMAND = ".venv/bin/python scripts/supported.py"
SHOWN = 14
"""Quantities in a cell; the rest is counted."""

SPEAKS = {"modbus": "Modbus", "mqtt": "MQTT", "gpio": "GPIO"}
SHORT = {"running": ("run / stop", "jalan / henti"), "status": ("state", "keadaan")}
"""Other words than the glossary's."""

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Supported devices", "Alat yang didukung"),
    "other": ("[Bahasa Indonesia](SUPPORTED.id.md)", "[English](SUPPORTED.md)"),
    "made": (f"Made by `{COMMAND}` from `drivers/profiles/`; do not edit.",
             f"Dibuat oleh `{COMMAND}` dari `drivers/profiles/`; jangan disunting."),
    "count": ("{n} profiles, {u} of them unverified. How to add a device without programming: [docs/devices.md](docs/devices.md).",
              "{n} profil, {u} belum terverifikasi. Cara menambah alat tanpa pemrograman: [docs/devices.md](docs/devices.md)."),
    "unverified": ("**Unverified**: the map is from one source that is not the maker, or sources disagree.",
                   "**Belum terverifikasi**: petanya dari satu sumber yang bukan pembuatnya, atau sumbernya bertentangan."),
    "compare": ("Compare two or three values with the display of the device first (`tirta probe`); `tirta check` names it.",
                "Bandingkan dahulu dua tiga nilai dengan layar alatnya (`tirta probe`); `tirta check` menyebutnya."),
    "head": ("device | profile | speaks | how sure | reads | commands | when the computer dies | sources",
             "alat | profil | lewat | keyakinan | membaca | perintah | bila komputer mati | sumber"),
    "more": ("and {n} more", "dan {n} lagi"),
    "nothing": ("–", "–"),
    "rows": ("unverified rows: {names}", "baris belum terverifikasi: {names}"),
    "until_walk": ("what the device has of:", "yang dimiliki alat, dari:"),
    "timed_on": ("its own timer ends it, {s} at most", "pewaktunya sendiri mengakhiri, paling lama {s}"),
    "comm_loss": ("stops by itself {s} after the line falls silent", "berhenti sendiri {s} setelah jalur diam"),
    "device_limit": ("a limit set in the device ends it after {s}", "batas yang diatur pada alat mengakhiri setelah {s}"),
    "none": ("**nothing**: stays as it was", "**tidak ada**: tetap seperti terakhir"),
}  # fmt: skip

KINDS: dict[str, tuple[str, str]] = {
    "inverter": ("Inverters without battery", "Inverter tanpa baterai"),
    "hybrid": ("Hybrid and battery inverters", "Inverter hibrida dan baterai"),
    "pump_drive": ("Pump drives (VFD)", "Penggerak pompa (VFD)"),
    "soil": ("Soil", "Tanah"),
    "relay": ("Relays", "Relai"),
    "valve": ("Valves", "Katup"),
    "meter": ("Electricity meters", "Meter listrik"),
    "flow": ("Flow and volume", "Debit dan volume"),
    "level": ("Water level", "Tinggi air"),
    "pressure": ("Pressure", "Tekanan"),
    "weather": ("Weather", "Cuaca"),
    "sensor": ("Other sensors", "Sensor lain"),
}


def document(language: Language) -> str:
    """The whole file in one language."""
    profiles = [load_profile(name) for name in library()]
    unverified = sum(p.confidence in UNVERIFIED for p in profiles)
    count = _say("count", language).format(n=len(profiles), u=unverified)
    lines = [
        f"# {_say('title', language)}", "", _say("other", language), "", count, "",
        _say("unverified", language), _say("compare", language), "", _say("made", language),
    ]  # fmt: skip
    for kind, names in KINDS.items():
        rows = [_row(p, language) for p in profiles if p.kind == kind]
        if rows:
            head = f"| {_say('head', language)} |"
            lines += [
                "",
                f"## {names[language == 'id']}",
                "",
                head,
                "|" + "---|" * (head.count("|") - 1),
                *rows,
            ]
    return "\n".join(lines) + "\n"


def _say(key: str, language: Language) -> str:
    return TEXTS[key][language == "id"]


def _row(profile: Profile, language: Language) -> str:
    link = f"[{profile.name}](drivers/profiles/{profile.name}.yaml)"
    cells = (
        f"{profile.maker}: {profile.model}", link, SPEAKS[profile.transport], _confidence(profile, language),
        _reads(profile, language), _commands(profile, language), _fail_safes(profile, language), "; ".join(profile.sources),
    )  # fmt: skip
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text that neither ends the cell nor starts a tag."""
    return re.sub(r"\s+", " ", text).replace("|", "\\|").replace("<", "&lt;").strip() or "–"


def _confidence(profile: Profile, language: Language) -> str:
    text = CONFIDENCE[profile.confidence][language == "id"]
    if profile.confidence in UNVERIFIED:
        return f"**{text}**"
    codings = [
        *profile.points,
        *(f for m in (profile.mqtt.messages if profile.mqtt else ()) for f in m.fields),
    ]
    rows = [c.quantity or c.name or "" for c in codings if c.confidence in UNVERIFIED]
    return text + ("; " + _say("rows", language).format(names=", ".join(_collapsed(rows))) if rows else "")


def _reads(profile: Profile, language: Language) -> str:
    names = list(profile.quantities)
    for layout in profile.sunspec.models if profile.sunspec else ():
        names += [p.quantity for p in layout.points if p.quantity and p.quantity not in names]
    walked = f"{_say('until_walk', language)} " if profile.sunspec else ""
    return walked + _listed(names, language)


def _commands(profile: Profile, language: Language) -> str:
    return _listed(profile.commands, language) if profile.commands else _say("nothing", language)


def _listed(names: Iterable[str], language: Language) -> str:
    """Quantities in words, channels as a number of them."""
    words = [_words(name, language) for name in _collapsed(names)]
    words = list(dict.fromkeys(words))
    more = len(words) - SHOWN
    tail = [_say("more", language).format(n=more)] if more > 0 else []
    return ", ".join([*words[:SHOWN], *tail])


def _words(name: str, language: Language) -> str:
    """The glossary's words without their explanation; of a flag without its "1 while"."""
    base, times, count = name.partition(" ×")
    row = quantity(base)
    assert row is not None, base
    text = row.description_id if language == "id" else row.description_en
    plain = re.sub(r"^(1 (while it|while the|bila|selagi) |write 1 to |tulis 1 untuk )", "", text)
    words = SHORT.get(base, (plain, plain))[language == "id"]
    return re.split(r" \(|[:;,]", words)[0] + times + count


def _collapsed(names: Iterable[str]) -> Iterator[str]:
    """``switch_1``, ``switch_2`` ... as ``switch ×8``."""
    channels: dict[str, int] = {}
    for name in names:
        base = split_channel(name.replace("{n}", "1"))[0]
        channels[base] = channels.get(base, 0) + 1
    return (base if n == 1 else f"{base} ×{n}" for base, n in channels.items())


def _fail_safes(profile: Profile, language: Language) -> str:
    """Each different way in which the outputs end, with the outputs where there are several ways."""
    ways: dict[str, list[str]] = {}
    for name, entry in profile.commands.items():
        if not entry.press and quantity(name) is not None:
            ways.setdefault(_fail_safe(entry, language), []).append(name)
    if len(ways) <= 1:
        return next(iter(ways), _say("nothing", language))
    return "; ".join(f"{_listed(names, language)}: {way}" for way, names in ways.items())


def _fail_safe(entry: CommandEntry, language: Language) -> str:
    return _say(entry.fail_safe.kind, language).format(s=_duration(entry.fail_safe_s, language))


def _duration(seconds: float | None, language: Language) -> str:
    if seconds is None:
        return "?"
    for size, words in ((86400, ("d", "hari")), (3600, ("h", "jam")), (60, ("min", "menit"))):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {words[language == 'id']}"
    return f"{seconds:g} {'detik' if language == 'id' else 's'}"


if __name__ == "__main__":
    for one, file in FILES.items():
        (ROOT / file).write_text(document(one), encoding="utf-8")
        print(file)
