"""What the commands of `tirta-sim` share: whose physics, and which moment."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from controller.commands.console import t
from controller.core.site import Site
from controller.errors import TirtaError
from simulators.outputs import World

Factory = Callable[[Site, int, datetime], World]


class UsageError(TirtaError):
    """The command line asks for something impossible."""


def world_factory(name: str | None) -> Factory:
    """MODULE:FACTORY, or our own world. Raises UsageError."""
    module, _colon, attribute = (name or "simulators.world:World").partition(":")
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            t(
                f"--world {name}: {error}; it is written MODULE:FACTORY",
                f"--world {name}: {error}; ditulis MODULE:FACTORY",
            )
        ) from None
    return cast("Factory", factory)


def plant_moment(site: Site, text: str) -> datetime:
    """A local plant time. Raises UsageError."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            t(
                f"--start {text}: a time is written 2026-08-12T07:00",
                f"--start {text}: waktu ditulis 2026-08-12T07:00",
            )
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(site.file.site.timezone))
