"""What a year of each plant avoids, by plant, use and factor, beside the published 2.28 t CO2 a year: what explains that figure.

Without options the table from the committed runs (``results/published.json``); ``--run`` makes them again (half an hour): the
shipped controller for ten days in January, April, July and October on each site, four or eight seeds of generated weather, crops
that stand, and the mean times 365. Nothing is tuned; the paddy with 38 kWp has only its panels changed.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, say
from controller.factors import registry
from simulators.cases import Case, open_case, run
from simulators.strategies import OURS

ROOT = Path(__file__).resolve().parents[1]
RESULT = ROOT / "benchmarks/results/published.json"
PUBLISHED_T = 2.28
SITES = (("paddy", None), ("paddy", 38.0), ("nursery", None), ("vegetables", None), ("kutai", None), ("nursery-direct", None),
         ("paddy-short", None))  # fmt: skip
STARTS = ("2026-01-10", "2026-04-10", "2026-07-10", "2026-10-10")
SEEDS = {("paddy", None): 8, ("paddy-short", None): 8}
"""Seeds of weather where rain decides what is pumped; four elsewhere."""

DAYS = 10.0
PLANTED_DAYS_AGO = 40
YEAR_D = 365.0
STUDENT = {4: 2.776, 8: 2.306, 12: 2.179, 16: 2.120, 20: 2.086, 24: 2.064, 28: 2.048}
"""Student's t at 95 % by degrees of freedom: four quarters with two to eight seeds each."""

FACTORS = (
    "grid-sumatera-om-2019", "grid-sumatera-cm-pv-ex-ante-2019", "grid-sumatera-cm-pv-ex-post-2019",
    "grid-sumatera-cm-ex-post-2019", "grid-jamali-cm-ex-post-2019", "grid-sumatera-jcm", "diesel-ams-i-a",
    "diesel-tool33-below-15kw-pump",
)  # fmt: skip
USES = {"pump": "pump alone", "used": "pump and other loads", "potential": "all that the plant could give"}


@dataclass(frozen=True)
class Use:
    """kWh a year of one plant and one use, with the half-width at 95 % from the weather that was sampled."""

    site: str
    kwp: float
    use: str
    kwh: float
    half: float


def main() -> None:
    """The runs that are missing where asked for, then the table as figures."""
    rows: list[dict[str, Any]] = json.loads(RESULT.read_text()) if RESULT.exists() else []
    if "--run" in sys.argv:
        for job in jobs(rows):
            rows.append(_row(*job))
            RESULT.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    for language in [one for one in ("en", "id") if f"--table={one}" in sys.argv]:
        print(table(rows, language))
        return
    for use in uses(rows):
        figure(f"{use.site} {use.kwp:g} kWp, {USES[use.use]}", use.kwh, "kWh/a")
        for ident in FACTORS:
            t, half = tonnes(use, ident)
            hit = " explains 2.28" if explains(t, half) else ""
            figure(f"{use.site} {use.kwp:g} kWp, {USES[use.use]}, {ident}, +-{half:.2f}{hit}", t, "t/a")


Job = tuple[str, float | None, str, int]


def jobs(rows: Sequence[Mapping[str, Any]]) -> list[Job]:
    """What is still to be run; remove ``results/published.json`` to run everything again."""
    done = {(row["site"], row["changed_kwp"], row["start"], row["seed"]) for row in rows}
    every = [
        (name, kwp, start, seed)
        for name, kwp in SITES
        for seed in range(1, SEEDS.get((name, kwp), 4) + 1)
        for start in STARTS
    ]
    return [job for job in every if job not in done]


def _row(name: str, kwp: float | None, start: str, seed: int) -> dict[str, Any]:
    case = Case(
        ROOT / f"simulators/sites/{name}.yaml",
        seed=seed,
        start=start,
        days=DAYS,
        planted_days_ago=PLANTED_DAYS_AGO,
    )
    opened = open_case(case)
    if kwp is not None:
        power = opened.site.file.power.model_copy(update={"pv_kwp": kwp})
        file = opened.site.file.model_copy(update={"power": power})
        opened = replace(opened, site=opened.site.model_copy(update={"file": file}))
    result = run(opened, OURS)
    energy = result["energy"]
    pump = energy["pump_kwh"] - energy["pump_grid_kwh"] - energy["pump_diesel_kwh"]
    row = {"site": name, "changed_kwp": kwp, "kwp": opened.site.file.power.pv_kwp, "start": start, "seed": seed, "days": DAYS,
           "pump": round(pump, 4), "used": round(energy["pv_used_kwh"], 4), "potential": round(energy["pv_available_kwh"], 4),
           "counted": round(result["impact"]["solar_kwh"], 4), "pumped_m3": round(result["water"]["pumped_m3"], 2)}  # fmt: skip
    say(json.dumps(row))
    return row


