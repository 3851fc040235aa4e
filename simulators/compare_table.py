"""A comparison as a table for people, in both languages, and the difference that a changed site file would have made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from controller.commands.console import language, t
from controller.i18n.numbers import number
from simulators.strategies import OURS

Result = Mapping[str, Any]

Cell = Callable[[Result], float | None]


def _percent(share: float | None) -> float | None:
    return None if share is None else 100.0 * share


def _lost(result: Result) -> float | None:
    water = result["water"]
    parts = [water["drainage_m3"], water["overflow_m3"], water["spilt_m3"] or 0.0]
    return None if None in parts else sum(parts)


def _zones(result: Result, key: str) -> float | None:
    values = [zone[key] for zone in result["water"]["zones"].values()]
    return None if None in values else sum(values)


_COLUMNS: Final[tuple[tuple[str, str, int, Cell], ...]] = (
    ("sun %", "surya %", 1, lambda r: _percent(r["energy"]["pump_solar_fraction"])),
    ("grid kWh", "PLN kWh", 1, lambda r: r["energy"]["pump_grid_kwh"]),
    ("diesel kWh", "genset kWh", 1, lambda r: r["energy"]["pump_diesel_kwh"]),
    ("pumped m3", "dipompa m3", 0, lambda r: r["water"]["pumped_m3"]),
    ("drained m3", "terbuang m3", 0, _lost),
    ("stress d", "hari stres", 0, lambda r: _zones(r, "stress_days")),
    ("unmet mm", "kurang mm", 1, lambda r: _zones(r, "unmet_mm")),
    ("starts", "start", 0, lambda r: r["pump"]["starts"]),
    ("Rp", "Rp", 0, lambda r: r["cost_idr"]["total"]),
)


def shown(strategy: str) -> str:
    """A strategy's name for people: an Indonesian reader takes a bare "solar" for diesel fuel."""
    return t(strategy, "solar (PLTS)" if strategy == OURS else strategy)


def rows(results: Sequence[Result]) -> list[list[str]]:
    """The table's head and one row for each strategy."""
    head = [t("strategy", "strategi"), *(t(english, indonesian) for english, indonesian, _, _ in _COLUMNS)]
    return [
        head,
        *([shown(r["strategy"]), *(text(cell(r), n) for _, _, n, cell in _COLUMNS)] for r in results),
    ]


def table(compared: Mapping[str, Any]) -> str:
    """The comparison on a terminal."""
    grid = rows(compared["results"])
    widths = [max(len(row[index]) for row in grid) for index in range(len(grid[0]))]
    lines = [
        f"{compared['site']}  {compared['from'][:10]} .. {compared['to'][:10]}  {weather(compared)}, seed {compared['seed']}"
    ]
    lines += ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]) for row in grid]
    return "\n".join(lines + sentences(compared))


def weather(compared: Mapping[str, Any]) -> str:
    """The weather's name for people."""
    name: str = compared["weather"]
    return t("generated weather", "cuaca tiruan") if name == "generated" else name


def sentences(compared: Mapping[str, Any]) -> list[str]:
    """What the comparison says, in words."""
    said, best = [], compared["best_practice"]
    if best is not None:
        said.append(t(f"best practice: {best}", f"praktik terbaik: {best}"))
    if compared["oracle_bound_idr"] is not None:
        bound = text(compared["oracle_bound_idr"], 0)
        said.append(
            t(f"no control of this site can cost less than Rp {bound}",
              f"pengendalian apa pun di sini tidak bisa lebih murah dari Rp {bound}")
        )  # fmt: skip
    if compared["share"] is not None:
        share, regret = text(_percent(compared["share"]), 1), text(compared["regret_idr_ha"], 0)
        said.append(
            t(f"share of perfect foresight: {share} %; Rp {regret} per hectare above it",
              f"bagian dari ramalan sempurna: {share} %; Rp {regret} per hektare di atasnya")
        )  # fmt: skip
    elif compared["gap_share"] is not None:
        gap = text(_percent(compared["gap_share"]), 1)
        said.append(
            t(f"foresight would save only {gap} % here: no share is given",
              f"ramalan sempurna hanya menghemat {gap} % di sini: bagian tidak dihitung")
        )  # fmt: skip
    for result in compared["results"]:
        said += [f"! {shown(result['strategy'])}: {what}" for what in result.get("violations", ())[:3]]
    return said


def difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """What the changed site file would have done: strategy by strategy, after less before."""
    said = [t("The change would have meant:", "Perubahan itu akan berarti:")]
    for old, new in zip(before["results"], after["results"], strict=True):
        parts = []
        for english, indonesian, digits, cell in _COLUMNS:
            a, b = cell(old), cell(new)
            if a is not None and b is not None and round(b - a, digits) != 0.0:
                parts.append(f"{t(english, indonesian)} {text(a, digits)} -> {text(b, digits)}")
        said.append(
            f"  {shown(old['strategy'])}: " + (", ".join(parts) or t("no difference", "tidak ada beda"))
        )
    return "\n".join(said)


def text(value: float | None, digits: int) -> str:
    """A number as the reader's language writes it, - where there is none."""
    return "-" if value is None else number(value, language(), digits)
