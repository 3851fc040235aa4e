"""The controller's process is killed while the pump runs: the device stops by itself, and the next start knows everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from controller.core.leases import OUTLIVES
from controller.core.state import ControllerState
from controller.store.chain import Row
from tests.end_to_end import ways_drives
from tests.end_to_end.living import Daemon, Devices, local, until
from tests.end_to_end.small_site import REST_S, SmallSite
from tests.end_to_end.watching import Watch
from tests.end_to_end.way import Way
from tests.end_to_end.ways import WAYS, switching
from tests.fixtures_mqtt import Mosquitto

RATE = 30.0
LATE_S = 0.1 * RATE
"""What a busy machine may add between the end of a device's timer and the eye that sees it: a tenth of a real second."""

READING_S = 0.5 * RATE
"""Between the moment when a start reads its memory and its first row in the ledger."""

TOLD_EVERY_S = 30.0 + 15.0
"""Telemetry, the last sign of life, is committed every 30 s; a cycle and a busy disk come on top."""


@dataclass(slots=True)
class Field:
    """A small site that lives."""

    devices: Devices
    daemon: Daemon
    watch: Watch | None = None

    def close(self) -> None:
        """End everything."""
        self.daemon.kill()
        if self.watch is not None:
            self.watch.close()  # type: ignore[attr-defined]
        self.devices.stop()

    def kill(self) -> float:
        """kill -9; returns the plant time just before, POSIX seconds."""
        at_s = self.devices.now_s()
        self.daemon.kill()
        return at_s

    def events(self, kind: str, subject: str, after: int = 0) -> list[Row]:
        """Rows of one kind about one subject, after a row's number."""
        return [r for r in self.daemon.rows() if (r.kind, r.subject) == (kind, subject) and r.seq > after]

    def pump_starts(self, minutes: float, after: int = 0) -> Row:
        """Ask for water by hand and wait until the pump has started (in the ledger)."""
        self.daemon.order("run_zone", "kebun", minutes)
        rows: list[Row] = until(
            "the pump starts", lambda: self.events("start", "pompa", after), why=self.daemon.status
        )
        return rows[0]


@pytest.fixture
def living(tmp_path: Path, own_mosquitto: Mosquitto) -> Iterator[Callable[..., Field]]:
    """Makes a living site: ``living(small_site, way)``."""
    fields: list[Field] = []

    def make(site: SmallSite, way: Way | None = None, start: str = "2026-08-12T10:00") -> Field:
        devices = Devices(site.write(tmp_path, own_mosquitto.port), local(start), RATE)
        devices.start()
        field = Field(devices, Daemon(devices.config, devices))
        fields.append(field)
        if way is not None:
            field.watch = way.watch(devices, own_mosquitto.port)
        field.daemon.start()
        return field

    yield make
    for field in fields:
        field.close()


def test_every_switching_profile_is_tried() -> None:
    """Whoever ships a profile that switches something wires it here, and says how it stops."""
    assert switching().keys() <= WAYS.keys()
    for name, kinds in switching().items():
        assert kinds == {WAYS[name].kind}, name


@pytest.mark.parametrize("name", WAYS)
def test_killed_while_the_pump_runs(name: str, living: Callable[..., Field], tmp_path: Path) -> None:
    """Off on the wire within the stated lease and not before the kill; then off again, proven, rested, and nothing doubled."""
    way = WAYS[name]
    field = living(way.site(tmp_path), way)
    assert field.watch is not None
    field.pump_starts(60.0)
    until("on at an independent client", lambda: field.watch.on)
    on_s = field.watch.changes[-1][0]
    renewed = field.devices.world.since(0.0, *way.output)
    until("renewed again", lambda: len(field.devices.world.since(0.0, *way.output)) > len(renewed) + 1)
    assert field.watch.on, "off while the controller lived"

    killed_s = field.kill()
    off_s = field.watch.off_after(on_s)
    assert killed_s < off_s <= killed_s + way.lease_s + LATE_S
    if way.kind != "comm_loss":
        last_s = next(one.at_s for one in reversed(field.devices.world.since(0.0, *way.output)) if one.value)
        assert off_s - last_s == pytest.approx(way.lease_s, abs=LATE_S), "the lease is not the stated one"
    print(f"\n{name}: off {off_s - killed_s:.1f} s of plant time after the kill, lease {way.lease_s:g} s")

    check_all_fell(field, killed_s)
    rows, (state, _) = field.daemon.rows(), field.daemon.saved()
    asked_s = field.devices.now_s()
    field.daemon.start()
    boot = check_restart(field, rows, state, killed_s)
    decided_s = field.daemon.rows()[boot.seq].epoch_s
    print(f"first decision {(decided_s - asked_s) / RATE:.2f} real seconds after the start")
    check_page(field.daemon)
    start = field.pump_starts(10.0, boot.seq)
    assert start.epoch_s - boot.epoch_s >= REST_S
    check_reset(field, boot, start, name in ways_drives.DRIVES and ways_drives.trips(name))
    check_outputs_began_off(field, boot, start)
    until("on again", lambda: field.watch.on)
    field.daemon.order("stop", "kebun")
    check_water_counted_once(field)
    check_pairs(field.daemon.rows())


