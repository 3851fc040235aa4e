"""Accounts, demands and plans together: a dry season in which every planned litre comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from schedules.evapotranspiration import Atmosphere, et0_step
from schedules.plan import Plan, PlanRequest, PumpLimits, TankLimits, ZoneLimits
from schedules.planner import plan
from schedules.program import Program
from schedules.prospect import Prospect, chances
from schedules.solar import CLIMATE_CLEARNESS, Array, clear_sky_ghi, cos_zenith
from schedules.windows import resolve
from schedules.zone import StepInputs, ZoneBalance, demand, initial, step
from tests.schedules.zones import CATALOG, FIELD, PLANTED, POTS, TURNS

JAKARTA = ZoneInfo("Asia/Jakarta")
START = datetime(PLANTED.year, PLANTED.month, PLANTED.day, tzinfo=JAKARTA).timestamp()
ARRAY = Array(-3.75, 103.8, 1.5)
LAND: dict[str, tuple[Program, float, float]] = {
    "cabai": (FIELD, 400.0, 2.0), "bibit": (POTS, 150.0, 1.5), "giliran": (TURNS, 200.0, 1.5),
}  # fmt: skip
GRID_S = 900.0
DAYS = 60


def prospect(program: Program, now: float) -> Prospect:
    """What the program's windows let it count on."""
    hold_d, closing, until_s = chances(program.windows, JAKARTA, now)
    return Prospect(hold_d, closing=closing, until_s=until_s)


def usual_power(now: float, steps: int) -> tuple[float, ...]:
    """W of the plant under the climate's mean sky in the middle of each step."""
    middles = [now + (i + 0.5) * GRID_S for i in range(steps)]
    place = ARRAY.latitude_deg, ARRAY.longitude_deg
    return tuple(
        ARRAY.power_w(at, CLIMATE_CLEARNESS * clear_sky_ghi(cos_zenith(at, *place))) for at in middles
    )


class Farm:
    """Three zones on one tank, filled by one small pump; what the plan says happens."""

    def __init__(self) -> None:
        self.balances = {name: initial(p, CATALOG, area) for name, (p, area, _) in LAND.items()}
        self.tank_l = 2000.0
        self.plan: Plan | None = None
        self.given_l = dict.fromkeys(LAND, 0.0)
        self.used_mm = dict.fromkeys(LAND, 0.0)
        self.stressed: list[str] = []

    def request(self, now: float) -> PlanRequest:
        """Ask for two days from now."""
        local = datetime.fromtimestamp(now, UTC).astimezone(JAKARTA)
        wants = (
            demand(p, self.balances[n], n, a, now, local, CATALOG, prospect(p, now))
            for n, (p, a, _) in LAND.items()
        )
        zones = (
            ZoneLimits(n, "tank", f, resolve(p.windows, JAKARTA, now, 172800.0), p.min_run_s, p.max_run_s)
            for n, (p, _, f) in LAND.items()
        )
        pump = PumpLimits("well", "tank", 750.0, 285.0, 2.0, 300.0, 600.0, 10, resting_s=9999.0)
        power = usual_power(now, 192)
        tank = TankLimits("tank", self.tank_l, 8000.0)
        return PlanRequest(now, GRID_S, power, tuple(w for w in wants if w), tuple(zones), (pump,), (tank,))

    def advance(self, now: float) -> None:
        """One step: deliver what the plan says, fill by the sun, move the accounts on, plan again."""
        end = now + GRID_S
        power = usual_power(now, 1)[0]
        self.tank_l = min(8000.0, self.tank_l + (500.0 * power / 750.0 if power > 285.0 else 0.0))
        et0 = et0_step(Atmosphere(now + GRID_S / 2, -3.75, 103.8, 60.0), GRID_S)
        today = datetime.fromtimestamp(end - 1.0, UTC).astimezone(JAKARTA).date()
        for name, (program, area, _) in LAND.items():
            litres = self._delivered(name, now, end)
            self.tank_l -= litres
            self.given_l[name] += litres
            before = self.balances[name]
            after = step(program, before, StepInputs(GRID_S, et0, 0.0, litres / area, today), CATALOG)
            self.used_mm[name] += after.eta_mm - (before.eta_mm if after.day == before.day else 0.0)
            self._judge(name, after)
            self.balances[name] = after
        running = tuple(r for r in self.plan.runs if r.start_s < end < r.end_s) if self.plan else ()
        if not running:
            self.plan = plan(self.request(end))

    def _delivered(self, name: str, begin: float, end: float) -> float:
        total = 0.0
        for run in self.plan.runs if self.plan else ():
            if run.zone == name:
                part = (min(end, run.end_s) - max(begin, run.start_s)) / (run.end_s - run.start_s)
                total += max(0.0, part) * run.volume_l
        return total

    def _judge(self, name: str, balance: ZoneBalance) -> None:
        if balance.ks < 0.95:
            self.stressed.append(f"{name} {balance.day} Ks {balance.ks:.2f}")


@pytest.fixture(scope="module")
def farm() -> Farm:
    """Sixty dry days."""
    farm = Farm()
    for i in range(DAYS * 96):
        farm.advance(START + i * GRID_S)
        assert farm.tank_l >= -1.0, "the plan drew more than the tank held"
    return farm


def test_nobody_suffers(farm: Farm) -> None:
    """With enough sun and water no model zone falls below Ks 0.95 on more than 2 % of the steps of sixty dry days."""
    assert len(farm.stressed) <= 0.02 * DAYS * 96 * 2, farm.stressed[:5]


@pytest.mark.parametrize("name", ["cabai", "bibit"])
def test_what_is_given_is_what_is_used(farm: Farm, name: str) -> None:
    """Net irrigation equals the crop's use plus the change of storage: nothing is given twice, nothing drains."""
    program, area, _ = LAND[name]
    net = farm.given_l[name] / area * program.efficiency
    assert net == pytest.approx(farm.used_mm[name], abs=1.1 * farm.balances[name].raw_mm)
    assert farm.used_mm[name] > 2.0 * DAYS


def test_turns_get_their_depth(farm: Farm) -> None:
    """The calendar zone got 6 mm on every second day."""
    assert farm.given_l["giliran"] / 200.0 == pytest.approx(6.0 * DAYS / 2, abs=6.1)


def test_last_day_has_a_name(farm: Farm) -> None:
    """The accounts stand at the last day."""
    last = (PLANTED + timedelta(days=DAYS - 1)).isoformat()
    assert {b.day for b in farm.balances.values()} == {last}
