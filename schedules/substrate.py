"""What a probe in substrate may say about the pots' account: only that it is drier than thought.

A stick beside one plant tells nothing of the other pots, and nobody calibrates it for peat or husk. But what it showed at its
wettest is the full pot, and how far it has fallen since is water that is gone, at least there.
"""

from __future__ import annotations

from statistics import median

from schedules.balance import DAY_S

FADE_D, FAST_D = 0.0005, 0.01
BEYOND, BEYOND_MM = 0.4, 1.0
"""The wettest reading fades by so much a day, m3/m3, and fast while it calls the pots drier by more than this share of what they
used today (or of this depth): no weather is so wrong, but a probe that was put back elsewhere is. A memory that always faded fast
would let pots that a low account never fills dry out with it.
"""

DRAINED_D = 0.5 / 24.0
"""For so many days after water came pots hold more than they keep: what a probe shows then is no full pot."""

RISE_S = 3600.0
"""Time constant with which a wetter reading becomes the full pot, s: one wrong word is not all of it."""

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
    kept = now if full_vwc is None else full_vwc - (FAST_D if fading else FADE_D) * dt_s / DAY_S
    full = kept + dt_s / (dt_s + RISE_S) * max(0.0, now - kept) if drained else kept
    seen = min(taw_mm, max(0.0, full - now) / held_m3_m3 * taw_mm)
    return depletion_mm + dt_s / (dt_s + TAU_S) * max(0.0, seen - depletion_mm), full


def beyond(corrected_mm: float, used_mm: float) -> bool:
    """Whether today's corrections (drier: below 0) are more than what was used today explains."""
    return -corrected_mm > BEYOND * max(BEYOND_MM, used_mm)
