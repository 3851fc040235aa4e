"""SunSpec: chains are walked wherever they stand and whatever is missing, and the points are right."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from drivers.codec import compile_blocks
from drivers.errors import ExceptionReply, TimeOut
from drivers.profile import Profile, load_profile
from drivers.sunspec import Found, SunSpecError, discover, lay_out, resolve, walk

PROFILE = load_profile("sunspec-inverter")
VALUES: dict[str, float | str | None] = {
    "power_w": 3210.0, "energy_wh": 123456.0, "status": "derated", "voltage_v": 231.5, "frequency_hz": 50.01,
    "fault_text": "over-temperature", "pv_power_w_1": 1700.0, "pv_power_w_2": 1600.0, "pv_voltage_v_2": 345.6,
    "maker": "Contoh", "rated_power_w": 5000.0,
}  # fmt: skip


class Image:
    """Registers of a device; reading outside them is exception 2, and every read is counted."""

    def __init__(self, words: dict[int, int]) -> None:
        self.words, self.reads = words, 0

    async def read(self, address: int, count: int) -> Sequence[int]:
        self.reads += 1
        if any(a not in self.words for a in range(address, address + count)):
            raise exception_reply()
        return [self.words[a] for a in range(address, address + count)]


def exception_reply() -> ExceptionReply:
    return ExceptionReply(2)


def image(
    models: Sequence[int], base: int = 40000, common: int = 66, repeats: dict[int, int] | None = None
) -> tuple[Image, Profile]:
    """A whole device: fixed words, padding, and the points' words for VALUES."""
    profile, fixed = lay_out(PROFILE, models, base=base, common_length=common, repeats=repeats)
    words = dict.fromkeys(range(min(fixed), max(fixed) + 1), 0xFFFF)
    memory: dict[str, float] = {}
    for poll in ("fast", "slow", "once"):
        for codec in compile_blocks(profile, poll, {}):  # type: ignore[arg-type]
            words |= {codec.address + i: w for i, w in enumerate(codec.encode(VALUES, memory))}
    return Image(words | fixed), profile


async def values(profile: Profile, device: Image) -> dict[str, object]:
    told: dict[str, object] = {}
    memory: dict[str, float] = {}
    for poll in ("once", "slow", "fast"):
        for codec in compile_blocks(profile, poll, {}):  # type: ignore[arg-type]
            told |= {q: v for q, v, _ in codec.decode(await device.read(codec.address, codec.count), memory)}
    return told


@pytest.mark.parametrize("base", [40000, 0, 50000])
@pytest.mark.parametrize("common", [66, 65])
@pytest.mark.parametrize("inverter", [101, 103, 111, 113])
async def test_found_wherever_it_stands(base: int, common: int, inverter: int) -> None:
    """At each base, with either length of the common block, integers or floats: the driver reads what the device shows."""
    device, _ = image([1, inverter, 120, 160], base, common, {160: 2})
    profile = await discover(PROFILE, device.read)
    told = await values(profile, device)
    for quantity, value in VALUES.items():
        assert told[quantity] == (pytest.approx(value, rel=1e-6) if isinstance(value, float) else value), (
            quantity
        )


async def test_chain() -> None:
    """The chain is told with addresses, lengths and the number of groups; unknown models are stepped over."""
    words = {40000: 0x5375, 40001: 0x6E53, 40002: 1, 40003: 2, 40004: 0, 40005: 0, 40006: 64999, 40007: 1, 40008: 7, 40009: 160,
             40010: 28, 40017: 1, 40039: 0xFFFF, 40040: 0}  # fmt: skip
    device = Image(words)
    assert PROFILE.sunspec is not None
    chain = await walk(PROFILE.sunspec, device.read)
    assert chain == (Found(1, 40002, 2), Found(64999, 40006, 1), Found(160, 40009, 28, 1))


async def test_first_model_wins() -> None:
    """A device with integers and floats gives each quantity once, from the integers, which the profile prefers."""
    device, profile = image([1, 113, 103])
    assert len(profile.quantities) == len(set(profile.quantities))
    power = next(p for p in profile.points if p.quantity == "power_w")
    assert power.name == "m103_power"
    assert (await discover(PROFILE, device.read)).points == profile.points


