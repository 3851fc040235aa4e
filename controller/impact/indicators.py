"""What people are asked for, by name, with its unit and words; other names are welcome with a unit of their own."""

from __future__ import annotations

from dataclasses import dataclass

from controller.i18n.numbers import Language, number


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator that reports know. ``unit``: as the ledger has it; ``amount`` shows it in the reader's language."""

    unit: str
    en: str
    id: str


KNOWN = {
    "members": Known("orang", "members of the group", "anggota kelompok"),
    "beneficiaries": Known("orang", "beneficiaries", "penerima manfaat"),
    "harvest": Known("kg", "harvest", "panen"),
    "income": Known("Rp", "income", "pendapatan"),
    "belt-reused": Known("ton", "conveyor-belt waste reused", "limbah sabuk konveyor dimanfaatkan"),
    "belt-saving": Known(
        "Rp", "saved by reusing conveyor-belt waste", "penghematan dari limbah sabuk konveyor"
    ),
}


def label(name: str, language: Language) -> str:
    """The indicator in words; a name of one's own as it is."""
    known = KNOWN.get(name)
    return name if known is None else known.id if language == "id" else known.en


UNITS = {
    "orang": "people",
    "ton": "t",
    "hari": "days",
    "keluarga": "families",
    "pohon": "trees",
    "ekor": "head",
}
"""Units as people enter them, in English; others (kg, m3) are the same in both languages."""


def unit_in(unit: str, language: Language, value: float = 2.0) -> str:
    """The unit as the language has it; one that is not known as it was entered."""
    if language == "id":
        return unit
    return "person" if (unit, value) == ("orang", 1.0) else UNITS.get(unit, unit)


def amount(value: float, unit: str, language: Language, decimals: int | None = None) -> str:
    """The number with its unit as the language writes both: ``60 people``, ``60 orang``, ``Rp1,250,000``."""
    text = number(value, language, decimals)
    if unit == "Rp":
        return f"-Rp{text[1:]}" if text.startswith("-") else f"Rp{text}"
    return f"{text} {unit_in(unit, language, value)}"
