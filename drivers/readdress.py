"""Giving a device another Modbus address, as its profile says. It must be alone on the cable when it still has a common one."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.codec_command import wire_write
from drivers.codec_point import encode_number
from drivers.device_steps import pause_of
from drivers.errors import BadReply, DriverError, Refused
from drivers.packing import pack
from drivers.profile_model import Profile
from drivers.profile_setup import Readdress
from drivers.transport import Port, Read, Table, Timing, Write


def recipe_of(profile: Profile, new: int) -> Readdress:
    """How the device takes the address ``new``. Raises Refused when it has no recipe or takes no such address."""
    recipe = profile.readdress
    if recipe is None:
        hint = "Set the address on the device itself (switches, keypad), or in the maker's program"
        what = f"{profile.name} says no way to change the address over the bus"
        raise Refused(what, hint=hint, params={"case": "no_way"})
    if not recipe.minimum <= new <= recipe.maximum:
        hint = "Choose a free address in this range"
        what = f"{profile.name} takes addresses {recipe.minimum} to {recipe.maximum}, not {new}"
        ends: dict[str, float | str] = {"least": str(recipe.minimum), "most": str(recipe.maximum)}
        raise Refused(what, hint=hint, params={"case": "range", **ends})
    return recipe


def writes_of(profile: Profile, old: int, new: int) -> Iterator[Write]:
    """The writes in order, each with the unit that it goes to. Raises Refused."""
    recipe = recipe_of(profile, new)
    present = old if recipe.ask_unit is None else recipe.ask_unit
    for step in recipe.before:
        wire = wire_write(step, step.address or 0)
        yield Write(present, wire.function, wire.address, wire.values)
    words = encode_number(recipe.type, new, recipe.order or profile.order)
    yield Write(present, recipe.function, recipe.address, words)
    for step in recipe.save:
        wire = wire_write(step, step.address or 0)
        yield Write(new, wire.function, wire.address, wire.values)


async def readdress(port: Port, profile: Profile, old: int, new: int) -> bool:
    """Change the address and prove it: True when the device answers at ``new``, False when its supply must be cut first.

    Raises Refused, DriverError when a write fails, BadReply when the device answers neither way. A lost confirmation of the
    address itself is no failure: many devices confirm from the new address.
    """
    recipe = recipe_of(profile, new)
    limits = profile.limits
    timing = Timing(timeout_s=limits.timeout_ms / 1000, gap_s=limits.gap_ms / 1000)
    for write in writes_of(profile, old, new):
        is_address = write.address == recipe.address and write.function == recipe.function
        try:
            await port.write(write, timing=timing)
        except DriverError:
            if not is_address:
                raise
    if recipe.power_cycle:
        return False
    await pause_of(port)(0.5)
    try:
        await port.read(_question(profile, new), timing=timing)
    except DriverError as error:
        hint = "Cut its supply for some seconds and look for it at both addresses"
        raise BadReply(f"no answer at the new address {new}: {error}", hint=hint, unit=new) from None
    return True


def _question(profile: Profile, unit: int) -> Read:
    """Something that the device certainly has."""
    points = [p for p in profile.points if p.access != "write" and not p.optional]
    if not points:
        return Read(unit, Table.HOLDING, profile.readdress.address if profile.readdress else 0, 1)
    block = pack(points, profile.limits)[0]
    return Read(unit, Table(block.table), block.address, block.count)
