"""What the page, `tirta status` and monitoring say of wires and devices that do not speak."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from controller.web import status_devices
from controller.web.context import WebContext
from controller.web.status import health, status
from controller.wires import WireState
from tests.controller.web.conftest import visit
from tests.controller.web.station import Station


def cut(station: Station, **states: WireState) -> WebContext:
    """The station's context with these wires cut."""
    return replace(station.context(), wires=lambda: states)


def one(found: list[dict[str, Any]], ident: str) -> dict[str, Any]:
    """The entry with that id."""
    return next(entry for entry in found if entry["id"] == ident)


def test_a_silent_device_is_explained_in_both_languages() -> None:
    """Bus, address and what to do, without the driver's English in the Indonesian sentence."""
    station = Station()
    station.cycle()
    meter = station.health["meter-pompa"]
    meter.ok, meter.failures, meter.key, meter.error = False, 3, "BackingOff", "silent 3 time(s)"
    entry = one(status(station.context())["devices"], "meter-pompa")
    assert entry["said"] == {
        "id": "Tidak menjawab pada bus panel, alamat 2.",
        "en": "No answer on bus panel, unit 2.",
    }
    assert entry["help"]["id"].startswith("Periksa listrik alat itu")
    assert entry["error"] == "silent 3 time(s)"
    assert one(status(station.context())["devices"], "relay")["said"] is None


def test_a_register_that_is_left_out_is_told_in_both_languages() -> None:
    """A device that answers all but some registers is no silent one: what is missing is told, and that the rest is used."""
    station = Station()
    station.cycle()
    meter = station.health["meter-pompa"]
    at = "holding 250..252"
    meter.key, meter.error, meter.registers = "ExceptionReply", "exception 2", at
    entry = one(status(station.context())["devices"], "meter-pompa")
    assert entry["ok"] is True
    assert entry["said"] == {
        "id": f"Menjawab, tetapi menolak {at}: register itu tidak ditanyakan lagi selama beberapa jam, lalu dicoba lagi.",
        "en": f"Answers, but refuses {at}: that is left out for some hours and then tried again.",
    }
    assert entry["help"]["en"].startswith("The other values are used as usual.")
    meter.key = "TimeOut"
    entry = one(status(station.context())["devices"], "meter-pompa")
    assert entry["said"]["id"] == "Menjawab, tetapi holding 250..252 tidak terbaca."
    meter.key = "BackingOff"  # it answers again in a moment
    assert one(status(station.context())["devices"], "meter-pompa")["said"] is None


def test_a_cut_wire_is_one_alarm_not_four() -> None:
    """The wire is told with its devices and what to do; the devices on it are not told again beside it."""
    station = Station()
    station.cycle()
    for name in ("tanah-cabai", "level-tandon", "surya", "hujan"):
        station.health[name].ok, station.health[name].failures, station.health[name].key = (
            False,
            9,
            "Disconnected",
        )
        station.health[name].since_mono_s = station.at.mono_s - 300.0
    context = cut(station, kebun=WireState("port_missing", 5.0), panel=WireState())
    found = status(context)
    wire = next(reason for reason in found["reasons"] if reason["subject"] == "kebun")
    assert wire["level"] == "alarm"
    assert "Tidak terbaca: tanah-cabai, level-tandon, surya, hujan." in wire["id"]
    told = [entry for entry in found["attention"] if entry["key"] == "wire_lost" or entry["silent"]]
    assert [entry["subjects"] for entry in told] == [["kebun"]]
    assert "terputus selama 5 menit: port-nya tidak ada." in wire["id"]
    assert one(found["devices"], "surya")["said"]["id"] == "Bus kebun terputus: port-nya tidak ada."
    assert "USB-RS485" in one(found["devices"], "surya")["help"]["en"]
    assert [health(context)[key] for key in ("wires_lost", "devices_silent", "alarms")] == [1, 4, 1]