async def test_scale_factors_may_change() -> None:
    """When the device changes its scale factor between two reads, the value stays right, for both are read together."""
    device, profile = image([1, 103])
    power = next(p for p in profile.points if p.name == "m103_power")
    assert power.address is not None
    device.words |= {power.address: 321, power.address + 1: 1}
    assert (await values(profile, device))["power_w"] == 3210.0


async def test_not_implemented() -> None:
    """SunSpec's "not implemented" numbers of each type are absent, without being written into every point."""
    device, profile = image([1, 103])
    for p in profile.points:
        if p.name.startswith("m103") and p.address is not None:
            for i in range(p.size):
                device.words[p.address + i] = {"s16": 0x8000, "acc32": 0}.get(p.type, 0xFFFF)
    told = await values(profile, device)
    assert {
        q: told[q] for q in ("power_w", "energy_wh", "voltage_v", "status", "fault_code")
    } == dict.fromkeys(("power_w", "energy_wh", "voltage_v", "status", "fault_code"))


async def test_no_end_marker() -> None:
    """A device that answers exception 2 after its last block is walked all the same."""
    device, profile = image([1, 103])
    for address in sorted(device.words)[-2:]:
        del device.words[address]
    assert (await discover(PROFILE, device.read)).points == profile.points


@pytest.mark.parametrize(
    ("words", "message"),
    [({}, "no SunSpec marker"), ({0: 1, 1: 2}, "0: 0001 0002"), ({0: 0x5375, 1: 0x6E53, 2: 0xFFFF, 3: 0}, "no model follows"),
     ({0: 0x5375, 1: 0x6E53, 2: 64000, 3: 0, 4: 0xFFFF, 5: 0}, "knows none of them")],
)  # fmt: skip
async def test_no_sunspec(words: dict[int, int], message: str) -> None:
    """A device that is no SunSpec device, or has nothing that we know, is told with what was found."""
    with pytest.raises(SunSpecError, match=message):
        await discover(PROFILE, Image(words).read)


async def test_silence_is_silence() -> None:
    """A device that does not answer is a line error, never "no SunSpec"."""

    async def silent(address: int, count: int) -> Sequence[int]:
        raise TimeOut(f"no answer from {address}, {count}")

    with pytest.raises(TimeOut):
        await discover(PROFILE, silent)


async def test_endless_chain() -> None:
    """A device that repeats one empty model for ever is left after a hundred blocks."""

    async def endless(address: int, count: int) -> Sequence[int]:
        return (0x5375, 0x6E53) if address == 40000 else (5, 0)

    assert PROFILE.sunspec is not None
    assert len(await walk(PROFILE.sunspec, endless)) == 100


def test_short_blocks() -> None:
    """Points beyond a block's stated length are left out instead of read into the next block."""
    profile = resolve(PROFILE, [Found(103, 100, 20)])
    assert max(a for p in profile.points for a in p.addresses) < 122
    assert "power_w" in profile.quantities
    assert "energy_wh" not in profile.quantities


def test_layouts_agree_with_the_standards_own() -> None:
    """Offsets, types and scale factors equal those of the SunSpec Alliance's own model files (pysunspec2)."""
    device = pytest.importorskip("sunspec2.device")
    assert PROFILE.sunspec is not None
    kinds = {
        "uint16": "u16", "int16": "s16", "acc32": "acc32", "enum16": "enum16", "bitfield32": "bits32", "float32": "f32",
        "sunssf": "s16", "string": "str",
    }  # fmt: skip
    seen = 0
    for layout in PROFILE.sunspec.models:
        for model in layout.ids:
            offset, places = 0, {}
            definition = device.get_model_def(model)["group"]
            for p in definition["points"]:
                places[offset] = p
                offset += p["size"]
            for group in definition.get("groups", []):
                for p in group["points"]:
                    places[offset] = p
                    offset += p["size"]
            for point in layout.points:
                p = places[point.address]
                assert point.type == kinds[p["type"]], (model, point.name)
                assert point.size == p["size"], (model, point.name)
                for factor in point.scale_by:
                    source = next(q for q in layout.points if q.name == factor.point)
                    assert places[source.address]["name"] == p["sf"], (model, point.name)
                seen += 1
    assert seen > 80
