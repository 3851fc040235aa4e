"""The methane and the nitrous oxide of paddies worked out in their own numbers, with the factors behind them."""

from __future__ import annotations

from collections.abc import Iterator

from controller.core.site_impact import Methane
from controller.i18n.numbers import Language, number
from controller.i18n.numbers import day as in_words
from controller.impact.estimate import Estimate
from controller.impact.methane_lines import MethaneLine
from controller.impact.phrases import exact, factor_words, given, margin, mass, word

REGIMES = {
    "flooded": ("continuously flooded", "tergenang terus"),
    "single_drainage": ("single drainage", "satu kali dikeringkan"),
    "multiple_drainage": ("multiple drainage", "berkali-kali dikeringkan (basah-kering)"),
}
BEFORE = {
    "flooded": ("continuously flooded", "tergenang terus"),
    "single-drainage": ("drained once a season", "dikeringkan sekali semusim"),
}
EFC, SFP = ("EFc", "EFc"), ("SFp", "SFp")
EF1FR = ("difference of EF1FR", "selisih EF1FR")


def paddy_words(one: MethaneLine, basis: Methane | None, language: Language) -> Iterator[str]:
    """What the gauge has proven, and the sums that follow from it."""
    name, planted, regime = one.zone, in_words(one.planted, language), word(REGIMES[one.regime], language)
    drains, proven = one.drainages, number(one.proven_d, language, 0)
    english = (
        f"paddy {name}, planted {planted}: proven drainages {drains}, proven dry days {proven}, {regime}"
    )
    local = f"sawah {name}, tanam {planted}: pengeringan terbukti {drains}, hari kering terbukti {proven}, {regime}"
    counted, days = one.counted_d, one.days
    yield word(
        (f"{english}, {counted} of {days} days count", f"{local}, {counted} dari {days} hari dihitung"),
        language,
    )
    if basis is None or not one.counted_d:
        return
    yield f"  {_methane(one, basis, language)}"
    if one.n2o_co2e_kg.half > 0.0:
        yield f"  {_nitrous(one, basis, language)}"


def _methane(one: MethaneLine, basis: Methane, language: Language) -> str:
    day = word(("d", "hari"), language)
    per_day = (
        f"{given(basis.emission.value, language)} kg CH4/ha/{day} x {given(basis.pre_season.value, language)} "
        f"x {given(one.area_ha, language)} ha"
    )
    terms = " + ".join(
        f"{days} {day} x {given(round(scaling, 6), language)}" for days, scaling, _ in one.parts
    )
    parts = [(EFC, basis.emission.relative), (SFP, basis.pre_season.relative)]
    parts += [(_difference(scaling), part) for _, scaling, part in one.parts]
    text = (
        f"{per_day} x ({terms}) = {mass(one.ch4_kg, language, 'CH4')} {margin(one.ch4_kg, parts, language)}"
    )
    tier1 = number(one.tier1_kg, language, 2 if one.tier1_kg < 9.95 else 0)
    whole = f"{per_day} x {given(one.lived_d, language)} {day} x {given(round(one.scaling, 6), language)} = {tier1} kg CH4"
    return text + word((f"; IPCC Tier 1, the last regime on all days of the season so far: {whole}",
                        f"; IPCC Tier 1, keadaan terakhir untuk semua hari musim sampai kini: {whole}"), language)  # fmt: skip


def _difference(scaling: float) -> tuple[str, str]:
    """SFw before less SFw now, named by its size: days of single and of multiple drainage have another one each."""
    size = round(scaling, 6)
    return f"SFw difference ({given(size, 'en')})", f"selisih SFw ({given(size, 'id')})"


def _nitrous(one: MethaneLine, basis: Methane, language: Language) -> str:
    factors = (
        basis.n2o_drained.value,
        basis.n2o_flooded.value,
        basis.gwp_n2o.value,
        one.area_ha,
        basis.season_d.value,
    )
    drained, flooded, gwp, area, season = (given(value, language) for value in factors)
    days, nitrogen = word(("d", "hari"), language), given(basis.nitrogen_kg_ha or 0.0, language)
    season_part = f"{area} ha x {one.counted_d} {days} / {season} {days}"
    working = f"{nitrogen} kg N/ha x ({drained} - {flooded}) x 44 / 28 x {gwp} x {season_part}"
    parts = margin(one.n2o_co2e_kg, [(EF1FR, one.n2o_co2e_kg.relative or 0.0)], language)
    told = f"{mass(one.n2o_co2e_kg, language, 'CO2e')} {parts}"
    return word(("nitrous oxide: ", "dinitrogen oksida: "), language) + f"{working} = {told}"


def basis_words(basis: Methane, used: set[float], nitrous: Estimate, language: Language) -> Iterator[str]:
    """How the fields were watered before, by what evidence, and every factor that a sum above names. ``used``: the differences of
    SFw in those sums.
    """
    dated = f" ({in_words(basis.evidence_date.isoformat(), language)})" if basis.evidence_date else ""
    none = word(("none in the site file", "tidak ada di berkas lokasi"), language)
    before = word(BEFORE[basis.before], language)
    evidence = basis.evidence + dated if basis.evidence else none
    yield word(
        (f"Watered before: {before}; evidence: {evidence}", f"Diairi dahulu: {before}; bukti: {evidence}"),
        language,
    )
    factors = [("EFc", basis.emission), ("SFp", basis.pre_season), ("SFw", basis.before_factor)]
    steps = {round(basis.before_factor.value - one.value, 6): one for one in (basis.single, basis.multiple)}
    factors += [("SFw", factor) for step, factor in steps.items() if step in used]
    if nitrous.half > 0.0:
        factors += [("EF1FR", basis.n2o_flooded), ("EF1FR", basis.n2o_drained), ("GWP N2O", basis.gwp_n2o)]
    for name, factor in factors:
        yield f"{name} {exact(factor.value, language, 4)}: {factor_words(factor, language)}"
