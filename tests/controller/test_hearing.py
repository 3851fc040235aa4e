"""Who is silent is told once, in words, with the wire and what to do; and so is the return. Sleep is not silence."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest

from controller.config import load_site
from controller.hearing import Hearing
from controller.poller import Poller
from controller.wires import WireState
from drivers.errors import BackingOff, Disconnected, TimeOut
from drivers.reading import Quality, Reading
from tests.controller.site_files import ROOT, SITES
from tests.controller.stations import EPOCH, FakeDevice, HandClock

DEMO = ROOT / "config.yaml"


class Station:
    """The demo site's poller on devices and wires that the test holds in its hand, one cycle a second."""

    def __init__(self, path: Any = DEMO) -> None:
        self.site, self.profiles = load_site(path)
        self.clock = HandClock()
        entries = self.site.file.devices
        self.devices = {one.id: FakeDevice(one.id, self._polls(one.id)) for one in entries}
        self.poller = Poller(cast("Any", self.devices), {one.id: one.bus for one in entries}, self.clock.now)
        self.lost: dict[str, tuple[str, float]] = {}
        self.hearing = Hearing(self.site, self.profiles, self.poller, self.states, 1.0)
        for name, device in self.devices.items():
            device.answers = {kind: (Reading(name, "x", 1.0),) for kind in device.polls}
        self.poller.listen()

    def _polls(self, name: str) -> dict[str, float]:
        return {} if self.profiles[name].mqtt is not None else {"fast": 2.0, "slow": 60.0}

    def states(self) -> dict[str, WireState]:
        """What the wires would say."""
        return {bus: WireState(case, self.clock.mono_s - at) for bus, (case, at) in self.lost.items()}

    def speak(self, name: str, quality: Quality = Quality.GOOD) -> None:
        """A message of an MQTT device."""
        deliver = self.devices[name].deliver
        assert deliver is not None
        deliver((Reading(name, "x", 1.0, quality),))

    async def run(self, seconds: int) -> None:
        """So many cycles."""
        for _ in range(seconds):
            at = self.clock.pass_(1.0)
            await self.poller.poll_due(at)
            self.hearing.cycle(cast("Any", SimpleNamespace(at=at)), cast("Any", None), 0.0)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines for people so far, and then no more of them."""
    caplog.set_level(logging.INFO, "tirta")

    def lines() -> list[str]:
        found = [record.message for record in caplog.records if record.name == "tirta"]
        caplog.clear()
        return found

    return lines


async def test_a_cut_wire_is_one_line_with_all_its_devices(told: Any) -> None:
    """A bus without connection silences its devices at once, and is told once: which wire, who hangs on it, what to do."""
    station = Station()
    await station.run(5)
    station.lost["kebun"] = ("port_missing", station.clock.mono_s)
    for name in ("tanah-cabai", "level-tandon", "surya", "hujan"):
        station.devices[name].answers = dict.fromkeys(("fast", "slow"), Disconnected("no connection"))
    await station.run(5)
    assert not station.poller.health["surya"].ok
    assert told() == []
    await station.run(60)
    [line] = told()
    assert line == (
        "kebun: Bus kebun (rtu:///tmp/tirta-demo/ttyRS485) terputus selama 10 detik: port-nya tidak ada. "
        "Tidak terbaca: tanah-cabai, level-tandon, surya, hujan. "
        "Colokkan lagi adaptor USB-RS485; `ls /dev/serial/by-id` menunjukkan yang ada."
    )
    station.lost.clear()
    await station.run(1)
    assert told() == ["kebun: Terbaca lagi setelah 66 detik."]


async def test_a_dead_broker_silences_what_hangs_on_it_and_gives_it_back(told: Any) -> None:
    """Devices that nobody asks are silent while their broker is gone, and back with it without having to speak first."""
    station = Station()
    station.speak("katup-jauh")
    await station.run(5)
    assert station.poller.health["katup-jauh"].ok
    station.lost["nirkabel"] = ("refused", station.clock.mono_s)
    await station.run(20)
    health = station.poller.health["katup-jauh"]
    assert (health.ok, health.key) == (False, "Disconnected")
    assert len(told()) == 1
    station.lost.clear()
    await station.run(1)
    assert (health.ok, health.error, health.failures) == (True, "", 0)
    never = station.poller.health["tanah-melon"]
    assert (never.ok, never.failures) == (False, 0)


async def test_a_device_that_speaks_by_itself_and_stops(told: Any) -> None:
    """After its profile's longest silence an MQTT device is silent since its last word; a message brings it back."""
    station = Station()
    await station.run(1)
    station.speak("katup-jauh")
    station.speak("meter-air")
    spoke_s = station.clock.mono_s
    for _ in range(150):
        station.speak("meter-air")
        await station.run(1)
    health = station.poller.health["katup-jauh"]
    assert (health.ok, health.key, health.since_mono_s) == (False, "Quiet", spoke_s)
    assert station.poller.health["meter-air"].ok
    [line] = told()
    assert line == (
        "katup-jauh: Tidak ada pesan lagi di broker nirkabel, topik shellyplus1-kacang. "
        "Periksa listrik atau baterai alat itu dan sinyalnya."
    )
    station.speak("katup-jauh")
    await station.run(1)
    assert told() == ["katup-jauh: Terbaca lagi setelah 3 menit."]


