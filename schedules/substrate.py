"""What a probe in substrate may say about the pots' account: that it is drier than thought, and a little that it is wetter.

A stick beside one plant tells nothing of the other pots, and nobody calibrates it for peat or husk. But what it showed at its
wettest is the full pot, and how far it has fallen since is water that is gone, at least there. That less is gone than was reckoned
is believed up to a bound: an account that only ever hears "drier" errs upwards, and every error drains.
"""

from __future__ import annotations

from statistics import median

from schedules.balance import DAY_S

FADE_D = 0.01
BEYOND, BEYOND_MM = 0.4, 1.0
"""The wettest reading fades by this much a day, m3/m3, while it calls the pots drier by more than this share of what they used
today (and of this depth): no weather is so wrong, but a probe that was put back elsewhere is. Else it stays: a memory that always
faded would let pots that never overflow dry out with it.
"""

DRAINED_D = 0.5 / 24.0
"""For so many days after water came pots hold more than they keep: what a probe shows then is no full pot."""

WETTER = 0.15
"""Where a probe shows wetter pots than thought, use is taken as so much less. No more: one that shows half of what is gone then
leaves pots a dose's third short of full, and not dry.
"""

TAU_S = 4 * 3600.0
"""Time constant with which the account follows a drier probe, s."""


def drier(
    vwc: tuple[float, ...],
    full_vwc: float | None,
    held_m3_m3: float,
    taw_mm: float,
    depletion_mm: float,
    dt_s: float,
    drained: bool = True,
    fading: bool = False,
) -> tuple[float, float | None]:
    """(depletion, wettest reading so far) after a step: pulled towards the probes' median where that is drier than the account.
    ``held_m3_m3``: available water of full pots over their volume. ``drained``: no water came for ``DRAINED_D`` before the
    probes' values were taken. ``fading``: see ``beyond``. Without probes nothing changes.
    """
    if not vwc or (full_vwc is None and not drained):
        return depletion_mm, full_vwc
    now = median(vwc)
    kept = now if full_vwc is None else full_vwc - (FADE_D * dt_s / DAY_S if fading else 0.0)
    full = max(now, kept) if drained else kept
    seen = min(taw_mm, max(0.0, full - now) / held_m3_m3 * taw_mm)
    return depletion_mm + dt_s / (dt_s + TAU_S) * max(0.0, seen - depletion_mm), full


def beyond(corrected_mm: float, used_mm: float) -> bool:
    """Whether today's corrections (drier: below 0) are more than what was used today explains."""
    return -corrected_mm > BEYOND * max(BEYOND_MM, used_mm)


def wetter(
    vwc: tuple[float, ...],
    full_vwc: float | None,
    held_m3_m3: float,
    taw_mm: float,
    depletion_mm: float,
    used_mm: float,
    late_steps: float,
) -> float:
    """The depletion after a step in which ``used_mm`` was reckoned to be used: up to ``WETTER`` of that less where the probes'
    median shows less gone than the account says, with what was used in the ``late_steps`` since it was taken.
    """
    if not vwc or full_vwc is None or used_mm <= 0.0:
        return depletion_mm
    seen = max(0.0, full_vwc - median(vwc)) / held_m3_m3 * taw_mm + late_steps * used_mm
    return depletion_mm if seen >= depletion_mm else max(seen, depletion_mm - WETTER * used_mm)
