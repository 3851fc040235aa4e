"""Numbers, masses, margins and factors as a statement writes them, in Bahasa Indonesia and English."""

from __future__ import annotations

import re
from collections.abc import Iterable

from controller.core.site_impact import Factor
from controller.i18n.numbers import Language, number
from controller.i18n.numbers import day as in_words
from controller.impact.estimate import Estimate
from controller.impact.factor_names import name_in, reference_in, source_in
from drivers.quantities import quantity, split_channel

UNITS = {
    "kg_co2_per_kwh": ("kg CO2/kWh", "kg CO2/kWh"),
    "kg_co2_per_litre": ("kg CO2/l", "kg CO2/liter"),
    "kg_co2_per_gj": ("kg CO2/GJ", "kg CO2/GJ"),
    "kg_ch4_per_ha_d": ("kg CH4/ha/d", "kg CH4/ha/hari"),
    "kg_co2e_per_kg": ("kg CO2e/kg", "kg CO2e/kg"),
    "days": ("days", "hari"),
}

REMARK = re.compile(r" \(.*\)$")
"""What the glossary adds to its words, "(counter)" and the like: a margin speaks of the amount."""

CHECKED = {
    "document": ("read in the document", "dibaca di dokumennya"),
    "copy": ("read in a public copy of the table", "dibaca di salinan terbuka tabelnya"),
    "unseen": ("not checked against the document", "belum dicocokkan dengan dokumennya"),
}
"""How the value of a shipped factor was looked up."""


def word(pair: tuple[str, str], language: Language) -> str:
    """The word of a pair (English, Indonesian)."""
    return pair[1 if language == "id" else 0]


def signal_words(name: str, language: Language) -> str:
    """``inverter.load_w`` as ``inverter (power of the loads)``: the device as it is labelled, then what it measures by the
    glossary, with the number of its channel. What the glossary does not know stays as it is.
    """
    device, _, measured = name.partition(".")
    row = quantity(measured)
    if row is None:
        return name
    _, channel = split_channel(measured)
    said = REMARK.sub("", word((row.description_en, row.description_id), language))
    return f"{device} ({said}{'' if channel is None else f', no. {channel}'})"


def exact(value: float, language: Language, digits: int = 3) -> str:
    """A number with as many decimals as it has, at most ``digits``: 56; 1.365; 0.86."""
    text, mark = number(value, language, digits), "," if language == "id" else "."
    return text.rstrip("0").rstrip(mark) if digits else text


def counted(value: float, language: Language) -> str:
    """What was metered, or follows from it: six figures at least, so that what is multiplied with it comes out as printed."""
    return exact(value, language, max(3, 6 - len(str(int(abs(value))))))


def span(first: str, last: str, language: Language) -> str:
    """``1 to 7 August 2026`` in full dates; one day as itself."""
    ends = [in_words(day, language) for day in (first, last)]
    return (
        ends[0] if first == last else word((f"{ends[0]} to {ends[1]}", f"{ends[0]} s.d. {ends[1]}"), language)
    )


def given(value: float, language: Language) -> str:
    """A factor or an assumption as it was written: six decimals at most."""
    return exact(value, language, 6)


def mass(value: Estimate, language: Language, gas: str = "CO2") -> str:
    """``412 ± 45 kg CO2``; tonnes with two decimals from 1 t on."""
    tonnes = abs(value.value) >= 999.5
    per, unit = (1000.0, "ton" if language == "id" else "t") if tonnes else (1.0, "kg")
    digits = 2 if tonnes or abs(value.value) < 9.95 else 0
    shown, half = (number(one / per, language, digits) for one in (value.value, value.half))
    return f"{shown} ± {half} {unit} {gas}"


def rupiah(value: Estimate, language: Language) -> str:
    """``Rp1,972 ± 53``."""
    shown, half = (number(one, language, 0) for one in (value.value, value.half))
    return f"Rp{shown} ± {half}"


def percent(share: float | None, language: Language, digits: int = 0) -> str:
    """A share 0..1; a dash where it is not known."""
    return "–" if share is None else f"{number(100.0 * share, language, digits)} %"


def margin(value: Estimate, parts: Iterable[tuple[tuple[str, str], float]], language: Language) -> str:
    """``(margin 10.4 %: meters 2.7 %, factor 10 %)``: the whole, and what it is made of; parts without one are left out."""
    whole = exact(100.0 * (value.relative or 0.0), language, 1)
    told = ", ".join(
        f"{word(name, language)} {exact(100.0 * part, language, 1)} %" for name, part in parts if part > 0.0
    )
    return f"(± {whole} %: {told})" if told else f"(± {whole} %)"


def factor_words(factor: Factor, language: Language) -> str:
    """Name, source, year, validity and uncertainty of a factor."""
    since = "" if factor.valid_from is None else in_words(factor.valid_from, language)
    until = None if factor.valid_to is None else in_words(factor.valid_to, language)
    told = [
        name_in(factor, language),
        source_in(factor, language),
        word((f"data of {factor.year}", f"data {factor.year}"), language),
    ]
    if since:
        end = word(("until a newer one is published", "sampai terbit yang baru"), language) if until is None else (
            word((f"to {until}", f"s.d. {until}"), language))  # fmt: skip
        told.append(word((f"valid from {since} {end}", f"berlaku sejak {since} {end}"), language))
    if factor.low is not None and factor.high is not None:
        low, high = (given(value, language) for value in (factor.low, factor.high))
        told.append(word((f"range {low}-{high}", f"rentang {low}-{high}"), language))
    elif factor.relative:
        told.append(f"± {exact(100.0 * factor.relative, language, 1)} %")
    return "; ".join((*told, *paper_words(factor, language)))


def source_words(factor: Factor, language: Language) -> str:
    """Source, place in the document and whether it was read there."""
    return "; ".join((source_in(factor, language), *paper_words(factor, language)))


def paper_words(factor: Factor, language: Language) -> tuple[str, ...]:
    """Where in the document a factor stands and whether it was read there; nothing of a site's own."""
    checked = word(CHECKED[factor.checked], language) if factor.checked else ""
    return tuple(text for text in (reference_in(factor, language), checked) if text)
