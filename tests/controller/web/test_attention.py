"""What people should look at is told once, with who is silent and since when; badges never contradict their sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.config import load_site
from controller.core.site import Signal
from controller.core.snapshot import Order
from controller.poller import Health
from controller.web.attention import attention
from controller.web.render import Renderer
from controller.web.status import status
from schedules.plan import Demand, Fill, Plan
from schedules.zone import ZoneBalance
from tests.controller.web.conftest import visit
from tests.controller.web.station import CONFIG, Station

LEVEL = ("level-tandon", "level_m")


def silence(station: Station, *devices: str, seconds: float = 1800.0) -> None:
    """These devices have not answered for so long; their readings are gone."""
    for key in [key for key in station.values if key[0] in devices]:
        del station.values[key]
    for device in devices:
        station.health[device] = Health(False, "no answer", "TimeOut", station.at.mono_s - seconds, 40)


def zone_of(station: Station, name: str) -> dict[str, Any]:
    """One zone of the status."""
    found: dict[str, Any] = next(one for one in status(station.context())["zones"] if one["id"] == name)
    return found


async def test_a_silent_sensor_is_told_once_with_its_time(station: Station) -> None:
    """A level sensor that stops pump and zones alike is one alarm: who waits, which sensor, since when, what to do."""
    station.cycle(120)  # the planned zones have begun
    silence(station, "level-tandon")
    station.cycle(90)
    found = status(station.context())["attention"]
    (missing,) = (one for one in found if one["key"] == "sensor_missing")
    assert set(missing["subjects"]) >= {"pompa", "cabai", "melon"}
    assert [device["id"] for device in missing["silent"]] == ["level-tandon"]
    assert not [one for one in found if one["key"] == "devices_silent"], "it is told above"
    async with visit(station.context()) as browser:
        page = (await browser.get("/")).text
    assert "level-tandon tidak menjawab sejak 09.45 (45 menit)" in page
    assert page.count("Periksa kabel, listrik atau baterai sensor itu.") == 1


async def test_silent_devices_that_stop_nothing_are_told_too(station: Station) -> None:
    """Devices that nothing waits for are named with their time, four at most, and the headline is not calm."""
    silence(station, "tanah-cabai", "tanah-kacang", "tanah-melon", "hujan", "katup-jauh")
    station.values[LEVEL] = 2.0
    station.cycle(80)
    found = status(station.context())
    assert [one["key"] for one in found["attention"]] == ["devices_silent"]
    async with visit(station.context()) as browser:
        page = (await browser.get("/", params={"lang": "en"})).text
    assert "5 of 12 devices are silent" in page
    assert "… and 1 more" in page
    assert "check the gateway" in page
    assert found["mode"] == "alarm"


def test_a_missed_turn_is_not_told(station: Station) -> None:
    """A device that has been silent for seconds only may have missed one question."""
    silence(station, "hujan", seconds=30.0)
    assert status(station.context())["attention"] == []


def test_a_cut_wire_speaks_for_its_devices() -> None:
    """The devices of a wire without connection are not listed again below its own alarm."""
    wire = {
        "subject": "kebun",
        "key": "wire_lost",
        "level": "alarm",
        "params": {"cause": "refused"},
        "id": "x",
        "en": "y",
    }
    device = {"id": "surya", "bus": "kebun", "ok": False, "since_s": 900.0}
    assert [one["key"] for one in attention([wire], [device])] == ["wire_lost"]
    assert [one["key"] for one in attention([], [device])] == ["devices_silent"]


async def test_a_locked_pump_can_be_reset_where_it_is_told(station: Station) -> None:
    """The button to reset stands in the alarm itself, under what has to be done first."""
    station.cycle(1500, world=lambda: station.values.update({("meter-air", "flow_m3_h"): 0.0}))
    found = status(station.context())
    assert [one["reset"] for one in found["attention"]] == ["pompa"]
    async with visit(station.context()) as browser:
        page = (await browser.get("/")).text
    alarms = page[page.index('id="part-alarms"') : page.index('id="part-now"')]
    assert alarms.index("Yang harus dilakukan") < alarms.index('value="reset"')


# ------------------------------------------------------------------------------------------------- badge and sentence


def with_balance(station: Station, zone: str, **changes: object) -> None:
    """Another account of a zone for the next decision."""
    state = station.state.zones[zone]
    balance: ZoneBalance = replace(state.balance, **changes)  # type: ignore[arg-type]
    station.state = replace(
        station.state,
        zones={**station.state.zones, zone: replace(state, balance=balance)},
        demands=tuple(one for one in station.state.demands if one.zone != zone),
    )


@pytest.mark.parametrize(
    ("zone", "changes", "mood", "key"),
    [
        ("bibit", {"depletion_mm": 1.0}, "good", "zone_pots_moist"),
        ("bibit", {"depletion_mm": 7.5, "doses_today": 4}, "stress", "zone_doses_done"),
        ("bibit", {"depletion_mm": 5.0, "doses_today": 4}, "due", "zone_doses_done"),
        ("kacang", {"stage": "mid", "depletion_mm": 2.0}, "good", "zone_moist"),
        ("kacang", {"stage": "before", "depletion_mm": 15.0}, "unplanted", "zone_not_planted"),
        ("kacang", {"stage": "over", "depletion_mm": 15.0}, "over", "zone_season_over"),
        ("kacang", {"stage": "mid", "depletion_mm": 2.0, "rain_24h_mm": 20.0}, "good", "zone_rained"),
    ],
)
def test_badge_and_sentence_agree(zone: str, changes: dict[str, object], mood: str, key: str) -> None:
    """A zone that is called well watered does not say that it is dry, and a dry one never says that it is moist."""
    station = Station()
    station.cycle(3)
    with_balance(station, zone, **changes)
    station.cycle()
    found = zone_of(station, zone)
    assert (found["mood"], found["reasons"][0]["key"]) == (mood, key)


@pytest.mark.parametrize(
    ("key", "urgency", "mood"),
    [
        ("demand_container_soon", 0.2, "good"),
        ("demand_container_dose", 0.6, "due"),
        ("demand_owed", 0.2, "due"),
    ],
)
def test_pots_that_will_need_water_are_not_due(key: str, urgency: float, mood: str) -> None:
    """A dose that is hours away leaves the badge green; one that is due, or owed, does not."""
    station = Station()
    station.cycle(3)
    wanted = Demand(
        "melon", 0.3, 100.0, urgency, None, key, {"depletion_mm": 0.3, "raw_mm": 1.1, "left_s": 9000.0}
    )
    station.state = replace(station.state, demands=(wanted,))
    station.cycle()
    assert zone_of(station, "melon")["mood"] == mood


def test_water_shows_before_the_next_step_of_the_account(station: Station) -> None:
    """While a zone is watered its stored water rises with every litre, not only every quarter of an hour."""
    before = zone_of(station, "bibit")["stored_share"]
    station.order(Order.RUN_ZONE, "bibit", 10.0)
    station.cycle(40)
    zone = zone_of(station, "bibit")
    assert zone["mood"] == "watering"
    assert zone["stored_share"] > before


@pytest.mark.parametrize(
    ("level", "mood"), [(0.21, "empty"), (0.9, "low"), (1.5, "partly"), (2.0, "full"), (None, "")]
)
def test_the_tank_s_word(level: float | None, mood: str) -> None:
    """Empty, to be filled, not full yet, full; nothing when the level is unknown. The pump stands for want of sun."""
    station = Station()
    station.values[("surya", "irradiance_w_m2")] = 0.0
    station.values[LEVEL] = 0.9
    station.cycle(3)
    if level is None:
        del station.values[LEVEL]
    else:
        station.values[LEVEL] = level
    station.cycle(10)
    assert status(station.context())["tanks"][0]["mood"] == mood


def test_a_tank_that_is_being_filled_says_so(station: Station) -> None:
    """While its pump runs the tank is "being filled", however full."""
    station.values[LEVEL] = 1.9
    station.cycle()
    assert status(station.context())["tanks"][0]["mood"] == "rising"


@pytest.mark.parametrize(("soc_pct", "margin"), [(None, 1.26), (49.0, 1.1), (51.0, 0.8)])
def test_what_a_start_takes_is_what_the_pump_waits_for(soc_pct: float | None, margin: float) -> None:
    """The mark on the sun's bar is the usual margin, a smaller one while the tank is short, the least with a charged battery."""
    site = load_site(CONFIG)[0]
    power = site.file.power.model_copy(update={"battery_soc": Signal.model_validate("inverter.soc_pct")})
    file = site.file.model_copy(update={"power": power})
    station = Station(site.model_copy(update={"file": file}))
    station.values[LEVEL] = 1.9
    if soc_pct is not None:
        station.values["inverter", "soc_pct"] = soc_pct
        fill = Fill("tandon", station.site.file.pumps[0].id, 5000.0, 0.0, 100.0, short=True)
        station.plan = Plan("p", station.at.epoch_s, station.at.epoch_s + 86400.0, fills=(fill,))
    station.cycle(3)
    power_now = status(station.context())["power"]
    assert power_now["start_w"] == pytest.approx(750.0 * margin, abs=1.0)
    assert power_now["battery_pct"] == soc_pct
    assert ("Isi baterai" in Renderer(station.context()).parts("id")["sun"]) is (soc_pct is not None)


