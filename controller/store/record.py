"""``run --record``: everything that decisions were made of, so that they can be made again and compared bit for bit.

A recording is a gzip file of JSON lines. The first line is the header: configuration hash, cycle and the state before the
first cycle. Then one line per cycle: ``[epoch_s, mono_s, changes, digest, extras]``. ``changes`` is flat: index, value, index,
value, ... of good numbers measured at this very moment that differ from before. All else is in ``extras``:
``k`` new keys in index order; ``m`` indices of all good numbers measured at this very moment, when they are not the same as
in the line before; ``s`` other samples [index, value, quality, mono_s]; ``x`` indices that are gone; ``b`` boot and ``t`` trust
when they change; ``p`` the plan and ``l`` the outlook
when they change; ``o`` orders; ``f`` failed outputs; ``c`` commands when they change and ``v``
events in clear, for people.
"""

from __future__ import annotations

import json
import marshal
import zlib
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from controller.core.decision import Decision, EventKind, Level, Reason
from controller.core.site import Site
from controller.core.snapshot import Sample, Snapshot
from controller.core.state import ControllerState
from controller.core.state_json import to_json, value_json
from drivers.reading import Quality
from schedules.outlook import Outlook
from schedules.plan import Plan

FORMAT = 1
BLOCK_LINES = 400
"""Lines that are compressed together; so many may be missing after a power cut (the decisions are in the ledger)."""

DAY_S = 86_400.0

_UNSEEN = Sample(None, Quality.ABSENT, 0.0)
_LEVELS = {level: str(level) for level in Level}
_KINDS = {kind: str(kind) for kind in EventKind}

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=True, check_circular=False).encode


def decision_digest(decision: Decision) -> str:
    """A fingerprint of commands, events and reasons: equal only when every key, text and every bit of every number is."""
    reasons = [_reason(r) for r in decision.reasons]
    commands = [(c.device, c.quantity, float(c.value), float(c.lease_s)) for c in decision.commands]
    events = [
        (_KINDS[e.kind], e.subject, _reason(e.reason), tuple(e.figures.items())) for e in decision.events
    ]
    content: tuple[Any, ...] = (commands, events, reasons)
    if decision.presses:
        content += ([(p.device, p.quantity, float(p.value), float(p.lease_s)) for p in decision.presses],)
    try:
        # marshal version 2 writes values only (no reference counts, no interning): equal values give equal bytes
        data = marshal.dumps(content, 2)
    except ValueError:  # a value that is no plain scalar: slower, and as strict
        data = repr(content).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=8).hexdigest()


def _reason(reason: Reason) -> tuple[object, ...]:
    return (reason.subject, reason.key, _LEVELS[reason.level], reason.group, tuple(reason.params.items()))


def plan_json(plan: Plan | None) -> str | None:
    """A plan as text: inside an otherwise empty state, whose exact round trip is tested."""
    return None if plan is None else to_json(ControllerState(plan=plan))


