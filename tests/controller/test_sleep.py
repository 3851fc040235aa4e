"""Inverters without a battery: absence between sunset and sunrise is sleep, at noon an alarm, and without a clock neither."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from controller.web import status_devices
from drivers.errors import TimeOut
from tests.controller.site_files import SITES, copy_site, edit
from tests.controller.stations import EPOCH
from tests.controller.test_hearing import Station

DAY_S, ZONE_S, STEP_S = 86_400.0, 7 * 3600.0, 60.0
AWAKE, SILENT, CUT = "awake", "silent", "cut"


class Field(Station):
    """The vegetable farm with its inverter on a dongle of its own, a cycle a minute, on the wall clock of the place."""

    def __init__(self, folder: Path) -> None:
        path = copy_site(SITES / "vegetables.yaml", folder)
        edit(path, "growatt-tl-x, bus: panel", "growatt-tl-x, bus: dongle")
        edit(path, "buses:\n", 'buses:\n  - {id: dongle, url: "tcp://10.9.9.9:502"}\n')
        super().__init__(path)
        for device in self.devices.values():
            if self.profiles[device.id].mqtt is not None:
                self.speak(device.id)

    @property
    def hour(self) -> float:
        """Local time, hours since midnight."""
        return (EPOCH + self.clock.mono_s + ZONE_S) % DAY_S / 3600.0

    async def until(self, hour: float) -> None:
        """Let the minutes pass until it is so late."""
        left_s = (hour - self.hour) * 3600.0 % DAY_S
        for _ in range(round(left_s / STEP_S)):
            at = self.clock.pass_(STEP_S)
            for device in self.devices.values():
                if self.profiles[device.id].mqtt is not None:
                    self.speak(device.id)
            await self.poller.poll_due(at)
            self.hearing.cycle(cast("Any", SimpleNamespace(at=at)), cast("Any", None), 0.0)

    def becomes(self, state: str) -> None:
        """What the inverter does from now on."""
        quiet = dict.fromkeys(("fast", "slow"), TimeOut("no answer"))
        answers = dict.fromkeys(quiet, self.devices["surya"].answers["fast"])
        self.devices["inverter"].answers = answers if state == AWAKE else cast("Any", quiet)
        self.lost = {"dongle": ("unreachable", self.clock.mono_s)} if state == CUT else {}

    def shown(self) -> tuple[bool | None, bool, int]:
        """(ok, asleep) of the inverter on the page, and how many wires it reports as lost."""
        context: Any = SimpleNamespace(
            live=SimpleNamespace(site=self.site),
            health=self.poller.health,
            wires=self.states,
            rate=1.0,
            unverified=frozenset(),
        )
        at = self.clock.now()
        one = next(d for d in status_devices.devices(context, at.mono_s, at.epoch_s) if d["id"] == "inverter")
        return one["ok"], one["asleep"], len(status_devices.wires(context))


GOOD, ASLEEP = (True, False, 0), (None, True, 0)
Row = tuple[float, str, tuple[bool | None, bool, int], Sequence[str]]
"""At this hour, what the inverter is from then on; at the next row's hour: what the page shows, and how the lines begin."""

SLEEPER = [
    (15.0, AWAKE, GOOD, []),
    (18.5, SILENT, ASLEEP, []),  # dusk
    (23.9, SILENT, ASLEEP, []),
    (5.5, AWAKE, GOOD, []),  # dawn
    (12.0, SILENT, (False, False, 0), ["inverter: Tidak menjawab pada bus dongle"]),  # noon: broken
    (15.0, SILENT, (False, False, 0), []),
    (16.0, SILENT, ASLEEP, []),  # the night after, still broken: no word of a return
    (20.0, SILENT, (False, False, 0), ["inverter: Tidak menjawab pada bus dongle"]),  # told again by day
    (9.0, AWAKE, GOOD, ["inverter: Terbaca lagi setelah"]),
]
DONGLE = [
    (15.0, AWAKE, GOOD, []),
    (18.5, CUT, ASLEEP, []),
    (5.5, AWAKE, GOOD, []),
    (12.0, CUT, (False, False, 1), ["dongle: Bus dongle (tcp://10.9.9.9:502) terputus"]),
    (16.0, CUT, ASLEEP, []),
    (20.0, AWAKE, GOOD, []),
]


@pytest.mark.parametrize("rows", [SLEEPER, DONGLE], ids=["silent on its wire", "gone with its dongle"])
async def test_a_night_and_a_noon(rows: list[Row], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """From dusk to dawn the page says asleep and the log nothing at all; at noon the same silence is told, once a day."""
    caplog.set_level(logging.INFO)
    station = Field(tmp_path)
    await station.until(rows[0][0])
    nights = 0
    for (_, state, page, lines), until in zip(rows, [*(row[0] for row in rows[1:]), 10.5], strict=True):
        caplog.clear()
        station.becomes(state)
        await station.until(until if until != station.hour else until + 1.0)
        told = [
            r.message for r in caplog.records if r.name == "tirta" and r.message.startswith(("inv", "don"))
        ]
        assert station.shown() == page, (state, station.hour)
        assert len(told) == len(lines), told
        assert all(text.startswith(start) for text, start in zip(told, lines, strict=True)), told
        if page == ASLEEP:
            loud = [
                r for r in caplog.records if r.levelno >= logging.WARNING and "inverter" in r.getMessage()
            ]
            assert not loud
            nights += 1
    assert nights >= 2


@pytest.mark.parametrize("state", [SILENT, CUT])
async def test_an_unknown_hour_is_neither(
    state: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """While the clock is not trusted silence is neither sleep nor alarm; as soon as it is trusted, noon is noon."""
    caplog.set_level(logging.INFO)
    station = Field(tmp_path)
    await station.until(12.0)
    station.clock.trusted = False
    station.becomes(state)
    await station.until(13.0)
    assert station.shown() == (None, False, 0)
    assert not [r for r in caplog.records if r.name == "tirta"]
    station.clock.trusted = True
    await station.until(13.1)
    assert station.shown()[:2] == (False, False)
    assert len([r for r in caplog.records if r.name == "tirta"]) == 1
