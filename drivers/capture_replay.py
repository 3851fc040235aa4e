"""Playing captures: the decoder of today against the day of the capture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from drivers.capture import Capture, CaptureError, Settings
from drivers.codec import CodecError
from drivers.device import make_device
from drivers.errors import BackingOff, Disconnected, DriverError, ExceptionReply, TimeOut
from drivers.profile_golden import same
from drivers.profile_model import Poll, Profile
from drivers.quantities import is_counter
from drivers.reading import Quality, Reading
from drivers.transport import DEFAULT_TIMING, Port, Read, Table, Timing, Write

_UNIT = 1


@dataclass(slots=True)
class Replay:
    """A `drivers.transport.Port` that answers as the captured device did; what was not captured is silence."""

    capture: Capture
    hole_words: int = 7
    now_s: float = 0.0

    async def pause(self, seconds: float) -> None:
        """Waits take no time here."""

    def monotonic(self) -> float:
        """The device's time stands still."""
        return self.now_s

    async def read(
        self, request: Read, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING
    ) -> Sequence[int]:
        """The captured words, also of a part of a captured request. Raises DriverError."""
        cells: dict[tuple[Table, int], int] = {}
        for asked, answer in self.capture.exchanges:
            if isinstance(answer, int):
                if (asked.table, asked.address, asked.count) == (
                    request.table,
                    request.address,
                    request.count,
                ):
                    raise ExceptionReply(answer, unit=request.unit, registers=request.registers)
                continue
            cells.update(((asked.table, asked.address + i), word) for i, word in enumerate(answer))
        try:
            return [cells[request.table, request.address + i] for i in range(request.count)]
        except KeyError:
            raise TimeOut("not captured", unit=request.unit, registers=request.registers) from None

    async def write(self, request: Write, *, urgent: bool = False, timing: Timing = DEFAULT_TIMING) -> None:
        """Nothing can be told to a memory. Raises TimeOut."""
        raise TimeOut("not captured", unit=request.unit, registers=request.registers)


async def read_all(
    profile: Profile, port: Port, unit: int, settings: Settings
) -> tuple[list[Reading], list[DriverError], Profile]:
    """First contact and one reading of every poll class: what a capture holds; and the profile as it was found. Never raises
    DriverError but Refused for wrong settings.
    """
    device = make_device("captured", profile, port, unit, settings)
    readings: list[Reading] = []
    errors: list[DriverError] = []
    for poll in [p for p in get_args(Poll) if p in device.polls]:
        try:
            readings += await device.read(poll)
        except DriverError as error:
            errors.append(error)
            if isinstance(error, TimeOut | Disconnected | BackingOff):
                break
    return readings, errors, device.profile


async def play(capture: Capture, profile: Profile) -> list[str]:
    """One sentence for each value that the decoder of today reads otherwise; nothing when all is well."""
    return list(_compared(capture, await decoded(capture, profile)))


async def decoded(capture: Capture, profile: Profile) -> dict[str, tuple[float | str | None, str]]:
    """What the decoder of today makes of a capture: quantity to (value, quality). Raises CaptureError."""
    if profile.mqtt is not None:
        return decoded_payloads(capture, profile)
    readings, *_ = await read_all(profile, Replay(capture), _UNIT, capture.settings)
    return as_told(readings)


def decoded_payloads(capture: Capture, profile: Profile) -> dict[str, tuple[float | str | None, str]]:
    """As `decoded` for the messages of an MQTT device. Raises CaptureError."""
    from drivers.codec import settings_for
    from drivers.codec_payload import PayloadCodec
    from drivers.profile_golden import TOPIC

    codec = PayloadCodec(profile, TOPIC, settings_for(profile, capture.settings))
    told: dict[str, tuple[float | str | None, str]] = {}
    for topic, payload in capture.payloads:
        try:
            told |= {name: (v, str(quality)) for name, v, quality, _ in codec.decode(topic, payload.encode())}
        except CodecError as error:
            raise CaptureError(f"{topic}: {error}") from None
    return told


def as_told(readings: Sequence[Reading]) -> dict[str, tuple[float | str | None, str]]:
    """Readings as they stand in a capture."""
    return {r.quantity: (r.value, str(r.quality)) for r in readings}


def _compared(capture: Capture, got: Mapping[str, tuple[float | str | None, str]]) -> Iterator[str]:
    wanted = capture.readings or {}
    for name in sorted(wanted.keys() | got.keys()):
        if name not in got or name not in wanted:
            yield f"{name}: {'captured, but not read any more' if name in wanted else 'read, but not captured'}"
            continue
        (value, quality), (old, old_quality) = got[name], wanted[name]
        if not same(value, old) or quality != old_quality:
            yield f"{name}: {value!r} ({quality}), captured {old!r} ({old_quality})"


def worth_simulating(capture: Capture) -> dict[str, float | str]:
    """The good values that a simulator can be asked to show again; counters count from where they stand."""
    return {
        name: value
        for name, (value, quality) in (capture.readings or {}).items()
        if quality == Quality.GOOD and value is not None and not (is_counter(name) and value == 0)
    }
