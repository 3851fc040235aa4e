"""A container zone: polybags or pots with little water each, given back in small doses."""

from __future__ import annotations

from schedules import dosing
from schedules.balance import DAY_S, StepInputs, ZoneBalance, level_of, tick
from schedules.frozen import replace
from schedules.plan import Demand
from schedules.program import ContainerProgram
from schedules.prospect import UNKNOWN, Prospect
from schedules.soil import stress
from schedules.substrate import DRAINED_D, beyond, drier

RAIN_CATCH = 0.8
"""Share of the rain that falls into round pots standing close together (their share of the area); the rest runs off."""

POT_DOUBT, RAINED_DOUBT, PROBED_DOUBT = 0.12, 0.08, 0.06
"""Share of the use that the account of pots may have missed: they hold a day's water, and nobody probes them all. It is given too,
until some drains; growers let as much of each dose run through anyhow. The second: pots in the open, whose account every storm
checks, and where what is given beyond the need makes it drain more. The third: under a roof with a probe, which tells at least when
it is drier than thought.
"""

TAUGHT = 0.5
"""So much of that doubt goes where soil probes hold the site's reckoning against what its crops use, day after day."""

SOON = 0.75
LAST = 0.25
"""Shares of RAW: from the first on a dose may be told ahead, from the second on the last chance before a long pause is taken.
Smaller doses would use up the day's number of them by noon.
"""

EASY = 0.5
"""Share of the available water that plants take without harm. The xylem of potted shrubs showed nothing before 10 kPa, where
"available" ends (Caron et al. 1998, doi:10.21273/JASHS.123.5.931); half of it is FAO-56's usual p.
"""

SLACK = 0.6
"""How far from ``dose_share`` to the end of easy water pots may go while a dose waits, for the sun or the next window: what is not
given meanwhile is room for rain. All the way where rain is certain to come first.
"""

DIRECT = 0.4
"""How far on that way a dose is due, and told no sooner, where a pump feeds the pots without a tank: each dose may cost a start of
it, so they are fewer and larger.
"""

SUM_ROOM = 0.4
"""Share of RAW that pots dosed by a sum leave free for rain at most: whoever asked for small doses by the sun gets them."""

LOOKAHEAD_D = 0.25
"""A dose is told this long before it is due: pots are small, so half a morning."""


def store_mm(program: ContainerProgram, area_m2: float) -> float:
    """Available water of all pots together as a depth over the zone's area, mm."""
    return program.pots * program.pot_volume_l * program.available_share / area_m2


def initial(program: ContainerProgram, area_m2: float) -> ZoneBalance:
    """Pots about which nothing is known: half of a dose used."""
    taw = store_mm(program, area_m2)
    raw = program.dose_share * taw
    return ZoneBalance(0.5 * raw, taw, raw, kc=program.kc, etc_mm_d=program.kc * 3.5, stage="perennial")


