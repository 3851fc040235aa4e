"""`tirta-sim`: the world for those who have none. demo, serve, season, compare."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from controller.clock import PlantClock, SystemClock
from controller.commands.console import err, failed, t
from controller.commands.parser import Parser
from controller.config import load_site
from controller.errors import TirtaError
from drivers.errors import DriverError
from simulators.cli_options import add_compare, add_season
from simulators.cli_worlds import plant_moment, world_factory
from simulators.embedded_broker import ServeError
from simulators.faults import FAULTS, Sometimes, parse_fault

DEMO_RATE = 60.0
DEMO_START = "2026-11-11T10:00"
"""Every crop of the example site is planted by then, and with seed 1 the sun is strong: within a minute at the default rate the
pump has started for it and stopped with a full tank, so that nobody has to wait for the main job.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit 0 good, 1 the input is wrong, 2 the world is not reachable."""
    args = _parser().parse_args(argv)
    try:
        return int(args.run(args))
    except TirtaError as error:
        problems = getattr(error, "problems", None) or (error,)
        for problem in problems:
            err(str(problem))
        return 1
    except (ServeError, DriverError) as error:
        hint = error.hint if isinstance(error, ServeError) else ""
        failed(str(error), hint, as_json=False, program="tirta-sim")
        return 2
    except OSError as error:
        failed(
            f"{error.filename or ''}: {error.strerror}",
            t("name a folder of your own: --state DIR", "sebut folder milik sendiri: --state DIR"),
            as_json=False,
            program="tirta-sim",
        )
        return 2
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="tirta-sim",
        description=t("The world for those who have none.", "Dunia tiruan bagi yang belum punya alat."),
    )
    commands = parser.add_subparsers(required=True, metavar=t("COMMAND", "PERINTAH"))
    _add_demo(commands)
    _add_serve(commands)
    add_season(commands, _plant, _season)
    add_compare(commands, _common, _compare)
    return parser


def _add_demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = commands.add_parser(
        "demo",
        help=t(
            "simulated devices on the wire, the real daemon, its page",
            "alat tiruan pada kabel, pengendali sungguhan, halamannya",
        ),
    )
    _plant(demo)
    demo.add_argument(
        "--rate",
        type=_rate,
        default=DEMO_RATE,
        help=t("how many times as fast (60)", "berapa kali lebih cepat (60)"),
    )
    demo.add_argument(
        "--start",
        default=DEMO_START,
        metavar="ISO",
        help=t(f"local plant time ({DEMO_START})", f"waktu setempat tiruan ({DEMO_START})"),
    )
    demo.add_argument(
        "--state",
        default=".demo",
        metavar="DIR",
        help=t("emptied at the start (.demo)", "dikosongkan saat mulai (.demo)"),
    )
    demo.add_argument("--no-browser", action="store_true", help=t("open no browser", "jangan buka peramban"))
    demo.add_argument(
        "--minutes",
        type=float,
        default=0.0,
        metavar="N",
        help=t("end by itself after so many real minutes", "selesai sendiri setelah sekian menit"),
    )
    demo.set_defaults(run=_demo)


def _add_serve(commands: argparse._SubParsersAction[Parser]) -> None:
    serve = commands.add_parser(
        "serve",
        help=t(
            "only the simulated devices, at the addresses of the site's file",
            "hanya alat tiruan, pada alamat di berkas lokasi",
        ),
    )
    _plant(serve)
    serve.add_argument(
        "--rate", type=_rate, default=1.0, help=t("how many times as fast (1)", "berapa kali lebih cepat (1)")
    )
    serve.add_argument(
        "--start", metavar="ISO", help=t("local plant time (now)", "waktu setempat tiruan (sekarang)")
    )
    serve.add_argument(
        "--anchor",
        type=float,
        metavar="MONO",
        help=t(
            "the monotonic second of the start, as `tirta run --plant-anchor`",
            "detik monotonik saat mulai, seperti `tirta run --plant-anchor`",
        ),
    )
    serve.add_argument(
        "--fault",
        action="append",
        default=[],
        type=_fault,
        metavar="BUS=NAME[:SHARE]",
        help=t(
            f"let the devices of a bus misbehave, all the time or in a share of their answers: {', '.join(FAULTS)}",
            f"buat alat pada satu bus berulah, terus-menerus atau pada sebagian jawabannya: {', '.join(FAULTS)}",
        ),
    )
    serve.set_defaults(run=_serve)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        help=t("config.yaml here, else the packaged example", "config.yaml di sini, atau contoh bawaan"),
    )
    parser.add_argument(
        "--seed", type=int, default=1, metavar="N", help=t("another weather (1)", "cuaca lain (1)")
    )


def _plant(parser: argparse.ArgumentParser) -> None:
    _common(parser)
    parser.add_argument(
        "--world", metavar="MODULE:FACTORY", help=t("your own physics instead of ours", "fisika sendiri")
    )


def _rate(text: str) -> float:
    rate = float(text)
    if not 0.0 < rate <= 600.0:
        raise argparse.ArgumentTypeError(
            t("must be above 0, at most 600", "harus di atas 0, paling banyak 600")
        )
    return rate


def _fault(text: str) -> tuple[str, Sometimes]:
    bus, _, fault = text.partition("=")
    try:
        return bus, parse_fault(fault)
    except ValueError:
        raise argparse.ArgumentTypeError(
            t(f"{text}: write BUS=NAME or BUS=NAME:SHARE, SHARE above 0 up to 1; names: ",
              f"{text}: tulis BUS=NAMA atau BUS=NAMA:BAGIAN, BAGIAN di atas 0 sampai 1; nama: ")
            + ", ".join(FAULTS)
        ) from None  # fmt: skip


def _site_file(args: argparse.Namespace) -> Path:
    """The site file that is meant: named, the one in this directory, or the example that came with the package."""
    named: Path | None = args.config
    if named is not None:
        return named
    here = Path("config.yaml")
    return here if here.exists() else Path(str(resources.files("simulators") / "sites" / "nursery.yaml"))


def _demo(args: argparse.Namespace) -> int:
    from simulators.demo import DemoOptions, demo

    config = _site_file(args)
    site, profiles = load_site(config)
    start = plant_moment(site, args.start)
    world = world_factory(args.world)(site, args.seed, start)
    options = DemoOptions(config, Path(args.state), start, args.rate, not args.no_browser, args.minutes)
    return asyncio.run(demo(site, profiles, world, options))


def _season(args: argparse.Namespace) -> int:
    from simulators.cli_season import season

    return season(args, _site_file(args))


def _compare(args: argparse.Namespace) -> int:
    from simulators.cli_compare import compare

    return compare(args, _site_file(args))


def _serve(args: argparse.Namespace) -> int:
    from simulators.serve import serve

    site, profiles = load_site(_site_file(args))
    if args.start is None and args.rate == 1.0:
        clock: PlantClock | SystemClock = SystemClock(assume_trusted=True)
    else:
        start = plant_moment(site, args.start) if args.start else SystemClock().now().utc
        clock = PlantClock(start.timestamp(), args.rate, args.anchor)
    world = world_factory(args.world)(site, args.seed, clock.now().utc)
    faults = dict(args.fault)
    if strange := faults.keys() - {bus.id for bus in site.file.buses if not bus.url.startswith("mqtt:")}:
        names = ", ".join(sorted(strange))
        raise ServeError(
            t(
                f"--fault: no Modbus bus {names} in the file",
                f"--fault: tidak ada bus Modbus {names} di berkas",
            ),
            t("take a name from buses", "pakai nama dari buses"),
        )
    served = serve(site, profiles, world, clock, faults=faults)

    async def run() -> None:
        task = asyncio.current_task()
        assert task is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
        await served.start()
        for bus in site.file.buses:
            devices = ", ".join(f"{d.id} ({d.unit or d.topic})" for d in site.file.devices if d.bus == bus.id)
            print(f"{bus.url}  {devices}", file=sys.stderr)
        try:
            await served.run()
        finally:
            await served.stop()

    with contextlib.suppress(asyncio.CancelledError):  # told to end: the links of its ports go with it
        asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
