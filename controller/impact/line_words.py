"""A line of a statement worked out in its own numbers, so that anybody can reckon it again: CO2, factor, money, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from controller.i18n.numbers import Language, number
from controller.i18n.numbers import day as in_words
from controller.impact.baselines import KWH_PER_GJ, LIFT_KWH, MJ_PER_LITRE
from controller.impact.day import ANY
from controller.impact.day_sums import UNKNOWN
from controller.impact.lines import Line
from controller.impact.phrases import (
    UNITS,
    counted,
    exact,
    factor_words,
    given,
    margin,
    mass,
    percent,
    rupiah,
    signal_words,
    span,
    word,
)

BASELINES = {
    "grid": ("electricity from the grid", "listrik dari jaringan PLN"),
    "diesel-generator": ("electricity from a diesel generator", "listrik dari genset diesel"),
    "diesel-pump": ("a diesel pump lifting the same water", "pompa diesel untuk air yang sama"),
    "history": ("the fuel measured before", "pemakaian solar (BBM) yang tercatat dahulu"),
}
ASSUMED = {
    "diesel-generator": ("litres per kWh", "liter per kWh"),
    "diesel-pump": ("efficiency", "efisiensi"),
    "history": ("litres a season", "liter per musim"),
}
"""What litres rest on, by baseline."""

NO_METER = {
    ANY: ("steps and readings day by day", "langkah dan pembacaan hari demi hari"),
    UNKNOWN: ("closings that tell no margin", "penutupan tanpa ketidakpastian"),
    "potential": ("the plant's potential, an estimate", "potensi PLTS, perkiraan"),
}
"""What stands in for a meter in a closing's margins."""

METERS, SHARE = ("meters", "meter"), ("the sun's share", "bagian matahari")
FACTOR, PRICE, HEAT = ("factor", "faktor"), ("price", "harga"), ("heat of a litre", "kalor per liter")


def line_words(line: Line, language: Language) -> Iterator[str]:
    """What the line is, its CO2, its factor, its money and its evidence."""

    def t(english: str, indonesian: str) -> str:
        return word((english, indonesian), language)

    against = word(BASELINES.get(line.baseline, (line.baseline, line.baseline)), language)
    days = t("day" if line.days == 1 else "days", "hari")
    yield (
        t("Instead of ", "Pengganti ")
        + f"{against}, {span(line.first, line.last, language)}, {line.days} {days}:"
    )
    yield from (f"  {text}" for text in sum_words(line, language))
    if nothing_counts(line):
        return
    stated = (
        ""
        if line.factor.relative
        else t("; ± is our assumption, its entry states none", "; ± anggapan kami, tidak disebut")
    )
    yield t("  Factor: ", "  Faktor: ") + factor_words(line.factor, language) + stated
    yield f"  {money_words(line, language)}"
    dated = f" ({in_words(line.evidence_date, language)})" if line.evidence_date else ""
    none = t("none in the site file", "tidak ada di berkas lokasi")
    yield t("  Evidence of the baseline: ", "  Bukti garis dasar: ") + (
        line.evidence + dated if line.evidence else none
    )


def nothing_counts(line: Line) -> bool:
    """Days out of season: a measured history tells no fuel for them."""
    return line.baseline == "history" and not line.litres


def sum_words(line: Line, language: Language) -> Iterator[str]:
    """The line's CO2 with its working, the meters behind its margin, what is told apart."""
    if nothing_counts(line):
        yield word(("Out of season: no fuel would have been burnt, nothing counts",
                    "Di luar musim: tidak ada BBM yang akan dibakar, tidak ada yang dihitung"), language)  # fmt: skip
        return
    yield co2_words(line, language)
    if line.meters:
        yield word(("Meters: ", "Meter: "), language) + meter_words(line, language)
    if line.fossil_share < 1.0:
        share, kg = percent(1.0 - line.fossil_share, language), exact(line.biogenic_kg, language, 2)
        yield word((f"Biodiesel {share}: {kg} kg CO2 biogenic, told apart",
                    f"Biodiesel {share}: {kg} kg CO2 biogenik, di luar angka ini"), language)  # fmt: skip


def co2_words(line: Line, language: Language) -> str:
    """The multiplication that makes the line's CO2, with what its margin is made of."""
    unit = word(UNITS.get(line.factor.unit, (line.factor.unit, line.factor.unit)), language)
    factor = f"{given(line.factor.value, language)} {unit}"
    fossil = f" x {given(line.fossil_share, language)}" if line.fossil_share < 1.0 else ""
    loss = line.parameters.get("grid_loss")
    lossy = f" / (1 - {given(loss, language)})" if loss else ""
    if line.factor.unit == "kg_co2_per_kwh":
        before, basis = "", f"{counted(line.energy_kwh.value, language)} kWh"
    elif line.baseline == "diesel-pump":
        before, basis = (
            _lifted(line, language),
            f"{_heat(line, language)} / {given(KWH_PER_GJ, language)} kWh/GJ",
        )
    else:
        before, basis = _worked(line, language)
    parts = [*_metered(line), (FACTOR, line.factor_u95)]
    if line.factor.unit != "kg_co2_per_kwh":
        parts.append((ASSUMED.get(line.baseline, FACTOR), line.assumed_u95))
    shown = mass(line.co2_kg, language)
    return f"{before}{basis} x {factor}{lossy}{fossil} = {shown} {margin(line.co2_kg, parts, language)}"


