"""What people are asked for, by name, with its unit and words; other names are welcome with a unit of their own."""

from __future__ import annotations

from dataclasses import dataclass

from controller.i18n.numbers import Language


@dataclass(frozen=True, slots=True)
class Known:
    """An indicator that reports know. ``unit``: as entered and shown."""

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
