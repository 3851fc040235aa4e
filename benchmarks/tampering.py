"""A year's ledger, tampered with in 14 ways at random places: is it found, and is the right day named?

The rows are those that the shipped controller writes for the demonstration's site in a week of seeded weather, a year long, each
day with its own closing, chained by the shipped code. Heads outside as the daemon tells them: at closings only, with the log's
and MQTT's hours, with InfluxDB's minutes. BENCH_TRIALS, BENCH_DAYS and BENCH_SEED change the size; BENCH_OUT names a file for one
JSON line per way (`benchmarks/results/tampering.jsonl` was written by
`BENCH_TRIALS=1000 BENCH_OUT=benchmarks/results/tampering.jsonl python benchmarks/tampering.py`).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks._figures import figure, middle, say
from benchmarks._forger import Forger, Forgery, Kept, days_of, kept_heads, make_year, rows_of, source_rows
from controller.store.chain import Row
from controller.store.outside import Heads
from controller.store.problem import Problem
from controller.store.verify import examine

ZONE = "Asia/Jakarta"
SOURCE_DAYS = 7
TRIALS = int(os.environ.get("BENCH_TRIALS", "140"))
DAYS = int(os.environ.get("BENCH_DAYS", "365"))
SEED = int(os.environ.get("BENCH_SEED", "20261122"))
ALWAYS, FEWER = ("minutes",), 4
"""Heads that every trial is checked against; the others, and none at all, every fourth round of ways."""
AFTER_LAST = 0.25
"""Share of the trials in the last two days: after the last closings, and the very last rows."""


def verdict(problems: Sequence[Problem], true_day: str) -> str:
    """``day``: the first problem names exactly the day; ``span``: some days with it among them; ``wrong``; ``unseen``."""
    if not problems:
        return "unseen"
    first = problems[0]
    if first.day == first.until == true_day:
        return "day"
    return "span" if first.day <= true_day and (not first.until or true_day <= first.until) else "wrong"


class Trials:
    """All trials on one open ledger, each rolled back."""

    def __init__(self, connection: sqlite3.Connection, rows: list[Row]) -> None:
        self.db, self.rows, self.truth = connection, rows, days_of(rows, ZONE)
        kept = kept_heads(rows, ZONE)
        self.heads = {one.name: Heads(getattr(kept, one.name)) for one in fields(Kept)} | {"none": Heads()}
        self.seen: dict[str, dict[str, Counter[str]]] = {}

    def run(self, count: int, rng: random.Random) -> None:
        """Every way in turn."""
        ways = list(Forger(self.db, self.rows, rng).ways())
        for number in range(count):
            way = ways[number % len(ways)]
            wanted = self.heads if number // len(ways) % FEWER == 0 else ALWAYS
            self._one(way, self._place(rng), rng, wanted)
            if number % 100 == 99:
                say(f"{number + 1} of {count}")

    def harmless(self, count: int, rng: random.Random) -> int:
        """How often rows that were put in again as they were are taken for tampering: never, if all is well."""
        alarms = 0
        for _ in range(count):
            self.db.execute("BEGIN")
            forger = Forger(self.db, self.rows, rng)
            forger.disarm()
            forger.same_again(rng.randint(1, len(self.rows)))
            alarms += bool(examine(self.db, self.heads["minutes"]).problems)
            self.db.execute("ROLLBACK")
        return alarms

    def _place(self, rng: random.Random) -> int:
        last = len(self.rows)
        return rng.randint(max(1, last - 120), last) if rng.random() < AFTER_LAST else rng.randint(1, last)

    def _one(self, way: str, seq: int, rng: random.Random, wanted: Iterable[str]) -> None:
        self.db.execute("BEGIN")
        forger = Forger(self.db, self.rows, rng)
        forger.disarm()
        did: Forgery = forger.ways()[way](seq)
        for name in wanted:
            said = verdict(examine(self.db, self.heads[name]).problems, self.truth[did.first])
            if name == "none" and did.chained:
                said = "cannot be seen" if said == "unseen" else said
            self.seen.setdefault(way, {}).setdefault(name, Counter())[said] += 1
        self.db.execute("ROLLBACK")


def bytes_changed(path: Path, rows: list[Row], count: int, rng: random.Random, folder: Path) -> Counter[str]:
    """A byte of the file changed anywhere: told, or every row reads as before. Anything else is ``unseen``."""
    data, copy, seen = path.read_bytes(), folder / "bytes.db", Counter[str]()
    last = kept_heads(rows[-1:], ZONE).minutes
    for _ in range(count):
        changed = bytearray(data)
        changed[rng.randrange(100, len(data))] ^= 1 << rng.randrange(8)
        copy.write_bytes(changed)
        with closing(sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)) as connection:
            if examine(connection, Heads(last)).problems:
                seen["told"] += 1
            else:
                seen["rows as before" if rows_of(connection) == rows else "unseen"] += 1
    return seen


def speed(connection: sqlite3.Connection, rows: list[Row], heads: Heads) -> tuple[float, float]:
    """Seconds of the whole check, and of plain SHA-256 of the same bytes, row by row; medians of five, in turns."""
    texts = [
        f'["{r.prev}",{r.seq},{r.epoch_s},{r.mono_s},"{r.boot}",1,"{r.kind}","{r.subject}",{json.dumps(r.payload)}]'.encode()
        for r in rows
    ]
    checks, plain = [], []
    for _ in range(5):
        began = time.perf_counter()
        assert not examine(connection, heads).problems
        checks.append(time.perf_counter() - began)
        began = time.perf_counter()
        for text in texts:
            hashlib.sha256(text).hexdigest()
        plain.append(time.perf_counter() - began)
    return middle(checks), middle(plain)


def main() -> None:
    """Print the figures, and a line per way to BENCH_OUT."""
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        say("a week by the shipped controller, then the year")
        path = folder / "ledger.db"
        make_year(path, source_rows(folder / "source", SOURCE_DAYS), SOURCE_DAYS, DAYS, ZONE)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            rows = rows_of(connection)
            trials = Trials(connection, rows)
            seconds, plain = speed(connection, rows, trials.heads["minutes"])
            trials.run(TRIALS, rng)
            alarms = trials.harmless(max(10, TRIALS // 10), rng)
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        flips = bytes_changed(path, rows, max(20, TRIALS // 5), rng, folder)
        report(trials, rows, path.stat().st_size, alarms, flips)
    figure("check of a year's ledger / SHA-256 of the same bytes", seconds / plain, "x")
    figure("check of a year's ledger", seconds, "s", budget=5.0)


def report(trials: Trials, rows: list[Row], size: int, alarms: int, flips: Counter[str]) -> None:
    """Figures on stdout; the table by way to BENCH_OUT."""
    table = [
        {"what": "ledger", "days": DAYS, "rows": len(rows), "bytes": size, "trials": TRIALS, "seed": SEED,
         "heads": {name: len(heads) for name, heads in trials.heads.items()}},
        *({"way": way, **{name: dict(count) for name, count in seen.items()}} for way, seen in trials.seen.items()),
        {"way": "delete rows and put them in again", "false alarms": alarms},
        {"way": "change a byte of the file", **flips},
    ]  # fmt: skip
    if out := os.environ.get("BENCH_OUT"):
        Path(out).write_text("".join(json.dumps(line) + "\n" for line in table), encoding="utf-8")
    for name in ("minutes", "hours", "closings"):
        total = sum((seen[name] for seen in trials.seen.values()), Counter[str]())
        count = total.total()
        figure(f"tampering found, heads: {name}", 100.0 * (1 - total["unseen"] / count), "%",
               budget=None if name == "closings" else 100.0, better="more")  # fmt: skip
        figure(f"the right day named, heads: {name}", 100.0 * total["day"] / count, "%",
               budget=100.0 if name == "minutes" else None, better="more")  # fmt: skip
    bare = sum((seen["none"] for seen in trials.seen.values()), Counter[str]())
    figure(
        "found without any head", 100.0 * (1 - (bare["unseen"] + bare["cannot be seen"]) / bare.total()), "%"
    )
    figure("false alarms on rows put in again", float(alarms), "", budget=0.0)
    figure("bytes changed unseen", float(flips["unseen"]), "", budget=0.0)


if __name__ == "__main__":
    main()
