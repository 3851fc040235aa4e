"""Making a capture of a live device (`tirta capture`): read everything once, mask it, and prove that the mask changed nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping

from drivers import line
from drivers.capture import Capture, CaptureError, Settings
from drivers.capture_mask import is_identity, mask_exchanges, mask_payload, mask_topic
from drivers.capture_replay import as_told, decoded, decoded_payloads, read_all
from drivers.codec import CodecError, settings_for
from drivers.errors import ExceptionReply
from drivers.probe import silence
from drivers.probe_live import watch_modbus
from drivers.probe_mqtt import watch_mqtt
from drivers.profile_golden import TOPIC, same
from drivers.profile_model import Profile
from drivers.profile_variants import serial_of
from drivers.tap import Exchange
from drivers.transport import Read

Told = Mapping[str, tuple[float | str | None, str]]


def hash_of(profile: Profile) -> str:
    """Which version of the profile it was: 12 hex digits of what it says."""
    return hashlib.sha256(profile.model_dump_json(exclude_none=True).encode()).hexdigest()[:12]


async def capture_modbus(
    profile: Profile,
    url: str,
    unit: int | None,
    settings: Settings,
    *,
    origin: str = "device",
    note: str = "",
) -> Capture:
    """A capture of a Modbus device. Raises DriverError when it does not answer, CaptureError when it cannot be anonymised."""
    number = serial_of(profile, settings).unit if unit is None else unit
    async with watch_modbus(profile, url, number, settings) as live:
        readings, errors, met = await read_all(profile, live.tap, number, settings)
        exchanges = list(live.tap.exchanges)
    if not readings:
        raise errors[0] if errors else CaptureError(f"{profile.name}: nothing was read")
    masked = mask_exchanges(answers_of(exchanges), met)
    draft = Capture(
        profile.name, hash_of(profile), origin, settings_for(profile, settings), tuple(masked), note=note
    )
    told = await decoded(draft, profile)
    hidden = {p.quantity for p in met.points if p.quantity and is_identity(p)}
    _must_agree(as_told(readings), told, hidden)
    return _with(draft, told)


def answers_of(exchanges: Iterable[Exchange]) -> list[tuple[Read, tuple[int, ...] | int]]:
    """Words, or the code of a refusal; what was no answer of the device is left out."""
    answers: list[tuple[Read, tuple[int, ...] | int]] = []
    for one in exchanges:
        if one.error is None:
            answers.append((one.request, one.words))
        elif isinstance(one.error, ExceptionReply):
            answers.append((one.request, one.error.code))
    return answers


def _must_agree(live: Told, masked: Told, hidden: set[str]) -> None:
    wrong = [
        name
        for name, (value, quality) in live.items()
        if name not in hidden
        and (name not in masked or not same(masked[name][0], value) or masked[name][1] != quality)
    ]
    if wrong:
        raise CaptureError(f"anonymising would change {', '.join(sorted(wrong))}: report this profile")


def _with(draft: Capture, told: Told) -> Capture:
    return Capture(
        draft.profile,
        draft.profile_hash,
        draft.origin,
        draft.settings,
        draft.exchanges,
        draft.payloads,
        told,
        draft.note,
    )


async def capture_mqtt(
    profile: Profile, url: str, settings: Settings, wait_s: float, login: tuple[str, str] = ("", ""), *,
    origin: str = "device", note: str = "",
) -> Capture:  # fmt: skip
    """A capture of an MQTT device: the last message of each topic within ``wait_s``, or until every quantity was told."""
    async with watch_mqtt(profile, url, settings, wait_s, login) as live:
        end = line.monotonic() + wait_s
        while line.monotonic() < end and set(live.readings) < set(profile.quantities):
            await line.sleep(0.1)
        heard, base = dict(live.ear.heard), live.topic
        if not live.readings:
            raise silence(live.ear.client, base, wait_s)
    known = settings_for(profile, settings)
    payloads = []
    for topic, payload in heard.items():
        text, shown = payload.decode("utf-8", "replace"), mask_topic(topic, base, TOPIC)
        wanted = _decode(profile, known, topic.replace(base, TOPIC), text)
        if not wanted:
            continue
        payloads.append((shown, mask_payload(text, _alike(profile, known, shown, wanted))))
    draft = Capture(profile.name, hash_of(profile), origin, known, payloads=tuple(payloads), note=note)
    return _with(draft, decoded_payloads(draft, profile))


def _alike(profile: Profile, settings: Settings, topic: str, wanted: Told) -> Callable[[str], bool]:
    """Whether another payload on this topic still says the same."""
    return lambda payload: _decode(profile, settings, topic, payload) == wanted


def _decode(profile: Profile, settings: Settings, topic: str, payload: str) -> Told:
    """Empty when it cannot be read."""
    one = Capture(profile.name, "", "", settings, payloads=((topic, payload),))
    try:
        return decoded_payloads(one, profile)
    except (CaptureError, CodecError):
        return {}
