"""`tirta scan`, `probe`, `readdress`, `capture` as a technician meets them: own processes, real sockets, both languages."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml

from controller.core.site import SiteFile
from simulators.cable import Cable
from tests.controller.site_files import ROOT
from tests.drivers.cables import on_pty, on_tcp, station
from tests.services import free_port

SOIL = "sn-3002-soil-7in1"


class Done:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
async def stack() -> AsyncExitStack:  # type: ignore[misc]
    """Servers, closed again."""
    async with AsyncExitStack() as stack:
        yield stack


async def start(
    stack: AsyncExitStack, *words: str, language: str = "C.UTF-8", cwd: Path = ROOT
) -> asyncio.subprocess.Process:
    """A command in its own process, which does not outlive the test."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "TIRTA"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "controller.cli", *words, cwd=cwd,
        env=env | {"LANG": language, "PYTHONPATH": str(ROOT), "TIRTA_URL": f"http://127.0.0.1:{free_port()}"},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip

    async def end() -> None:
        if process.returncode is None:
            process.kill()
        await process.wait()

    stack.push_async_callback(end)
    return process


async def tirta(*words: str, language: str = "C.UTF-8", cwd: Path = ROOT) -> Done:
    """A command to its end. Never a traceback."""
    async with AsyncExitStack() as stack:
        process = await start(stack, *words, language=language, cwd=cwd)
        out, err = await asyncio.wait_for(process.communicate(), 120)
    assert b"Traceback" not in err, err.decode()
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


async def cable_of(stack: AsyncExitStack, folder: Path) -> tuple[Cable, str]:
    """A soil probe at 4800, two sensors on one address, at 9600 a pyranometer that could be anything."""
    return await on_pty(
        stack, folder, station(SOIL, 1, (4800, 1)), station("qdy30a", 11, (9600, 1)), station("sdm120", 11, (9600, 1)),
        station("rs-ra-pyranometer", 2, (9600, 1)),
    )  # fmt: skip


LINES = (
    "--line",
    "9600-8N1",
    "--line",
    "4800-8N1",
    "--units",
    "1,2,11",
    "--kind",
    "soil",
    "--kind",
    "weather",
)


async def test_scan_for_people(stack: AsyncExitStack, tmp_path: Path) -> None:
    """It says how long it takes, what is certain, what is open and how to decide it, what is garbled, and what to paste; in both
    languages; and has written nothing.
    """
    cable, path = await cable_of(stack, tmp_path)
    english = await tirta("scan", path, *LINES)
    assert english.code == 0
    assert "at most about" in english.err
    for text in ("not decided, these remain", "holding 0 (645 = 0x0285)", "cover the sensor with your hand",
                 "address 11: garbled answers", "for config.yaml:", "one cable has one speed"):  # fmt: skip
        assert text in english.out, text
    indonesian = await tirta("scan", path, *LINES[:2], "--units", "2,11", *LINES[6:], language="id_ID.UTF-8")
    assert indonesian.code == 0
    for text in (
        "belum pasti, yang mungkin",
        "tutup sensor dengan tangan",
        "alamat 11: jawaban kacau",
        "untuk config.yaml:",
    ):
        assert text in indonesian.out, text
    assert cable.writes == []


async def test_scan_for_programs(stack: AsyncExitStack) -> None:
    """As JSON: profile null while it is open, candidates with reasons, and a config that the site model takes where decided."""
    _, connection = await on_tcp(stack, station("sunspec-inverter", 1), station("rs-ra-pyranometer", 2))
    done = await tirta(
        "scan",
        f"{connection.host}:{connection.port}",
        "--units",
        "1,2",
        "--kind",
        "inverter",
        "--kind",
        "weather",
        "--json",
    )
    assert done.code == 0
    answer = json.loads(done.out)
    first, second = answer["devices"]
    assert (first["profile"], first["unit"]) == ("sunspec-inverter", 1)
    assert second["profile"] is None
    assert len(second["candidates"]) >= 2
    assert second["differences"][0]["address"] == 0
    assert second["to_decide"]
    config = yaml.safe_load(answer["config"])
    assert config["devices"] == [
        {"id": "inverter-1", "profile": "sunspec-inverter", "bus": "bus-1", "unit": 1}
    ]
    assert set(config) <= set(SiteFile.model_fields)
    assert config["buses"] == [{"id": "bus-1", "url": connection.url}]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("/dev/none",), 2, "port-nya tidak ada"),
        (("127.0.0.1:9",), 2, "sambungan ditolak"),
        (("ttyUSB77",), 2, "rtu:///dev/ttyUSB77"),
        (("192.168.1",), 1, "bukan alamat yang lengkap"),
        (("controller",), 1, "bukan port serial"),
        (("http://x",), 1, "bukan port serial dan bukan host"),
        (("/dev/none", "--line", "9600-9N1"), 1, "--line ditulis 9600-8N1"),
        (("/dev/none", "--kind", "tractor"), 1, "tidak ada profil jenis itu"),
        (("/dev/none", "--units", "1-300"), 1, "--units ditulis"),
    ],
)
async def test_scan_says_what_is_wrong(words: tuple[str, ...], code: int, says: str) -> None:
    """Wrong words end with 1, an unreachable place with 2, both in one sentence with what to do."""
    done = await tirta("scan", *words, language="id_ID.UTF-8")
    assert done.code == code
    assert says in done.err
    assert done.out == ""