def test_a_wire_on_which_nobody_answers_is_one_alarm() -> None:
    """When every device that is asked on a cable is silent, the cable is told, with how to find the one that silences it."""
    station = Station()
    station.cycle()
    for name in ("tanah-cabai", "level-tandon", "surya", "hujan"):
        quiet = station.health[name]
        quiet.ok, quiet.failures, quiet.key = False, 9, "BackingOff"
        quiet.since_mono_s = station.at.mono_s - 300.0
    found = status(station.context())
    told = [entry for entry in found["attention"] if entry["key"] == "wire_silent" or entry["silent"]]
    assert [entry["subjects"] for entry in told] == [["kebun"]]
    assert "Semua alat pada bus kebun" in told[0]["id"]
    station.health["hujan"].ok = True
    found = status(station.context())
    assert not [entry for entry in found["attention"] if entry["key"] == "wire_silent"]


def test_passwords_of_a_broker_are_not_told() -> None:
    """User and password in a bus address stay out of what everybody may read."""
    station = Station()
    buses = tuple(
        bus.model_copy(update={"url": "mqtt://tani:rahasia@10.0.0.5:1883"}) if bus.id == "nirkabel" else bus
        for bus in station.site.file.buses
    )
    file = station.site.file.model_copy(update={"buses": buses})
    station = Station(station.site.model_copy(update={"file": file}))
    station.cycle()
    found = status(cut(station, nirkabel=WireState("denied", 5.0)))
    text = str(found)
    assert "10.0.0.5:1883" in text
    assert "rahasia" not in text
    assert "tani:" not in text


def test_sleep_and_the_first_word_are_no_silence() -> None:
    """An inverter asleep in the dark and a probe that has not spoken yet count neither as answering nor as silent."""
    station = Station()
    station.cycle()
    inverter, probe = station.health["inverter"], station.health["tanah-melon"]
    inverter.ok, inverter.failures, inverter.key = False, 500, "TimeOut"
    inverter.waived = inverter.asleep = True
    probe.ok = False
    found = status_devices.devices(station.context(), station.at.mono_s, station.at.epoch_s)
    assert (one(found, "inverter")["ok"], one(found, "inverter")["asleep"]) == (None, True)
    assert one(found, "tanah-melon")["ok"] is None
    assert health(station.context())["devices_silent"] == 0


@pytest.mark.parametrize(("language", "said"), [("id", "belum diverifikasi"), ("en", "unverified")])
async def test_an_unverified_profile_is_named_beside_its_device(language: str, said: str) -> None:
    """The page says of exactly this device that its values are to be compared first, in both languages; so does the JSON."""
    station = Station()
    station.cycle()
    context = replace(station.context(), unverified=frozenset({"hujan"}))
    assert [one["id"] for one in status(context)["devices"] if one["unverified"]] == ["hujan"]
    for known, told in ((context, ["hujan"]), (station.context(), [])):
        async with visit(known) as browser:
            text = (await browser.get("/", params={"lang": language})).text
        section = text[text.index('id="part-devices"') :]
        items = [item.split("</li>")[0] for item in section.split("<li class=")[1:]]
        assert [re.findall("<strong>(.*?)</strong>", item)[0] for item in items if said in item] == told


def test_what_is_over_is_not_shown() -> None:
    """A device that answers again does not carry the lost connection of before until its slowest question comes round."""
    station = Station()
    station.cycle()
    meter = station.health["meter-pompa"]
    meter.key, meter.error = "Disconnected", "no connection"
    found = status_devices.devices(station.context(), station.at.mono_s, station.at.epoch_s)
    assert (one(found, "meter-pompa")["ok"], one(found, "meter-pompa")["error"]) == (True, "")
    meter.key, meter.error = "ExceptionReply", "exception 2"
    found = status_devices.devices(station.context(), station.at.mono_s, station.at.epoch_s)
    assert one(found, "meter-pompa")["error"] == "exception 2"
