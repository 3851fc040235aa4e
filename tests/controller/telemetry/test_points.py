"""Points follow the fixed schema, come when they are due, cost nothing otherwise, and say what was measured when it was."""

from __future__ import annotations

import json
import timeit
from collections import Counter
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from controller.core.decision import Event, EventKind, Reason
from controller.core.site import Site
from controller.impact.co2 import closing_note
from controller.store.journal import SteppedJournal
from controller.store.ledger import Ledger
from controller.store.point import Point, parse_fields
from controller.store.telemetry import Telemetry
from controller.telemetry.capture import Capture, Vitals
from controller.telemetry.points import DECIMALS, EventPoints, Points
from drivers.reading import Quality
from tests.controller.little_world import DAWN, LittleWorld, demo_site

SCHEMA: dict[str, tuple[str, str]] = {
    # measurement: tags, fields
    "pv": ("site device", "power_w energy_wh voltage_v current_a irradiance_w_m2 temp_cell_c status"),
    "power": ("site", "load_w grid_w genset_w battery_w soc_pct surplus_w potential_w"),
    "pump": ("site device", "running power_w frequency_hz flow_m3_h pressure_bar energy_wh volume_m3 starts"),
    "tank": ("site device", "level_m volume_m3"),
    "soil": ("site zone device depth_cm", "vwc temp_c ec_us_cm ph"),
    "zone": (
        "site zone",
        "depletion_mm raw_mm taw_mm ks etc_mm_d owed_mm valve irrigated_mm ponding_mm due_epoch_s rests_on probe_spread",
    ),
    "weather": ("site device", "eto_mm_d rain_mm temp_air_c rh_pct wind_m_s ghi_w_m2 forecast_ghi_w_m2"),
    "impact": (
        "site baseline factor",
        "solar_kwh grid_kwh diesel_kwh water_m3 co2_avoided_kg ch4_avoided_kg saved_idr",
    ),
    "event": ("site kind device zone seq", "key text_id text_en"),
    "controller": ("site", "cycle_ms lag_s backlog_points dropped_points rss_mb clock_trusted ledger_head"),
}
TEXTS = {"status", "key", "text_id", "text_en", "ledger_head"}


def said(reason: Reason, language: str) -> str:
    return f"{language}: {reason.key}"


def day(site: Site, hours: float = 15.0, step_s: float = 5.0) -> list[Point]:
    world, points = LittleWorld(site, step_s=step_s), Points(site)
    return [point for snapshot, decision in world.run(hours) for point in points.due(snapshot, decision)]


@pytest.fixture(scope="module")
def demo_day() -> list[Point]:
    return day(demo_site())


def of(points: list[Point], measurement: str, **tags: str) -> list[Point]:
    return [
        p
        for p in points
        if p.series.measurement == measurement and tags.items() <= dict(p.series.tags).items()
    ]


def test_schema(tmp_path: Path) -> None:
    """Over a day, closings and events included, only the measurements, tags and field types of the schema appear."""
    site, world = demo_site(), LittleWorld(demo_site(), step_s=10.0)
    queue = Telemetry(tmp_path / "t.db", world.step()[0].at, background=False)
    journal = SteppedJournal(Ledger(), lambda event: closing_note(site, event))
    capture = Capture(site, queue, said, journal, lambda: Vitals(3, 1, 80.5, "12:ab"))
    for snapshot, decision in world.run(20.0):
        journal.submit(decision.events, None, snapshot.at)
        capture.cycle(snapshot, decision, 4.5)
    queue.close(snapshot.at)
    queue = Telemetry(tmp_path / "t.db", snapshot.at, background=False)
    seen = set()
    for measurement, tags, fields in queue.read(
        "SELECT measurement, tags, fields FROM points JOIN series ON series.id = series"
    ):
        expected_tags, expected_fields = SCHEMA[str(measurement)]
        assert set(json.loads(str(tags))) == set(expected_tags.split())
        assert all(json.loads(str(tags)).values()), "no tag is ever left out"
        for name, value in parse_fields(str(fields)).items():
            assert name in expected_fields.split()
            assert isinstance(value, str) == (name in TEXTS), (measurement, name, value)
        seen.add(measurement)
    queue.close(snapshot.at)
    assert seen == set(SCHEMA)
    for tags, fields in SCHEMA.values():
        assert not set(tags.split()) & set(fields.split())


