"""A statement as sentences, in Bahasa Indonesia and English: what the command line prints and a report may quote."""

from __future__ import annotations

from collections.abc import Iterator

from controller.i18n.numbers import Language, number
from controller.i18n.numbers import day as in_words
from controller.impact.estimate import Estimate
from controller.impact.indicators import amount, label
from controller.impact.lines import Line
from controller.impact.methane_lines import MethaneLine
from controller.impact.statement import Statement

BASELINES = {
    "grid": ("electricity from the grid", "listrik dari jaringan PLN"),
    "diesel-generator": ("electricity from a diesel generator", "listrik dari genset diesel"),
    "diesel-pump": ("a diesel pump lifting the same water", "pompa diesel untuk air yang sama"),
    "history": ("the fuel measured before", "pemakaian solar (BBM) yang tercatat dahulu"),
}
UNITS = {
    "kg_co2_per_kwh": ("kg CO2/kWh", "kg CO2/kWh"),
    "kg_co2_per_litre": ("kg CO2/l", "kg CO2/liter"),
    "kg_co2_per_gj": ("kg CO2/GJ", "kg CO2/GJ"),
    "kg_ch4_per_ha_d": ("kg CH4/ha/d", "kg CH4/ha/hari"),
    "kg_co2e_per_kg": ("kg CO2e/kg", "kg CO2e/kg"),
}
REGIMES = {
    "flooded": ("continuously flooded", "tergenang terus"),
    "single_drainage": ("single drainage", "satu kali dikeringkan"),
    "multiple_drainage": ("multiple drainage", "berkali-kali dikeringkan (basah-kering)"),
}


def word(pair: tuple[str, str], language: Language) -> str:
    """The word of a pair (English, Indonesian)."""
    return pair[1 if language == "id" else 0]


def mass(value: Estimate, language: Language, gas: str = "CO2") -> str:
    """``412 ± 45 kg CO2``; tonnes with two decimals from 1 t on."""
    tonnes = abs(value.value) >= 999.5
    per, unit = (1000.0, "ton" if language == "id" else "t") if tonnes else (1.0, "kg")
    digits = 2 if tonnes or abs(value.value) < 9.95 else 0
    shown, half = (number(one / per, language, digits) for one in (value.value, value.half))
    return f"{shown} ± {half} {unit} {gas}"


def percent(share: float | None, language: Language, digits: int = 0) -> str:
    """A share 0..1; a dash where it is not known."""
    return "–" if share is None else f"{number(100.0 * share, language, digits)} %"


