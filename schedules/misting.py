"""Misting: short pulses that cool the air of a house. Its water is counted; no crop and no soil is watered by it. Pure.

Where the defaults of `MistingProgram` come from; a technician tunes them to the house:

* on at 33 C: a greenhouse near Jakarta was misted to keep its vegetables below that (Eduard et al. 2022, doi:10.3390/app12189192).
* off at 31 C: practice value, no source. That greenhouse misted on down to 28 C; but melon's leaves appear fastest at 34 C, at
  45 C no more (Baker and Reddy 2001, Annals of Botany 87, 605-613): more cooling costs water and wets leaves.
* on at 1.5 kPa: vegetables do best by day at 0.5 to 1.5 kPa, above they are stressed (Yu et al. 2023, doi:10.48130/VR-2023-0020).
* off at 1.1 kPa: mist below 75 % relative humidity, 1.1 kPa at 31 C, kept a house at 1.1 instead of 2.7 kPa on average, and at 29.6
  instead of 32 C (Katsoulas et al. 2001, Agricultural and Forest Meteorology 106, 233-247). Half of the mist did not cool.
* 20 s, then at least 180 s: fog of 20 to 75 s every 160 s cooled a naturally ventilated house to 6 K below the air outside ("Air
  and leaf temperatures ... with a fogging system", Environment Control in Biology 43(1), 2005). Longer pulses of coarse drops drip.
* 120 pulses a day: practice value, no source; near seven hours without a break, so that a sensor that errs does not empty the tank.

For nurseries of forest seedlings no public threshold was found: the same values stand for them.
"""

from __future__ import annotations

from dataclasses import dataclass

from schedules.balance import StepInputs, ZoneBalance, level_of, tick
from schedules.frozen import light, replace
from schedules.program import MistingProgram


@light
@dataclass(frozen=True, slots=True)
class Mist:
    """``hot``: between "on" and "off". ``next_s``: monotonic seconds before which no pulse begins. ``pulses`` of ``day``."""

    hot: bool = False
    next_s: float = 0.0
    pulses: int = 0
    day: str = ""


def hot(program: MistingProgram, was: bool, temp_c: float, vpd_kpa: float) -> bool:
    """Whether it is hot and dry enough to mist: both above "on" to begin, both above "off" to go on. Damp air takes up no water:
    mist would only wet the leaves.
    """
    if was:
        return temp_c >= program.temp_off_c and vpd_kpa >= program.vpd_off_kpa
    return temp_c >= program.temp_on_c and vpd_kpa >= program.vpd_on_kpa


def initial() -> ZoneBalance:
    """An account of water alone."""
    return ZoneBalance(0.0, 0.0, 0.0, level="calendar", stage="perennial")


def step(balance: ZoneBalance, inputs: StepInputs) -> ZoneBalance:
    """The account after ``inputs.dt_s`` more seconds: what was sprayed evaporates, nothing is owed."""
    changes, _fresh = tick(balance, inputs)
    changes["level"] = level_of(None, measured=False)
    return replace(balance, **changes)
