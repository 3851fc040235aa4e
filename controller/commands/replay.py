"""`tirta ledger replay`: recorded decisions made again, and compared bit for bit."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from controller.commands.console import err, out, out_json, t
from controller.errors import GOOD, WRONG_INPUT, TirtaError

RECORDINGS = "*.jsonl.gz"


def run_replay(args: argparse.Namespace) -> int:
    """0 when every recorded decision comes out the same, bit for bit; 1 when not, when it was recorded with another configuration,
    or when there is nothing to compare.
    """
    from controller.config import load_site
    from controller.store.replay import replay

    site, _ = load_site(args.config, args.lang)
    files = [Path(name) for name in args.files] or sorted(Path(args.state).rglob(RECORDINGS))
    if not files:
        hint = t("record with `tirta run --record`", "rekam dengan `tirta run --record`")
        raise TirtaError(t(f"no recordings in {args.state}", f"tidak ada rekaman di {args.state}"), hint)
    results = []
    for file in files:
        done = replay(file, site)
        first = done.mismatches[0] if done.mismatches else None
        results.append(
            {
                "file": str(file),
                "cycles": done.cycles,
                "mismatches": len(done.mismatches),
                "first": {"cycle": first.number, "time": first.at.utc.isoformat()} if first else None,
                "same_config": done.same_config,
                "torn": done.torn,
            }
        )
    good = all(result["same_config"] and not result["mismatches"] for result in results)
    if args.json:
        out_json({"ok": good, "recordings": results})
    else:
        for result in results:
            _tell_replay(result)
    return GOOD if good else WRONG_INPUT


def _tell_replay(result: dict[str, Any]) -> None:
    first = result["first"]
    if first is None:
        out(
            t(
                "{file}: {cycles} decisions, all the same", "{file}: {cycles} keputusan, semua sama"
            ).format_map(result)
        )
    else:
        text = t(
            "{file}: {mismatches} decisions differ", "{file}: {mismatches} keputusan berbeda"
        ).format_map(result)
        err(f"{text} (#{first['cycle']}, {first['time']})")
    if not result["same_config"]:
        err(t("    recorded with another configuration", "    direkam dengan konfigurasi lain"))
    if result["torn"]:
        err(t("    the file ends in the middle (power cut)", "    berkas berakhir di tengah (listrik mati)"))
