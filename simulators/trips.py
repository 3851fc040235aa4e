"""A drive's fault as it stands in a drive: its own, or the motor's, and there until the profile's reset command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from drivers.codec_hear import Heard
from drivers.profile import Profile
from drivers.reading import Value
from simulators.outputs import Moment, World

RESET = "fault_reset"


class Trip:
    """The fault of one device. ``shows``: what it shows instead of the world's; empty while it has none.

    ``turning``: the commands by which it runs its motor itself, so that the motor's fault would become its own.

    The world's fault stays latched in a device that has a reset and was told to run its motor itself; while its cause is there
    a reset does not help.
    """

    def __init__(self, device: str, profile: Profile, world: World, moment: Moment) -> None:
        self.shows: Mapping[str, Value] = {}
        self._device, self._world, self._moment = device, world, moment
        commands = profile.commands
        self._own = {q: c.fail_safe.fault for q, c in commands.items() if c.fail_safe.fault is not None}
        self._runs = (
            {q for q, c in commands.items() if c.on and c.inhibited_by} if RESET in commands else set()
        )
        self.turning: set[str] = set()

    def obey(self, heard: Heard) -> bool:
        """Note a command that was carried out; True when it changed what is shown."""
        if heard.quantity in self._runs and heard.value is not None:
            (self.turning.add if heard.value else self.turning.discard)(heard.quantity)
        if heard.quantity != RESET or not heard.value or not self.shows or self._cause():
            return False
        self.shows = {}
        return True

    def look(self, over: Sequence[str]) -> tuple[str, ...]:
        """``over``: outputs that ended for want of communication. The outputs that a fault ends now."""
        code = next((self._own[quantity] for quantity in over if quantity in self._own), 0.0)
        code = code or (self._cause() if self.turning else 0.0)
        if not code:
            return ()
        ended = tuple(sorted(self.turning.difference(over)))
        self.turning.clear()
        self.shows = {"status": "fault", "fault_code": code}
        return ended

    def _cause(self) -> float:
        value = self._world.value(self._device, "fault_code", self._moment())
        return value if isinstance(value, float) else 0.0