@pytest.mark.parametrize(
    ("backup", "words"), [("diesel", "Diambil dari genset"), ("grid", "Diambil dari PLN")]
)
def test_what_feeds_beside_the_sun_has_its_name(backup: str, words: str) -> None:
    """Where a genset stands at the grid's place the page does not speak of the grid."""
    site = load_site(CONFIG)[0]
    power = site.file.power.model_copy(update={"backup": backup})
    station = Station(site.model_copy(update={"file": site.file.model_copy(update={"power": power})}))
    station.values["meter-pln", "power_w"] = 120.0
    station.cycle(3)
    assert words in Renderer(station.context()).parts("id")["sun"]


def test_the_sun_s_word_is_for_this_moment(station: Station) -> None:
    """A running pump under a cloud: the mean would still start it, but what it needs now is not there."""
    assert status(station.context())["power"]["enough"] is True
    station.values[("surya", "irradiance_w_m2")] = 300.0
    station.cycle(3)
    power = status(station.context())["power"]
    assert (power["enough"], power["keep_w"]) == (False, 750.0)
    del station.values[("surya", "irradiance_w_m2")]
    for key in (("meter-pln", "power_w"), ("inverter", "power_w")):
        del station.values[key]
    station.cycle(30)
    assert status(station.context())["power"]["enough"] is None