def meter_words(line: Line, language: Language) -> str:
    """What the meters' margin is made of: each meter all days alike, what is read off day by day, and what no closing tells."""
    return ", ".join(
        f"{_meter(name, language)} {exact(100.0 * share, language, 1)} %" for name, share in line.meters
    )


def _meter(name: str, language: Language) -> str:
    """``inverter.load_w`` in the words of the glossary, what is no meter in words."""
    kind, _, part = name.partition("/")
    if kind == "rated" and part:
        return word((f"rated value of {part}", f"nilai nominal {part}"), language)
    return word(NO_METER[name], language) if name in NO_METER else signal_words(name, language)


def money_words(line: Line, language: Language) -> str:
    """The multiplication that makes the line's rupiah; that there is no price where there is none."""
    if line.saved_idr is None or line.price is None:
        return word(
            (
                "Money: not reckoned, no price for it in force",
                "Biaya: tidak dihitung, tidak ada harga yang berlaku",
            ),
            language,
        )
    price, unit = f"Rp{number(line.price, language)}", word(("l", "liter"), language)
    if line.baseline == "grid":
        working = f"{counted(line.energy_kwh.value, language)} kWh x {price}/kWh"
    else:
        before, litres = _worked(line, language)
        working = f"{before}{litres} x {price}/{unit}"
    parts = [
        *_metered(line),
        (ASSUMED.get(line.baseline, FACTOR), line.assumed_u95),
        (HEAT, line.heat_u95),
        (PRICE, line.price_u95),
    ]
    told = f"{rupiah(line.saved_idr, language)} {margin(line.saved_idr, parts, language)}"
    return word(("Money: ", "Biaya: "), language) + f"{working} = {told}; {line.price_source or '–'}"


def _metered(line: Line) -> list[tuple[tuple[str, str], float]]:
    meters = max(0.0, line.meter_u95**2 - line.share_u95**2) ** 0.5
    return [(METERS, meters), (SHARE, line.share_u95)]


def _worked(line: Line, language: Language) -> tuple[str, str]:
    """The sum that makes the litres, and the litres; older rows of a measured history do not tell how long their season was."""
    litres = f"{counted(line.litres or 0.0, language)} {word(('l', 'liter'), language)}"
    if line.baseline == "history" and "season_d" not in line.parameters:
        return "", litres
    return f"{_litres(line, language)} = {litres}; ", litres


def _litres(line: Line, language: Language) -> str:
    """What makes the litres that were not burnt."""
    told, litre = (
        {name: given(value, language) for name, value in line.parameters.items()},
        word(("l", "liter"), language),
    )
    if line.baseline == "diesel-pump":
        heat = f"{given(MJ_PER_LITRE, language)} MJ/{litre}"
        return f"{_heat(line, language)} x {given(3.6, language)} MJ/kWh / {heat}"
    if line.baseline == "diesel-generator":
        return (
            f"{counted(line.energy_kwh.value, language)} kWh x {told.get('litres_per_kwh', '–')} {litre}/kWh"
        )
    days = word(("days", "hari"), language)
    lived = f"{counted(line.counted or 0.0, language)} {days}"
    whole = f"{told['litres_per_season']} {litre} / {told['season_d']} {days}"
    seen = word(
        (
            " (in season, by the sun's share and the time seen)",
            " (dalam musim, menurut bagian matahari dan waktu terpantau)",
        ),
        language,
    )
    return f"{whole} x {told['served_ha']} ha / {told['served_then_ha']} ha x {lived}{seen}"


def _lifted(line: Line, language: Language) -> str:
    water, sun = (counted(value, language) for value in (line.water_m3.value, line.counted or 0.0))
    return word((f"{water} m3 pumped, {sun} m3 of it by the sun: ",
                 f"{water} m3 dipompa, {sun} m3 di antaranya oleh matahari: "), language)  # fmt: skip


def _heat(line: Line, language: Language) -> str:
    """The heat of the fuel in kWh."""
    head, efficiency = (given(line.parameters.get(name, 0.0), language) for name in ("head_m", "efficiency"))
    lifted = f"{counted(line.counted or 0.0, language)} m3 x {head} m"
    return f"{lifted} x {given(LIFT_KWH, language)} kWh/m3/m / {efficiency}"