def uses(rows: Sequence[Mapping[str, Any]]) -> Iterator[Use]:
    """Each plant and use, scaled to a year."""
    for site, kwp in dict.fromkeys((row["site"], row["kwp"]) for row in rows):
        own = [row for row in rows if (row["site"], row["kwp"]) == (site, kwp)]
        seeds = {start: sum(row["start"] == start for row in own) for start in STARTS}
        if min(seeds.values()) < 2 or len(set(seeds.values())) > 1:
            continue
        loads = any(abs(row["used"] - row["pump"]) > 1e-6 for row in own)
        for use in USES if loads else ("pump", "potential"):
            yield Use(site, kwp, use, *a_year(own, use))


def a_year(rows: Sequence[Mapping[str, Any]], use: str) -> tuple[float, float]:
    """kWh a year and its half-width at 95 %: the mean of the quarters; what the seeds of one quarter differ by is the weather's
    part of chance.
    """
    quarters = [[row[use] / row["days"] for row in rows if row["start"] == start] for start in STARTS]
    mean = statistics.fmean(statistics.fmean(days) for days in quarters)
    variance = sum(statistics.variance(days) / len(days) for days in quarters) / len(quarters) ** 2
    freedom = sum(len(days) - 1 for days in quarters)
    return mean * YEAR_D, STUDENT[freedom] * variance**0.5 * YEAR_D


SHOWN = (
    "grid-sumatera-om-2019", "grid-sumatera-cm-pv-ex-post-2019", "grid-sumatera-cm-ex-post-2019", "diesel-ams-i-a",
    "diesel-tool33-below-15kw-pump",
)  # fmt: skip
WORDS = {"en": ("plant", "what is counted", "kWh a year"), "id": ("PLTS", "yang dihitung", "kWh setahun")}
USES_ID = {"pump": "pompa saja", "used": "pompa dan alat lain", "potential": "semua yang dapat dihasilkan"}


def table(rows: Sequence[Mapping[str, Any]], language: str) -> str:
    """The table of docs/impact.md: t CO2 a year by plant, use and factor; in bold what explains the published figure."""
    values = [f"{registry()[ident].value:g}" for ident in SHOWN]
    head = [*WORDS[language], *(shown(f"{value} kg", language) for value in values)]
    lines = ["| " + " | ".join(head) + " |", "|---|---|" + "--:|" * (len(head) - 2)]
    for use in uses(rows):
        cells = [(tonnes(use, ident)) for ident in SHOWN]
        texts = [f"{t:.2f} ± {half:.2f}" for t, half in cells]
        bold = [f"**{text}**" if explains(*cell) else text for text, cell in zip(texts, cells, strict=True)]
        what = USES_ID[use.use] if language == "id" else USES[use.use]
        plant, energy = f"{use.site} {use.kwp:g} kWp", f"{use.kwh:.0f} ± {use.half:.0f}"
        lines.append(
            "| "
            + " | ".join([shown(plant, language), what, *(shown(one, language) for one in (energy, *bold))])
            + " |"
        )
    return "\n".join(lines)


def shown(text: str, language: str) -> str:
    """Decimal commas in Indonesian."""
    return text.replace(".", ",") if language == "id" else text


def tonnes(use: Use, ident: str) -> tuple[float, float]:
    """t CO2 a year and its half-width at 95 %: weather and factor, independent."""
    factor = registry()[ident]
    t = use.kwh * factor.value / 1000.0
    return t, ((use.half * factor.value / 1000.0) ** 2 + (t * factor.relative) ** 2) ** 0.5


def explains(t: float, half: float) -> bool:
    """Whether the published figure lies within the interval."""
    return abs(t - PUBLISHED_T) <= half


if __name__ == "__main__":
    main()
