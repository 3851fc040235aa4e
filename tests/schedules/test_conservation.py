"""Whatever a season brings, a field's account loses no water: rain, pipes, probes, growing roots, new seasons, other programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.balance import DAY_S, StepInputs, ZoneBalance
from schedules.program import FieldProgram
from schedules.zone import initial, refit, step
from tests.schedules.zones import AREA_M2, CATALOG, FIELD, PLANTED

MM = 1e-6

amounts = st.one_of(st.just(0.0), st.floats(0.0, 2.0), st.floats(2.0, 80.0))
moments = st.tuples(
    st.sampled_from([60.0, 900.0, 900.0, 3600.0, 43200.0, 86400.0]),
    st.floats(0.0, 9.0),  # ET0, mm/d
    amounts,  # rain
    amounts,  # gross irrigation
    st.lists(st.floats(-0.1, 0.7), max_size=3).map(tuple),
    st.booleans(),  # whether the date is known
)
turns = st.tuples(
    st.sampled_from(["chilli", "maize", "cassava", "banana-year-1", "rubber", "dragon-fruit"]),
    st.sampled_from(["ultisol", "clay", "sand"]),
    st.integers(-40, 10),  # days from today to the new planting
    st.sampled_from([None, 0.15, 1.2]),  # what bounds the roots, m
    st.booleans(),  # open to the rain
)


@dataclass
class Books:
    """An auditor beside the account: it adds up what each day's counters say before they begin anew."""

    program: FieldProgram
    balance: ZoneBalance
    rain: float = 0.0
    net: float = 0.0
    closed: float = 0.0  # days that are over: corrected - used - drained - run off
    start: float = field(init=False)

    def __post_init__(self) -> None:
        self.start = self.balance.depletion_mm

    @staticmethod
    def _open(balance: ZoneBalance) -> float:
        return balance.corrected_mm - balance.eta_mm - balance.drainage_mm - balance.runoff_mm

    def step(self, inputs: StepInputs) -> None:
        """One step. A new day has another name or, without a clock, comes when 24 hours have passed."""
        after = step(self.program, self.balance, inputs, CATALOG)
        over = inputs.local_date is None and self.balance.day_s + inputs.dt_s > DAY_S
        if over or after.day != self.balance.day:
            self.closed += self._open(self.balance)
        self.balance = after
        self.rain += inputs.rain_mm
        self.net += inputs.irrigated_mm * self.program.efficiency
        assert 0.0 <= after.depletion_mm <= after.taw_mm + 1e-9
        assert min(after.eta_mm, after.drainage_mm, after.runoff_mm) >= 0.0
        assert 0.0 <= after.ks <= 1.0
        assert after.owed_mm <= after.depletion_mm + 1e-9

    def turn(self, program: FieldProgram) -> None:
        """The technician edits the program; the account goes on under it."""
        self.program = program
        self.balance = refit(program, self.balance, CATALOG, AREA_M2)

    def missing(self) -> float:
        """Water that nobody can account for, mm."""
        came = self.rain + self.net + self.closed + self._open(self.balance)
        return came - (self.start - self.balance.depletion_mm)


@settings(max_examples=120, deadline=None)
@given(
    parts=st.lists(st.tuples(turns, st.lists(moments, min_size=1, max_size=25)), min_size=1, max_size=4),
    age=st.integers(-5, 130),
)
def test_no_water_is_lost_in_any_season(
    parts: list[tuple[tuple[str, str, int, float | None, bool], list[tuple]]],
    age: int,  # type: ignore[type-arg]
) -> None:
    """Through up to four crops on changing soils and roots, with any weather, probes and a clock that comes and goes, what came
    in is used, drained, run off, stored or put down as corrected, within 1e-6 mm.
    """
    today = PLANTED + timedelta(days=age)
    books = Books(FIELD, initial(FIELD, CATALOG, AREA_M2))
    elapsed = 0.0
    for (crop, soil, ahead, root, open_to_rain), steps in parts:
        changes = {"crop": crop, "soil": soil, "planted": today + timedelta(days=ahead), "root_depth_m": root}
        books.turn(FIELD.model_copy(update={**changes, "rain_skip": open_to_rain}))
        for dt_s, et0, rain, gross, vwc, known in steps:
            elapsed += dt_s
            now: date = today + timedelta(days=int(elapsed // 86400.0))
            et0_mm = et0 * dt_s / 86400.0
            books.step(StepInputs(dt_s, et0_mm, rain, gross, now if known else None, vwc))
        today += timedelta(days=int(elapsed // 86400.0))
        elapsed = 0.0
    assert abs(books.missing()) <= MM


def test_a_whole_season_in_quarters_of_an_hour() -> None:
    """130 days of chilli from planting to harvest, wet and dry, with probes for a while: 12,480 steps close within 1e-6 mm."""
    books = Books(FIELD, initial(FIELD, CATALOG, AREA_M2))
    for number in range(130 * 96):
        day, quarter = divmod(number, 96)
        rain = 14.0 if (day % 9, quarter) == (3, 60) else 0.0
        gross = 6.0 if (day % 4, quarter) == (1, 30) else 0.0
        vwc = (0.20 + 0.0001 * (number % 300), 0.22) if 40 <= day < 60 else ()
        books.step(StepInputs(900.0, 4.0 / 96.0, rain, gross, PLANTED + timedelta(days=day), vwc))
    assert books.balance.stage == "over"
    assert abs(books.missing()) <= MM