def sentences(one: Statement, language: Language) -> Iterator[str]:
    """The statement from its headline down to who verified it."""

    def t(english: str, indonesian: str) -> str:
        return word((english, indonesian), language)

    when = (in_words(one.first, language), in_words(one.last, language))
    yield t(f"{one.site}, {when[0]} to {when[1]}", f"{one.site}, {when[0]} s.d. {when[1]}")
    seen = percent(one.coverage, language, 1)
    running = one.past_days < one.days
    rest = (
        t(f"; the period of {one.days} days is not over", f"; masa {one.days} hari ini belum selesai")
        if running
        else ""
    )
    yield t(f"{one.closed_days} of {one.past_days} days closed, {seen} of the time seen",
            f"{one.closed_days} dari {one.past_days} hari ditutup, {seen} waktu terpantau") + rest  # fmt: skip
    yield t("CO2 avoided: ", "Emisi CO2 terhindarkan: ") + mass(one.co2_kg, language)
    for line in one.lines:
        yield "  " + _line(line, language)
    if one.differs:
        again = mass(one.recomputed_kg, language)
        yield t(f"Recomputed with today's site file: {again} (the figure above is as closed)",
                f"Dihitung ulang dengan berkas lokasi sekarang: {again} (angka di atas sesuai penutupan)")  # fmt: skip
    if one.life_cycle_kg is not None and one.life_cycle is not None:
        made, net = (mass(kg, language, "CO2e") for kg in (one.life_cycle_kg, one.net_kg))
        yield t(f"Making of the panels ({one.life_cycle.source}): {made}; net {net}",
                f"Pembuatan panel ({one.life_cycle.source}): {made}; bersih {net}")  # fmt: skip
    for paddy in one.methane:
        yield _paddy(paddy, language)
    if one.gwp is not None:
        gwp = f"{number(one.gwp.value, language)} ({one.gwp.source})"
        gases = f"{mass(one.ch4_kg, language, 'CH4')} = {mass(one.ch4_co2e_kg, language, 'CO2e')}, GWP {gwp}"
        yield t("Methane avoided: ", "Metana terhindarkan: ") + gases
        if one.methane_differs:
            was = number(one.ch4_closed_kg, language, 2)
            yield t(f"As the days were closed: {was} kg CH4 (the figure above is with today's site file)",
                    f"Sesuai penutupan: {was} kg CH4 (angka di atas dengan berkas lokasi sekarang)")  # fmt: skip
        if one.n2o_co2e_kg > 0.0:
            more = number(one.n2o_co2e_kg, language, 1)
            yield t(f"Less nitrous oxide of drained soil: {more} kg CO2e",
                    f"Dikurangi dinitrogen oksida dari tanah kering: {more} kg CO2e")  # fmt: skip
        yield t("All gases: ", "Semua gas: ") + mass(one.co2e_kg, language, "CO2e")
    if any(line.saved_idr is not None for line in one.lines):
        idr, half = (number(value, language, 0) for value in (one.saved_idr.value, one.saved_idr.half))
        yield t(f"Cost saved: Rp{idr} ± {half}", f"Biaya terhemat: Rp{idr} ± {half}")
    else:
        yield t("Cost saved: not reckoned, the site file has no price for it",
                "Biaya terhemat: tidak dihitung, berkas lokasi tidak memuat harganya")  # fmt: skip
    yield _standing(one, language)
    for part in one.standing.parts:
        ends = [in_words(day, language) for day in (part.first, part.last)]
        yield t(f"  of it {ends[0]} to {ends[1]} was verified by {part.by}, as it was then",
                f"  di antaranya {ends[0]} s.d. {ends[1]} diverifikasi oleh {part.by}, seperti angkanya waktu itu")  # fmt: skip
    if one.indicators:
        yield t("Entered by people, not metered:", "Diisi orang, bukan dari meter:")
    for item in one.indicators:
        what, value = label(item.name, language), amount(item.value, item.unit, language)
        yield f"  {what}: {value} ({in_words(item.day, language)}; {item.evidence}; {item.by})"


def _line(line: Line, language: Language) -> str:
    factor = line.factor
    basis = f"{number(line.energy_kwh.value, language, 1)} kWh"
    if factor.unit == "kg_co2_per_litre":
        basis = f"{number(line.litres or 0.0, language, 1)} l"
    elif line.baseline == "diesel-pump":
        basis = f"{number(line.water_m3.value, language, 1)} m3"
    unit = word(UNITS.get(factor.unit, (factor.unit, factor.unit)), language)
    digits = 3 if abs(round(factor.value, 2) - factor.value) > 1e-9 else 2
    value = f"{number(factor.value, language, digits)} {unit}"
    year = f"data {factor.year}" if language == "id" else f"data of {factor.year}"
    against = word(BASELINES.get(line.baseline, (line.baseline, line.baseline)), language)
    text = f"{basis} x {value}: {mass(line.co2_kg, language)} ({against}; {factor.name}; {factor.source}; {year})"
    if line.fossil_share < 1.0:
        share = percent(1.0 - line.fossil_share, language)
        text += f"; biodiesel {share}, " + word(
            ("biogenic, told apart", "biogenik, di luar angka ini"), language
        )
    return text


def _paddy(one: MethaneLine, language: Language) -> str:
    name, planted, regime = one.zone, in_words(one.planted, language), word(REGIMES[one.regime], language)
    kg, drains, proven = mass(one.ch4_kg, language, "CH4"), one.drainages, number(one.proven_d, language, 0)
    kg += f" (IPCC Tier 1: {number(one.tier1_kg, language, 2 if one.tier1_kg < 9.95 else 0)} kg)"
    if language == "id":
        return (
            f"  sawah {name}, tanam {planted}: pengeringan terbukti {drains}, hari kering terbukti {proven}, {regime}, "
            f"{one.counted_d} dari {one.days} hari dihitung: {kg}"
        )
    return (
        f"  paddy {name}, planted {planted}: proven drainages {drains}, proven dry days {proven}, {regime}, "
        f"{one.counted_d} of {one.days} days count: {kg}"
    )


def _standing(one: Statement, language: Language) -> str:
    text = one.status[language]
    if one.standing.changed is not None:
        by = one.standing.changed.by
        text += word((f"; verified by {by} before, but the figures are others now",
                      f"; pernah diverifikasi oleh {by}, tetapi angkanya kini berbeda"), language)  # fmt: skip
    return text[:1].upper() + text[1:] + f" [{one.digest[:12]}]"
