"""JSON Schemas of the three kinds of YAML file, for editors that check and complete while one types; and of the JSON report."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from controller.core.site import SiteFile
from controller.factors import registry
from drivers.profile_model import Profile
from schedules.program import Program

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_ONE_OR_MORE = {"is", "is_not", "equals", "negative", "time", "object", "inhibited_by", "scale_by", "path"}
"""Lists of the profile language whose only item may stand without brackets."""

_SHORT = r"^[a-z][a-z0-9-]{0,39}\.[a-z][a-z0-9_]*$"


def site_schema() -> dict[str, Any]:
    """config.yaml. A signal may be written ``device.quantity`` or as a mapping with ``signal`` and the other keys; a factor as
    the id of one that ships with the package; ``methane`` has a default for each of its factors.
    """
    schema = SiteFile.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    definitions["Signal"] = _short_or_long(definitions["Signal"], "signal", {"calibrate": _two_points()})
    definitions["Output"] = _short_or_long(definitions["Output"], "output", {})
    _factors(definitions)
    return (
        {"$schema": DIALECT, "title": "Tirtasurya: config.yaml"}
        | schema
        | {"title": "Tirtasurya: config.yaml"}
    )


def program_schema() -> dict[str, Any]:
    """One file under ``programs:``."""
    schema: dict[str, Any] = TypeAdapter(Program).json_schema(by_alias=True)
    return {"$schema": DIALECT} | schema | {"title": "Tirtasurya: program"}


def profile_schema() -> dict[str, Any]:
    """A device profile, with the short forms that the language takes: one value for a list of one, a word for a counter."""
    schema = Profile.model_json_schema(by_alias=True)
    for model in schema["$defs"].values():
        keys = model.get("properties", {})
        for key in _ONE_OR_MORE & keys.keys():
            if keys[key].get("type") == "array":
                keys[key] = {"anyOf": [keys[key]["items"], keys[key]]}
        if "counter" in keys:
            keys["counter"]["anyOf"].append(schema["$defs"]["Counter"]["properties"]["resets"])
    return {"$schema": DIALECT} | schema | {"title": "Tirtasurya: profile"}


def report_schema() -> dict[str, Any]:
    """What ``tirta report --format json`` writes."""
    from controller.report.json_file import schema

    return {"$schema": DIALECT} | schema() | {"title": "Tirtasurya: report"}


SCHEMAS = {"site": site_schema, "program": program_schema, "profile": profile_schema, "report": report_schema}


def _short_or_long(model: dict[str, Any], key: str, more: dict[str, Any]) -> dict[str, Any]:
    """The YAML form of a model whose device and quantity are written as one word."""
    short = {"type": "string", "pattern": _SHORT, "description": "device.quantity"}
    properties = {
        name: value for name, value in model["properties"].items() if name not in ("device", "quantity")
    }
    long = {
        "type": "object",
        "properties": {key: short} | properties | more,
        "required": [key],
        "additionalProperties": False,
    }
    return {"description": model.get("description", ""), "anyOf": [short, long]}


def _factors(definitions: dict[str, Any]) -> None:
    """Ids in place of factors, one share in place of dated ones."""
    known = {"type": "string", "enum": list(registry()), "description": "tirta impact factors"}
    definitions["Factor"] = {"anyOf": [known, definitions["Factor"]]}
    definitions["Methane"].pop("required", None)
    for name in ("Baseline", "Impact"):
        shares = definitions[name]["properties"]["biodiesel"]
        definitions[name]["properties"]["biodiesel"] = {
            "anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, shares]
        }


def _two_points() -> dict[str, Any]:
    pair = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    return {
        "type": "array",
        "items": pair,
        "minItems": 2,
        "maxItems": 2,
        "description": "[[raw, true], [raw, true]]",
    }
