"""Giving a device its address safely: look who is there first, write, then prove it at the new address and by silence at the old.

A write to the wrong register of an unknown device can do harm, and two devices that take the same new address are worse than
before. So nothing is written unless exactly one device answers cleanly, is the profile's model, and the new address is free.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from drivers import line
from drivers.errors import BadReply, Refused
from drivers.profile_model import Profile
from drivers.profile_variants import ways_of
from drivers.readdress import readdress, recipe_of
from drivers.scan_judge import judge
from drivers.scan_line import MoveLine, Notebook, Sound
from drivers.scan_plan import LAST_UNIT, PLAIN, Question, first_question
from drivers.transport import Table

_LOOKS = 2
_NEIGHBOURS = range(1, LAST_UNIT + 1)
_AGAIN_S = 1.0

Tell = Callable[[str, int], None]
"""(what is done now: old, new, model, neighbours, write, power, proof; the unit)."""


@dataclass(frozen=True, slots=True)
class Move:
    """A device at ``old`` that is to be at ``new``. ``wait_s``: how long its supply may be off, where that is needed."""

    profile: Profile
    old: int
    new: int
    wait_s: float = 120.0

    @property
    def stays_at_old(self) -> bool:
        """Whether it answers at ``old`` whatever its address is."""
        return self.old == self.profile.serial.find_unit

    @property
    def questions(self) -> tuple[Question, ...]:
        """What a device of this profile answers."""
        own = first_question(self.profile)
        return PLAIN if own is None else (own, *PLAIN)


async def check(on: MoveLine, move: Move, tell: Tell) -> Move:
    """Raise Refused, with the case in ``params["case"]``, unless the address may be written. Nothing is written here.

    What comes back is the move as it is to be carried out: of variants that take it differently, the one that is there.
    """
    for way in ways_of(move.profile):
        recipe_of(way, move.new)
    if move.old == move.new:
        raise _refused("same", f"the new address is the present one, {move.new}", "Choose another address")
    tell("old", move.old)
    await _one_is_there(on, move)
    tell("new", move.new)
    if await _sound(on, move, move.new) is not Sound.SILENCE:
        raise _refused(
            "taken", f"address {move.new} is taken already", "Choose a free address", unit=move.new
        )
    tell("model", move.old)
    await _is_the_model(on, move)
    move = replace(move, profile=await _way(on, move))
    if recipe_of(move.profile, move.new).ask_unit is not None or move.stays_at_old:
        tell("neighbours", 0)
        await _is_alone(on, move)
    return move


async def _one_is_there(on: MoveLine, move: Move) -> None:
    """Several answers of several registers, all clean: two devices at once rarely manage that."""
    sounds: list[Sound] = []
    for question in move.questions * _LOOKS:
        sounds.append((await on.listen(move.old, question, careful=True))[0])
        if len(sounds) == len(move.questions) and set(sounds) == {Sound.SILENCE}:
            break
    if Sound.NOISE in sounds:
        hint = "Unplug all devices but one"
        raise _refused("garbled", f"several devices answer at address {move.old}", hint, unit=move.old)
    if all(sound is Sound.SILENCE for sound in sounds):
        if await _sound(on, move, move.new) in (Sound.ANSWER, Sound.REFUSAL):
            what = f"nobody answers at address {move.old}, but somebody does at {move.new}"
            hint = "Perhaps it has its new address already: look with tirta probe"
            raise _refused("moved", what, hint, unit=move.old)
        hint = "Check supply, wires and speed; tirta scan looks for it"
        raise _refused("nobody", f"nobody answers at address {move.old}", hint, unit=move.old)


async def _sound(on: MoveLine, move: Move, unit: int) -> Sound:
    for question in move.questions:
        sound, _ = await on.listen(unit, question)
        if sound is not Sound.SILENCE:
            return sound
    return Sound.SILENCE


async def _is_the_model(on: MoveLine, move: Move) -> None:
    """Its looks and values must be the profile's."""
    notebook = Notebook(on, move.old, gap_s=move.profile.limits.gap_ms / 1000)
    tried = await judge(move.profile, notebook, None)
    if all(one.misfit is not None for one in tried):
        hint = "tirta scan says which profiles fit"
        what = f"this is no {move.profile.name}: {tried[0].why}"
        raise _refused("stranger", what, hint, unit=move.old, sign=str(tried[0].misfit))