def step(program: ContainerProgram, balance: ZoneBalance, inputs: StepInputs) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds. What the pots cannot hold drains."""
    changes, fresh = tick(balance, inputs)
    taw, raw, start = balance.taw_mm, balance.raw_mm, balance.depletion_mm
    net = inputs.irrigated_mm * program.efficiency
    caught = inputs.rain_mm * RAIN_CATCH if program.rain_skip else 0.0
    easy = easy_mm(taw, raw)
    eta = min(stress(start, taw, easy) * program.kc * inputs.et0_mm, taw - start + caught + net)
    after = start - caught - net + eta
    reckoned = min(taw, max(0.0, after))
    vwc, drained = _heard(program, balance, inputs)
    depletion, full = drier(
        vwc, balance.full_vwc, program.available_share, taw, reckoned, inputs.dt_s, drained,
        beyond(balance.corrected_mm, balance.eta_mm),
    )  # fmt: skip
    age = balance.probe_age_s
    changes["probe_age_s"] = 0.0 if inputs.vwc else None if age is None else age + inputs.dt_s
    ks = stress(depletion, taw, easy)
    base = (0.0, 0.0, 0.0, 0.0) if fresh else (
        balance.eta_mm, balance.drainage_mm, balance.runoff_mm, balance.corrected_mm)  # fmt: skip
    changes["full_vwc"] = full
    changes["corrected_mm"] = base[3] + reckoned - depletion
    changes["probe_spread"] = max(inputs.vwc) - min(inputs.vwc) if inputs.vwc else None
    changes["level"] = level_of(None, inputs.measured)
    changes["depletion_mm"] = depletion
    changes["ks"] = ks
    changes["kc"] = program.kc
    changes["etc_mm_d"] = ks * program.kc * changes.get("et0_mm_d", balance.et0_mm_d)
    changes["eta_mm"] = base[0] + eta
    changes["drainage_mm"] = base[1] + max(0.0, -after)
    changes["runoff_mm"] = base[2] + inputs.rain_mm - caught
    changes["owed_mm"] = min(max(0.0, balance.owed_mm - net), depletion)
    missed = _doubt(program, changes["probe_age_s"]) * (1.0 - TAUGHT * inputs.taught) * eta
    changes["doubt_mm"] = 0.0 if after < 0.0 else min(raw, balance.doubt_mm + missed)
    if program.dose_by != "pot_water":
        wanted = dosing.wanted_mm(program, balance)
        whole = depletion <= 0.0 or wanted <= 0.0
        changes |= dosing.sums(program, balance, inputs, 1.0 if whole else net / wanted)
    return replace(balance, **changes)


def _heard(
    program: ContainerProgram, balance: ZoneBalance, inputs: StepInputs
) -> tuple[tuple[float, ...], bool]:
    """The probes' values that were taken after the latest water, and whether it had drained by then. Radio probes tell one value
    every half hour, and pots are dosed every other: a word from before the dose would call full pots dry. In a storm's hour and the
    one after it none counts.
    """
    if program.rain_skip and (inputs.rain_mm > 0.0 or any(balance.rain_log[:2])):
        return (), False
    if balance.since_irrigation_d is None and inputs.irrigated_mm <= 0.0:
        return inputs.vwc, True
    since_s = 0.0
    if inputs.irrigated_mm <= 0.0 and balance.since_irrigation_d is not None:
        since_s = balance.since_irrigation_d * DAY_S + inputs.dt_s
    told_s = since_s - inputs.vwc_age_s
    return inputs.vwc if told_s >= 0.0 else (), told_s >= DRAINED_D * DAY_S


def _doubt(program: ContainerProgram, probe_age_s: float | None) -> float:
    if program.rain_skip:
        return RAINED_DOUBT
    return PROBED_DOUBT if probe_age_s is not None and probe_age_s <= DAY_S else POT_DOUBT


def demand(
    program: ContainerProgram,
    balance: ZoneBalance,
    zone: str,
    area_m2: float,
    now_s: float,
    prospect: Prospect = UNKNOWN,
) -> Demand | None:
    """The next dose, or None: the pots are full, nothing is due soon, or today's doses are used up."""
    if balance.doses_today >= program.max_doses_per_day and balance.since_irrigation_d != 0.0:
        return None
    raw, taw = balance.raw_mm, balance.taw_mm
    depletion = balance.depletion_mm + (balance.doubt_mm if balance.depletion_mm > 0.0 else 0.0)
    use = max(0.1, program.kc * balance.et0_mm_d)
    way = easy_mm(taw, raw) - raw
    mark = raw + (DIRECT * way if prospect.direct else 0.0)
    left_d = (mark - depletion) / use
    held = raw + (SLACK + (1.0 - SLACK) * prospect.likely(raw)) * way
    late_d = (held - depletion) / use
    lasts_d = late_d if program.rain_skip else left_d
    soon = 1.0 if prospect.direct else SOON + (1.0 - SOON) * prospect.spared(raw)
    closing = prospect.closing and lasts_d < prospect.hold_d
    key = _key(
        program, balance, depletion, max(mark, min(held, _spread_mm(program, balance, depletion, use, prospect))),
        left_d, closing, soon,
    )  # fmt: skip
    if key == "" or depletion <= 0.0:
        return None
    due = depletion >= raw
    urgency = 0.5 * depletion / raw if not due else 0.5 + 0.5 * (depletion - raw) / max(1e-9, taw - raw)
    if key in BY_SUM:
        urgency = max(urgency, 0.5)
    net = dosing.wanted_mm(program, balance) - _room_mm(program, held, raw, use, prospect)
    if net <= 0.0:
        return None
    params: dict[str, float | str] = {
        "depletion_mm": depletion, "raw_mm": raw, "taw_mm": taw, "net_mm": net, "owed_mm": balance.owed_mm,
        "doses": float(balance.doses_today), "doses_max": float(program.max_doses_per_day),
        "left_s": prospect.lasts_s(left_d), "level": balance.level,
        **dosing.told(program, balance),
    }  # fmt: skip
    return Demand(
        zone, net, net / program.efficiency * area_m2, min(1.0, urgency),
        now_s + prospect.lasts_s(late_d), key, params,
    )  # fmt: skip


def _spread_mm(
    program: ContainerProgram, balance: ZoneBalance, depletion_mm: float, use_mm_d: float, prospect: Prospect
) -> float:
    """The dose that lets the doses left today bring all that pots use until they may be watered again: smaller ones
    would be used up by noon.
    """
    left = max(1, program.max_doses_per_day - balance.doses_today)
    return (depletion_mm + use_mm_d * prospect.hold_d) / left


def easy_mm(taw: float, raw: float) -> float:
    """Depletion from which on the plants take less, mm: never before a dose is due."""
    return max(raw, EASY * taw)


def _room_mm(
    program: ContainerProgram, held_mm: float, raw_mm: float, use_mm_d: float, prospect: Prospect
) -> float:
    """What a dose without a set size leaves free for rain: never so much that the pots would pass ``held_mm`` before the next
    chance.
    """
    if not program.rain_skip or program.drain_share > 0.0 or dosing.size_mm(program, 1.0) is not None:
        return 0.0
    room = max(0.0, held_mm - use_mm_d * prospect.hold_d - prospect.reserve_mm(use_mm_d))
    return room if program.dose_by == "pot_water" else min(room, SUM_ROOM * raw_mm)


BY_SUM = frozenset({"demand_container_radiation", "demand_container_vpd"})


def _key(
    program: ContainerProgram,
    balance: ZoneBalance,
    missing_mm: float,
    mark_mm: float,
    left_d: float,
    closing: bool,
    share: float,
) -> str:
    """Why a dose is wanted; "" when none is. A zone that goes by a sum is not told by pot water beforehand. ``closing``: the window
    closes soon, and the next is too far. ``mark_mm``: a dose is due; from ``share`` of it on it is told ahead.
    """
    if dosing.due(program, balance):
        return f"demand_container_{program.dose_by}"
    blind = dosing.blind(program, balance)
    if missing_mm >= mark_mm:
        return "demand_container_blind" if blind else "demand_container_dose"
    soon = left_d <= LOOKAHEAD_D and missing_mm >= share * mark_mm
    last = closing and missing_mm > LAST * balance.raw_mm
    if (soon or last) and (blind or program.dose_by == "pot_water"):
        return "demand_container_blind" if blind else "demand_container_soon"
    return "demand_owed" if balance.owed_mm >= 0.1 * balance.raw_mm else ""
