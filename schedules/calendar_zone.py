"""A calendar zone: a fixed depth every so many days. It has no model of soil or crop; what is due and did not come is owed."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from schedules.balance import StepInputs, ZoneBalance, level_of, tick
from schedules.frozen import replace
from schedules.plan import Demand
from schedules.program import CalendarProgram, Window

OWED_TURNS = 3.0
"""At most this many turns stay owed: more at once would only run through the soil."""

MIN_MM = 0.1
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def initial() -> ZoneBalance:
    """Nothing due, nothing owed."""
    return ZoneBalance(0.0, 0.0, 0.0, level="calendar", stage="perennial")


def turns(program: CalendarProgram, after: str, until: date) -> int:
    """How many turns fell due after the local day ``after`` (exclusive; "" counts only today) up to ``until``."""
    every = program.every_days
    last = (until - program.anchor).days // every
    first = (date.fromisoformat(after) if after else until - timedelta(days=1)) - program.anchor
    return max(0, last - max(-1, first.days // every)) if last >= 0 else 0


def step(program: CalendarProgram, balance: ZoneBalance, inputs: StepInputs) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds: each due day adds its depth to what is owed; delivered water pays, and
    measured rain pays too when the program skips for rain. Days missed while switched off are owed as well.
    """
    changes, _fresh = tick(balance, inputs)
    owed = balance.owed_mm
    net = program.depth_mm * program.efficiency
    if inputs.local_date is not None and changes.get("day", balance.day) != balance.day:
        due = turns(program, balance.day, inputs.local_date)
        owed = max(owed, min(OWED_TURNS * net, owed + due * net))
    paid = inputs.irrigated_mm * program.efficiency + (inputs.rain_mm if program.rain_skip else 0.0)
    changes["owed_mm"] = max(0.0, owed - paid)
    changes["level"] = level_of(None, measured=False)
    return replace(balance, **changes)


def released(program: CalendarProgram, local: datetime) -> float:
    """Share of today's depth that may flow by now: that of the windows that have begun and of the next one."""
    clock = local.strftime("%H:%M")
    today = [w for w in program.windows if _applies(w, local)]
    if len(today) < 2:
        return 1.0
    over = sum(1 for w in today if w.begin < w.end <= clock)
    return min(1.0, (over + 1) / len(today))


def _applies(window: Window, local: datetime) -> bool:
    return not window.days or DAYS[local.weekday()] in window.days


def demand(
    program: CalendarProgram,
    balance: ZoneBalance,
    zone: str,
    area_m2: float,
    now_s: float,
    local: datetime | None,
) -> Demand | None:
    """What is due by now, or None. Without a trusted clock nothing new falls due; what was owed before stays wanted."""
    depth = program.depth_mm * program.efficiency
    held = 0.0 if local is None else (1.0 - released(program, local)) * depth
    net = balance.owed_mm - held
    if net < MIN_MM:
        return None
    late = balance.owed_mm > 1.5 * depth
    params: dict[str, float | str] = {
        "net_mm": net, "owed_mm": balance.owed_mm, "depth_mm": program.depth_mm, "level": balance.level,
    }  # fmt: skip
    urgency = min(1.0, 0.5 * balance.owed_mm / depth)
    key = "demand_owed" if late else "demand_calendar"
    return Demand(
        zone, net, net / program.efficiency * area_m2, urgency, None if not late else now_s, key, params
    )