def test_values_are_the_signals_values() -> None:
    """A point's fields are what the snapshot holds, calibrated, and what the state holds to four decimals; the tank's volume
    is level by area.
    """
    site, world = demo_site(), LittleWorld(demo_site())
    points = Points(site)
    for snapshot, decision in world.run(6.0):
        for point in points.due(snapshot, decision):
            fields, tags = parse_fields(point.fields), dict(point.series.tags)
            if point.series.measurement == "tank":
                (tank,) = site.file.tanks
                assert fields == {
                    "level_m": world.table[tank.level.key].value,
                    "volume_m3": pytest.approx(fields["level_m"] * tank.area_m2),
                }  # type: ignore[operator]
            if point.series.measurement == "pump":
                (pump,) = site.file.pumps
                assert fields["power_w"] == snapshot.number(pump.power)
                assert fields["starts"] == decision.state.pumps[pump.id].starts_today
                assert fields["running"] == snapshot.number(pump.run.feedback)
            if point.series.measurement == "zone":
                depletion_mm = decision.state.zones[tags["zone"]].balance.depletion_mm
                assert fields["depletion_mm"] == round(depletion_mm, DECIMALS)


def test_periods(demo_day: list[Point]) -> None:
    """A running pump is told every 10 s, a resting one every 60 s, at once when it starts and stops; the rest every 60 s."""
    pump = of(demo_day, "pump")
    running = [parse_fields(point.fields)["running"] == 1.0 for point in pump]
    gaps = [(b.mono_s - a.mono_s, on) for (a, b), on in zip(pairwise(pump), running, strict=False)]
    assert max(gap for gap, on in gaps if on) <= 10.0
    assert max(gap for gap, on in gaps if not on) <= 60.0
    assert Counter(gap for gap, on in gaps if on).most_common(1)[0][0] == 10.0
    assert Counter(gap for gap, on in gaps if not on).most_common(1)[0][0] == 60.0
    changes = [point for (a, point), (x, y) in zip(pairwise(pump), pairwise(running), strict=True) if x != y]
    assert len(changes) >= 2
    tank = of(demo_day, "tank")
    assert {b.mono_s - a.mono_s for a, b in pairwise(tank[1:])} == {60.0}


def test_a_started_pump_is_told_in_the_same_cycle() -> None:
    """The point with running=1 carries the time of the first snapshot in which the read-back says so."""
    site, world = demo_site(), LittleWorld(demo_site(), step_s=1.0)
    points, (pump,) = Points(site), site.file.pumps
    zone, before, checked = site.file.zones[0].id, 0.0, 0
    for snapshot, decision in world.run(5.0):
        made = of(points.due(snapshot, decision), "pump")
        now = snapshot.number(pump.run.feedback) or 0.0
        if now != before:
            assert [parse_fields(point.fields)["running"] for point in made] == [now]
            checked += 1
        before = now
    assert checked >= 1, zone


def test_a_probe_that_speaks_seldom_is_stored_when_it_spoke(demo_day: list[Point]) -> None:
    """One point per report, at the moment of the measurement, not one a minute with a value that is long past."""
    soil = of(demo_day, "soil", device="tanah-melon")
    assert [round(point.mono_s - 1000.0, 3) for point in soil[:3]] == [-4.25, 595.75, 1195.75]
    assert len(soil) == 15 * 6
    assert all(point.epoch_s - DAWN == pytest.approx(point.mono_s - 1000.0) for point in soil)


def test_no_point_twice(demo_day: list[Point]) -> None:
    """No two points share series and time: nothing is overwritten in the database."""
    keys = Counter((point.series.key, round(point.epoch_s * 1000)) for point in demo_day)
    assert max(keys.values()) == 1


def test_what_is_not_known_is_not_written() -> None:
    """Absent, suspect, stale and impossible values leave their field out; nothing known, no point."""
    site, world = demo_site(), LittleWorld(demo_site())
    snapshot, decision = world.step()
    (tank,), (pump,) = site.file.tanks, site.file.pumps
    assert pump.power is not None
    assert pump.flow is not None
    readings = dict(snapshot.readings)
    readings[tank.level.key] = replace(readings[tank.level.key], quality=Quality.SUSPECT)
    readings[pump.power.key] = replace(readings[pump.power.key], mono_s=-1e6)
    readings[pump.flow.key] = replace(readings[pump.flow.key], value=float("nan"))
    made = Points(site).due(replace(snapshot, readings=readings), decision)
    assert of(made, "tank") == []
    (point,) = of(made, "pump")
    assert {"power_w", "flow_m3_h"} & set(parse_fields(point.fields)) == set()
    assert "volume_m3" in parse_fields(point.fields)


def test_events_carry_their_row_and_both_languages() -> None:
    """An event's point names its ledger row, its zone or device, and the sentence in both languages."""
    site, world = demo_site(), LittleWorld(demo_site())
    at = world.step()[0].at
    events = EventPoints(site, said)
    zone = site.file.zones[0].id
    one = events.of(Event(EventKind.CLOSE, zone, Reason(zone, "done")), 7, at)
    two = events.of(Event(EventKind.START, "pompa", Reason("pompa", "sun")), 8, at)
    assert dict(one.series.tags) == {
        "site": "desa-impian",
        "kind": "close",
        "device": "-",
        "zone": zone,
        "seq": "7",
    }
    assert dict(two.series.tags) == {
        "site": "desa-impian",
        "kind": "start",
        "device": "pompa",
        "zone": "-",
        "seq": "8",
    }
    assert parse_fields(one.fields) == {"key": "done", "text_id": "id: done", "text_en": "en: done"}


