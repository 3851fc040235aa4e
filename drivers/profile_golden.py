"""Golden exchanges of a profile, played through the codec: what a maker's paper or a user's capture says must come out."""

from __future__ import annotations

import math
from collections.abc import Iterator

from drivers.codec import BlockCodec, CodecError, Decoded, settings_for
from drivers.codec_command import WirePublish, WireWrite, encode_command
from drivers.codec_links import factors_of, leaves
from drivers.codec_payload import PayloadCodec
from drivers.codec_scale import Settings
from drivers.packing import Block
from drivers.profile_commands import OWN_FUNCTIONS
from drivers.profile_model import Golden, Profile
from drivers.profile_variants import AUTO, as_variant
from drivers.reading import Value

TOPIC = "device"
"""What {topic} stands for in golden payloads."""


def crc16(frame: bytes) -> int:
    """The checksum of Modbus RTU."""
    crc = 0xFFFF
    for byte in frame:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def play(profile: Profile) -> Iterator[str]:
    """One sentence for each golden exchange that does not come out as it says; nothing when all is well."""
    for i, golden in enumerate(profile.golden):
        where = f"{profile.name} golden[{i}] {golden.note}".rstrip()
        yield from (f"{where}: {complaint}" for complaint in complaints(profile, golden))


def complaints(profile: Profile, golden: Golden) -> Iterator[str]:
    """What does not come out of one exchange as it says."""
    try:
        yield from _play(profile, golden)
    except CodecError as e:
        yield str(e)


def _play(profile: Profile, golden: Golden) -> Iterator[str]:
    settings = settings_for(profile, golden.settings)
    profile = golden_profile(profile, settings)
    if golden.command is not None:
        yield from _command(profile, golden, settings)
        return
    if golden.topic is not None:
        codec = PayloadCodec(profile, TOPIC, settings)
        topic = golden.topic.replace("{topic}", TOPIC)
        got: dict[str, Value | None] = {
            q: v for q, v, _, _ in codec.decode(topic, (golden.payload or "").encode())
        }
        if set(got) != set(golden.expect):
            yield f"told {sorted(got)}, expected {sorted(golden.expect)}"
    else:
        got = {q: v for q, v, _ in decode_words(profile, golden, settings)}
    for quantity, wanted in golden.expect.items():
        if quantity not in got:
            yield f"does not tell {quantity}"
        elif not same(got[quantity], wanted):
            yield f"{quantity} is {got[quantity]!r}, expected {wanted!r}"


def golden_profile(profile: Profile, settings: Settings) -> Profile:
    """The profile as the variant that the exchange is of, the first one where it does not say."""
    if not profile.variants:
        return profile
    name = str(settings.get("variant", AUTO))
    return as_variant(profile, profile.variants[0].name if name == AUTO else name)


def same(got: Value | None, wanted: Value | None) -> bool:
    """Equal, numbers within a millionth (single floats carry seven digits)."""
    if isinstance(got, float | int) and isinstance(wanted, float | int):
        return math.isclose(got, wanted, rel_tol=1e-6, abs_tol=1e-9)
    return got == wanted


def golden_words(golden: Golden) -> tuple[int, ...]:
    """The register words of an exchange; of a whole frame after checking its checksum. Raises CodecError."""
    if golden.words is not None:
        return golden.words
    frame = bytes.fromhex(golden.frame or "")
    if (
        len(frame) < 5
        or crc16(frame[:-2]) != int.from_bytes(frame[-2:], "little")
        or frame[2] != len(frame) - 5
    ):
        raise CodecError("the frame's length or checksum is wrong")
    return tuple(int.from_bytes(frame[i : i + 2], "big") for i in range(3, len(frame) - 2, 2))


def decode_words(profile: Profile, golden: Golden, settings: dict[str, float | str]) -> list[Decoded]:
    """The values of all points that lie wholly in the exchange's registers."""
    words = golden_words(golden)
    return golden_block(profile, golden, len(words), settings).decode(words, dict(golden.given))


def golden_block(
    profile: Profile, golden: Golden, count: int, settings: dict[str, float | str]
) -> BlockCodec:
    """The codec for the exchange's registers. Raises CodecError when no point lies in them."""
    start = golden.address or 0
    inside = tuple(
        p
        for p in profile.points
        if p.table == golden.table and min(p.addresses) >= start and max(p.addresses) < start + count
    )
    if not inside:
        raise CodecError("no point lies in these registers")
    known = {p.name for p in inside} | set(golden.given)
    told = [d for i, d in enumerate(profile.derived) if leaves(profile.derived)[i] <= known]
    return BlockCodec(Block(golden.table, start, count, inside), settings, None, told)


def _command(profile: Profile, golden: Golden, settings: dict[str, float | str]) -> Iterator[str]:
    quantity, value, lease_s = golden.command or ("", 0.0, 0.0)
    unknown = [p for p in factors_of(profile.commands.get(quantity)) if p not in golden.given]
    if unknown:
        yield f"given lacks {unknown[0]}, which scales {quantity}"
        return
    steps = encode_command(profile, quantity, value, lease_s, settings, TOPIC, dict(golden.given))
    frames = [rtu_frame(step, profile.serial.unit) for step in steps if isinstance(step, WireWrite)]
    wanted = [bytes.fromhex(frame) for frame in golden.writes or ()]
    if frames != wanted:
        yield f"writes {[f.hex(' ') for f in frames]}, expected {[f.hex(' ') for f in wanted]}"
    sent = [(step.topic, step.payload.decode()) for step in steps if isinstance(step, WirePublish)]
    messages = [(topic.replace("{topic}", TOPIC), payload) for topic, payload in golden.publishes or ()]
    if sent != messages:
        yield f"publishes {sent}, expected {messages}"


def rtu_frame(step: WireWrite, unit: int) -> bytes:
    """A write as a whole RTU frame; the bits and registers that must be read first are 0 in it."""
    if step.function in OWN_FUNCTIONS:
        alone = bytes([unit, step.function])
        return alone + crc16(alone).to_bytes(2, "little")
    data = b"".join(v.to_bytes(2, "big") for v in step.values)
    head = bytes([unit, step.function]) + step.address.to_bytes(2, "big")
    if step.function in (15, 16):
        head += len(step.values).to_bytes(2, "big")
        if step.function == 15:
            data = sum(bool(v) << i for i, v in enumerate(step.values)).to_bytes(
                (len(step.values) + 7) // 8, "little"
            )
        head += bytes([len(data)])
    return head + data + crc16(head + data).to_bytes(2, "little")
