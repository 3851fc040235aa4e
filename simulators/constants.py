"""Constants of ours put in place for one season: how ours is tuned on a grid, as the practices are. Nothing else does this."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from controller.core.site import Site

SURPLUS: Final = "surplus."
"""Names that begin so are settings of the site's sun hysteresis; all others are constants of a module."""


@contextmanager
def changed(constants: Mapping[str, Any]) -> Iterator[None]:
    """``constants``: "module.NAME" -> value; put back afterwards. AttributeError: for a name that the module does not have."""
    found = {name: _place(name) for name in constants if not name.startswith(SURPLUS)}
    before = {name: getattr(module, key) for name, (module, key) in found.items()}
    try:
        for name, (module, key) in found.items():
            setattr(module, key, constants[name])
        yield
    finally:
        for name, (module, key) in found.items():
            setattr(module, key, before[name])


def _place(name: str) -> tuple[Any, str]:
    module, _, key = name.rpartition(".")
    return importlib.import_module(module), key


def set_up(site: Site, constants: Mapping[str, Any]) -> Site:
    """The site with the settings among ``constants`` ("surplus.ride_wh")."""
    wanted = {name[len(SURPLUS) :]: value for name, value in constants.items() if name.startswith(SURPLUS)}
    if not wanted:
        return site
    power = site.file.power
    power = power.model_copy(update={"surplus": power.surplus.model_copy(update=wanted)})
    return site.model_copy(update={"file": site.file.model_copy(update={"power": power})})
