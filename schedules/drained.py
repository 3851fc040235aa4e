"""The days on which a paddy is drained, for its methane: proven by the level gauge, or only estimated by the account. Pure.

IPCC (2019 Refinement, volume 4, chapter 5, table 5.12 and its note) scales methane by the drainage events within the season, the
drying at its end left out: none (continuously flooded, 1.00), one (single drainage, 0.71), more than one (multiple, with
alternate wetting and drying, 0.55). It names no least length of an event; the 2006 Guidelines asked for an aeration of more
than three days, and that stricter rule is kept here.

* A local day is drained when nowhere in it water stood on the soil. It is proven when good gauge readings below the soil cover at
  least 90 % of its 24 hours; else estimated. Estimated days never become proven ones.
* A drainage is counted when good readings below the soil have added up to more than three days without water on the soil and
  without a silence of the gauge of over three hours between them. A field that was not flooded yet cannot be drained.
* All of it belongs to one season, from planting to the drying before the harvest, and stays readable until another planting date.
"""

from __future__ import annotations

from typing import Literal

from schedules.balance import DAY_S, FULL_DAY_S, Season
from schedules.frozen import replace

DRAINAGE_S = 3.0 * DAY_S
SILENCE_S = 3.0 * 3600.0

Regime = Literal["flooded", "single_drainage", "multiple_drainage"]


def regime(drainages: int) -> Regime:
    """The water regime of table 5.12 that so many proven drainages of a season make."""
    return ("flooded", "single_drainage", "multiple_drainage")[min(2, max(0, drainages))]


def begin_day(old: Season | None, day_s: float, planted: str, counts: bool) -> Season:
    """The season at the beginning of a local day: the finished one, of which ``day_s`` seconds were lived through, goes into its
    column. Another planting date begins another season. ``counts``: see ``Season``, for the day that begins.
    """
    if old is None or old.planted != planted:
        return Season(planted, counts=counts)
    dry = old.counts and counts and not old.wet and day_s >= FULL_DAY_S
    proven = dry and old.gauge_dry_s >= FULL_DAY_S
    return replace(
        old, proven_d=old.proven_d + proven, estimated_d=old.estimated_d + (dry and not proven), wet=False, gauge_dry_s=0.0,
        run_s=old.run_s if counts else 0.0, counts=counts,
    )  # fmt: skip


def go_on(old: Season, dt_s: float, wet: bool, silent_s: float) -> Season:
    """The season after ``dt_s`` more seconds. ``wet``: water stands on the soil; ``silent_s``: since the last good reading."""
    seen_s = dt_s if silent_s == 0.0 and not wet else 0.0
    begins = old.counts and old.flooded
    run_s = 0.0 if wet or silent_s > SILENCE_S or not begins else old.run_s + seen_s
    flooded, wet = old.flooded or (wet and old.counts), wet or old.wet
    if seen_s == 0.0 and run_s == old.run_s and wet is old.wet and flooded is old.flooded:
        return old
    drainages = old.drainages + (old.run_s <= DRAINAGE_S < run_s)
    return Season(
        old.planted,
        old.proven_d,
        old.estimated_d,
        drainages,
        wet,
        old.gauge_dry_s + seen_s,
        run_s,
        old.counts,
        flooded,
    )
