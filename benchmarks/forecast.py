"""The site's own forecast of the sun against plain and smart persistence on one-minute data of Bangkok, and whether its band holds.

The table goes to stderr, the figures with their budgets (smart persistence of the same run; 0.75..0.85 for the band) to stdout.
Each month is run twice: with nothing known before (the priors), and after the other month was seen. nRMSE: of 15-minute means, over
the mean of what was measured in the same steps (sun above 5 degrees at issue and target). Band: share of the truth between p10 and
p90. Day: the next local day's sum, said at midnight, kWh/m2. The pulls of `schedules/forecast_sky.py` were fitted on both months
(each month's own fit served the other as well); means and spreads are learned while it runs.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from schedules.forecast_sky import SkyMemory, expect, learn
from schedules.outlook import STEP_S
from schedules.solar import LOW_COSINE, clear_sky_ghi, cos_zenith

DATA = Path(__file__).resolve().parents[1] / ".." / "shared" / "data" / "weather"
MONTHS = ("2023-06", "2023-10")
LATITUDE, LONGITUDE, OFFSET_S = 13.74, 100.53, 7 * 3600.0
LEADS = (1, 2, 4, 8, 16)
SEEN = math.sin(math.radians(5.0))

Point = tuple[float, float, float, float, float, float]
"""Truth, ours, low, high, plain, smart: W/m2."""


class Month:
    """One month in quarters: end of each (POSIX), mean irradiance, cosine of the zenith, clear sky."""

    def __init__(self, name: str) -> None:
        with (DATA / f"bangkok_cuee_1min_{name}.csv").open() as file:
            rows = list(csv.DictReader(file))
        begin = datetime.fromisoformat(rows[0]["time"]).timestamp()
        minutes = [float(row["ghi_w_m2"] or 0.0) for row in rows]
        self.ends = [begin + STEP_S * (i + 1) for i in range(len(minutes) // 15)]
        self.ghi = [sum(minutes[15 * i : 15 * i + 15]) / 15.0 for i in range(len(self.ends))]
        self.cosine = [cos_zenith(end - 0.5 * STEP_S, LATITUDE, LONGITUDE) for end in self.ends]
        self.clear = [clear_sky_ghi(cosine) for cosine in self.cosine]


def rmse(errors: Iterable[float]) -> float:
    """Root mean square."""
    squares = [error * error for error in errors]
    return math.sqrt(sum(squares) / len(squares))


def followed(month: Month, memory: SkyMemory) -> tuple[dict[str, dict[str, float]], SkyMemory]:
    """Go through the month, forecast at every quarter, compare."""
    points: dict[str, list[Point]] = defaultdict(list)
    days: list[tuple[float, float, float]] = []
    count = len(month.ends)
    for i in range(count):
        low = month.cosine[i] < LOW_COSINE
        index = None if low else min(1.5, month.ghi[i] / month.clear[i])
        memory = learn(memory, month.ends[i], index, LONGITUDE)
        if month.cosine[i] > SEEN:
            ahead = expect(memory, month.ends[i], LEADS[-1], LONGITUDE)
            smart = min(1.5, month.ghi[i] / month.clear[i])
            for lead in LEADS:
                j = i + lead
                if j < count and month.cosine[j] > SEEN:
                    one, clear = ahead[lead - 1], month.clear[j]
                    points[f"{15 * lead} min"].append(
                        (
                            month.ghi[j],
                            one.mean * clear,
                            one.low * clear,
                            one.high * clear,
                            month.ghi[i],
                            smart * clear,
                        )
                    )
        if (month.ends[i] + OFFSET_S) % 86400.0 == 0.0 and i >= 95 and i + 96 < count:
            tomorrow = expect(memory, month.ends[i], 96, LONGITUDE)
            said = sum(one.mean * c for one, c in zip(tomorrow, month.clear[i + 1 : i + 97], strict=True))
            days.append(
                (sum(month.ghi[i + 1 : i + 97]) / 4e3, said / 4e3, sum(month.ghi[i - 95 : i + 1]) / 4e3)
            )
            for j, one in enumerate(tomorrow, i + 1):
                if month.cosine[j] > SEEN:
                    clear = month.clear[j]
                    day_before = month.ghi[j - 96]
                    points["next day"].append(
                        (
                            month.ghi[j],
                            one.mean * clear,
                            one.low * clear,
                            one.high * clear,
                            day_before,
                            day_before,
                        )
                    )
    found = {name: _judged(each) for name, each in points.items()}
    found["day sum"] = {
        "ours_rmse": rmse(a - b for a, b, _ in days),
        "ours_mae": sum(abs(a - b) for a, b, _ in days) / len(days),
        "persistence_rmse": rmse(a - c for a, _, c in days),
        "persistence_mae": sum(abs(a - c) for a, _, c in days) / len(days),
    }
    return found, memory


def _judged(points: list[Point]) -> dict[str, float]:
    mean = sum(one[0] for one in points) / len(points)
    return {
        "n": len(points),
        "plain": rmse(one[4] - one[0] for one in points) / mean,
        "smart": rmse(one[5] - one[0] for one in points) / mean,
        "ours": rmse(one[1] - one[0] for one in points) / mean,
        "band": sum(one[2] <= one[0] <= one[3] for one in points) / len(points),
        "below": sum(one[0] < one[2] for one in points) / len(points),
        "width": sum(one[3] - one[2] for one in points) / len(points) / mean,
    }


def table(title: str, rows: dict[str, dict[str, float]]) -> str:
    """For people."""
    lines = [
        title,
        f"{'lead':>9} {'plain':>7} {'smart':>7} {'ours':>7} {'band':>7} {'below':>7} {'width':>7}",
    ]
    for name, row in rows.items():
        if name == "day sum":
            lines.append(
                "  day sum, kWh/m2: " + ", ".join(f"{key} {value:.2f}" for key, value in row.items())
            )
        else:
            keys = ("plain", "smart", "ours", "band", "below", "width")
            lines.append(f"{name:>9} " + " ".join(f"{row[key]:7.1%}" for key in keys))
    return "\n".join(lines) + "\n"


def figure(what: str, value: float, unit: str, budget: float, **more: str) -> None:
    """One line of JSON."""
    print(
        json.dumps({"what": what, "value": round(value, 3), "unit": unit, "budget": round(budget, 3), **more})
    )


def main() -> int:
    """Print figures and tables."""
    if not DATA.exists():
        print(f"{DATA} is not here: nothing to measure", file=sys.stderr)
        return 0
    months = {name: Month(name) for name in MONTHS}
    found: dict[str, dict[str, dict[str, float]]] = {}
    for first, second in (MONTHS, MONTHS[::-1]):
        found[f"{first} from the priors"], memory = followed(months[first], SkyMemory())
        found[f"{second} after {first}"], _ = followed(months[second], memory)
    for title, rows in found.items():
        print(table(title, rows), file=sys.stderr)
        for name, row in rows.items():
            if name == "day sum":
                figure(f"{title}: next day's sum, RMSE", row["ours_rmse"], "kWh/m2", row["persistence_rmse"])
                continue
            figure(f"{title}: {name}, nRMSE", row["ours"], "of the mean", row["smart"])
            figure(f"{title}: {name}, band holds at least", row["band"], "share", 0.75, better="more")
            figure(f"{title}: {name}, band holds at most", row["band"], "share", 0.85)
    return 0


if __name__ == "__main__":
    sys.exit(main())
