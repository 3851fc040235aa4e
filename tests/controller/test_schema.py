"""The JSON Schema of profiles takes what the program takes, so that an editor does not underline a good file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from controller.schema import profile_schema
from drivers.marked_yaml import load_text
from drivers.profile import library
from tests.house.source import ROOT

SCHEMA = profile_schema()
TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "number": (int, float), "integer": (int,),
    "null": (type(None),),
}  # fmt: skip


def refused(schema: Mapping[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """Where a value does not fit, by those words of JSON Schema that shape a file (bounds of numbers are left out)."""
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema and all(list(refused(one, value)) for one in schema["anyOf"]):
        yield f"{at}: {value!r} fits none"
    kind = schema.get("type")
    if kind and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        yield f"{at}: {value!r} is no {kind}"
    elif value not in schema.get("enum", [value]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is no choice"
    elif isinstance(value, str) and not re.search(schema.get("pattern", ""), value):
        yield f"{at}: {value!r} has another form"
    elif isinstance(value, dict):
        yield from (f"{at}: {key} is missing" for key in schema.get("required", ()) if key not in value)
        for key, item in value.items():
            inner = schema.get("properties", {}).get(key, schema.get("additionalProperties", {}))
            yield from (
                [f"{at}: unknown key {key}"] if inner is False else refused(inner or {}, item, f"{at}.{key}")
            )
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from refused(schema.get("items", {}), item, f"{at}[{i}]")


def profile(name: str) -> dict[str, Any]:
    """A file of the library as written."""
    text = (ROOT / "drivers" / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    data, _ = load_text(text, name)
    assert isinstance(data, dict)
    return data


@pytest.mark.parametrize("name", library())
def test_the_schema_takes_each_profile_of_the_library(name: str) -> None:
    """Short forms too: one value for a list of one, one word for a counter."""
    assert list(refused(SCHEMA, profile(name))) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("quantity", "quantitty"), ("type", "kind"), ("scale_by", "scaled_by")],
)
def test_the_schema_underlines_a_mistyped_key(old: str, new: str) -> None:
    """An unknown key in a point is seen in the very point."""
    data = profile("qdy30a-pressure")
    point = next(p for p in data["points"] if old in p)
    point[new] = point.pop(old)
    assert any(f"unknown key {new}" in text for text in refused(SCHEMA, data))


def test_the_schema_underlines_a_wrong_choice() -> None:
    """A type, a kind and a counter that do not exist are seen."""
    data = profile("pzem-016") | {"kind": "lampu"}
    data["points"][0]["type"] = "u33"
    next(p for p in data["points"] if "counter" in p)["counter"] = "kadang"
    assert len(list(refused(SCHEMA, data))) == 3
