"""A real InfluxDB filled by simulated sites: the shipped controller, its telemetry queue and its sink, nothing by hand."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from controller.config import load_site
from controller.core.site import Sink
from controller.store.ledger import Ledger
from controller.store.outbox import Outbox
from controller.telemetry.capture import Vitals
from controller.telemetry.drain import Drain
from controller.telemetry.sink import InfluxSink
from simulators.season import Season, local_midnight
from simulators.world import World
from tests.dashboards.grafana import ROOT
from tests.fixtures_influx import Influx

DEMO, GENSET, PADDY = "desa-impian", "kutai", "tanjung-agung"
SITES = {
    "config.yaml": 2.6,
    "simulators/sites/kutai.yaml": 1.6,
    "simulators/sites/paddy.yaml": 1.6,
}
"""Site file -> days. All end in the afternoon of the same day. Kutai's intakes are blocked on its last day."""

END = "2026-10-23"


def heads(ledger: Ledger) -> Vitals:
    """What the daemon tells beside its points."""
    head = ledger.head()
    return Vitals(ledger_head=f"{head.seq}:{head.hash}", rss_mb=60.0)


@dataclass(frozen=True)
class Lived:
    """One site that ran: its id, its folder with ledger.db and telemetry.db, and when it began and ended, POSIX s."""

    ident: str
    folder: Path
    start_s: float
    end_s: float

    def rows(self, kind: str) -> list[dict[str, Any]]:
        """The figures of the ledger's rows of one kind, in their order."""
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            query = "SELECT payload FROM ledger WHERE kind = ? ORDER BY seq"
            found = ledger.execute(query, (kind,)).fetchall()
        return [json.loads(payload)["figures"] for (payload,) in found]

    def events(self, kind: str) -> list[str]:
        """The subjects of the ledger's rows of one kind."""
        with sqlite3.connect(self.folder / "ledger.db") as ledger:
            return [row[0] for row in ledger.execute("SELECT subject FROM ledger WHERE kind = ?", (kind,))]


@dataclass(frozen=True)
class Filled:
    """The database, and who is in it."""

    server: Influx
    database: str
    sites: dict[str, Lived]

    @property
    def now_s(self) -> float:
        """When somebody looks at the dashboards: the moment at which the sites stopped."""
        return max(site.end_s for site in self.sites.values())

    def ask(self, query: str) -> list[dict[str, Any]]:
        """Rows of a query, tags included."""
        return self.server.query(self.database, query)


def block(world: World) -> None:
    """The pumps' intakes pass nothing any more."""
    for pump in world.pumps.values():
        pump.blocked = 1.0


def lived(config: str, days: float, folder: Path) -> Lived:
    """Run the shipped controller on a simulated site."""
    site, profiles = load_site(ROOT / config)
    start = local_midnight(site, END).timestamp() - (days - days % 1.0) * 86400.0
    began = datetime.fromtimestamp(start, local_midnight(site, END).tzinfo)
    world = World(site, 3, began)
    season = Season(site, profiles, world, began, days, folder, vitals=heads)
    if site.file.site.id == GENSET:
        season.progress = lambda _: block(world)
    season.run()
    return Lived(site.file.site.id, folder, start, start + days * 86400.0)


def send(site: Lived, server: Influx, database: str) -> None:
    """Through the shipped queue and sink."""
    entry = Sink.model_validate({"url": server.url, "api": "v1", "database": database})
    sink = InfluxSink(entry)
    outbox = Outbox(site.folder / "telemetry.db", sink.name)
    drain, now_s = Drain(outbox, sink), 0.0
    while drain.drain_once(now_s).sent or outbox.pending():
        now_s += 1.0
        assert now_s < 600.0, "telemetry cannot be sent"
    assert outbox.rejects() == ()
    sink.close()


FULL = "uji-lengkap"
"""A site that has what no simulated one has: a drive, a pressure sensor, a weather station, a cell's thermometer."""

RARE = {
    "pump": ("device=pompa", {"frequency_hz": 42.5, "pressure_bar": 2.1}),
    "weather": ("device=cuaca", {"temp_air_c": 27.5, "rh_pct": 81.0, "wind_m_s": 1.2}),
    "pv": ("device=inverter", {"temp_cell_c": 44.0}),
}


def rare_lines(at_s: float) -> str:
    """Line protocol of those fields, one point each."""
    return "\n".join(
        f"{measurement},site={FULL},{tags} {','.join(f'{k}={v}' for k, v in fields.items())} {at_s * 1000:.0f}"
        for measurement, (tags, fields) in RARE.items()
    )


def fill(server: Influx, folder: Callable[[str], Path]) -> Filled:
    """All sites in one fresh database."""
    database = server.fresh_database()
    sites = [lived(config, days, folder(Path(config).stem)) for config, days in SITES.items()]
    for site in sites:
        send(site, server, database)
    filled = Filled(server, database, {site.ident: site for site in sites})
    server.write(database, rare_lines(filled.now_s - 600.0), "ms")
    return filled
