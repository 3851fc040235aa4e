"""Making recorded decisions again: same site, same state, same readings must give the same decision, bit for bit."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.core.decide import decide as shipped_decide
from controller.core.decision import Decision
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.snapshot import OperatorOrder, Order, Sample, Snapshot
from controller.core.state import ControllerState
from controller.core.state_json import from_json, value_from
from controller.store.errors import DamagedError
from controller.store.record import FORMAT, decision_digest
from drivers.reading import Quality
from schedules.outlook import Outlook
from schedules.plan import Plan

Decide = Callable[[Site, ControllerState, Snapshot], Decision]

_UNSEEN = Sample(None, Quality.ABSENT, 0.0)

HINT = "Only whole recordings of `tirta run --record` can be replayed."
HINT_ID = "Hanya rekaman utuh dari `tirta run --record` yang dapat diputar ulang."


@dataclass(frozen=True, slots=True)
class Cycle:
    """One recorded cycle: its number in the file (from 1), what the decision saw, and the fingerprint of what it said."""

    number: int
    snapshot: Snapshot
    digest: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A cycle whose decision came out differently: ``recorded`` fingerprint against the ``decision`` made now."""

    number: int
    at: Instant
    recorded: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Replayed:
    """The outcome: ``cycles`` compared, all ``mismatches`` (at most 100), ``same_config``: the recording's configuration hash
    is the site's; ``torn``: the file ends in the middle (power cut) and was compared up to there.
    """

    cycles: int
    mismatches: tuple[Mismatch, ...]
    same_config: bool
    torn: bool


class Recording:
    """A recording file. Raises DamagedError when its beginning cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.torn = False
        self._lines = self._read()
        try:
            header = json.loads(next(self._lines))
            if header["format"] != FORMAT:
                raise DamagedError(
                    path, f"has format {header['format']}, this program reads {FORMAT}", HINT,
                    (f"berformat {header['format']}, program ini membaca {FORMAT}", HINT_ID),
                )  # fmt: skip
            self.config_hash: str = header["site"]
            self.cycle_s: float | None = header.get("cycle_s")
            self.state = from_json(header["state"])
        except (StopIteration, ValueError, KeyError, TypeError) as error:
            local = (f"bukan rekaman: {error!r}", HINT_ID)
            raise DamagedError(path, f"is no recording: {error!r}", HINT, local) from error

    def cycles(self) -> Iterator[Cycle]:
        """Every cycle, in order; once."""
        reader = _Reader()
        for number, line in enumerate(self._lines, 1):
            try:
                yield Cycle(number, *reader.cycle(json.loads(line)))
            except (ValueError, KeyError, IndexError, TypeError) as error:
                local = (f"rusak pada siklus {number}: {error!r}", HINT_ID)
                raise DamagedError(
                    self._path, f"is damaged at cycle {number}: {error!r}", HINT, local
                ) from error

    def _read(self) -> Iterator[str]:
        """Whole lines; a torn end is noted, not raised."""
        unpacker, rest = zlib.decompressobj(31), b""
        with self._path.open("rb") as file:
            while block := file.read(1 << 16):
                try:
                    rest += unpacker.decompress(block)
                except zlib.error as error:
                    local = (f"rusak: {error}", HINT_ID)
                    raise DamagedError(self._path, f"is damaged: {error}", HINT, local) from error
                *lines, rest = rest.split(b"\n")
                for line in lines:
                    yield line.decode("ascii")
        self.torn = not unpacker.eof


class _Reader:
    """Undoes the recorder's differences."""

    def __init__(self) -> None:
        self._keys: list[tuple[str, str]] = []
        self._readings: dict[tuple[str, str], Sample] = {}
        self._fresh: list[int] = []
        self._boot, self._trusted = "", True
        self._plan: Plan | None = None
        self._outlook: Outlook | None = None

    def cycle(self, line: list[Any]) -> tuple[Snapshot, str]:
        """One line as a snapshot and the decision's fingerprint."""
        epoch_s, mono_s, changes, digest = line[:4]
        extras: dict[str, Any] = line[4] if len(line) > 4 else {}
        self._boot, self._trusted = extras.get("b", self._boot), extras.get("t", self._trusted)
        if "p" in extras:
            self._plan = None if extras["p"] is None else from_json(extras["p"]).plan
        if "l" in extras:
            self._outlook = None if extras["l"] is None else value_from(Outlook, extras["l"])
        self._keys += [(device, quantity) for device, quantity in extras.get("k", ())]
        self._fresh = extras.get("m", self._fresh)
        if self._fresh or extras:
            self._readings = self._readings.copy()
        for device, quantity in extras.get("k", ()):  # in the order of the original table
            self._readings[(device, quantity)] = _UNSEEN
        changed = dict(zip(changes[::2], changes[1::2], strict=True))
        for place in self._fresh:
            key = self._keys[place]
            value = changed[place] if place in changed else self._readings[key].value
            self._readings[key] = Sample(value, Quality.GOOD, mono_s)
        for place, value, quality, measured_s in extras.get("s", ()):
            self._readings[self._keys[place]] = Sample(value, Quality(quality), measured_s)
        for place in extras.get("x", ()):
            del self._readings[self._keys[place]]
        orders = tuple(
            OperatorOrder(Order(o), target, amount, who) for o, target, amount, who in extras.get("o", ())
        )
        failed = frozenset((device, quantity) for device, quantity in extras.get("f", ()))
        at = Instant(epoch_s, mono_s, self._boot, self._trusted)
        return Snapshot(at, self._readings, self._plan, orders, failed, self._outlook), digest


def replay(path: Path, site: Site, decide: Decide = shipped_decide) -> Replayed:
    """Run ``decide`` over a recording, from its state on, and compare every decision with the recorded one."""
    recording = Recording(path)
    same_config = recording.config_hash == site.config_hash
    site = _with_cycle(site, recording.cycle_s)
    state, number = recording.state, 0
    mismatches: list[Mismatch] = []
    for cycle in recording.cycles():
        decision = decide(site, state, cycle.snapshot)
        state, number = decision.state, cycle.number
        if decision_digest(decision) != cycle.digest and len(mismatches) < 100:
            mismatches.append(Mismatch(number, cycle.snapshot.at, cycle.digest, decision))
    return Replayed(number, tuple(mismatches), same_config, recording.torn)


def _with_cycle(site: Site, cycle_s: float | None) -> Site:
    """The site with the cycle of the recording: a season has one of its own."""
    if cycle_s is None or cycle_s == site.file.site.cycle_s:
        return site
    identity = site.file.site.model_copy(update={"cycle_s": cycle_s})
    return site.model_copy(update={"file": site.file.model_copy(update={"site": identity})})
