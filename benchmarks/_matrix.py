"""The cases of the comparison: which sites, weathers, days and seeds are scored, and which others the practices are tuned on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from simulators.cases import Case

ROOT: Final = Path(__file__).resolve().parents[1]
WEATHER: Final = ROOT.parent / "shared" / "data" / "weather"
SITES: Final = ("nursery", "vegetables", "paddy", "kutai", "nursery-direct", "paddy-short")

BANGKOK: Final = ("bangkok_cuee_1min_2023-06.csv", "bangkok_cuee_1min_2023-10.csv")
SITIUNG: Final = "sitiung_sumatra_daily_1980_1985.csv"
HONOLULU: Final = "honolulu_tmy3_hourly.csv"
YEARS: Final = (1980, 1981, 1982, 1983, 1984, 1985)
SEEDS: Final = (1, 2, 3, 4, 5)

PLANTED_DAYS_AGO: Final = 20
"""Age of each site's youngest crop at the start: all crops stand, the short ones are harvested within a four-month season."""


@dataclass(frozen=True, slots=True)
class Named:
    """A case and its name in the results: site/weather/seed."""

    name: str
    case: Case


def _config(site: str) -> Path:
    return ROOT / "simulators" / "sites" / f"{site}.yaml"


def _named(site: str, weather: str, file: str, seed: int, start: str | None, days: float | None) -> Named:
    case = Case(
        _config(site), WEATHER / file, seed, start, days, rain=True, planted_days_ago=PLANTED_DAYS_AGO
    )
    return Named(f"{site}/{weather}/{seed}", case)


def full(sites: tuple[str, ...] = SITES) -> list[Named]:
    """All cases that the goals speak of."""
    cases = []
    for site in sites:
        for file in BANGKOK:
            cases += [_named(site, f"bangkok-{file[-11:-4]}", file, seed, None, None) for seed in SEEDS]
        for year in YEARS:
            cases += [
                _named(site, f"sitiung-{year}", SITIUNG, seed, f"{year}-06-01", 122.0) for seed in SEEDS
            ]
        cases.append(_named(site, "honolulu", HONOLULU, 1, "2023-07-01", 92.0))
    return cases


def years(sites: tuple[str, ...] = SITES) -> list[Named]:
    """Sitiung's season of each year with one seed each: dry years and wet ones. Three hours on two cores."""
    seeds = dict(zip(YEARS, (*SEEDS, 1), strict=True))
    names = [f"sitiung-{year}/{seed}" for year, seed in seeds.items()]
    return [_few(named) for named in full(sites) if named.name.partition("/")[2] in names]


def sampled(sites: tuple[str, ...] = SITES) -> list[Named]:
    """One seed of each Bangkok month, Honolulu's dry quarter, and the driest of Sitiung's seasons: half an hour on two cores."""
    names = ("bangkok-2023-06/1", "bangkok-2023-10/1", "honolulu/1", "sitiung-1982/3")
    cases = {named.name: named for named in full(sites)}
    return [_few(cases[f"{site}/{name}"]) for name in names for site in sites]


def rains(sites: tuple[str, ...] = SITES) -> list[Named]:
    """Both Bangkok months with every rain, rain by rain: whether one rain was luck. Three hours on two cores."""
    return sorted(
        (_few(named) for named in full(sites) if "bangkok" in named.name), key=lambda one: one.case.seed
    )


def _few(named: Named) -> Named:
    """The case with a third of the oracle's search."""
    return replace(named, case=replace(named.case, oracle_tries=20))


def october(site: str, days: float) -> Case:
    """A site's season from October on, when rains begin, in the seeded weather of South Sumatra; needs no files."""
    return Case(_config(site), None, 1, "2026-10-01", days, planted_days_ago=PLANTED_DAYS_AGO)


def quick(sites: tuple[str, ...] = SITES) -> list[Named]:
    """Ten days of each kind of weather: to see that all runs, and what it roughly says."""
    cases = []
    for site in sites:
        cases.append(_named(site, "bangkok-2023-06", BANGKOK[0], 1, "2023-06-05", 10.0))
        cases.append(_named(site, "sitiung-1982", SITIUNG, 3, "1982-07-10", 10.0))
        cases.append(_named(site, "honolulu", HONOLULU, 1, "2023-08-01", 10.0))
    return cases


def tuning(site: str, days: float) -> list[Named]:
    """Months that are not scored: Sitiung in May and October, Honolulu in February; another seed, ``days`` of each."""
    return [
        _named(site, "sitiung-may", SITIUNG, 11, "1981-05-01", days),
        _named(site, "sitiung-october", SITIUNG, 12, "1982-10-01", days),
        _named(site, "honolulu-february", HONOLULU, 13, "2023-02-01", days),
    ]
