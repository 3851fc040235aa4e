"""Every reason is a sentence in both languages, with its numbers written as each language writes them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

import controller.core
import schedules
from controller.core.decision import Reason
from controller.core.injectors import INJECTORS, WATCHED_INJECTORS
from controller.core.interlock import Effect
from controller.core.interlocks_land import VALVES, WATCHED_VALVES, WATCHED_ZONES, ZONES
from controller.core.interlocks_pumps import PUMPS, WATCHED_PUMPS
from controller.core.snapshot import Order
from controller.forecast_trouble import Kind
from controller.i18n import placeholders, render, texts
from controller.i18n.numbers import day, duration, number, write

TABLES = (PUMPS, VALVES, WATCHED_PUMPS, WATCHED_VALVES, WATCHED_ZONES, ZONES)
ROWS = [*(row for table in TABLES for row in table), *INJECTORS, *WATCHED_INJECTORS]
GROUPS = ("idle", "plan", "forced", "manual")
BOTH = [(section, key, entry) for section, entries in texts().items() for key, entry in entries.items()]


def sources(package) -> list[Path]:
    """The Python files of a package."""
    return sorted(Path(package.__path__[0]).glob("*.py"))


def texts_of(node: ast.expr) -> list[str]:
    """The string constants that this expression may be: a constant, a choice, or an f-string over the groups."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return texts_of(node.body) + texts_of(node.orelse)
    if isinstance(node, ast.JoinedStr):
        start = node.values[0]
        if isinstance(start, ast.Constant) and start.value in ("pump_start_", "pump_runs_"):
            return [f"{start.value}{group}" for group in GROUPS]
    return []


def keys_of_core() -> set[str]:
    """Every key that the core can put into a Reason, read from its source: Reason(_, key), close(_, _, key), key = ..."""
    found = {row.name for row in ROWS} | {f"{row.name}_held" for row in ROWS if row.latch_s > 0.0}
    found |= {f"order_{order.value}" for order in Order}
    for path in sources(controller.core):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = ast.unparse(node.func)
                place = {"Reason": 1, "close": 2, "runs.close": 2, "_from_off": 1}.get(name)
                places = (1, 2) if name == "seen" else () if place is None else (place,)
                for place in places:
                    found |= set(texts_of(node.args[place])) if len(node.args) > place else set()
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "key":
                found |= {text for text in texts_of(node.value) if "/" not in text}
            elif path.name == "orders.py" and isinstance(node, ast.Return) and node.value is not None:
                found |= {text for text in texts_of(node.value) if text}
    return found


def keys_of_schedules() -> set[str]:
    """Every demand_ and plan_ key in the sources of schedules."""
    found: set[str] = set()
    for path in sources(schedules):
        found |= set(re.findall(r'"((?:demand|plan)_[a-z_]+)"', path.read_text("utf-8")))
    return found


def test_the_scan_finds_keys_of_every_kind():
    """The scan sees constants, choices, f-strings, interlocks, orders and refusals: it cannot pass by finding nothing."""
    expected = {"pump_retry", "pump_runs_forced", "no_flow", "valve_stays_shut_held", "order_no_tank", "irrigation_complete",
                "restarted", "sensor_missing", "zone_waters_manual"}  # fmt: skip
    assert expected <= keys_of_core()
    assert {"demand_owed", "plan_no_power"} <= keys_of_schedules()


def test_every_key_has_its_sentence():
    """Every key that is used has its text; the rest are the database link's, the wires' and the devices'."""
    used = keys_of_core() | keys_of_schedules() | {f"forecast_{kind}" for kind in get_args(Kind)}
    known = set(texts()["reasons"])
    assert used - known == set()
    assert {key for key in known - used if not key.startswith(("sink_", "wire_", "device_"))} == set()


def test_every_trip_has_a_short_name():
    """Every interlock that is ledgered, and a silent sensor, has a short name for "because of ..."."""
    ledgered = {row.name for row in ROWS if row.effect is not Effect.REFUSE} | {"sensor_missing"}
    held = {f"{row.name}_held" for row in ROWS if row.latch_s > 0.0}
    assert ledgered | held == set(texts()["causes"])


@pytest.mark.parametrize(
    ("section", "key", "entry"), BOTH, ids=[f"{section}.{key}" for section, key, _ in BOTH]
)
def test_both_languages_say_the_same(section, key, entry):
    """Each text exists in both languages with the same placeholders; no Indonesian text calls the sun's power "solar"."""
    assert set(entry) == {"id", "en"}
    assert placeholders(entry["id"]) == placeholders(entry["en"])
    assert not re.search(r"\bsolar\b", entry["id"], re.IGNORECASE), "solar is diesel fuel in Indonesian"
    assert section != "reasons" or len(entry["id"]) <= 130, "short, for a cheap phone"


