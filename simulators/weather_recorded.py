"""The weather that a site recorded itself: its telemetry.db as a weather file, for `tirta-sim compare --against`.

Read only, beside a running daemon. Irradiance is taken as the sensor saw it: one that lies in the plane of the modules tells a few
per cent more or less than a horizontal one.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterator
from math import nan
from pathlib import Path
from typing import Final

from controller.commands.console import t
from simulators.weather_files import IntervalTable, Notes, WeatherError

STEP_S: Final = 300.0
COLUMNS: Final = {
    "ghi_w_m2": "ghi_w_m2",
    "temp_air_c": "temp_air_c",
    "rh_pct": "rh_percent",
    "wind_m_s": "wind_m_s",
}
"""Fields of the measurement ``weather`` that are averaged, and the columns they become; rain is a counter."""

QUERY: Final = (
    "SELECT p.series, p.epoch_ms, p.fields FROM points p JOIN series s ON s.id = p.series "
    "WHERE s.measurement = 'weather' AND p.trusted = 1 ORDER BY p.epoch_ms, p.seq"
)

Sample = tuple[int, float, dict[str, float]]
"""(series, POSIX s, fields)"""


def recorded(path: Path) -> IntervalTable:
    """Five-minute means and rain from a telemetry.db. Raises WeatherError for what is none, or holds no irradiance."""
    try:
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            samples = list(_samples(connection))
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise WeatherError(
            str(path), 0, t(f"this is no telemetry.db: {error}", f"ini bukan telemetry.db: {error}")
        ) from None
    if not any("ghi_w_m2" in fields for _, _, fields in samples):
        raise WeatherError(
            str(path),
            0,
            t("it holds no irradiance", "tidak ada iradiasi matahari di dalamnya"),
            t(
                "the site needs power.irradiance; or give a CSV",
                "lokasi perlu power.irradiance; atau beri CSV",
            ),
        )
    return _table(path, samples)


def _samples(connection: sqlite3.Connection) -> Iterator[Sample]:
    for series, epoch_ms, fields in connection.execute(QUERY):
        pairs = (pair.partition("=") for pair in fields.split(","))
        yield series, epoch_ms / 1000.0, {name: float(text) for name, _, text in pairs if _is_number(text)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _table(path: Path, samples: list[Sample]) -> IntervalTable:
    start_s = samples[0][1] // STEP_S * STEP_S
    slots = int((samples[-1][1] - start_s) // STEP_S) + 1
    sums = {name: ([0.0] * slots, [0] * slots) for name in COLUMNS}
    rain, counters = [0.0] * slots, dict[int, float]()
    for series, at_s, fields in samples:
        slot = int((at_s - start_s) // STEP_S)
        for name in COLUMNS.keys() & fields.keys():
            sums[name][0][slot] += fields[name]
            sums[name][1][slot] += 1
        if "rain_mm" in fields:  # a counter that falls began anew
            before = counters.get(series, fields["rain_mm"])
            rain[slot] += max(0.0, fields["rain_mm"] - before)
            counters[series] = fields["rain_mm"]
    columns = {
        column: array(
            "d", (total / count if count else nan for total, count in zip(*sums[name], strict=True))
        )
        for name, column in COLUMNS.items()
        if name in ("ghi_w_m2", "temp_air_c") or any(sums[name][1])
    }
    if counters:
        columns["rain_mm"] = array("d", rain)
    return IntervalTable(start_s, STEP_S, columns, Notes(str(path)))