def check_all_fell(field: Field, killed_s: float) -> None:
    """Every output falls by itself within its lease, and no valve before its pump."""
    site, world = field.devices.site.file, field.devices.world
    pump, valve = site.pumps[0].run.key, site.valves[0].command.key
    until("both fell", lambda: world.since(killed_s, *valve) and world.since(killed_s, *pump))
    fell = [world.since(killed_s, *key)[-1] for key in (pump, valve)]
    assert [one.value for one in fell] == [0.0, 0.0]
    lease_s = site.pumps[0].lease_s
    assert lease_s is not None
    assert fell[0].at_s <= killed_s + lease_s + LATE_S
    assert fell[0].at_s <= fell[1].at_s <= killed_s + OUTLIVES * lease_s + LATE_S


def check_restart(field: Field, rows: list[Row], state: ControllerState, killed_s: float) -> Row:
    """Nothing is lost or doubled by a restart, and the gap is told. Returns the row of the restart."""
    boot = field.events("boot", "site", rows[-1].seq)[0]
    until("the first decision is saved", lambda: field.daemon.saved()[1] >= boot.epoch_s)
    now = field.daemon.rows()
    assert now[: len(rows)] == rows
    assert len({row.hash for row in now}) == len(now)
    gap_s, away_s = float(boot.content["figures"]["gap_s"]), boot.epoch_s - killed_s  # type: ignore[arg-type,index,call-overload]
    assert away_s - READING_S <= gap_s <= away_s + TOLD_EVERY_S
    status = field.daemon.status()
    assert status["gap_s"] == pytest.approx(gap_s, abs=0.1)
    assert status["gap_shown"] is True
    back, _ = field.daemon.saved()
    check_state(state, back)
    for name, before in state.pumps.items():
        stops = [row for row in now if (row.kind, row.subject) == ("stop", name) and row.seq > rows[-1].seq]
        assert [row.content["key"] for row in stops] == (["restarted"] if before.on else [])
    return boot


def check_state(before: ControllerState, after: ControllerState) -> None:
    """Balances, debts, counts and lock-outs are back; rests begin anew; only water of the gap may have come on top."""
    assert after.accounts.starts == before.accounts.starts
    assert after.accounts.day == before.accounts.day
    assert after.accounts.water_m3 >= before.accounts.water_m3
    assert after.trips.keys() >= {key for key in before.trips if before.pumps.get(key.partition("/")[0])}
    for name, pump in before.pumps.items():
        again = after.pumps[name]
        assert (again.starts_today, len(again.starts), again.retries, again.fault) == (
            pump.starts_today, len(pump.starts), pump.retries, pump.fault,
        )  # fmt: skip
        assert again.phase == ("locked" if pump.phase == "locked" else "resting")
    for name, zone in before.zones.items():
        assert after.zones[name].balance.irrigated_mm >= zone.balance.irrigated_mm
        assert after.zones[name].balance.owed_mm >= zone.balance.owed_mm


def check_page(daemon: Daemon) -> None:
    """The page tells the gap in both languages."""
    assert "Pengendali sempat mati" in daemon.fetch("/?lang=id").decode()
    assert "The controller was off for" in daemon.fetch("/?lang=en").decode()


def check_outputs_began_off(field: Field, boot: Row, start: Row) -> None:
    """Every output was commanded off first, and the pump was proven off before anything started."""
    site = field.devices.site.file
    for output in (site.pumps[0].run.key, site.valves[0].command.key):
        history = field.devices.world.since(boot.epoch_s - LATE_S, *output)
        assert history[0].value == 0.0, "the first word after a restart is off"
        on = [one.at_s for one in history if one.value]
        assert not on or on[0] >= boot.epoch_s + REST_S - LATE_S
    state, at_s = field.daemon.saved()
    assert at_s >= start.epoch_s
    assert all(pump.proven for pump in state.pumps.values())
    assert all(valve.proven for valve in state.valves.values())


def check_reset(field: Field, boot: Row, start: Row, tripped: bool) -> None:
    """A drive that tripped for want of communication is reset once, by us, after its longer rest; no other is touched."""
    presses = field.events("press", "pompa", boot.seq)
    assert len(presses) == tripped
    if tripped:
        retry_s = field.devices.site.file.pumps[0].protect.retry_after_s
        assert boot.epoch_s + REST_S + retry_s <= presses[0].epoch_s <= start.epoch_s
        assert presses[0].seq < start.seq


def check_water_counted_once(field: Field) -> None:
    """What the controller counted is what the pump really moved, over kill and restart."""
    until("the pump stands", lambda: field.devices.world.pumps["pompa"].flow_m3_h == 0.0)
    moved = field.devices.world.pumps["pompa"].volume_m3
    assert moved > 0.02
    until(
        "the water is counted", lambda: abs(field.daemon.status()["today"]["water_m3"] - moved) < 0.001, 5.0
    )


def check_pairs(rows: list[Row]) -> None:
    """No output starts twice without a stop between, nor stops twice."""
    on: Counter[str] = Counter()
    for row in rows:
        if row.kind in ("start", "stop"):
            on[row.subject] += 1 if row.kind == "start" else -1
            assert on[row.subject] in (0, 1), row
