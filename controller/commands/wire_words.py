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
    message, hint = _in_indonesian(error) if language() == "id" else (error["message"], error["hint"])
    if error.get("params", {}).get("case") == "port_busy":
        hint = t(
            "The daemon has it, or another tirta: sudo systemctl stop tirtasurya, and start it again afterwards",
            "Dipakai layanan tirta atau program lain: sudo systemctl stop tirtasurya, lalu nyalakan lagi sesudahnya",
        )
    return message, hint


def _in_indonesian(error: Mapping[str, Any]) -> tuple[str, str]:
    from controller.i18n import texts
    from controller.web.advice import advice

    words: dict[str, Any] = dict(error.get("params") or {})
    if "topic" in words:
        return f"broker menjawab, tetapi tidak ada pesan untuk {words['topic']}", advice(
            "device_never", "", "id"
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
    return message, advice(found[1], "" if found[1] else case, "id")
