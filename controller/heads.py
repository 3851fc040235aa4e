"""The ledger's head, told outside the ledger: every hour, at every daily closing, and when a person's row was added.

Outside means: the log, MQTT (retained), InfluxDB (by ``controller.telemetry.capture``, every minute), and a file that a person can
copy or print. Whoever cuts the ledger or makes it anew would have to change all of them.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from controller.core.decision import Decision, EventKind
from controller.core.instant import Instant
from controller.core.snapshot import Snapshot
from controller.store.chain import Head
from controller.store.journal import LedgerWriter
from controller.store.outside import Noted, beside, noted_of
from drivers.errors import Disconnected
from drivers.mqtt import MqttPort

log = logging.getLogger(__name__)

PREFACE = (
    "# Sidik buku besar (ledger.db) pada setiap penutupan hari. Simpan salinan atau cetakannya di tempat lain:\n"
    "# tirta ledger verify --heads FILE menemukan dengan salinan itu apa yang kemudian diubah atau dipotong.\n"
    "# The ledger's head at every daily closing. Keep a copy or a print of it elsewhere.\n"
)


@dataclass(slots=True)
class HeadKeeper:
    """Observes every cycle for daily closings. ``site``: its id, in the topics ``tirta/<site>/ledger/head`` and ``/closing``.

    ``aside``: runs what touches the disk beside the cycle.
    """

    site: str
    timezone: str
    journal: LedgerWriter
    folder: Path
    aside: Callable[[Callable[[], None]], object]
    brokers: Sequence[MqttPort] = field(default=())

    def now(self) -> str:
        """``seq:hash day`` of the last row that is on the disk."""
        return noted_of(self.journal.head(), ZoneInfo(self.timezone)).short

    def tell(self, at: Instant) -> None:
        """Tell the head as it is on the disk."""
        noted = noted_of(self.journal.head(), ZoneInfo(self.timezone))
        log.info("%s", noted.text)
        self._publish("head", noted)

    def cycle(self, snapshot: Snapshot, decision: Decision, cycle_ms: float) -> None:
        """When a day was closed, tell the head that the closing left, as soon as it is on the disk."""
        for event in decision.events:
            if event.kind is EventKind.DAY:
                done = asyncio.wrap_future(self.journal.reached(snapshot.at).done)
                day = str(event.figures.get("day", ""))
                done.add_done_callback(lambda done, day=day: self._closed(done, day))  # type: ignore[misc]

    def _closed(self, done: asyncio.Future[Head], day: str) -> None:
        if done.cancelled() or done.exception() is not None:
            return  # the disk refuses: the hourly head comes when it takes rows again
        head = done.result()
        noted = Noted(head.seq, head.hash, day, closing=True)
        log.info("%s", noted.text)
        self._publish("closing", noted)
        self._publish("head", noted_of(head, ZoneInfo(self.timezone)))
        self.aside(lambda: append(beside(self.folder / "ledger.db"), noted))

    def _publish(self, topic: str, noted: Noted) -> None:
        for client in self.brokers:
            try:
                client.publish(f"tirta/{self.site}/ledger/{topic}", noted.short.encode(), 1, True)
            except Disconnected as error:
                log.info("%s", error)


def append(path: Path, noted: Noted) -> None:
    """Add a line to the file of heads; it is on the disk when this returns. A disk that refuses is told in the log."""
    try:
        with path.open("a", encoding="utf-8") as file:
            if file.tell() == 0:
                file.write(PREFACE)
            file.write(noted.short + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        log.error("the file of heads cannot be written: %s", error)
