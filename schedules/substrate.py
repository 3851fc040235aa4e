"""What a probe in substrate may say about the pots' account: only that it is drier than thought.

A stick beside one plant tells nothing of the other pots, and nobody calibrates it for peat or husk. But what it showed at its
wettest is the full pot, and how far it has fallen since is water that is gone, at least there.
"""

from __future__ import annotations

from statistics import median

from schedules.balance import DAY_S

FADE_D = 0.01
"""The wettest reading fades by this much a day, m3/m3: substrate settles and probes drift."""

DRAINED_D = 0.5 / 24.0
"""For so many days after water came pots hold more than they keep: what a probe shows then is no full pot."""

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
) -> tuple[float, float | None]:
    """(depletion, wettest reading so far) after a step: pulled towards the probes' median where that is drier than the account.
    ``held_m3_m3``: available water of full pots over their volume. ``drained``: no water came for ``DRAINED_D`` before the
    probes' values were taken. Without probes nothing changes.
    """
    if not vwc or (full_vwc is None and not drained):
        return depletion_mm, full_vwc
    now = median(vwc)
    kept = now if full_vwc is None else full_vwc - FADE_D * dt_s / DAY_S
    full = max(now, kept) if drained else kept
    seen = min(taw_mm, max(0.0, full - now) / held_m3_m3 * taw_mm)
    return depletion_mm + dt_s / (dt_s + TAU_S) * max(0.0, seen - depletion_mm), full
