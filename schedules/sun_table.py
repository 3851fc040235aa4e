"""The clear sky and the array's power on the 15-minute grid, one table a UTC day: what a forecast asks a hundred times over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from schedules.outlook import STEP_S
from schedules.solar import DAY_S, Array, clear_sky_ghi, cos_zenith

SLOTS = int(DAY_S // STEP_S)

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Clear-sky indices whose power is kept; between them it is linear (wrong by less than 1 % of the plant's power)."""


@dataclass(frozen=True, slots=True)
class Slot:
    """The middle of one step: clear-sky irradiance, W/m2, and the array's power, W, at each of LEVELS; both 0 at night."""

    clear_w_m2: float
    power_w: tuple[float, ...]

    def power(self, index: float) -> float:
        """Power at a clear-sky index, W."""
        place = index * 4.0 if index > 0.0 else 0.0  # thousands a day: no calls of min and max
        place = place if place < 5.999999 else 5.999999
        i = int(place)
        return self.power_w[i] + (place - i) * (self.power_w[i + 1] - self.power_w[i])


NIGHT = Slot(0.0, (0.0,) * len(LEVELS))


@lru_cache(maxsize=16)
def day_table(array: Array, number: int) -> tuple[Slot, ...]:
    """The SLOTS of the UTC day ``number`` (days since 1970-01-01)."""
    return tuple(_slot(array, number * DAY_S + (i + 0.5) * STEP_S) for i in range(SLOTS))


def _slot(array: Array, at_s: float) -> Slot:
    cosine = cos_zenith(at_s, array.latitude_deg, array.longitude_deg)
    if cosine <= 0.0:
        return NIGHT
    clear = clear_sky_ghi(cosine)
    return Slot(clear, tuple(array.power_w(at_s, level * clear) for level in LEVELS))


def slots(array: Array, begin_s: float, steps: int) -> list[Slot]:
    """The slots of ``steps`` steps from ``begin_s``, a multiple of STEP_S."""
    first = int(begin_s // STEP_S)
    last, found = first + steps, list[Slot]()
    for day in range(first // SLOTS, (last - 1) // SLOTS + 1):
        found += day_table(array, day)[max(0, first - day * SLOTS) : last - day * SLOTS]
    return found
