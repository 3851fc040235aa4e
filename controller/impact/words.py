"""A statement as sentences, in Bahasa Indonesia and English: what the command line prints and a report may quote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from controller.i18n.numbers import Language, number
from controller.i18n.numbers import day as in_words
from controller.impact.factor_names import name_in
from controller.impact.indicators import amount, label
from controller.impact.line_words import line_words
from controller.impact.methane_words import basis_words, paddy_words
from controller.impact.phrases import counted, exact, given, mass, percent, rupiah, source_words, span, word
from controller.impact.statement import Statement

MARGINS = (
    "± are half-widths at 95 % (IPCC 2006 Guidelines, volume 1, chapter 3): independent ones in quadrature, alike ones added up",
    "± ialah setengah lebar selang 95 % (Pedoman IPCC 2006, jilid 1 bab 3): yang bebas dijumlah kuadrat, selebihnya langsung",
)
NONE_PROVEN = (
    "Methane avoided: none, no drainage is proven",
    "Metana terhindarkan: tidak ada, belum ada pengeringan terbukti",
)


def sentences(one: Statement, language: Language) -> Iterator[str]:
    """The statement from its headline down to who verified it."""
    yield from _head(one, language)
    yield from _co2(one, language)
    yield from _panels(one, language)
    yield from _methane(one, language)
    yield _saved(one, language)
    yield word(MARGINS, language)
    yield _standing(one, language)
    yield from _parts(one, language)
    if one.indicators:
        yield word(("Entered by people, not metered:", "Diisi orang, bukan dari meter:"), language)
    for item in one.indicators:
        what, value = label(item.name, language), amount(item.value, item.unit, language)
        yield f"  {what}: {value} ({in_words(item.day, language)}; {item.evidence}; {item.by})"


def _head(one: Statement, language: Language) -> Iterator[str]:
    when = (in_words(one.first, language), in_words(one.last, language))
    yield word((f"{one.site}, {when[0]} to {when[1]}", f"{one.site}, {when[0]} s.d. {when[1]}"), language)
    seen = percent(one.coverage, language, 1)
    told = word((f"{one.closed_days} of {one.past_days} days closed, {seen} of the time seen",
                 f"{one.closed_days} dari {one.past_days} hari ditutup, {seen} waktu terpantau"), language)  # fmt: skip
    running = word(
        (f"; the period of {one.days} days is not over", f"; masa {one.days} hari ini belum selesai"),
        language,
    )
    yield told + (running if one.past_days < one.days else "")


def _co2(one: Statement, language: Language) -> Iterator[str]:
    yield word(("CO2 avoided: ", "Emisi CO2 terhindarkan: "), language) + mass(one.co2_kg, language)
    for line in one.lines:
        yield from (f"  {text}" for text in line_words(line, language))
    if not one.differs:
        return
    again = mass(one.recomputed_kg, language)
    yield word((f"Recomputed with today's site file: {again} (the figure above is as closed)",
                f"Dihitung ulang dengan berkas lokasi sekarang: {again} (angka di atas sesuai penutupan)"), language)  # fmt: skip
    for line in one.recomputed:
        yield from (f"  {text}" for text in line_words(line, language))


def _panels(one: Statement, language: Language) -> Iterator[str]:
    """Making the panels, taken off where the site file asks for it."""
    if one.life_cycle_kg is None or one.life_cycle is None:
        return
    made, net = (mass(kg, language, "CO2e") for kg in (one.life_cycle_kg, one.net_kg))
    sum_ = f"{counted(one.generated_kwh or 0.0, language)} kWh x {given(one.life_cycle.value, language)} kg CO2e/kWh = {made}"
    paper = f"{name_in(one.life_cycle, language)}; {source_words(one.life_cycle, language)}"
    yield word((f"Making of the panels, by what they gave: {sum_} ({paper}); net {net}",
                f"Pembuatan panel, menurut produksinya: {sum_} ({paper}); bersih {net}"), language)  # fmt: skip


def _methane(one: Statement, language: Language) -> Iterator[str]:
    if one.gwp is None:
        return
    for paddy in one.methane:
        yield from (f"  {text}" for text in paddy_words(paddy, one.methane_basis, language))
    if not one.ch4_kg.value and not one.methane_differs:
        yield word(NONE_PROVEN, language)
        return
    kg, gwp = (
        exact(one.ch4_kg.value, language),
        f"{number(one.gwp.value, language)} ({source_words(one.gwp, language)})",
    )
    gases = f"{kg} kg CH4 x {gwp} = {mass(one.ch4_co2e_kg, language, 'CO2e')}"
    avoided = mass(one.ch4_kg, language, "CH4")
    yield word((f"Methane avoided: {avoided}; by its warming over 100 years: {gases}",
                f"Metana terhindarkan: {avoided}; menurut pemanasannya selama 100 tahun: {gases}"), language)  # fmt: skip
    if one.methane_basis is not None and any(paddy.counted_d for paddy in one.methane):
        used = {round(scaling, 6) for paddy in one.methane for _, scaling, _ in paddy.parts}
        yield from (f"  {text}" for text in basis_words(one.methane_basis, used, one.n2o_co2e_kg, language))
    if one.methane_differs:
        was = number(one.ch4_closed_kg, language, 2)
        yield word((f"As the days were closed: {was} kg CH4 (the figure above is with today's site file)",
                    f"Sesuai penutupan: {was} kg CH4 (angka di atas dengan berkas lokasi sekarang)"), language)  # fmt: skip
    yield from _nitrous(one, language)
    yield word(("All gases: ", "Semua gas: "), language) + mass(one.co2e_kg, language, "CO2e")


def _nitrous(one: Statement, language: Language) -> Iterator[str]:
    """What is taken off for nitrous oxide; that nothing is, where the fertiliser is not stated."""
    if one.n2o_co2e_kg.half > 0.0:
        more = mass(one.n2o_co2e_kg, language, "CO2e")
        yield word(
            (
                f"Less nitrous oxide of drained soil: {more}",
                f"Dikurangi dinitrogen oksida dari tanah kering: {more}",
            ),
            language,
        )
    elif (
        one.ch4_kg.value > 0.0 and one.methane_basis is not None and one.methane_basis.nitrogen_kg_ha is None
    ):
        yield word(("Nitrous oxide of drained soil is not taken off: the site file has no nitrogen_kg_ha",
                    "Dinitrogen oksida tanah kering tidak dikurangkan: berkas lokasi tanpa nitrogen_kg_ha"), language)  # fmt: skip


def _saved(one: Statement, language: Language) -> str:
    if not one.priced_days:
        return word(("Cost saved: not reckoned, the site file has no price for it",
                     "Biaya terhemat: tidak dihitung, berkas lokasi tidak memuat harganya"), language)  # fmt: skip
    text = word(("Cost saved: ", "Biaya terhemat: "), language) + rupiah(one.saved_idr, language)
    if not one.unpriced:
        return text
    days, share = f"{one.priced_days}", percent(one.priced_share, language, 1)
    spans = ", ".join(_spans(one.unpriced, language))
    return text + word((
        f", of {days} of {one.closed_days} closed days with {share} of the used energy; no price in force: {spans}",
        f", dari {days} di antara {one.closed_days} hari tertutup dengan {share} energi terpakai; tanpa harga berlaku: {spans}",
    ), language)  # fmt: skip


def _spans(days: tuple[str, ...], language: Language) -> Iterator[str]:
    """Days that follow each other as ``first to last``."""
    breaks = [i for i, (one, other) in enumerate(pairwise(days), 1)
              if (date.fromisoformat(other) - date.fromisoformat(one)).days > 1]  # fmt: skip
    for start, end in pairwise([0, *breaks, len(days)]):
        yield span(days[start], days[end - 1], language)


def _standing(one: Statement, language: Language) -> str:
    text = one.status[language]
    if one.standing.changed is not None:
        by = one.standing.changed.by
        text += word((f"; verified by {by} before, but the figures are others now",
                      f"; pernah diverifikasi oleh {by}, tetapi angkanya kini berbeda"), language)  # fmt: skip
    return text[:1].upper() + text[1:] + f" [{one.digest[:12]}]"


def _parts(one: Statement, language: Language) -> Iterator[str]:
    for part in one.standing.parts:
        ends = [in_words(day, language) for day in (part.first, part.last)]
        yield word((f"  of it {ends[0]} to {ends[1]} was verified by {part.by}, as it was then",
                    f"  di antaranya {ends[0]} s.d. {ends[1]} diverifikasi oleh {part.by}, seperti angkanya waktu itu"),
                   language)  # fmt: skip
