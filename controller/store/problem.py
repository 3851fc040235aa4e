"""What an auditor is told: one thing wrong with a ledger, where, and on which days of the site; in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "id"]

TEXTS: Mapping[str, tuple[str, str]] = {
    "changed": (
        "was changed: its content does not match its hash",
        "diubah: isinya tidak cocok dengan sidiknya",
    ),
    "missing": (
        "follows row {after}: {count} row(s) are missing",
        "langsung mengikuti baris {after}: {count} baris hilang",
    ),
    "inserted": (
        "was put in: the {count} row(s) before row {next} were not there when the rows after them were written",
        "disisipkan: {count} baris sebelum baris {next} belum ada ketika baris sesudahnya ditulis",
    ),
    "removed": (
        "stands in the place of {count} row(s) that were removed; it and the rows after it were given other numbers",
        "menempati nomor {count} baris yang dihapus; baris ini dan sesudahnya diberi nomor lain",
    ),
    "moved": (
        "was written as row {was} and stands here now: rows were put into another order",
        "ditulis sebagai baris {was} tetapi kini ada di sini: urutan baris diubah",
    ),
    "unlinked": (
        "was replaced, or a row before it: row {next} does not carry the hash of row {seq}",
        "diganti, atau baris sebelumnya: baris {next} tidak membawa sidik baris {seq}",
    ),
    "rewritten": (
        "does not carry the hash noted outside ({where}): the ledger was rewritten, first at one of the rows {from} to {seq}",
        "tidak membawa sidik yang dicatat di luar ({where}): buku besar ditulis ulang, mulai salah satu baris {from}-{seq}",
    ),
    "cut": (
        "is the last one, but row {noted} was noted outside ({where}): it was cut",
        "adalah yang terakhir, padahal baris {noted} dicatat di luar ({where}): buku besar dipotong",
    ),
    "state": (
        "is the last one, but the saved state belongs to row {noted}: it was cut",
        "adalah yang terakhir, padahal keadaan tersimpan milik baris {noted}: buku besar dipotong",
    ),
    "unreadable": (
        "and what follows cannot be read: {error}",
        "dan sesudahnya tidak dapat dibaca: {error}",
    ),
    "file": ("the database file is damaged: {error}", "berkas basis data rusak: {error}"),
    "table": (
        "the table of rows is not the one that this program makes",
        "tabel baris bukan tabel buatan program ini",
    ),
    "aside": (
        "the ledger that was set aside, {kept}, cannot be read: {error}",
        "buku besar yang disisihkan, {kept}, tidak dapat dibaca: {error}",
    ),
    "guards": (
        "the guards of the file were changed ({names}): other programs can change rows unseen until the daemon starts again",
        "penjaga berkas diubah ({names}): program lain dapat mengubah baris sampai layanan mulai lagi",
    ),
}
"""kind -> what it says, in English and Indonesian; with ``seq`` above 0 it begins with the row and its day."""

WHOLE = ("file", "table", "aside", "guards")
"""Kinds that concern a file, no row."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong. ``seq``..``last``: the rows (0: the file as a whole). ``day``..``until``: the site's local days on which
    they were written, YYYY-MM-DD; "" where nobody can know (``until`` "": that day or later). ``file``: the ledger's name.
    """

    kind: str
    seq: int
    last: int
    day: str
    until: str
    params: Mapping[str, float | str] = field(default_factory=dict)
    file: str = ""

    @property
    def text(self) -> str:
        """What is wrong, in English."""
        return self.said("en")

    def said(self, language: Language) -> str:
        """What is wrong, in words."""
        texts = TEXTS[self.kind][language == "id"]
        what = texts.format(**{**self.params, "seq": self.seq, "last": self.last})
        name = f"{self.file}: " if self.file else ""
        if self.kind in WHOLE:
            return name + what
        row, to, of = ("baris", "sampai", "tanggal") if language == "id" else ("row", "to", "of")
        rows = f"{row} {self.seq}" + (f" {to} {self.last}" if self.last > self.seq else "")
        day = f" {of} {self.when(language)}" if self.day or self.until else ""
        about = f" ({self.params['about']})" if self.params.get("about") else ""
        return f"{name}{rows}{day}{about} {what}"

    def when(self, language: Language) -> str:
        """The day or days, in words; "" where nobody can know."""
        to, later, earlier = (
            ("sampai", "atau sesudahnya", "atau sebelumnya")
            if language == "id"
            else ("to", "or later", "or earlier")
        )
        if self.day == self.until or not (self.day or self.until):
            return self.day
        if not self.until:
            return f"{self.day} {later}"
        return f"{self.day} {to} {self.until}" if self.day else f"{self.until} {earlier}"
