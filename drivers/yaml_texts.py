"""What is wrong with a YAML text, in the words of a person who never read its specification: English and Bahasa Indonesia."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Language = Literal["en", "id"]

TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    # key -> English, hint, Indonesian, petunjuk
    "unreadable": ("cannot be read: {why}", "check the name and the permissions", "tidak dapat dibaca: {why}",
                   "periksa nama dan izin berkas"),
    "large": ("larger than {most} MB", "is this the right file?", "lebih besar dari {most} MB", "apakah berkasnya benar?"),
    "utf8": ("not UTF-8 text", "save the file as UTF-8", "bukan teks UTF-8", "simpan berkas sebagai UTF-8"),
    "empty": ("the file is empty", "", "berkas ini kosong", ""),
    "character": ("the character {what} cannot stand in YAML", "remove it", "karakter {what} tidak boleh ada dalam YAML",
                  "hapus karakter itu"),
    "anchor": ("anchors and aliases (& and *) are not used here", "write the value out",
               "jangkar dan alias (& dan *) tidak dipakai di sini", "tulis nilainya lengkap"),
    "tag": ("tags are not used here, got {what}", "put text in quotes", "tag tidak dipakai di sini, bukan {what}",
            "beri tanda kutip pada teks"),
    "merge": ("merge keys (<<) are not used here", "write the keys out", "kunci gabungan (<<) tidak dipakai di sini",
              "tulis kuncinya lengkap"),
    "deep": ("nested more than {most} levels deep", "", "bersarang lebih dari {most} tingkat", ""),
    "zero": ("{what} starts with a zero", 'write {number}, or "{what}" for text', "{what} diawali nol",
             'tulis {number}, atau "{what}" bila berupa teks'),
    "huge": ("{what} is too large a number", "", "angka {what} terlalu besar", ""),
    "twice": ("the key '{what}' stands here twice, first at line {first}", "remove one of them",
              "kunci '{what}' tertulis dua kali, pertama di baris {first}", "hapus salah satu"),
    "key": ("a key must be a word or a whole number", 'put it in quotes, like "true":',
            "kunci harus berupa kata atau bilangan bulat", 'beri tanda kutip, misalnya "true":'),
    "tab": ("a tab stands here", "indent with spaces, never with tabs", "di sini ada tab",
            "geser baris dengan spasi, jangan dengan tab"),
    "colon": ("a ':' is not expected here", "is the line indented deeper than the one above? Text with ': ' needs quotes",
              "':' tidak sesuai di sini",
              "apakah baris ini lebih menjorok dari baris di atasnya? Teks dengan ': ' perlu tanda kutip"),
    "no_colon": ("a ':' with a space behind it is missing", "write key: value", "kurang ':' dengan spasi di belakangnya",
                 "tulis kunci: nilai"),
    "indent": ("indented by {has} spaces, its block (from line {first} on) by {wanted}",
               "begin all keys of a block, and all '-' of a list, in one column",
               "menjorok {has} spasi, bloknya (mulai baris {first}) {wanted}",
               "mulai semua kunci satu blok, dan semua '-' satu daftar, pada kolom yang sama"),
    "mixed": ("list items (-) and keys are mixed in one block (from line {first} on)",
              "indent the items below the key of their list",
              "butir daftar (-) dan kunci bercampur dalam satu blok (mulai baris {first})",
              "geser butir-butirnya di bawah kunci daftarnya"),
    "quote": ("the quotation mark that begins here is not closed", "close it on the same line",
              "tanda kutip yang mulai di sini tidak ditutup", "tutup pada baris yang sama"),
    "bracket": ("the bracket that begins here is not closed, or a comma is missing",
                "compare with the lines below, up to line {last}",
                "kurung yang mulai di sini tidak ditutup, atau kurang koma",
                "bandingkan dengan baris di bawahnya, sampai baris {last}"),
    "syntax": ("not readable as YAML: {what}", "compare with the lines around it", "tidak terbaca sebagai YAML: {what}",
               "bandingkan dengan baris di sekitarnya"),
}  # fmt: skip


def say(key: str, language: Language, **params: object) -> tuple[str, str]:
    """(message, hint) of a key, with its braces filled."""
    row = TEXTS[key]
    message, hint = row[2:] if language == "id" else row[:2]
    return message.format_map(params), hint.format_map(params)