class Recorder:
    """An observer of every cycle. ``folder``: where the files go; a new one is begun every day of plant time.

    ``state``: the state before the first cycle; without it the recording begins with the second cycle that it sees.
    ``background``: compress and write in a thread.
    """

    def __init__(
        self, folder: Path, site: Site, state: ControllerState | None = None, background: bool = True
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._site, self._before = folder, site, state
        self._pool = ThreadPoolExecutor(1, "record") if background else None
        self._writing: Future[None] | None = None
        self._file: _File | None = None
        self._until_s = float("-inf")
        self._lines: list[str] = []
        self.files: list[Path] = []

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """Take what this cycle saw and decided."""
        if self._before is None:
            self._before = decision.state
            return
        at = snapshot.at
        if self._file is None or not self._until_s - DAY_S <= at.epoch_s < self._until_s:
            self._begin(snapshot, self._before)
        extras: dict[str, Any] = {}
        changes = self._changes(snapshot, extras)
        self._rare(snapshot, decision, extras)
        line: list[object] = [at.epoch_s, at.mono_s, changes, decision_digest(decision)]
        if extras:
            line.append(extras)
        self._lines.append(_encode(line))
        self._before = decision.state
        if len(self._lines) >= BLOCK_LINES:
            self._flush()

    def close(self) -> None:
        """Write what is left."""
        self._end()
        if self._pool is not None:
            self._pool.shutdown(wait=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, snapshot: Snapshot, state: ControllerState) -> None:
        self._end()
        epoch_s = snapshot.at.epoch_s
        self._until_s = (epoch_s // DAY_S + 1.0) * DAY_S
        path = self._free(datetime.fromtimestamp(epoch_s, UTC).strftime("record-%Y%m%dT%H%M%SZ"))
        self._file = _File(path)
        self.files.append(path)
        self._index: dict[tuple[str, str], int] = {}
        self._samples: list[Sample] = []
        self._fresh: list[int] = []
        self._readings: object = None
        self._boot, self._trusted = "", True
        self._plan: Plan | None = None
        self._outlook: Outlook | None = None
        self._commands: object = None
        cycle_s = self._site.file.site.cycle_s
        header = {
            "format": FORMAT,
            "site": self._site.config_hash,
            "cycle_s": cycle_s,
            "state": to_json(state),
        }
        self._lines = [_encode(header)]
        self._flush()  # from now on the file is a recording, however soon the power fails

    def _free(self, name: str) -> Path:
        path, number = self._folder / f"{name}.jsonl.gz", 1
        while path.exists():
            number += 1
            path = self._folder / f"{name}-{number}.jsonl.gz"
        return path

    def _changes(self, snapshot: Snapshot, extras: dict[str, Any]) -> list[object]:
        readings = snapshot.readings
        if readings is self._readings:
            if self._fresh:
                self._fresh = extras["m"] = []
            return []
        self._readings = readings
        index, samples, now_s, good = self._index, self._samples, snapshot.at.mono_s, Quality.GOOD
        changes: list[object] = []
        fresh: list[int] = []
        for key, sample in readings.items():
            place = index.get(key)
            if place is None:
                place = index[key] = len(samples)
                samples.append(_UNSEEN)
                extras.setdefault("k", []).append(key)
            before = samples[place]
            if before is sample:
                continue
            samples[place] = sample
            value = sample.value
            if sample.mono_s == now_s and sample.quality is good and value.__class__ is float:
                fresh.append(place)
                old = before.value
                if (
                    value != old or value == 0.0 or old.__class__ is not float
                ):  # 0.0, -0.0 and 0 are equal, not the same
                    changes += (place, value)
            else:
                extras.setdefault("s", []).append((place, value, sample.quality, sample.mono_s))
        if fresh != self._fresh:
            self._fresh = extras["m"] = fresh
        if len(readings) != len(index):
            extras["x"] = [index.pop(key) for key in [key for key in index if key not in readings]]
        return changes

    def _rare(self, snapshot: Snapshot, decision: Decision, extras: dict[str, Any]) -> None:
        at = snapshot.at
        if at.boot != self._boot:
            self._boot = extras["b"] = at.boot
        if at.trusted is not self._trusted:
            self._trusted = extras["t"] = at.trusted
        if snapshot.plan is not self._plan:
            self._plan = snapshot.plan
            extras["p"] = plan_json(snapshot.plan)
        if snapshot.outlook is not self._outlook:
            self._outlook = snapshot.outlook
            extras["l"] = None if snapshot.outlook is None else value_json(snapshot.outlook)
        if snapshot.orders:
            extras["o"] = [(o.order, o.target, o.amount, o.who) for o in snapshot.orders]
        if snapshot.failed:
            extras["f"] = sorted(snapshot.failed)
        if decision.commands != self._commands:
            self._commands = decision.commands
            extras["c"] = [(c.device, c.quantity, c.value, c.lease_s) for c in decision.commands]
        if decision.events:
            extras["v"] = [(e.kind, e.subject, e.reason.key) for e in decision.events]

    def _flush(self, last: bool = False) -> None:
        file, lines, self._lines = self._file, self._lines, []
        if file is None:
            return
        if self._pool is None:
            file.write(lines, last)
        else:
            self._writing = self._pool.submit(file.write, lines, last)

    def _end(self) -> None:
        self._flush(last=True)
        if self._writing is not None:
            self._writing.result()
        self._file = None


class _File:
    """One gzip member, flushed after every block so that a torn file can be read up to its last whole block."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("xb")
        self._packer = zlib.compressobj(1, zlib.DEFLATED, 31)

    def write(self, lines: list[str], last: bool) -> None:
        text = "".join(f"{line}\n" for line in lines).encode("ascii", "backslashreplace")
        packed = self._packer.compress(text)
        self._file.write(packed + self._packer.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH))
        self._file.flush()
        if last:
            self._file.close()


__all__ = ["BLOCK_LINES", "FORMAT", "Recorder", "decision_digest", "plan_json"]