def test_event_numbers_are_those_of_the_ledger(tmp_path: Path) -> None:
    """Every event row of the ledger has its point with the same number and kind, the notes between them do not shift it."""
    site, world = demo_site(), LittleWorld(demo_site(), step_s=10.0)
    queue = Telemetry(None, world.step()[0].at, background=False)
    ledger = Ledger()
    journal = SteppedJournal(ledger, lambda event: closing_note(site, event))
    capture = Capture(site, queue, said, journal)
    for snapshot, decision in world.run(26.0):
        if decision.events:
            journal.submit(decision.events, None, snapshot.at)
        capture.cycle(snapshot, decision, 1.0)
    queue.flush(snapshot.at)
    rows = queue.read(
        "SELECT tags FROM points JOIN series ON series.id = series WHERE measurement = 'event' ORDER BY seq"
    )
    points = [(int(tags["seq"]), tags["kind"]) for tags in (json.loads(str(row[0])) for row in rows)]
    notes = [row.seq for row in ledger.rows() if row.kind == "impact"]
    assert points == [(row.seq, row.kind) for row in ledger.rows() if row.kind != "impact"]
    assert notes
    dated = queue.read(
        "SELECT epoch_ms FROM points JOIN series ON series.id = series WHERE measurement = 'impact'"
    )
    assert len(dated) == len(notes)
    days = [row.content["figures"] for row in ledger.rows() if row.kind == "day"]
    for (epoch_ms,), figures in zip(dated, days, strict=True):
        assert isinstance(epoch_ms, int)
        assert isinstance(figures, dict)
        local = datetime.fromtimestamp(epoch_ms / 1000.0, ZoneInfo("Asia/Jakarta"))
        assert local.strftime("%Y-%m-%d %H:%M:%S") == f"{figures['day']} 23:59:59", (
            "on the day that it closes"
        )


def test_the_controllers_own_point_tells_the_worst_of_its_minute() -> None:
    """cycle_ms and lag_s are the worst since the last point, and the ledger's head is in it."""
    site, world = demo_site(), LittleWorld(demo_site(), step_s=1.0)
    queue = Telemetry(None, world.step()[0].at, background=False)
    capture = Capture(site, queue, said, SteppedJournal(Ledger()), lambda: Vitals(ledger_head="5:abc"))
    for n, (snapshot, decision) in enumerate(world.run(0.1)):
        if n == 30:
            world.now_s += 7.0  # the machine hung
        capture.cycle(snapshot, decision, 90.0 if n == 20 else 2.0)
    queue.flush(snapshot.at)
    rows = queue.read(
        "SELECT fields FROM points JOIN series ON series.id = series WHERE measurement = 'controller'"
    )
    first, second, third, *_ = [parse_fields(str(row[0])) for row in rows]
    assert first["cycle_ms"] == third["cycle_ms"] == 2.0
    assert second["cycle_ms"] == 90.0
    assert second["lag_s"] == pytest.approx(7.0, abs=0.2)
    assert third["lag_s"] == pytest.approx(0.0, abs=0.2)
    assert second["ledger_head"] == "5:abc"


@pytest.mark.serial
def test_a_cycle_on_which_nothing_is_due_costs_nothing() -> None:
    """Five microseconds at most, new readings included."""
    site, world = demo_site(), LittleWorld(demo_site(), step_s=1.0)
    points = Points(site)
    for snapshot, decision in world.run(0.01):
        points.due(snapshot, decision)
    one = replace(snapshot, at=replace(snapshot.at, mono_s=snapshot.at.mono_s))
    two = replace(one, readings=dict(one.readings))
    assert points.due(one, decision) == []

    def twice() -> None:
        points.due(one, decision)
        points.due(two, decision)

    assert min(timeit.repeat(twice, number=2000, repeat=7)) / 4000 < 5e-6


def test_every_report_of_a_wireless_probe_is_stored_at_once() -> None:
    """A report over MQTT gives its point in the next cycle (its acknowledgement waits for that point); a polled probe's
    readings in between its periods do not.
    """
    site, world = demo_site(), LittleWorld(demo_site(), step_s=1.0)
    points = Points(site)
    signals = {zone.id: zone.probes[0] for zone in site.file.zones if zone.probes}
    for snapshot, decision in world.run(65 / 3600):
        points.due(snapshot, decision)
    for second in range(3):
        for signal in signals.values():
            world.table[signal.key] = replace(world.table[signal.key], value=0.2, mono_s=1000.0 + world.now_s)
        snapshot, decision = world.step()
        zones = {dict(point.series.tags)["zone"] for point in of(points.due(snapshot, decision), "soil")}
        assert zones == {"melon", "kacang"}, second
