"""The sentences of ``marked_problems``: what does not fit, and what to write instead, in English and Bahasa Indonesia."""

from __future__ import annotations

import re
from collections.abc import Mapping

Both = tuple[str, str]
"""English, Indonesian."""

TEXTS: Mapping[str, Both] = {
    # pydantic's error type
    "missing": ("'{key}' is missing", "'{key}' belum diisi"),
    "extra_forbidden": ("unknown key '{key}'", "kunci '{key}' tidak dikenal"),
    "string_type": ("must be text, got {got}", "harus berupa teks, bukan {got}"),
    "string_pattern_mismatch": ("{got} has not the right form", "bentuk {got} tidak sesuai"),
    "number": ("must be a number, got {got}", "harus berupa angka, bukan {got}"),
    "whole": ("must be a whole number, got {got}", "harus berupa bilangan bulat, bukan {got}"),
    "bool": ("must be true or false, got {got}", "harus true atau false, bukan {got}"),
    "mapping": ("must be a block of 'key: value' lines, got {got}", "harus berupa baris-baris 'kunci: nilai', bukan {got}"),
    "list": ("must be a list (- item), got {got}", "harus berupa daftar (- butir), bukan {got}"),
    "too_short": ("needs at least {min_length} entries", "perlu paling sedikit {min_length} butir"),
    "too_long": ("takes at most {max_length} entries", "paling banyak {max_length} butir"),
    "greater_than": ("must be above {gt}, got {got}", "harus di atas {gt}, bukan {got}"),
    "greater_than_equal": ("must be at least {ge}, got {got}", "harus paling sedikit {ge}, bukan {got}"),
    "less_than": ("must be below {lt}, got {got}", "harus di bawah {lt}, bukan {got}"),
    "less_than_equal": ("must be at most {le}, got {got}", "harus paling banyak {le}, bukan {got}"),
    "choice": ("must be one of {choices}, got {got}", "harus salah satu dari {choices}, bukan {got}"),
    "no_kind": ("'{key}' is missing: one of {choices}", "'{key}' belum diisi: salah satu dari {choices}"),
    "date": ("must be a date like 2026-03-15, got {got}", "harus tanggal seperti 2026-03-15, bukan {got}"),
    "value_error": ("{error}", "{error}"),
    "other": ("does not fit here, got {got}", "tidak cocok di sini: {got}"),
}  # fmt: skip

HINTS: Mapping[str, Both] = {
    "near": ("did you mean '{near}'?", "maksudnya '{near}'?"),
    "known": ("known here: {known}", "yang dikenal di sini: {known}"),
    "quotes": ("put it in quotes", "beri tanda kutip"),
    "form": ("it must match {pattern}", "harus cocok dengan {pattern}"),
    "point": ("a point, not a comma: {number}", "titik, bukan koma: {number}"),
    "comma": ("0.5 is written with a point; a comma begins the next key", "0,5 ditulis 0.5; koma memulai kunci berikutnya"),
    "unit": ("only the number: {number}; the key names the unit", "angkanya saja: {number}; satuannya ada pada nama kunci"),
    "percent": ("a share from 0 to 1: {number}", "bagian dari 0 sampai 1: {number}"),
    "unquote": ("without quotes: {number}", "tanpa tanda kutip: {number}"),
    "iso": ("year-month-day, for example {number}", "tahun-bulan-tanggal, misalnya {number}"),
}  # fmt: skip

FORMS: Mapping[str, Both] = {
    r"^[a-z][a-z0-9-]{0,39}$": (
        "small letters, digits and -, beginning with a letter, at most 40: {near}",
        "huruf kecil, angka dan -, diawali huruf, paling banyak 40: {near}",
    ),
    r"^([01]\d|2[0-3]):[0-5]\d$": (
        'hours and minutes with two digits each, "00:00" to "23:59": {near}',
        'jam dan menit masing-masing dua angka, "00:00" sampai "23:59": {near}',
    ),
}
"""What a pattern means in words; others are shown as they are."""

NOTHING: Both = ("nothing", "kosong")
BLOCK: Both = ("a block", "blok")
LIST: Both = ("a list", "daftar")

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "mei": 5, "jun": 6, "jul": 7, "aug": 8, "agu": 8, "agt": 8, "sep": 9,
    "oct": 10, "okt": 10, "nov": 11, "dec": 12, "des": 12,
}  # fmt: skip


def number_hint(word: str) -> tuple[str, str]:
    """(key of HINTS, the number meant) for a text where a number is wanted; ("", "") when it resembles none."""
    bare = word.strip()
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", bare):
        return "unquote", bare
    if re.fullmatch(r"[-+]?(\d+|\d{1,3}(\.\d{3})+),\d+", bare):
        return "point", bare.replace(".", "").replace(",", ".")
    found = re.fullmatch(r"([-+]?\d+(?:[.,]\d+)?)\s*(%|[a-zA-Z][\w/³²°]*)", bare)
    if found is None:
        return "", ""
    number = found[1].replace(",", ".")
    return ("percent", f"{float(number) / 100:g}") if found[2] == "%" else ("unit", number)


def date_hint(word: str) -> str:
    """The ISO date that was probably meant by 20-9-2026, 20/09/2026 or 20 September 2026; "" when there is none."""
    found = re.fullmatch(r"(\d{1,2})[-/. ]([a-zA-Z]+|\d{1,2})[-/. ](\d{4})", word.strip())
    if found is None:
        return ""
    day, name = int(found[1]), found[2].lower()
    month = int(name) if name.isdigit() else _MONTHS.get(name[:3], 0)
    return f"{found[3]}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else ""


def form_hint(word: str, pattern: str) -> str:
    """What the word would look like in the right form; "" when that cannot be guessed."""
    if pattern.startswith("^[a-z]"):
        near = re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-")[:40]
        return near if re.fullmatch(pattern, near) else ""
    digits = re.fullmatch(r"\D*(\d{1,2})\s*[:.h]\s*(\d{2})\D*", word)
    near = f"{int(digits[1]):02}:{digits[2]}" if digits else "06:00"
    return f'"{near}"' if re.fullmatch(pattern, near) else '"23:59"'
