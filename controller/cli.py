"""`tirta`: the command line. Exit 0 good, 1 the input is wrong, 2 the world cannot be reached; never a traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from controller.commands import (
    capture,
    files,
    impact,
    indicator,
    ledger,
    pin,
    probe,
    readdress,
    remote,
    report,
    run,
    scan,
)
from controller.commands.console import failed, language, speak, t
from controller.commands.parser import Parser
from controller.errors import UNREACHABLE, WRONG_INPUT, TirtaError

INTERRUPTED = 130


def parser() -> Parser:
    """The whole command line."""
    root = Parser(
        prog="tirta", description=t("Solar irrigation for villages.", "Irigasi tenaga surya untuk desa.")
    )
    root.add_argument(
        "--version", action="store_true", help=t("the version, then end", "versi, lalu selesai")
    )
    commands = root.add_subparsers(dest="command", metavar=t("COMMAND", "PERINTAH"))
    for module in (
        run,
        files,
        scan,
        probe,
        readdress,
        capture,
        remote,
        report,
        ledger,
        pin,
        impact,
        indicator,
    ):
        module.register(commands)
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    as_json = False
    try:
        speak(sys.argv[1:] if argv is None else argv)
        root = parser()
        args = root.parse_args(argv)
        as_json = bool(getattr(args, "json", False))
        if args.version:
            return _version()
        if args.command is None:
            root.print_help()
            return WRONG_INPUT
        return int(args.run(args))
    except BaseException as e:  # noqa: BLE001  (the last guard: whatever happens becomes one sentence and an exit code)
        return _ended(e, as_json=as_json)


def _version() -> int:
    from importlib.metadata import PackageNotFoundError, version

    try:
        sys.stdout.write(version("tirtasurya") + "\n")
    except PackageNotFoundError:
        sys.stdout.write("0\n")
    return 0


def _ended(error: BaseException, *, as_json: bool) -> int:
    """The exit code of an exception, after saying it in one sentence."""
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else WRONG_INPUT
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):  # `tirta ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if isinstance(error, TirtaError):
        failed(error.message, error.hint, as_json=as_json)
        return error.exit_code
    from drivers.profile import ProfileError

    if isinstance(error, ProfileError):
        failed(str(error), "", as_json=as_json)
        return WRONG_INPUT
    known = _known(error)
    if known is not None:
        failed(*known, as_json=as_json)
        return UNREACHABLE
    failed(*_bug(error), as_json=as_json)
    return UNREACHABLE


def _known(error: BaseException) -> tuple[str, str] | None:
    """(message, hint) of errors that other packages raise for people; None for a mistake of ours."""
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{_reason(error)}", t(
            "check the path and its permissions", "periksa letak dan izinnya"
        )
    from drivers.errors import DriverError

    if isinstance(error, DriverError):
        return str(error), ""
    from controller.store.errors import StoreError

    if isinstance(error, StoreError):
        what, hint = error.said(language())
        return f"{error.path}: {what}", hint
    return None


OUTSIDE = {
    errno.ENOENT: ("no such file or directory", "tidak ada"),
    errno.EACCES: ("not allowed", "tidak diizinkan"),
    errno.EISDIR: ("is a directory", "ini folder, bukan berkas"),
    errno.ENOTDIR: ("is no directory", "bukan folder"),
    errno.ENOSPC: ("no space left on the disk", "ruang disk habis"),
}
"""What the system refuses most often -> English, Indonesian; it would say it in a language of its own."""


def _reason(error: OSError) -> str:
    known = OUTSIDE.get(error.errno or 0)
    return str(error.strerror or error) if known is None else t(*known)


def _bug(error: BaseException) -> tuple[str, str]:
    """(message, hint) of a mistake of ours; the details go to a file that can be sent to the developers."""
    import tempfile
    import traceback

    text = "".join(traceback.format_exception(error))
    what = t(
        f"unexpected: {type(error).__name__}: {error}", f"tidak terduga: {type(error).__name__}: {error}"
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tirta-", suffix=".log", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError:
        return what, t("this is our mistake; please report it", "ini kesalahan kami; mohon laporkan")
    return what, t(
        f"this is our mistake; please report it with {file.name}",
        f"ini kesalahan kami; mohon laporkan beserta {file.name}",
    )


if __name__ == "__main__":
    raise SystemExit(main())
