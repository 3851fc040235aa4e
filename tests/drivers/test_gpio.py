"""The computer's own pins on gpiozero's mock: relays off first and last, contacts, pulses and an ADC, by the shipped profiles."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from unittest.mock import MagicMock

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory, MockSPIDevice

from drivers import gpio_pins, line
from drivers.bus import Bus
from drivers.codec import compile_blocks
from drivers.device import Device, make_device
from drivers.errors import Disconnected, ExceptionReply, Refused
from drivers.gpio import GpioLink
from drivers.gpio_pulses import KEPT, Pulses
from drivers.probe import probe
from drivers.profile import load_profile
from drivers.reading import Command, Reading
from drivers.transport import DEFAULT_TIMING, Read, Table, Write

RELAYS: dict[str, float | str] = {"pins": "5 6", "active": "low"}


@pytest.fixture
def board() -> Iterator[MockFactory]:
    """A Raspberry Pi without iron."""
    before = gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory = MockFactory()
    yield gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory.reset()
    gpiozero.Device.pin_factory = before


def link_of(profile: str, settings: dict[str, float | str]) -> GpioLink:
    """The pins of one device of a shipped profile, as unit 1."""
    known = load_profile(profile)
    defaults = {name: s.default for name, s in known.settings.items() if s.default is not None}
    return GpioLink({1: (known.gpio, defaults | settings)})


class Running:
    """A device on a running bus of pins."""

    def __init__(self, profile: str, settings: dict[str, float | str]) -> None:
        self.bus = Bus(link_of(profile, settings))
        self.device: Device = make_device("it", load_profile(profile), self.bus, 1, settings)

    async def __aenter__(self) -> Running:
        self.bus.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.bus.stop()

    async def read(self) -> dict[str, Reading]:
        """Every reading."""
        return {reading.quantity: reading for reading in await self.device.read("fast")}


async def test_relays_are_off_first_and_last(board: MockFactory) -> None:
    """A relay that switches on at 0 V stands at 3.3 V from opening on; it obeys, reads back, and is off when the bus is closed."""
    pins = [board.pin(5), board.pin(6)]
    async with Running("gpio-relay", RELAYS) as site:
        await site.read()
        assert [(pin.function, pin.state) for pin in pins] == [("output", True), ("output", True)]
        await site.device.command(Command("it", "switch_2", 1.0))
        assert [pin.state for pin in pins] == [True, False]
        read = await site.read()
        assert {name: one.value for name, one in read.items()} == {"switch_1": 0.0, "switch_2": 1.0}
        assert site.device.problems == ()
        states: list[Any] = pins[1].states
    assert [state.state for state in states][-2:] == [False, True], (
        "not switched off before it was given back"
    )
    assert pins[1].function == "input"


class Chip:
    """Stands for the lgpio library: notes how pins are claimed; ``broken``: a pin that can no longer be written."""

    SET_PULL_NONE = BOTH_EDGES = RISING_EDGE = FALLING_EDGE = 0
    SET_PULL_UP = SET_PULL_DOWN = 0
    error = RuntimeError

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []
        self.outputs: dict[int, int] = {}
        self.broken = -1

    def gpiochip_open(self, _chip: int) -> int:
        """A handle."""
        return 1

    def gpio_claim_input(self, _handle: int, pin: int, _flags: int = 0) -> None:
        """The pin floats."""
        self.outputs.pop(pin, None)
        self.told.append(("input", pin, -1))

    def gpio_claim_output(self, _handle: int, pin: int, level: int = 0, _flags: int = 0) -> None:
        """The pin drives from now on."""
        self.outputs[pin] = level
        self.told.append(("output", pin, level))

    def gpio_get_mode(self, _handle: int, pin: int) -> int:
        """Bit 1: an output."""
        return 2 if pin in self.outputs else 0

    def gpio_write(self, _handle: int, pin: int, level: int) -> None:
        """Another level."""
        if pin == self.broken:
            raise self.error("gone")
        self.outputs[pin] = int(level)
        self.told.append(("write", pin, int(level)))

    def gpio_read(self, _handle: int, pin: int) -> int:
        """As it stands."""
        if pin == self.broken:
            raise self.error("gone")
        return self.outputs.get(pin, 1)

    def __getattr__(self, _name: str) -> Any:
        """Whatever else there is does nothing."""
        return MagicMock(return_value=0)


@pytest.fixture
def chip(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chip]:
    """A Raspberry Pi 4 whose pins are driven by the library that the field has."""
    chip, kept = Chip(), gpiozero.Device.pin_factory
    monkeypatch.setitem(sys.modules, "lgpio", chip)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    library = importlib.import_module("gpiozero.pins.lgpio")
    monkeypatch.setattr(library.LGPIOFactory, "_get_revision", lambda _self: 0xC03111)
    gpiozero.Device.pin_factory = library.LGPIOFactory(chip=0)
    yield chip
    gpiozero.Device.pin_factory.close()
    gpiozero.Device.pin_factory = kept
    sys.modules.pop("gpiozero.pins.lgpio", None)


@pytest.mark.parametrize(("active", "off"), [("low", 1), ("high", 0)])
async def test_a_relay_does_not_click_at_the_start(chip: Chip, active: str, off: int) -> None:
    """On the field's pin library a pin becomes an output at the level of "off" in one step, and never stands at "on" before."""
    link = link_of("gpio-relay", {"pins": "5 6", "active": active})
    await link.connect()
    assert [told for told in chip.told if told[0] != "input"] == [("output", 5, off), ("output", 6, off)]
    await link.exchange(Write(1, 5, 1, (0xFF00,)), DEFAULT_TIMING)
    assert chip.outputs == {5: off, 6: 1 - off}
    link.close()
    assert [told[2] for told in chip.told if told[1] == 6][-2:] == [off, -1], "off, and only then given back"


