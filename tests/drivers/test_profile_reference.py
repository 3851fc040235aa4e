"""The reference in docs/devices.md has every key of the language, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from drivers.profile_base import When
from drivers.profile_coding import BitTest, Coding, Counter, Factor, SignBy, Simulate, UnitBy
from drivers.profile_commands import CommandEntry, DownlinkStep, PublishStep, ValueCoding, Verify, WriteStep
from drivers.profile_derived import Derived
from drivers.profile_gpio import GpioLine
from drivers.profile_identity import IdentityCheck, Variant
from drivers.profile_limits import Limits, PollPeriods, Serial
from drivers.profile_model import Golden, Manual, Numbering, Profile, Readdress, Setting, Setup
from drivers.profile_mqtt import Message, Mqtt, MqttField
from drivers.profile_points import Point, Repeat
from drivers.profile_setup import ParameterRule
from drivers.profile_sunspec import SunSpec

PAGE = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    "profile": (Profile,), "serial": (Serial,), "limits": (Limits,), "poll_s": (PollPeriods,), "settings": (Setting,),
    "manual": (Manual,), "points": (Point,), "repeat": (Repeat,), "scale_by": (Factor,), "unit_by": (UnitBy,),
    "sign_by": (SignBy,), "when": (When,), "first": (BitTest,), "counter": (Counter,), "simulate": (Simulate,),
    "derived": (Derived,), "identify": (IdentityCheck,), "variants": (Variant,), "setup": (Setup,), "readdress": (Readdress,),
    "commands": (CommandEntry,), "steps": (WriteStep, PublishStep, DownlinkStep), "value": (ValueCoding,), "verify": (Verify,),
    "messages": (Message,), "mqtt": (Mqtt,), "sunspec": (SunSpec,), "gpio": (GpioLine,), "golden": (Golden,),
}  # fmt: skip


def rows(section: str) -> set[str]:
    """The keys in the first column of a section's tables."""
    text = PAGE.split("# Reference: every key", 1)[1].split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    cells = re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`([a-z_.]+)`", cell)}


def keys(model: type[BaseModel]) -> set[str]:
    """The keys of a model as they are written in YAML."""
    return {info.alias or name for name, info in model.model_fields.items()}


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_has_its_line(section: str) -> None:
    """Each section of the reference lists exactly the keys that the program takes there."""
    known = set().union(*(keys(model) for model in SECTIONS[section]))
    assert rows(section) == known


def test_keys_of_other_sections() -> None:
    """Fields add their own keys to those of a point's meaning; numbering has a rule of its own."""
    assert rows("fields") == keys(MqttField) - keys(Coding)
    assert rows("numbering") == keys(Numbering) | {f"parameter.{key}" for key in keys(ParameterRule)}


def test_every_model_of_the_language_is_in_the_reference() -> None:
    """A model that a profile may hold stands in a section, or its keys are named in the line of the key that takes it."""
    named = {model.__name__ for models in SECTIONS.values() for model in models} | {
        "MqttField",
        "Numbering",
        "ParameterRule",
    }
    schema = Profile.model_json_schema(by_alias=True)["$defs"]
    reference = PAGE.split("# Reference: every key", 1)[1]
    for name, model in schema.items():
        if name not in named and name != "Note":
            for key in model["properties"]:
                assert f"`{key}`" in reference or f"{key}:" in reference or key in reference, (name, key)
