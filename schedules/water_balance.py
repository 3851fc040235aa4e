"""A field zone: FAO-56 root-zone balance with a single Kc, stepped on the 15-minute grid and corrected by probes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from schedules import probe_bias
from schedules.balance import DOUBT, Changes, StepInputs, ZoneBalance, kc_air, level_of, tick
from schedules.catalog import Catalog, Soil
from schedules.crop import BARE, crop_day, depletion_fraction, growing_d
from schedules.frozen import replace
from schedules.plan import Demand
from schedules.program import FieldProgram
from schedules.prospect import DRY_D, UNKNOWN, Prospect
from schedules.reserve import Store
from schedules.soil import depletion_at, infiltration_mm, raw_mm, share_entering, stress, taw_mm

START_SHARE = 0.5
"""Share of RAW taken as used when nothing is known: neither a wet start (waters too late) nor a dry one (too much)."""

AGREE_VWC = 0.06
"""Probes of one zone agree when they lie within this range, m3/m3 (twice the 3 % that good capacitive probes claim)."""

STUCK_S = 48 * 3600.0
MOVED_VWC = 0.002
"""A median that has not moved by this much for STUCK_S is a stuck probe, not a soil: every crop uses water in two days."""

LOOKAHEAD_D = 1.0
"""A demand is told this long before RAW is reached, so that the planner can take today's sun for tomorrow's need."""

SAFE, SPARED = 0.9, 1.0
"""Shares of RAW that are used on purpose: the rest is for what account and field differ (by a probe a few tenths of a millimetre;
what an account without one may have missed is added apart), and none of it is kept while rain is certain to come first (between
them by how much more likely it is than not).
"""

LEFT_MM, LEFT_SHARE = 4.0, 0.5
"""Room that stays for rain even where water is kept for a dry stretch: the last of it would only drain with the next storm. Never
more than this share of RAW: young roots in sand have less than 4 mm of it.
"""

LEAST_MM = 0.3
"""Less than this is not worth opening a valve."""

OWED_MM = 0.5
"""Owed water below this is rounding, not a demand."""


@dataclass(frozen=True, slots=True)
class Flows:
    """One step of the root zone: new depletion; what rain entered, what the crop used, what drained (mm)."""

    depletion_mm: float
    entered_mm: float
    eta_mm: float
    drainage_mm: float
    ks: float


def root_zone(
    soil: Soil, depletion: float, taw: float, raw: float, etc_mm: float, rain: float, net: float, dt_s: float
) -> Flows:
    """Move the root-zone balance by one step (FAO-56 Eq. 85, 88). ``etc_mm``: Kc ET0 of the step; ``net``: irrigation that
    reached the root zone. Depletion stays in 0..TAW; the crop never takes more than there is.
    """
    entered = infiltration_mm(soil, rain, dt_s)
    ks = stress(depletion, taw, raw)
    eta = min(ks * etc_mm, max(0.0, taw - depletion) + entered + net)
    after = depletion - entered - net + eta
    return Flows(min(taw, max(0.0, after)), entered, eta, max(0.0, -after), ks)


@dataclass(frozen=True, slots=True)
class Trust:
    """What the probes of a zone say together: the median water content, their range, and how soon to believe it (s)."""

    vwc: float
    spread: float
    tau_s: float


def possible(soil: Soil, vwc: float) -> bool:
    """Whether a probe in this soil can read this: more than nothing, no more than saturation and 0.08 for its calibration."""
    return 0.0 < vwc <= soil.sat + 0.08


def trust(vwc: tuple[float, ...], soil: Soil) -> Trust | None:
    """Judge the probes. The median of those that are possible in this soil; believed within 4 h when several agree, 12 h
    when there is only one or the majority has to outvote one, 48 h when two contradict each other. None: no probe.
    """
    good = sorted(v for v in vwc if possible(soil, v))
    if not good:
        return None
    middle = len(good) // 2
    median = good[middle] if len(good) % 2 else (good[middle - 1] + good[middle]) / 2.0
    spread = good[-1] - good[0]
    if len(good) == 1 or (spread > AGREE_VWC and len(good) > 2):
        return Trust(median, spread, 12 * 3600.0)
    return Trust(median, spread, 4 * 3600.0 if spread <= AGREE_VWC else 48 * 3600.0)


def _probes(
    balance: ZoneBalance, inputs: StepInputs, soil: Soil, depletion: float, taw: float
) -> tuple[float, Changes]:
    """Pull the depletion towards the probes; the first word of a probe is taken whole. Returns depletion and changes."""
    word = trust(inputs.vwc, soil) if inputs.vwc else None
    if word is None:
        age = balance.probe_age_s
        return depletion, {"probe_age_s": None if age is None else age + inputs.dt_s, "probe_spread": None}
    before = balance.probe_vwc
    moved = before is None or abs(word.vwc - before) >= MOVED_VWC
    still = 0.0 if moved else balance.probe_still_s + inputs.dt_s
    changes: Changes = {"probe_spread": word.spread, "probe_still_s": still}
    if moved:
        changes["probe_vwc"] = word.vwc
    if still > STUCK_S:
        age = balance.probe_age_s
        changes["probe_age_s"] = None if age is None else age + inputs.dt_s
        return depletion, changes
    changes["probe_age_s"] = 0.0
    gain = 1.0 if balance.probe_age_s is None else inputs.dt_s / (inputs.dt_s + word.tau_s)
    return depletion + gain * (depletion_at(soil, word.vwc, taw) - depletion), changes


def _bias(
    balance: ZoneBalance, changes: Changes, inputs: StepInputs, corrected_mm: float, soil: Soil
) -> float:
    """The running mean of what the probes put in; bare ground and the first word of a probe say nothing."""
    if changes.get("stage", balance.stage) in BARE:
        return 0.0
    heard = changes["probe_age_s"] == 0.0
    bias = balance.bias_mm_d
    if heard and balance.day and "taw_mm" in changes:
        bias = probe_bias.grown(bias, balance.depletion_mm, changes["taw_mm"], balance.taw_mm)
    if balance.probe_age_s is None:
        corrected_mm = 0.0
    rained = changes.get("rain_24h_mm", balance.rain_24h_mm) > probe_bias.RAIN_MM
    vwc: float = changes.get("probe_vwc", balance.probe_vwc) or 0.0
    return probe_bias.after(bias, corrected_mm, inputs.dt_s, rained or (heard and vwc >= soil.fc))


def season(program: FieldProgram, balance: ZoneBalance, inputs: StepInputs, catalog: Catalog) -> Changes:
    """What changes with the date or the program: Kc, stage, TAW and RAW. New root depth is taken as moist (FAO-56 ch. 8)."""
    day = _day(program, inputs.local_date)
    if day is None and balance.day:
        day = _day(program, date.fromisoformat(balance.day))
    crop, soil = catalog.crop(program.crop), catalog.soil(program.soil)
    today = crop_day(crop, day, *kc_air(balance), program.root_depth_m)
    taw = taw_mm(soil.fc, soil.wp, today.root_m)
    p = program.allowed_depletion
    if p is None:
        # What a mild day would allow beyond the table is not relied upon: if it is wrong the crop pays, else some room for rain.
        p = min(crop.p, depletion_fraction(crop.p, today.kc * balance.et0_mm_d))
    return {"kc": today.kc, "stage": today.stage, "taw_mm": taw, "raw_mm": raw_mm(p, taw)}


def _day(program: FieldProgram, local_date: date | None) -> int | None:
    return None if local_date is None else (local_date - program.planted).days


def initial(program: FieldProgram, catalog: Catalog) -> ZoneBalance:
    """A zone about which nothing is known yet: half of RAW used, date unknown. The first dated step sets the season."""
    blank = ZoneBalance(0.0, 0.0, 0.0)
    changes = season(program, blank, StepInputs(0.0, 0.0, 0.0, 0.0, None), catalog)
    return replace(blank, **changes, depletion_mm=START_SHARE * changes["raw_mm"])


def step(program: FieldProgram, balance: ZoneBalance, inputs: StepInputs, catalog: Catalog) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds."""
    changes, fresh = tick(balance, inputs)
    start = balance.depletion_mm
    if fresh:
        changes |= season(program, replace(balance, et0_mm_d=changes["et0_mm_d"]), inputs, catalog)
        if not balance.day and inputs.local_date is not None and balance.probe_age_s is None:
            start = (
                start / balance.raw_mm * changes["raw_mm"]
            )  # the date has become known: the same share of another store
    taw: float = changes.get("taw_mm", balance.taw_mm)
    raw: float = changes.get("raw_mm", balance.raw_mm)
    kc: float = changes.get("kc", balance.kc)
    start = min(start, taw)
    net = inputs.irrigated_mm * program.efficiency
    soil = catalog.soil(program.soil)
    rain = inputs.rain_mm * share_entering(soil, inputs.bursts) if program.rain_skip else 0.0
    flows = root_zone(soil, start, taw, raw, kc * inputs.et0_mm, rain, net, inputs.dt_s)
    depletion, told = _probes(balance, inputs, soil, flows.depletion_mm, taw)
    ks = stress(depletion, taw, raw)
    base = (0.0, 0.0, 0.0, 0.0) if fresh else (
        balance.eta_mm, balance.drainage_mm, balance.runoff_mm, balance.corrected_mm)  # fmt: skip
    changes |= told
    changes["bias_mm_d"] = _bias(balance, changes, inputs, flows.depletion_mm - depletion, soil)
    changes["depletion_mm"] = depletion
    changes["ks"] = ks
    changes["etc_mm_d"] = ks * kc * changes.get("et0_mm_d", balance.et0_mm_d)
    changes["eta_mm"] = base[0] + flows.eta_mm
    changes["drainage_mm"] = base[1] + flows.drainage_mm
    changes["runoff_mm"] = base[2] + inputs.rain_mm - flows.entered_mm
    changes["corrected_mm"] = base[3] + (balance.depletion_mm - start) + (flows.depletion_mm - depletion)
    changes["owed_mm"] = min(max(0.0, balance.owed_mm - net), depletion)
    checked = told["probe_age_s"] == 0.0 or flows.drainage_mm > 0.0
    changes["doubt_mm"] = 0.0 if checked else min(raw, balance.doubt_mm + DOUBT * flows.eta_mm)
    changes["level"] = level_of(told["probe_age_s"], inputs.measured)
    return replace(balance, **changes)


