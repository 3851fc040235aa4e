"""The examples and tables of docs/schedules.md are true."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from schedules import (
    catalog,
    container,
    forecast_sky,
    paddy,
    plan,
    planner,
    planner_fills,
    planner_forced,
    rain_chain,
    shares,
    tank_sheet,
    water_balance,
)
from schedules.forecast_provider import MAX_AGE_S
from schedules.outlook import HOLDS_S

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "schedules.md"
TEXT = DOCUMENT.read_text("utf-8")


def test_examples_print_what_they_say() -> None:
    """Every example of the document runs and prints exactly what stands below it."""
    plain = re.sub(r"^```.*$", "", TEXT, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(plain, {}, "docs/schedules.md", str(DOCUMENT), 0)
    said: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=said.append)
    assert result.failed == 0, "".join(said)
    assert result.attempted >= 20


def test_every_reason_of_the_planner_is_explained() -> None:
    """The table of reasons holds exactly the keys that the planner can give."""
    folder = Path(planner.__file__).parent
    source = "".join(path.read_text("utf-8") for path in sorted(folder.glob("planner*.py")))
    given = set(re.findall(r'"(plan_[a-z_]+)"', source))
    told = set(re.findall(r"^\| `(plan_[a-z_]+)` \|", TEXT, flags=re.MULTILINE))
    assert given == told


@pytest.mark.parametrize(
    ("sentence", "value"),
    [
        (r"Roots grow from (\S+) m", catalog.ROOT_START_M),
        (r"in the last (\d+) days nothing", paddy.DRAIN_D),
        (r"due already at (\d+) mm", paddy.FLOODED_MM),
        (r"The bund holds (\d+) mm", paddy.BUND_MM),
        (r"below it (\S+) \(drainable", paddy.YIELD),
        (r"Of rain, (\S+) falls into the pots", container.RAIN_CATCH),
        (r"two or more within (\S+) m3/m3", water_balance.AGREE_VWC),
        (r"not moved by (\S+) for 48 h", water_balance.MOVED_VWC),
        (r"lifts at least (\d+) %", 100 * plan.MIN_FLOW_SHARE),
        (r"steps with (\S+) x threshold", tank_sheet.FILL_MARGIN),
        (r"less than (\d+) % of the tank is missing", 100 * planner_fills.WORTH_SHARE),
        (r"keeps what its zones use in (\d+) day", planner_fills.RESERVE_DAYS),
        (r"at (\d+) % of the pump's rated flow", 100 * planner_forced.SLOW),
        (r"in need \(urgency (\S+) or more", shares.HURT),
        (r"with a time constant of (\d+) days", shares.MEMORY_DAYS),
        (r"comes (\d+) minutes later at the earliest", planner.SOAK_S / 60),
        (r"with a memory of (\d+) days", rain_chain.MEMORY_D),
        (r"it is older than (\d+) h,", HOLDS_S / 3600),
        (r"four quarters a day, 1/(\d+) each", 1 / forecast_sky.LEARN_HOUR),
        (r"A word older than (\d+) h", MAX_AGE_S / 3600),
        (r"gone after (\w+) hours", forecast_sky.LEADS[-1] / 4),
    ],
)
def test_numbers_are_those_of_the_code(sentence: str, value: float) -> None:
    """A number in the document is the constant in the code."""
    found = re.search(sentence, TEXT)
    assert found is not None, sentence
    assert float(found.group(1)) == pytest.approx(value)