async def _way(on: MoveLine, move: Move) -> Profile:
    """How it takes the address: where it shows its address that must be the present one, and of several ways exactly one must."""
    ways = ways_of(move.profile)
    shown: list[Profile] = []
    for way in ways:
        recipe = recipe_of(way, move.new)
        if len(ways) == 1 and (recipe.type != "u16" or move.stays_at_old):
            return way
        sound, words = await on.listen(move.old, Question(Table.HOLDING, recipe.address), careful=True)
        if sound is Sound.ANSWER and words[0] == move.old:
            shown.append(way)
        elif sound is Sound.ANSWER and 1 <= words[0] <= LAST_UNIT and len(ways) == 1:
            what = f"register {recipe.address} should show the address {move.old}, but shows {words[0]}"
            hint = "tirta scan says which profiles fit"
            what, shows = f"this is no {move.profile.name}: {what}", str(words[0])
            raise _refused("stranger", what, hint, sign="address", register=str(recipe.address), shows=shows)
    if len(ways) > 1 and len(shown) != 1:
        places = " and ".join(str(recipe_of(way, move.new).address) for way in shown or ways)
        what = f"which variant is it? {'Both' if shown else 'None'} of the registers {places} show the address {move.old}"
        hint = "Say it: --set variant=NAME (the profile's notes tell them apart)"
        raise _refused("variant", what, hint)
    return (shown or ways)[0]


async def _is_alone(on: MoveLine, move: Move) -> None:
    """A write that everybody hears must find one device only."""
    for unit in _NEIGHBOURS:
        if unit in (move.old, move.new):
            continue
        sound, _ = await on.listen(unit, move.questions[0])
        if sound is Sound.SILENCE:
            continue
        if move.stays_at_old and sound is not Sound.NOISE and not await _another(on, move, unit):
            continue
        what = f"address {unit} answers too, and this model's address is written to all at once"
        raise _refused("neighbours", what, "Unplug all devices but one", unit=unit)


async def _another(on: MoveLine, move: Move, unit: int) -> bool:
    """Whether the device at ``unit`` is another one than that which answers at the any-address: does it say the same?"""
    recipe = recipe_of(move.profile, move.new)
    own = Question(Table.HOLDING, recipe.address)
    told = await on.listen(move.old, own, careful=True)
    return told[0] is not Sound.ANSWER or told[1][0] != unit


async def carry_out(on: MoveLine, move: Move, tell: Tell) -> None:
    """Write the address and prove it. Raises Refused, DriverError; BadReply when the proof fails, with what is known."""
    tell("write", move.old)
    done = await readdress(on, move.profile, move.old, move.new)
    if not done:
        tell("power", move.new)
        await _appears(on, move)
    tell("proof", move.new)
    await _proved(on, move)


async def _appears(on: MoveLine, move: Move) -> None:
    """Wait until the device, whose supply is cut and given back by hand, answers at the new address."""
    end = line.monotonic() + move.wait_s
    while line.monotonic() < end:
        if await _sound(on, move, move.new) in (Sound.ANSWER, Sound.REFUSAL):
            return
        await line.sleep(_AGAIN_S)
    hint = "Cut its supply for some seconds, give it back, and look for it with tirta scan"
    raise _failed("not_there", f"nobody answers at the new address {move.new}", hint, move.new)


async def _proved(on: MoveLine, move: Move) -> None:
    if await _sound(on, move, move.new) not in (Sound.ANSWER, Sound.REFUSAL):
        hint = "Look for it with tirta scan"
        raise _failed("not_there", f"nobody answers cleanly at the new address {move.new}", hint, move.new)
    if move.stays_at_old:
        return
    if await _sound(on, move, move.old) is not Sound.SILENCE:
        hint = "Two devices were on the cable, or it needs its supply cut: unplug all but one, and look with tirta scan"
        raise _failed("still_old", f"address {move.old} still answers", hint, move.old)


def _refused(case: str, what: str, hint: str, unit: int | None = None, **words: str) -> Refused:
    return Refused(what, hint=hint, unit=unit, params={"case": case, **words})


def _failed(case: str, what: str, hint: str, unit: int) -> BadReply:
    return BadReply(what, hint=hint, unit=unit, params={"case": case})