def _growing_d(program: FieldProgram, balance: ZoneBalance, catalog: Catalog) -> float:
    day = _day(program, date.fromisoformat(balance.day)) if balance.day else None
    return growing_d(catalog.crop(program.crop), day)


def _use_mm_d(balance: ZoneBalance) -> float:
    return max(0.1, balance.kc * balance.et0_mm_d)


def _left_mm(raw: float) -> float:
    return min(LEFT_MM, LEFT_SHARE * raw)


def store(
    program: FieldProgram, balance: ZoneBalance, area_m2: float, prospect: Prospect, catalog: Catalog
) -> Store | None:
    """The field as a place for the reserve that it shares with others; None: it grows nothing, no storm reaches it, or its program
    says how much is given.
    """
    days = min(DRY_D, _growing_d(program, balance, catalog))
    if program.refill is not None or not program.rain_skip or days <= 0.0:
        return None
    use = _use_mm_d(balance)
    safe = max(0.0, SAFE * balance.raw_mm - use * prospect.hold_d)
    most = min(days * use, max(0.0, safe - _left_mm(balance.raw_mm)))
    return Store(area_m2, prospect.behind_mm(use) * days / DRY_D, safe, most)


def demand(
    program: FieldProgram,
    balance: ZoneBalance,
    zone: str,
    area_m2: float,
    now_s: float,
    catalog: Catalog,
    prospect: Prospect = UNKNOWN,
) -> Demand | None:
    """The water a field zone wants now, or None: what lets it stay out of stress until it may be watered again, or the share of
    the depletion that the program asks for, due at RAW and told up to a day ahead; and whatever is owed.
    """
    if _growing_d(program, balance, catalog) <= 0.0:
        return None
    depletion, raw, taw = balance.depletion_mm, balance.raw_mm, balance.taw_mm
    use = _use_mm_d(balance)
    left_d = (raw - depletion) / use
    owed = balance.owed_mm >= OWED_MM
    missing = depletion + balance.doubt_mm
    if program.refill is None:
        safe = SAFE + (SPARED - SAFE) * prospect.likely(use * prospect.hold_d)
        wish = min(prospect.dose_mm(missing, safe * raw, use), missing - _left_mm(raw))
    else:
        wish = program.refill * depletion if left_d <= LOOKAHEAD_D else 0.0
    net = min(max(wish, balance.owed_mm if owed else 0.0), missing, program.max_depth_mm)
    if net <= LEAST_MM:
        return None
    due = depletion >= raw
    urgency = 0.5 * depletion / raw if not due else 0.5 + 0.5 * (depletion - raw) / max(1e-9, taw - raw)
    left_s = prospect.lasts_s(left_d)
    key = "demand_field_due" if due else ("demand_owed" if owed else "demand_field_soon")
    params: dict[str, float | str] = {
        "depletion_mm": depletion, "raw_mm": raw, "taw_mm": taw, "net_mm": net, "owed_mm": balance.owed_mm,
        "left_s": left_s, "level": balance.level,
    }  # fmt: skip
    return Demand(
        zone,
        net,
        net / program.efficiency * area_m2,
        min(1.0, urgency),
        now_s + left_s,
        key,
        params,
    )
