"""What programs get and give: status, orders, health."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controller.core.decision import Level, Reason
from controller.core.snapshot import Order
from controller.live import MAX_ORDERS
from schedules.plan import Demand
from tests.controller.web.conftest import PIN, visit
from tests.controller.web.station import Station


def obeyed(station: Station) -> tuple[Order, ...]:
    """The orders that wait for the next cycle, taken."""
    return tuple(order.order for order in station.live.take_orders())


@pytest.mark.parametrize(
    ("body", "code", "error"),
    [
        ({"order": "run_zone", "target": "cabai", "amount": 15}, 202, None),
        ({"order": "run_pump", "target": "pompa", "amount": 15}, 202, None),
        ({"order": "stop", "target": "cabai"}, 202, None),
        ({"order": "stop", "target": "pompa"}, 202, None),
        ({"order": "resume"}, 202, None),
        ({"order": "run_zone", "target": "durian", "amount": 15}, 400, "unknown_target"),
        ({"order": "run_zone", "target": "pompa", "amount": 15}, 400, "unknown_target"),
        ({"order": "emergency_stop", "target": "cabai"}, 400, "unknown_target"),
        ({"order": "run_zone", "target": "cabai"}, 400, "bad_amount"),
        ({"order": "run_zone", "target": "cabai", "amount": 241}, 400, "bad_amount"),
        ({"order": "dance"}, 400, "unreadable"),
        ({"order": "stop", "target": "cabai", "force": True}, 400, "unreadable"),
        ({}, 400, "unreadable"),
        ({"order": "reset", "target": "pompa"}, 409, "not_locked"),
    ],
)
async def test_orders_by_program(
    station: Station, body: dict[str, object], code: int, error: str | None
) -> None:
    """An order is taken, or refused with a code, a word for programs and a sentence in both languages."""
    async with visit(station.context()) as client:
        answer = await client.post("/api/orders", json=body)
    told = answer.json()
    assert (answer.status_code, told.get("error")) == (code, error)
    assert told["id"] != told["en"]
    assert len(station.live.take_orders()) == (code == 202)


async def test_orders_while_stopped(station: Station) -> None:
    """While the emergency stop is active nothing can be started, but everything can be stopped."""
    station.order(Order.EMERGENCY_STOP)
    station.cycle()
    async with visit(station.context()) as client:
        run = await client.post("/api/orders", json={"order": "run_zone", "target": "cabai", "amount": 5})
        stop = await client.post("/api/orders", json={"order": "stop", "target": "cabai"})
    assert (run.status_code, run.json()["error"]) == (409, "emergency")
    assert stop.status_code == 202


async def test_twenty_orders_wait_at_most(station: Station) -> None:
    """The 21st waiting order is refused; an emergency stop never is."""
    body = {"order": "stop", "target": "cabai"}
    async with visit(station.context()) as client:
        codes = [(await client.post("/api/orders", json=body)).status_code for _ in range(MAX_ORDERS + 1)]
        assert codes == [202] * MAX_ORDERS + [429]
        assert (await client.post("/api/orders", json={"order": "emergency_stop"})).status_code == 202
    assert obeyed(station) == (Order.EMERGENCY_STOP,)


async def test_orders_by_program_need_the_pin(station: Station, pin_hash: str) -> None:
    """With a PIN set a program orders with it and not without."""
    async with visit(station.context(pin_hash)) as client:
        body = {"order": "emergency_stop"}
        assert (await client.post("/api/orders", json=body)).status_code == 403
        assert obeyed(station) == ()
        answer = await client.post("/api/orders", json=body, headers={"x-tirta-pin": PIN})
        assert answer.status_code == 202
    assert obeyed(station) == (Order.EMERGENCY_STOP,)


async def test_orders_must_be_json(station: Station) -> None:
    """What a form of another site can send without asking (text, urlencoded) is no order to the API."""
    async with visit(station.context()) as client:
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            answer = await client.post(
                "/api/orders", content=b'{"order":"emergency_stop"}', headers={"content-type": kind}
            )
            assert answer.status_code == 400, kind
    assert obeyed(station) == ()


async def test_status_has_everything(station: Station) -> None:
    """The JSON status holds what the page shows: power, pumps, tanks, zones, valves, reasons, devices, accounts."""
    async with visit(station.context()) as client:
        status = (await client.get("/api/status")).json()
    pump, tank = status["pumps"][0], status["tanks"][0]
    assert status["mode"] == "filling"
    assert (pump["phase"], pump["on"], pump["power_w"], pump["flow_m3_h"]) == ("running", True, 748.0, 4.36)
    assert (tank["level_m"], tank["volume_l"], tank["capacity_l"]) == (1.118, 2332, 4572)
    assert status["power"]["budget_w"] == pytest.approx(812 * 2.2 * 0.8 - 120, abs=0.1)
    assert [zone["id"] for zone in status["zones"]] == ["bibit", "melon", "cabai", "kacang"]
    assert status["zones"][2]["next"]["volume_l"] == 420.0
    assert {valve["id"] for valve in status["valves"]} >= {"katup-cabai", "katup-kacang"}
    assert all(device["ok"] and device["since_s"] > 0 for device in status["devices"])
    assert status["today"]["water_m3"] == pytest.approx(4.36 * status["today"]["run_s"] / 3600, abs=0.02)
    assert status["local"].endswith("+07:00")
    assert all(one["id"] and one["en"] for one in status["reasons"])


async def test_silent_device_is_told(station: Station) -> None:
    """A device that does not answer is named on the page, with since when and what it failed with."""
    silent = station.health["tanah-kacang"]
    silent.ok, silent.failures, silent.error = False, 3, "tanah-kacang <b>: no answer"
    async with visit(station.context()) as client:
        page = (await client.get("/")).text
        health = (await client.get("/health")).json()
    assert "1 dari 12 alat tidak menjawab" in page
    assert "tanah-kacang &lt;b&gt;: no answer" in page
    assert health["devices_silent"] == 1


async def test_notices_in_both_languages(station: Station) -> None:
    """What the technician should know is said once, each language for itself."""
    station.live.notice("Kartu penuh. / The card is full.")
    station.live.notice("Kartu penuh. / The card is full.")
    station.live.notice("ledger_wrong row 12: hash")
    async with visit(station.context()) as client:
        notices = (await client.get("/api/status")).json()["notices"]
        page = (await client.get("/", params={"lang": "en"})).text
    assert notices[0] == {"id": "Kartu penuh.", "en": "The card is full."}
    assert [one["en"].endswith("row 12: hash") for one in notices] == [False, True]
    assert "The card is full." in page
    assert "Kartu penuh" not in page


async def test_sink_alarm_is_told(station: Station) -> None:
    """When InfluxDB refuses, people see it among the alarms with what to do, while the headline stays with the water."""
    station.live.sink_alarm = Reason("influx", "sink_hold", {"status": 401.0, "words": "no"}, Level.ALARM)
    async with visit(station.context()) as client:
        page = (await client.get("/", params={"lang": "en"})).text
        status = (await client.get("/api/status")).json()
        assert (await client.get("/health")).json()["alarms"] == 1
    assert "Check the InfluxDB token" in page
    assert "The pump fills the tank" in page
    assert status["alarms"][-1]["subject"] == "influx"


async def test_health_has_no_secrets(station: Station, pin_hash: str) -> None:
    """Health answers everybody, so it holds counts and no names, places, hashes or texts."""
    async with visit(station.context(pin_hash, host="0.0.0.0")) as client:
        answer = await client.get("/health")
    health = answer.json()
    assert health["ok"] is True
    assert {"cycles", "decision_age_s", "clock_trusted", "emergency", "alarms", "backlog"} <= health.keys()
    for word in ("pompa", "Impian", "scrypt", station.site.config_hash or "-none-", "9f2c4e7a"):
        assert word not in answer.text


async def test_failing_source_does_not_fell_the_page(station: Station) -> None:
    """When the telemetry queue or the ledger cannot be asked, the page shows everything else."""

    def broken() -> str:
        raise OSError("disk gone")

    context = replace(station.context(), ledger_head=broken, impact_totals=None, backlog=None)
    async with visit(context) as client:
        assert (await client.get("/")).status_code == 200
        assert (await client.get("/api/status")).json()["ledger_head"] is None


async def test_openapi(station: Station) -> None:
    """The machine-readable description names the API's four paths and loads no foreign page."""
    async with visit(station.context()) as client:
        described = (await client.get("/api/openapi.json")).json()
        assert (await client.get("/docs")).status_code == 404
    assert set(described["paths"]) == {"/api/status", "/api/orders", "/api/notes", "/health"}


@pytest.mark.parametrize(
    ("hours", "late", "word"), [(3.0, False, "Must begin by"), (-1.0, True, "Should have begun")]
)
async def test_the_latest_start_of_a_demand_is_published(
    station: Station, hours: float, late: bool, word: str
) -> None:
    """A zone's demand is told with its litres, its latest start and its reason in both languages, and the page says by when."""
    station.cycle()
    latest = station.at.epoch_s + hours * 3600.0
    params = {"depletion_mm": 9.0, "raw_mm": 12.0, "left_s": 7200.0}
    wants = Demand("cabai", 9.0, 2500.0, 0.6, latest, "demand_field_soon", params)
    station.state = replace(station.state, demands=(wants,))
    station.cycle()
    async with visit(station.context()) as client:
        told = (await client.get("/api/status")).json()
        page = (await client.get("/?lang=en")).text
    zone = next(one for one in told["zones"] if one["id"] == "cabai")["demand"]
    assert (zone["volume_l"], zone["latest_epoch_s"], zone["late"]) == (2500.0, latest, late)
    assert zone["id"] != zone["en"]
    assert word in page
    others = [one["demand"] for one in told["zones"] if one["id"] != "cabai"]
    assert others == [None] * len(others)