async def test_a_broken_pin_keeps_no_other_relay_on(chip: Chip) -> None:
    """When one pin fails, every other relay is switched off all the same, and the bus is told as lost."""
    link = link_of("gpio-relay", {"pins": "5 6", "active": "high"})
    await link.connect()
    for place in (0, 1):
        await link.exchange(Write(1, 5, place, (0xFF00,)), DEFAULT_TIMING)
    chip.broken = 5
    with pytest.raises(Disconnected):
        await link.exchange(Read(1, Table.COIL, 0, 2), DEFAULT_TIMING)
    assert ("write", 6, 0) in chip.told
    assert not link.connected


async def test_relays_of_every_device_come_before_anything_else(chip: Chip) -> None:
    """A second device's relays do not float while the first one's contacts are opened."""
    inputs, relays = load_profile("gpio-inputs").gpio, load_profile("gpio-relay").gpio
    link = GpioLink({1: (inputs, {"pins": "23"}), 2: (relays, RELAYS)})
    await link.connect()
    assert [pin for _, pin, _ in chip.told].index(23) > [pin for _, pin, _ in chip.told].index(6)
    link.close()


async def test_a_relay_that_is_not_there_is_refused(board: MockFactory) -> None:
    """With two pins there is no third relay; anything but function 5 with on or off is refused too."""
    link = link_of("gpio-relay", {**RELAYS, "active": "high"})
    await link.connect()
    for write, code in ((Write(1, 5, 2, (0xFF00,)), 2), (Write(1, 5, 0, (7,)), 3), (Write(1, 6, 0, (1,)), 1)):
        with pytest.raises(ExceptionReply) as refused:
            await link.exchange(write, DEFAULT_TIMING)
        assert refused.value.code == code
    assert board.pin(5).state is False, "active high: off is 0 V"
    link.close()


async def test_a_contact_to_ground_reads_one(board: MockFactory) -> None:
    """A float switch between pin and ground is 1 while it is closed; the pull-up holds it at 0 otherwise."""
    async with Running("gpio-inputs", {"pins": "23 24"}) as site:
        await site.read()
        assert board.pin(24).pull == "up"
        board.pin(24).drive_low()
        read = await site.read()
        assert (read["input_1"].value, read["input_2"].value) == (0.0, 1.0)