def test_the_sentence_of_the_waiting_pump():
    """The pump that waits for the sun says so with its numbers, in both languages."""
    reason = Reason("sumur", "pump_waits_sun", {"power_w": 420.0, "need_w": 1560.0, "average_s": 300.0})
    assert render(reason, "id") == "Pompa menunggu matahari: daya 420 W, perlu 1.560 W selama 5 menit."
    assert render(reason, "en") == "The pump waits for the sun: 420 W, needs 1,560 W for 5 min."


def test_words_in_parameters_are_translated():
    """A cause or a status is named in the reader's language; an unknown word is shown as it is."""
    reason = Reason("sumur", "pump_locked", {"cause": "no_flow"})
    assert (
        render(reason, "id")
        == "Pompa terkunci karena air tidak mengalir. Periksa dulu, lalu tekan “Sudah diperiksa”."
    )
    assert render(reason, "en").startswith("The pump is locked because of no flow.")
    assert (
        render(Reason("sumur", "drive_status", {"status": "kaputt"}), "en")
        == "The pump drive reports: kaputt."
    )


def test_a_signal_is_named_as_people_know_it():
    """A sensor is its label and what it measures, not the name of a column; one that nobody described is its label."""
    reason = Reason("sumur", "pump_tank_unknown", {"signal": "level-tandon.level_m"})
    assert (
        render(reason, "id") == "Tinggi air tandon tidak diketahui: periksa sensor level-tandon (tinggi air)."
    )
    assert render(Reason("x", "pump_tank_unknown", {"signal": "a.b"}), "en").endswith("check the sensor a.")


def test_who_asked_is_told_in_words():
    """An order tells where it came from in the reader's language."""
    reason = Reason("pompa", "order_stop", {"who": "api", "minutes": 1.0})
    assert (render(reason, "id"), render(reason, "en")) == (
        "Dihentikan orang (dengan perintah).",
        "Stopped by a person (by command).",
    )


def test_rendering_never_fails():
    """An unknown key shows itself with its numbers; a missing parameter is a question mark."""
    assert render(Reason("x", "unheard_of", {"a": 1.0, "b": "c"}), "id") == "unheard_of a=1.0 b=c"
    assert render(Reason("x", "pump_rests"), "id") == "Pompa istirahat, sisa ?."


@pytest.mark.parametrize(
    ("name", "value", "indonesian", "english"),
    [
        ("power_w", 1150.4, "1.150 W", "1,150 W"),
        ("power_w", 11600.0, "11,6 kW", "11.6 kW"),
        ("pv_wh", 940.0, "940 Wh", "940 Wh"),
        ("pv_wh", 8421.0, "8,4 kWh", "8.4 kWh"),
        ("water_m3", 12.345, "12,3 m³", "12.3 m³"),
        ("flow_m3_h", 4.0, "4,0 m³/jam", "4.0 m³/h"),
        ("target_l", 1440.0, "1.440 liter", "1,440 litres"),
        ("depletion_mm", 31.26, "31,3 mm", "31.3 mm"),
        ("level_m", 1.805, "1,80 m", "1.80 m"),
        ("limit_bar", 2.5, "2,5 bar", "2.5 bar"),
        ("left_s", 45.0, "45 detik", "45 s"),
        ("left_s", 719.0, "12 menit", "12 min"),
        ("left_s", 7500.0, "2 jam 5 menit", "2 h 5 min"),
        ("left_s", 7200.0, "2 jam", "2 h"),
        ("left_s", 216_000.0, "2 hari 12 jam", "2 days 12 h"),
        ("left_s", 93_600.0, "1 hari 2 jam", "1 day 2 h"),
        ("left_s", 5400.0, "1 jam 30 menit", "1 h 30 min"),
        ("left_s", -3.0, "0 detik", "0 s"),
        ("left_s", float("inf"), "?", "?"),
        ("runs", 3, "3", "3"),
        ("ratio", 0.5, "0,50", "0.50"),
        ("owed_l", -0.2, "0 liter", "0 litres"),
        ("owed_l", float("nan"), "? liter", "? litres"),
        ("day", "2026-11-21", "21 November 2026", "21 November 2026"),
        ("day", "2026-08-17", "17 Agustus 2026", "17 August 2026"),
        ("day", "today", "today", "today"),
        ("signal", "probe.level_m", "probe.level_m", "probe.level_m"),
    ],
)
def test_numbers_are_written_as_people_write_them(name, value, indonesian, english):
    """Unit by suffix, thousands and decimal marks by language."""
    assert (write(name, value, "id"), write(name, value, "en")) == (indonesian, english)


def test_helpers_agree_on_marks():
    """The building blocks swap the marks and nothing else."""
    assert number(1234.5, "id") == "1.234,50"
    assert number(1234.5, "en") == "1,234.50"
    assert duration(3600.0, "id") == "1 jam"
    assert day("2026-01-01", "id") == "1 Januari 2026"