def test_a_pump_that_a_person_stopped_is_the_headline(station: Station) -> None:
    """The page does not call it calm when the pump stands because somebody stopped it."""
    station.order(Order.STOP, "pompa")
    station.cycle(6)
    found = status(station.context())
    assert found["mode"] == "paused"
    assert found["pumps"][0]["reasons"][0]["key"] == "paused_by_operator"


def test_the_emergency_stop_promises_no_next_run(station: Station) -> None:
    """While everything is stopped no zone tells when it will be watered."""
    assert zone_of(station, "cabai")["next"] is not None
    station.order(Order.EMERGENCY_STOP)
    station.cycle(2)
    zone = zone_of(station, "cabai")
    assert (zone["mood"], zone["next"], zone["reasons"][0]["key"]) == ("held", None, "held_by_emergency")


async def test_books_that_are_not_today_s_are_not_called_today(station: Station) -> None:
    """While the clock is uncertain, or before a new day has been opened, the sums name the day that they belong to."""
    assert status(station.context())["today"]["is_today"] is True
    accounts = replace(station.state.accounts, day="2026-07-13", ends_s=station.at.epoch_s + 3600.0)
    station.state = replace(station.state, accounts=accounts)
    station.at = replace(station.at, trusted=False)
    station.cycle()
    async with visit(station.context()) as browser:
        page = (await browser.get("/")).text
    assert "Sejak 13 Juli 2026" in page
    assert "<h2>Hari ini</h2>" not in page


async def test_co2_names_its_factor(station: Station) -> None:
    """Beside the CO2 stand what is multiplied, by which factor, from which source and year, and that nobody has verified it."""
    async with visit(station.context()) as browser:
        page = (await browser.get("/")).text
    factor = station.site.file.impact.factor
    for words in ("perkiraan, belum diverifikasi", "0,86 kg/kWh", factor.source, str(factor.year)):
        assert words in page
