"""Who stands for which figures: a verification holds for one period and for exactly the figures that it was given for. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from controller.i18n.numbers import Language
from controller.i18n.numbers import day as in_words
from controller.impact.entries import Verification
from controller.impact.lines import Line
from controller.impact.methane_lines import MethaneLine
from controller.store.chain import canonical

LANGUAGES: tuple[Language, ...] = ("en", "id")


@dataclass(frozen=True, slots=True)
class Standing:
    """``verification``: of this period and these figures. ``changed``: one of this period whose figures are others now.
    ``parts``: of shorter periods within this one; they verify nothing but themselves.
    """

    verification: Verification | None = None
    changed: Verification | None = None
    parts: tuple[Verification, ...] = ()

    @property
    def words(self) -> Mapping[str, str]:
        """Who verified what and when, ``en`` and ``id``; empty texts without a verification."""
        one = self.verification
        if one is None:
            return {"en": "", "id": ""}
        when = datetime.fromtimestamp(one.epoch_s, UTC).date().isoformat()
        who = f"{one.by} ({one.role})" if one.role else one.by
        en, local = (
            [in_words(day, language) for day in (when, one.first, one.last)] for language in LANGUAGES
        )
        return {
            "en": f"verified by {who} on {en[0]} for {en[1]} to {en[2]}",
            "id": f"diverifikasi oleh {who} pada {local[0]} untuk {local[1]} s.d. {local[2]}",
        }


def standing_of(rows: Sequence[Verification], first: str, last: str, digest: str) -> Standing:
    """The latest verification of the period that fits its figures, else the latest that does not fit any more."""
    same = [row for row in rows if (row.first, row.last) == (first, last)]
    parts = tuple(
        row
        for row in rows
        if first <= row.first <= row.last <= last and (row.first, row.last) != (first, last)
    )
    fitting = [row for row in same if row.digest == digest]
    if fitting:
        return Standing(fitting[-1], None, parts)
    return Standing(None, same[-1] if same else None, parts)


def digest_of(
    site: str, first: str, last: str, lines: Sequence[Line], methane: Sequence[MethaneLine], taken_off: Sequence[object] = ()
) -> str:  # fmt: skip
    """SHA-256 (hex) of the figures of a period: energy, water, CO2, methane and money to the gram, and every factor.
    ``taken_off``: life cycle and nitrous oxide; where there is none of them the digest is that of the rest alone.
    """
    content: list[object] = [
        site,
        first,
        last,
        [_line(line) for line in lines],
        [_paddy(one) for one in methane],
    ]
    content += [list(taken_off)] if taken_off else []
    return hashlib.sha256(canonical(content).encode("ascii")).hexdigest()


def _line(line: Line) -> list[object]:
    factor, saved = line.factor, line.saved_idr
    return [
        line.baseline, factor.name, factor.value, factor.unit, factor.source, factor.year, line.first, line.last, line.days,
        *(round(one, 3) for one in (line.energy_kwh.value, line.water_m3.value, line.co2_kg.value, line.co2_kg.half)),
        None if saved is None else round(saved.value), sorted(line.parameters.items()),
    ]  # fmt: skip


def _paddy(one: MethaneLine) -> list[object]:
    return [
        one.zone,
        one.planted,
        one.first,
        one.last,
        one.drainages,
        round(one.ch4_kg.value, 3),
        round(one.ch4_co2e_kg.value, 3),
    ]