async def test_ctrl_c_shows_what_was_found_and_leaves_nothing(stack: AsyncExitStack, tmp_path: Path) -> None:
    """Interrupted, a scan ends with 130 and the devices so far; the port is free for the next one."""
    _, path = await on_pty(stack, tmp_path, station(SOIL, 1, (4800, 1)))
    process = await start(
        stack, "scan", path, "--line", "4800-8N1", "--line", "9600-8N1", "--line", "19200-8N1", "--line", "38400-8N1",
        "--units", "1-6", "--kind", "soil",
    )  # fmt: skip
    assert process.stderr is not None
    heard = b""
    while b"baud=9600" not in heard:
        line = await asyncio.wait_for(process.stderr.readline(), 60)
        assert line, heard
        heard += line
    process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 130
    assert b"Traceback" not in heard + err
    assert SOIL.encode() in out
    again = await tirta("probe", "--profile", SOIL, "--connection", f"rtu://{path}?baud=4800", "--unit", "1")
    assert again.code == 0


async def test_probe_table(stack: AsyncExitStack, tmp_path: Path) -> None:
    """A device of config.yaml by its id: raw words in both notations beside values; as JSON too; --watch repeats."""
    _, connection = await on_tcp(stack, station("sdm120", 4, values={"power_w": 345.0, "voltage_v": 230.5}))
    site = tmp_path / "config.yaml"
    site.write_text(
        f"buses: [{{id: panel, url: '{connection.url}'}}]\n"
        "devices: [{id: meter, profile: sdm120, bus: panel, unit: 4}]\n"
    )
    done = await tirta("probe", "meter", "-c", str(site), language="id_ID.UTF-8")
    assert done.code == 0, done.err
    line = next(one for one in done.out.splitlines() if one.startswith("active_power"))
    assert "17324 32768" in line
    assert "43AC 8000" in line
    assert "345" in line
    assert "dua sumber sepakat" in done.out
    watched = await tirta(
        "probe", "meter", "-c", str(site), "--watch", "0.2", "--times", "2", "--json", "--all"
    )
    looks = [json.loads(one) for one in watched.out.splitlines()]
    assert len(looks) == 2
    power = next(p for p in looks[1]["points"] if p["name"] == "active_power")
    assert (power["raw"], power["value"], power["place"]) == ([17324, 32768], 345.0, "input 12")
    kinds = {p["quality"] for p in looks[0]["points"]}
    assert "good" in kinds
    assert "on_demand" not in kinds, "--all reads what only commands need too"
    unknown = await tirta("probe", "metre", "-c", str(site))
    assert (unknown.code, "known: meter" in unknown.err) == (1, True)


async def test_readdress(stack: AsyncExitStack, tmp_path: Path) -> None:
    """Nobody says yes: nothing is written. --yes: written and proven, told in the reader's language."""
    cable, path = await on_pty(stack, tmp_path, station(SOIL, 1, (4800, 1)))
    words = ("readdress", "--profile", SOIL, "--connection", f"rtu://{path}?baud=4800", "--to", "11")
    asked = await tirta(*words, language="id_ID.UTF-8")
    assert asked.code == 1
    assert "alamat 1 menjadi 11" in asked.out
    assert "tambahkan --yes" in asked.err
    assert cable.writes == []
    moved = await tirta(*words, "--yes", language="id_ID.UTF-8")
    assert moved.code == 0, moved.err
    assert "terbukti: menjawab di 11, tidak lagi di 1" in moved.out
    assert [one.unit for one in cable.stations] == [11]


async def test_readdress_while_the_daemon_holds_the_port(stack: AsyncExitStack, tmp_path: Path) -> None:
    """With the port in another's hands it says whose and what to do; nothing happens."""
    from drivers.scan_line import ScanLine
    from drivers.scan_plan import Format
    from tests.drivers.cables import rtu

    cable, path = await on_pty(stack, tmp_path, station(SOIL, 1, (4800, 1)))
    holder = ScanLine(rtu(path, Format(4800)), 0.2)
    await holder.open()
    stack.callback(holder.close)
    done = await tirta(
        "readdress", "--profile", SOIL, "--connection", f"rtu://{path}?baud=4800", "--to", "11", "--yes"
    )
    assert done.code == 2
    assert "another program uses the port" in done.err
    assert "systemctl stop tirtasurya" in done.err
    assert cable.writes == []


async def test_capture(stack: AsyncExitStack, tmp_path: Path) -> None:
    """A capture is written once, says that it is simulated, holds no address of ours, and is not overwritten."""
    _, connection = await on_tcp(stack, station("sdm120", 4))
    words = ("capture", "--profile", "sdm120", "--connection", connection.url, "--unit", "4", "--simulator")
    done = await tirta(*words, "-o", "bench.yaml", cwd=tmp_path)
    assert done.code == 0, done.err
    text = (tmp_path / "bench.yaml").read_text()
    data = yaml.safe_load(text)
    assert (data["profile"], data["origin"]) == ("sdm120", "simulated")
    assert str(connection.port) not in text
    again = await tirta(*words, "-o", "bench.yaml", cwd=tmp_path, language="id_ID.UTF-8")
    assert (again.code, "sudah ada" in again.err) == (1, True)
    nowhere = await tirta(*words, "-o", "none/bench.yaml", cwd=tmp_path, language="id_ID.UTF-8")
    assert (nowhere.code, "foldernya tidak ada" in nowhere.err) == (1, True)
