"""What a simulated device refuses, and when it sleeps: the limits of its profile, from the other side."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from controller.core.instant import Instant
from drivers.profile import CommandEntry, Profile, WriteStep
from drivers.profile_limits import Limits
from drivers.transport import Table
from simulators.frames import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, RefusedByDevice, Silent

_STANDARD = (5, 6, 15, 16)


class Manners:
    """The limits of one device. ``now``: the plant clock; ``sleeps``: whether it falls asleep when nobody asks."""

    def __init__(self, profile: Profile, now: Callable[[], Instant]) -> None:
        self._limits: Limits = profile.limits
        self._now = now
        self.sleeps = profile.limits.wake_up is not None
        self._heard_s = float("-inf")
        self._points = frozenset((Table(p.table), a) for p in profile.points for a in p.addresses)
        self.writable = frozenset(_writable(profile))

    def wake(self) -> None:
        """Somebody speaks to the device. Raises Silent when that only wakes it up."""
        rule = self._limits.wake_up
        if rule is None:
            return
        now = self._now().mono_s
        asleep = now - self._heard_s > rule.after_s
        self._heard_s = now
        if asleep:
            raise Silent

    def check_read(self, table: Table, address: int, count: int) -> None:
        """Raises RefusedByDevice for a request that the device does not stand."""
        limits = self._limits
        exact = limits.exact_counts.get(table.value)
        if exact is not None and count != exact:
            raise RefusedByDevice(ILLEGAL_VALUE)
        if exact is None and count > (limits.max_bits if table.is_bits else limits.max_words):
            raise RefusedByDevice(ILLEGAL_VALUE)
        if (
            limits.boundary is not None
            and address // limits.boundary != (address + count - 1) // limits.boundary
        ):
            raise RefusedByDevice(ILLEGAL_ADDRESS)
        for first, last in limits.gaps:
            inside = range(max(first, address), min(last, address + count - 1) + 1)
            if any((table, place) not in self._points for place in inside):
                raise RefusedByDevice(ILLEGAL_ADDRESS)

    def check_write(self, function: int) -> None:
        """Raises RefusedByDevice for a function code that the device does not take."""
        if function in _STANDARD and function not in self._limits.write_functions:
            raise RefusedByDevice(ILLEGAL_FUNCTION)


def _writable(profile: Profile) -> Iterator[int]:
    """Registers that may be written though no point stands there: of commands, set-up, address."""
    for entry in profile.commands.values():
        for step in _steps(entry):
            start = next((p.start for p in profile.points if p.name == step.at), step.address)
            if start is not None:
                yield from range(start, start + max(1, len(step.values)))
    for setup in profile.setup:
        yield setup.address
    recipe = profile.readdress
    if recipe is not None:
        yield from (recipe.address, recipe.address + 1)
        for step in (*recipe.before, *recipe.save):
            if step.address is not None:
                yield step.address


def _steps(entry: CommandEntry) -> Iterator[WriteStep]:
    for _, steps in entry.parts:
        for step in steps:
            if isinstance(step, WriteStep):
                yield step


def owned_bits(profile: Profile) -> dict[int, int]:
    """By register, the bits that commands change one by one: what is written around them is only kept."""
    owned: dict[int, int] = {}
    for entry in profile.commands.values():
        for step in _steps(entry):
            if step.mask is not None and step.address is not None:
                owned[step.address] = owned.get(step.address, 0) | step.mask
    return owned


def blank_registers(profile: Profile) -> dict[int, int]:
    """Registers without a point that are read before they are written: set-up, bits of a word, what is kept. They hold 0."""
    taken = {a for p in profile.points if p.table == "holding" for a in p.addresses}
    places = {setup.address for setup in profile.setup}
    for entry in profile.commands.values():
        for step in _steps(entry):
            if step.address is not None and (step.mask is not None or "keep" in step.values):
                places |= set(range(step.address, step.address + len(step.values)))
    return dict.fromkeys(places - taken, 0)
