"""Misting: short pulses that cool the air of a house. Its water is counted; no crop and no soil is watered by it. Pure."""

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
