"""What a driver's error says to a person, for all commands that talk to devices themselves."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from controller.commands.console import language, t

if TYPE_CHECKING:
    from drivers.errors import DriverError

INTERRUPTED = 130
"""Exit code after Ctrl-C."""

WRONG_WORDS = ("driver.profile", "driver.refused")
"""Error keys that are the caller's, not the world's."""

INDONESIAN = {
    "driver.time_out": ("tidak ada jawaban dalam {seconds:g} s", "device_silent"),
    "driver.bad_reply": ("jawabannya kacau dan tidak dipakai ({what})", "device_garbled"),
    "driver.exception_reply": ("menolak pertanyaan, kode {code:g}", "device_refuses"),
    "driver.disconnected": ("tidak ada sambungan ke {bus}: {why}", ""),
    "driver.refused": ("tidak dikirim: {what}", ""),
}
"""What a driver's error says, and whose advice fits it; the others (a profile's own errors) exist in English only."""


def quiet() -> None:
    """No log lines between the answers: a command says everything itself, once."""
    logging.disable(logging.CRITICAL)


def why_not(error: DriverError) -> tuple[str, str]:
    """(message, hint) of an error in the reader's language."""
    from drivers.probe import told

    return in_words(told(error))


def in_words(error: Mapping[str, Any]) -> tuple[str, str]:
    """(message, hint) of an error as `drivers.probe.told` gives it, in the reader's language."""
    case = str((error.get("params") or {}).get("case", ""))
    if error["key"] == "driver.refused" and case in URL_CASES:
        return _wrong_url(case, error["params"])
    message, hint = _in_indonesian(error) if language() == "id" else _in_english(error)
    if error["key"] == "driver.time_out" and "topic" not in error["params"]:
        case = "silent"
        hint = hint.rstrip(".") + ". "
    else:
        hint = "" if case in OWN_HINTS else hint
    return message, hint + (t(*OWN_HINTS[case]) if case in OWN_HINTS else "")


URL_CASES = ("kind", "slashes", "setting", "value", "port", "host", "rest", "broker", "topic")
"""What can be wrong with a connection as it is written (`drivers.modbus_url`, `drivers.mqtt`)."""

OWN_HINTS = {
    "silent": (
        "Two devices with one address are silent like this too: tirta scan tells",
        "Dua alat beralamat sama juga bisa begini: lihat dengan tirta scan",
    ),
    "port_busy": (
        "The daemon has it, or another tirta: sudo systemctl stop tirtasurya, and start it again afterwards",
        "Dipakai layanan tirta atau program lain: sudo systemctl stop tirtasurya, lalu nyalakan lagi sesudahnya",
    ),
    "port_forbidden": (
        "sudo usermod -aG dialout $USER, then log out and in again",
        "sudo usermod -aG dialout $USER, lalu keluar (log out) dan masuk lagi",
    ),
}
"""Advice for a person at a terminal, where the daemon's would be another."""


def _wrong_url(case: str, words: Mapping[str, Any]) -> tuple[str, str]:
    from controller.check_texts import render

    url = str(words.get("url", ""))
    if case == "broker":
        return t(f"this is no MQTT broker: {url}", f"ini bukan broker MQTT: {url}"), "mqtt://host:port/topic"
    if case == "topic":
        return t(f"the topic is missing: {url}", f"topic belum ditulis: {url}"), "mqtt://host:port/topic"
    if case == "kind" and url.startswith("mqtt:"):
        return t(
            f"this profile speaks Modbus, not MQTT: {url}", f"profil ini untuk Modbus, bukan MQTT: {url}"
        ), t(
            "tirta devices says which way each model speaks",
            "tirta devices menunjukkan cara bicara setiap model",
        )
    return render(f"bus-{case}", words, language())


def _in_english(error: Mapping[str, Any]) -> tuple[str, str]:
    """Without the name of the device, which stands before it, and without promises that only the daemon keeps."""
    from drivers.reach import AGAIN

    words: Mapping[str, Any] = error.get("params") or {}
    if error["key"] != "driver.disconnected":
        return error["message"].removeprefix(str(words.get("device", ""))).strip(), error["hint"]
    parts = (words.get("bus"), words["what"])
    return ": ".join(str(part) for part in parts if part), error["hint"].removesuffix(f"; {AGAIN}")


def _in_indonesian(error: Mapping[str, Any]) -> tuple[str, str]:
    from controller.i18n import texts
    from controller.web.advice import advice

    words: dict[str, Any] = dict(error.get("params") or {})
    if "topic" in words:
        said = f"broker menjawab, tetapi tidak ada pesan untuk {words['topic']} dalam {words.get('seconds', 0):g} s"
        return said, (
            "Tunggu lebih lama (--wait 600: sebagian alat melapor tiap beberapa menit), "
            "dan bandingkan topic dengan nama alat itu di broker."
        )
    found = INDONESIAN.get(error["key"])
    if found is None:
        return error["message"], error["hint"]
    case = str(words.get("case", "failed"))
    words["why"] = texts()["whys"].get(case, texts()["whys"]["failed"])["id"]
    place = ", ".join(
        text for text in (words.get("unit") and f"alamat {words['unit']}", words.get("registers")) if text
    )
    message = found[0].format_map(words) + (f" ({place})" if place else "")
    if error["key"] == "driver.refused":
        return message, error["hint"]
    return message, advice(found[1], "" if found[1] else case, "id")