async def test_pulses_become_water(board: MockFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closings of the meter's contact are counted once each: 30 pulses of 10 a litre are 3 L, at one in 0.2 s 0.5 L/s."""
    now = [100.0]
    monkeypatch.setattr(line, "monotonic", lambda: now[0])
    link = link_of("gpio-pulse-flow", {"pin": 17.0, "pulses_per_litre": 10.0})
    await link.connect()
    for _ in range(30):
        board.pin(17).drive_low()
        now[0] += 0.0001
        board.pin(17).drive_high()  # it bounces
        board.pin(17).drive_low()
        board.pin(17).drive_high()
        now[0] += 0.1999
    words = await link.exchange(Read(1, Table.INPUT, 0, 4), DEFAULT_TIMING)
    link.close()
    settings = {"pin": 17.0, "pulses_per_litre": 10.0, "debounce_ms": 2.0}
    (block,) = compile_blocks(load_profile("gpio-pulse-flow"), "fast", settings)
    told = {quantity: value for quantity, value, _ in block.decode(words)}
    assert told["volume_m3"] == pytest.approx(0.003)
    assert told["flow_m3_h"] == pytest.approx(1.8, rel=0.01)


def test_the_rate_falls_when_pulses_stay_away() -> None:
    """While the next pulse is overdue the rate can only be lower; after long silence nothing flows. Rare pulses count too."""
    pulses = Pulses()
    assert pulses.per_second(0.0) == 0.0
    for i in range(KEPT + 10):
        pulses.edge(i * 0.5)
    last = (KEPT + 9) * 0.5
    assert pulses.count == KEPT + 10
    assert pulses.per_second(last + 0.1) == pytest.approx(2.0)
    assert pulses.per_second(last + 5.0) == pytest.approx(0.2)
    assert pulses.per_second(last + 10.1) == 0.0
    rare = Pulses(debounce_s=1.0)
    for at in (0.0, 0.5, 60.0, 120.0):
        rare.edge(at)
    assert rare.count == 3
    assert rare.per_second(130.0) == pytest.approx(1 / 60)


class _Adc(MockSPIDevice):  # type: ignore[misc]
    """An MCP3008 that shows 558 counts on channel 3 and 0 elsewhere."""

    def on_bit(self) -> None:
        if self.rx_bit == 8 + 4:  # leading zeros, start bit, single-ended, three bits of channel
            channel = self.rx_word() & 0x07
            self.tx_word(558 if channel == 3 else 0, 12)


async def test_four_to_twenty_milliamperes(board: MockFactory) -> None:
    """12 mA on channel 3 of the ADC is the middle of the probe's 5 m."""
    with _Adc(11, 10, 9, 8):
        async with Running("gpio-analog-level", {"channel": 3.0, "full_scale": 5.0}) as site:
            assert (await site.read())["level_m"].value == pytest.approx(2.5)


@pytest.mark.parametrize("pins", ["5 28", "5 5", "five", ""])
def test_impossible_pins_are_refused(pins: str) -> None:
    """A number that the header lacks, one pin twice, words: refused before anything is opened."""
    with pytest.raises(Refused, match="pin"):
        link_of("gpio-relay", {**RELAYS, "pins": pins})


async def test_a_pin_belongs_to_one_program(board: MockFactory) -> None:
    """A pin that is used already, and a computer without pins, are told apart; nothing stays half open."""
    with gpiozero.LED(6):
        link = link_of("gpio-relay", RELAYS)
        with pytest.raises(Disconnected) as busy:
            await link.connect()
        assert busy.value.params["case"] == "gpio_busy"
    await link.connect()
    link.close()


async def test_without_the_library_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed the bus says so; it does not fail with an import error."""
    monkeypatch.setitem(sys.modules, "drivers.gpio_pins", None)
    with pytest.raises(Disconnected, match="GPIO library") as missing:
        await link_of("gpio-relay", RELAYS).connect()
    assert missing.value.params["case"] == "gpio_missing"
    assert gpio_pins.Pins().case_of(gpiozero.BadPinFactory("none")) == "gpio_missing"


def test_the_library_is_not_loaded_for_others() -> None:
    """Building the wires of the daemon and every profile loads no gpiozero: it costs memory only where it is used."""
    code = "import sys, controller.wires, drivers.probe; sys.exit('gpiozero' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


@pytest.mark.usefixtures("board")
async def test_probe_reads_pins() -> None:
    """`tirta probe` looks at pins like at any device; what the site must answer is asked for, impossible pins are refused."""
    looked = await probe("gpio-inputs", "gpio://", settings={"pins": "23 24"})
    assert [(row["quantity"], row["value"]) for row in looked["readings"]] == [
        ("input_1", 0.0),
        ("input_2", 0.0),
    ]
    assert not looked["errors"]
    for settings, word in (({}, "'pins'"), ({"pins": "99"}, "no pin 99")):
        (error,) = (await probe("gpio-inputs", "gpio://", settings=settings))["errors"]
        assert word in error["message"]
