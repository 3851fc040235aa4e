"""Pins through gpiozero: the only module that loads it."""

from __future__ import annotations

import os
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import gpiozero
from gpiozero.exc import BadPinFactory, GPIOPinInUse

from drivers import line
from drivers.gpio_pulses import Pulses

PULL: dict[str, bool | None] = {"up": True, "down": False, "none": None}


class Pins:
    """Every pin that was opened, until `close`."""

    def __init__(self) -> None:
        # lgpio keeps a file in the working directory, which a service may not write to
        os.environ.setdefault("LG_WD", tempfile.gettempdir())
        warnings.filterwarnings("ignore", category=gpiozero.PinFactoryFallback)  # what counts is what is left
        self._open: list[Any] = []
        self._outputs: list[Any] = []

    def output(self, pin: int, low: bool) -> tuple[Callable[[bool], None], Callable[[], int]]:
        """A relay, off at once: how to switch it, and what its pin really is."""
        gpiozero.Device.ensure_pin_factory()
        _begin_at_their_level()
        device = gpiozero.DigitalOutputDevice(pin, active_high=not low, initial_value=False)
        self._open.append(device)
        self._outputs.append(device)
        return lambda on: device.on() if on else device.off(), lambda: int(bool(device.pin.state) != low)

    def input(self, pin: int, low: bool, pull: str) -> Callable[[], int]:
        """A contact: 1 while it is active."""
        device = self._input(pin, low, pull)
        return lambda: int(bool(device.pin.state) != low)

    def pulses(self, pin: int, low: bool, pull: str, debounce_s: float) -> Pulses:
        """A contact whose closings are counted, in the library's own thread."""
        pulses, device = Pulses(debounce_s), self._input(pin, low, pull)
        library_low = {"up": True, "down": False, "none": low}[
            pull
        ]  # with a pull-up gpiozero calls 0 V active
        setattr(
            device,
            "when_activated" if library_low == low else "when_deactivated",
            lambda: pulses.edge(line.monotonic()),
        )
        return pulses

    def adc(self, chip: str, channel: int) -> Callable[[], int]:
        """One channel of an ADC, in counts."""
        device = getattr(gpiozero, chip.upper())(channel=channel)
        self._open.append(device)
        return lambda: int(device.raw_value)

    def close(self) -> None:
        """Relays off before anything else, then every pin is given back. One that fails keeps none of the others on."""
        for device in self._outputs:
            with suppress(Exception):
                device.off()
        for device in reversed(self._open):
            with suppress(Exception):
                device.close()
        self._outputs.clear()
        self._open.clear()

    def case_of(self, error: Exception) -> str:
        """The case of `drivers.reach` for an error while opening."""
        if isinstance(error, BadPinFactory):
            return "gpio_missing"
        busy = isinstance(error, GPIOPinInUse) or "busy" in str(error).lower()
        return "gpio_busy" if busy else "failed"

    def _input(self, pin: int, low: bool, pull: str) -> Any:
        state = {"active_state": not low} if pull == "none" else {}
        device = gpiozero.DigitalInputDevice(pin, pull_up=PULL[pull], **state)
        self._open.append(device)
        return device


def _begin_at_their_level() -> None:
    """gpiozero 2.0 makes an lgpio pin an output at 0 V first and sets its level after that (its pull request 1177 is open): a
    relay that switches on at 0 V would click at every start. The claim itself can take the level.
    """
    library = sys.modules.get("gpiozero.pins.lgpio")
    if library is not None and "output_with_state" not in vars(library.LGPIOPin):
        library.LGPIOPin.output_with_state = _claim_output


def _claim_output(pin: Any, state: bool) -> None:
    handle, number = pin.factory._handle, pin._number  # noqa: SLF001 - as gpiozero's own methods of this class do
    sys.modules["lgpio"].gpio_claim_output(handle, number, int(state))
