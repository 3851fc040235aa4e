"""Commands as ordered steps: writes or messages with waits and conditions in between; a stop ends what still runs."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Sequence

from drivers import line
from drivers.codec_command import WireStep
from drivers.errors import Refused, TimeOut
from drivers.profile_commands import Inhibit, Until
from drivers.reading import Command, Value

Send = Callable[[WireStep, bool], Awaitable[None]]
Look = Callable[[str], Awaitable[Value | None]]
"""The value of a quantity or of a point, by name, now; None while the device does not tell it."""

Pause = Callable[[float], Awaitable[None]]

_LOOK_S = 0.1


def pause_of(port: object) -> Pause:
    """How to wait on this port: a port without wires brings its own ``pause``, on wires it is line time."""
    pause: Pause = getattr(port, "pause", line.sleep)
    return pause


def same(value: Value | None, wanted: Value) -> bool:
    """Whether a decoded value is the wanted one; numbers up to rounding."""
    if isinstance(value, float | int) and isinstance(wanted, float | int):
        return math.isclose(value, wanted, rel_tol=1e-6, abs_tol=1e-6)
    return value == wanted


def meets(value: Value | None, until: Until) -> bool:
    """Whether a value is one of those that are waited for."""
    return any(same(value, wanted) for wanted in until.equals)


def inhibited(command: Command, rule: Inhibit, value: Value | None) -> Refused:
    """Why a start is not sent: the device would take it and not do it."""
    return Refused(
        f"{command.quantity} would be taken and not done: {rule.quantity} is {value}",
        hint=f"Clear it first ({rule.quantity}), or look why it was set",
        device=command.device,
    )


class Sequences:
    """Runs the steps of one device's commands. ``send(step, urgent)`` and ``look(quantity)`` are the device's own."""

    def __init__(self, device: str, send: Send, look: Look, pause: Pause) -> None:
        self._device, self._send, self._look, self._pause = device, send, look, pause
        self._newest: dict[str, int] = {}

    async def run(self, command: Command, steps: Sequence[WireStep]) -> None:
        """Send the steps in order. Raises what ``send`` raises, ``TimeOut`` for a condition that does not come, and
        ``Refused`` when a stop for the same output came in between: the rest is then not sent.
        """
        number = self._newest.get(command.quantity, 0) + command.is_stop
        self._newest[command.quantity] = number
        for step in steps:
            self._check(command, number)
            if step.only_if is not None and not step.only_if.holds(await self._look(step.only_if.point)):
                continue
            await self._send(step, command.is_stop)
            if step.wait_s > 0:
                await self._pause(step.wait_s)
            if step.until is not None:
                await self._await(step.until, command, number)

    def _check(self, command: Command, number: int) -> None:
        if not command.is_stop and self._newest[command.quantity] != number:
            raise Refused(
                f"{command.quantity} = {command.value:g} was overtaken by a stop and not finished",
                device=self._device,
            )

    async def _await(self, until: Until, command: Command, number: int) -> None:
        seconds = until.within_ms / 1000
        for _ in range(max(1, math.ceil(seconds / _LOOK_S))):
            if meets(await self._look(until.what), until):
                return
            self._check(command, number)
            await self._pause(min(_LOOK_S, seconds))
        if not meets(value := await self._look(until.what), until):
            wanted = " or ".join(map(str, until.equals))
            raise TimeOut(
                f"{until.what} is {value}, not {wanted} within {seconds:g} s; the command was not finished",
                hint="Read the device's display; it may be in fault or in local operation",
                device=self._device,
                params={"seconds": seconds},
            )