async def test_a_device_that_never_spoke_points_at_its_topic(told: Any) -> None:
    """A wrong topic in config.yaml looks like eternal silence: it is told with the topic."""
    station = Station()
    await station.run(140)
    assert station.poller.health["katup-jauh"].key == "Never"
    assert any("Belum pernah ada pesan" in line and "shellyplus1-kacang" in line for line in told())


async def test_an_offline_device_keeps_its_reason(told: Any) -> None:
    """What the broker says of a device (offline) is not replaced by our own observation that it is quiet."""
    station = Station()
    station.speak("katup-jauh")
    await station.run(1)
    station.speak("katup-jauh", Quality.ABSENT)
    await station.run(200)
    assert station.poller.health["katup-jauh"].key == "Offline"
    assert sum("katup-jauh" in line for line in told()) == 1


async def test_a_silent_unit_is_named_with_its_address(told: Any) -> None:
    """A device that does not answer on a wire that works: bus and address; one time-out alone is not worth a line."""
    station = Station()
    await station.run(5)
    meter = station.devices["meter-pompa"]
    meter.answers = {"fast": TimeOut("no answer"), "slow": meter.answers["slow"]}
    await station.run(2)
    assert station.poller.health["meter-pompa"].ok
    meter.answers = dict.fromkeys(("fast", "slow"), BackingOff("silent", params={"failures": 2.0}))
    await station.run(2)
    assert station.poller.health["meter-pompa"].failures
    await station.run(20)
    [line] = told()
    assert line == (
        "meter-pompa: Tidak menjawab pada bus panel, alamat 2. "
        "Periksa listrik alat itu dan kabel A/B-nya. Alat baru: periksa alamat, kecepatan (baud) dan paritas."
    )


async def test_a_cable_on_which_nobody_answers_is_told_as_one(told: Any) -> None:
    """All devices of a cable silent: the cable is told, once, and its return; not four devices."""
    station = Station()
    await station.run(5)
    for name in ("tanah-cabai", "level-tandon", "surya", "hujan"):
        quiet = BackingOff("silent", params={"failures": 2.0})
        station.devices[name].answers = dict.fromkeys(("fast", "slow"), quiet)
    await station.run(30)
    [line] = told()
    assert line.startswith(
        "kebun: Semua alat pada bus kebun (rtu:///tmp/tirta-demo/ttyRS485) diam: tanah-cabai"
    )
    for name in ("tanah-cabai", "level-tandon", "surya"):
        station.devices[name].answers = {kind: (Reading(name, "x", 1.0),) for kind in ("fast", "slow")}
    await station.run(60)
    wired = [text for text in told() if "broker" not in text]
    assert [text.partition(" setelah ")[0] for text in wired] == ["kebun: Terbaca lagi"]
    await station.run(20)
    wired = [text for text in told() if "broker" not in text]
    assert [text.partition(".")[0] for text in wired] == ["hujan: Tidak menjawab pada bus kebun, alamat 14"]


@pytest.mark.parametrize(("hour", "lines"), [(12, 1), (22, 0)])
async def test_an_inverter_may_sleep_at_night(hour: int, lines: int, told: Any) -> None:
    """An inverter without a battery that is silent in the dark sleeps; by day it is a fault."""
    station = Station(SITES / "vegetables.yaml")
    name = next(one.id for one in station.site.file.devices if station.profiles[one.id].limits.may_sleep)
    local_s = (EPOCH + station.clock.mono_s) % 86_400.0 + 7 * 3600.0
    station.clock.mono_s += (hour * 3600.0 - local_s) % 86_400.0
    station.devices[name].answers = dict.fromkeys(("fast", "slow"), TimeOut("no answer"))
    await station.run(30)
    assert station.poller.health[name].asleep == (hour == 22)
    assert sum(name in line for line in told()) == lines


async def test_the_log_speaks_the_sites_language(told: Any) -> None:
    """An English site is told in English."""
    station = Station()
    identity = station.site.file.site.model_copy(update={"language": "en"})
    station.hearing.site = station.site.model_copy(
        update={"file": station.site.file.model_copy(update={"site": identity})}
    )
    station.lost["panel"] = ("refused", station.clock.mono_s)
    await station.run(15)
    assert "Check that this gateway or broker runs, and its port number." in told()[0]
