"""What program files are made of: names, local times, windows."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""Local time of day, 24 hours, HH:MM."""

Ident = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Positive = Annotated[float, Field(gt=0)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class Model(BaseModel):
    """Frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Window(Model):
    """When water may flow: local ``from``..``to``; across midnight when ``to`` is before ``from``; all days if none named."""

    begin: Annotated[Clock, Field(alias="from")]
    end: Annotated[Clock, Field(alias="to")]
    days: tuple[Weekday, ...] = ()
