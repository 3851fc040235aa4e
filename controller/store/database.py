"""How every SQLite file of the store is opened, made and set aside. The only place with pragmas."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

from controller.store.errors import DamagedError, StoreError, TooNewError

MEMORY = ":memory:"
TEMPORARY = ""
"""SQLite's name for a file without a name, gone when it is closed: a small cache in memory, the rest on the disk."""
SUFFIXES = ("", "-wal", "-shm")
DAMAGE = (sqlite3.DatabaseError, OverflowError, ValueError)
"""What reading a damaged file raises; ValueError where even SQLite's own words cannot be decoded."""
KEPT_ASIDE = 2
"""DamagedError telemetry files that are kept; older ones are removed so that they cannot fill the card."""


def connect(path: Path | str, synchronous: str) -> sqlite3.Connection:
    """Open ``path`` in WAL mode for one writing thread at a time; transactions are ours (autocommit outside them).

    ``synchronous``: FULL keeps every commit across a power cut, NORMAL may lose the last ones, OFF is for simulations.
    Raises DamagedError when the file is not a database, StoreError when it cannot be opened.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute("PRAGMA wal_autocheckpoint=1000")
        connection.execute("PRAGMA foreign_keys=OFF")
    except sqlite3.DatabaseError as error:
        raise translated(path, error) from error
    return connection


def connect_readonly(path: Path | str) -> sqlite3.Connection:
    """Open an existing file for reading only; raises StoreError when there is none."""
    if not Path(path).exists():
        raise StoreError(path, "no such file", "name the state directory of the site with --state",
                         ("tidak ada", "sebut folder catatan lokasi dengan --state"))  # fmt: skip
    try:
        return sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, isolation_level=None, check_same_thread=False, timeout=5.0
        )
    except sqlite3.DatabaseError as error:
        raise translated(path, error) from error


def translated(path: Path | str, error: sqlite3.DatabaseError | ValueError | OverflowError) -> StoreError:
    """A damaged file and a file that is only out of reach (rights, disk full, locked) need different words.

    SQLite raises the plain class for a file that is malformed or no database, subclasses for everything else; texts and numbers
    that are none are damage too.
    """
    plain = type(error) is sqlite3.DatabaseError or not isinstance(error, sqlite3.DatabaseError)
    if plain or any(word in str(error) for word in ("malformed", "decode")):
        return DamagedError(
            path, f"is damaged: {error}", "Set it aside; it is kept beside the new one for inspection.",
            (f"rusak: {error}", "Sisihkan; berkas itu disimpan di samping yang baru untuk diperiksa."),
        )  # fmt: skip
    return StoreError(
        path, f"cannot be used: {error}", "Check the disk's free space and the rights of the folder.",
        (f"tidak dapat dipakai: {error}", "Periksa sisa ruang disk dan izin folder."),
    )  # fmt: skip


def make_schema(connection: sqlite3.Connection, path: Path | str, name: str, version: int) -> None:
    """Create the tables of ``name``.sql once; refuse a file of a later version or of another program."""
    try:
        found = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > version:
            raise TooNewError(
                path, f"was written by a later version (schema {found}, this one knows {version})", "Update the program.",
                (f"ditulis versi yang lebih baru (skema {found}, versi ini mengenal {version})", "Perbarui programnya."),
            )  # fmt: skip
        if found == 0:
            if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise DamagedError(
                    path, "has tables of another program", "Set it aside or name another state directory.",
                    ("berisi tabel program lain", "Sisihkan, atau sebut folder catatan yang lain."),
                )  # fmt: skip
            script = resources.files("controller.store").joinpath(f"{name}.sql").read_text(encoding="utf-8")
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version={version};\nCOMMIT;")
    except DAMAGE as error:
        raise translated(path, error) from error


def move_aside(path: Path, epoch_s: float, keep: int | None = None) -> Path:
    """Rename a damaged file and its companions to ``<name>.damaged-<UTC>``; returns the new name of the main file.

    ``keep``: how many set-aside files of this name may stay, oldest removed first; None keeps all.
    """
    stamp = datetime.fromtimestamp(epoch_s, UTC).strftime("%Y%m%dT%H%M%SZ")
    target = path.with_name(f"{path.name}.damaged-{stamp}")
    number = 1
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}.damaged-{stamp}-{number}")
    for suffix in SUFFIXES:
        source = Path(f"{path}{suffix}")
        if source.exists():
            source.rename(f"{target}{suffix}")
    if keep is not None:
        old = sorted(
            p for p in path.parent.glob(f"{path.name}.damaged-*") if not p.name.endswith(SUFFIXES[1:])
        )
        for extra in old[:-keep] if keep else old:
            for suffix in SUFFIXES:
                Path(f"{extra}{suffix}").unlink(missing_ok=True)
    return target
