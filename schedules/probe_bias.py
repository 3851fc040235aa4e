"""Whether the probes of a field contradict, day after day, what rain gauge and meter say: a running mean of what they put into its
account (+) or take out (-). Honest instruments pull now one way, now the other; clogged drippers, a leaking valve or a gauge that
lies pull one way.
"""

from __future__ import annotations

from schedules.balance import DAY_S

OFF_MM_D = 1.5
"""From this mean on (mm/d) something is wrong: some four tenths of what a crop uses."""

RAIN_MM = 0.5
"""As much in 24 h is a day of rain."""

MEAN_D = 5.0
"""Time constant of the mean, days. So long is remembered what the probes said before they fell silent."""

MOST_MM_D = 12.0
"""No step counts more than this, so that one jump (a probe put into a place 15 mm drier) does not come to OFF_MM_D."""


def after(bias_mm_d: float, corrected_mm: float, dt_s: float, wet: bool) -> float:
    """The mean, mm/d, after a step of ``dt_s`` in which the probes put in ``corrected_mm``. ``wet``: it has rained within a day, or
    they read field capacity or more. Such ground does not say that too much came: for days after rain water still sinks through it,
    and how much ran off is the least known. It only makes good what was taken before the rain had sunk down to the probes.
    """
    share = min(1.0, dt_s / (MEAN_D * DAY_S))
    most = MOST_MM_D * dt_s / DAY_S
    faded = bias_mm_d * (1.0 - share)
    new = faded + min(most, max(-most, corrected_mm)) / MEAN_D
    return min(new, max(faded, 0.0)) if wet and corrected_mm > 0.0 else new


def grown(bias_mm_d: float, depletion_mm: float, taw_mm: float, before_mm: float) -> float:
    """The mean after roots have grown (TAW from ``before_mm`` to ``taw_mm``): the probes' water content, read over more soil, is
    that much more depletion, which no water that is missing has made.
    """
    if before_mm <= 0.0:
        return bias_mm_d
    return bias_mm_d + depletion_mm * max(0.0, taw_mm / before_mm - 1.0) / MEAN_D
