"""`tirta ledger`: check that nobody changed the record, take it out, decide it again."""

from __future__ import annotations

import argparse

from controller.commands import ledger_export, ledger_verify
from controller.commands.console import config_option, json_option, lang_option, t
from controller.commands.replay import run_replay


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its actions."""
    ledger = commands.add_parser(
        "ledger", help=t("the record of what was done", "catatan dari yang dilakukan")
    )
    actions = ledger.add_subparsers(dest="action", required=True, metavar="ACTION")
    ledger_verify.register(actions)
    ledger_export.register(actions)
    replay = actions.add_parser(
        "replay",
        help=t(
            "decide a recording of `run --record` again and compare",
            "putuskan ulang rekaman `run --record` dan bandingkan",
        ),
    )
    replay.add_argument(
        "files", nargs="*", metavar="FILE", help=t("recordings (all of DIR)", "rekaman (semua di DIR)")
    )
    config_option(replay)
    replay.set_defaults(run=run_replay)
    where = t("the daemon's records (state)", "catatan layanan (state)")
    replay.add_argument("--state", default="state", metavar="DIR", help=where)
    lang_option(replay)
    json_option(replay)
