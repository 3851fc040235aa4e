"""Every text exists in both languages, and what the page can ask for exists."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from importlib.resources import files
from typing import get_args

import pytest

from controller.core.decision import Level
from controller.core.interlocks_land import VALVES, WATCHED_VALVES, ZONES
from controller.core.interlocks_pumps import PUMPS, WATCHED_PUMPS
from controller.core.snapshot import Order
from controller.core.state import Phase
from controller.forecast_trouble import Kind
from controller.web.advice import ADVICE, advice
from controller.web.texts import TEXTS, Words


def _templates() -> Iterator[tuple[str, str]]:
    folder = files("controller.web").joinpath("templates")
    for place in (folder, folder.joinpath("parts")):
        for entry in place.iterdir():
            if entry.name.endswith(".html"):
                yield entry.name, entry.read_text("utf-8")


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", TEXTS)
def test_both_languages(key: str) -> None:
    """Each text is there in both languages with the same braces."""
    indonesian, english = TEXTS[key]
    assert indonesian.strip()
    assert english.strip()
    assert _fields(indonesian) == _fields(english)


def test_templates_ask_for_texts_that_exist() -> None:
    """Every key that a template names is in the table, and gets the braces that it has."""
    asked = [
        (name, key, rest)
        for name, text in _templates()
        for key, rest in re.findall(r'\bt\([\'"]([a-z0-9_]+)[\'"]\s*([^)]?)', text)
    ]
    assert len(asked) > 60
    missing = [(name, key) for name, key, _ in asked if key not in TEXTS and not key.endswith("_")]
    assert not missing
    bare = [
        (name, key) for name, key, rest in asked if rest == "" and key in TEXTS and _fields(TEXTS[key][0])
    ]
    assert not bare


def test_computed_keys_exist() -> None:
    """Keys that are put together at run time exist for every value that they can have."""
    modes = [
        "starting",
        "emergency",
        "stale",
        "watering",
        "filling",
        "running",
        "locked",
        "waiting_sun",
        "alarm",
        "paused",
        "idle",
    ]
    refusals = [
        "unknown_target",
        "bad_amount",
        "emergency",
        "no_tank",
        "not_locked",
        "too_many",
        "form",
        "origin",
    ]
    keys = [f"mode_{mode}" for mode in modes] + [f"phase_{phase.value}" for phase in Phase]
    moods = (
        "watering",
        "waiting",
        "held",
        "paused",
        "unplanted",
        "over",
        "calendar",
        "stress",
        "due",
        "good",
    )
    keys += [f"zone_{mood}" for mood in moods]
    keys += [f"tank_{mood}" for mood in ("full", "rising", "empty", "low", "partly")]
    keys += [f"done_{order.value}" for order in Order] + [f"not_{refusal}" for refusal in refusals]
    assert not [key for key in keys if key not in TEXTS]


def test_no_text_is_unused() -> None:
    """No text lies in the table that nothing shows."""
    code = "".join(
        entry.read_text("utf-8")
        for entry in files("controller.web").iterdir()
        if entry.name.endswith(".py") and entry.name != "texts.py"
    )
    everything = "".join(text for _, text in _templates()) + code
    computed = ("mode_", "phase_", "done_", "not_", "notice_", "pin_then_", "level_", "zone_", "tank_")
    unused = [key for key in TEXTS if f'"{key}"' not in everything and f"'{key}'" not in everything]
    assert not [key for key in unused if not key.startswith(computed)]


def test_solar_is_diesel() -> None:
    """No Indonesian text says solar: that is diesel; the plant is PLTS, the sun matahari."""
    texts = [pair[0] for pair in (*TEXTS.values(), *ADVICE.values())]
    assert not [text for text in texts if re.search(r"\bsolar\b", text, re.IGNORECASE)]


def test_every_alarm_has_advice() -> None:
    """Every interlock that rings, and every trouble with a provider's forecast, tells people what to do, in both languages."""
    rows = (*PUMPS, *WATCHED_PUMPS, *VALVES, *WATCHED_VALVES, *ZONES)
    loud = {row.name for row in rows if row.level is Level.ALARM} | {"sensor_missing"}
    loud |= {f"forecast_{kind}" for kind in get_args(Kind)}
    assert len(loud) > 8
    assert not {name for name in loud if not advice(name, "", "id") or not advice(name, "", "en")}


def test_advice_follows_the_cause() -> None:
    """A pump that rests or is locked after a trip gets the advice of what tripped it, first."""
    assert advice("pump_retry", "no_flow", "en") == ADVICE["no_flow"][1]
    assert advice("pump_locked", "no_flow", "en").startswith(ADVICE["no_flow"][1])
    assert advice("pump_rests", "", "en") == ""


def test_unknown_key_is_an_error() -> None:
    """A text that does not exist is a programming error, never an empty place on the page."""
    with pytest.raises(KeyError):
        Words("id")("no_such_text")
