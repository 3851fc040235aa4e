"""The site's buses as they are opened: a device that takes one client gets one, and a taken place is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.config import load, load_site
from controller.i18n import render
from controller.troubles import wire_trouble
from controller.web.advice import advice
from controller.web.context import Language
from controller.wires import WireState, open_wires
from drivers.marked_yaml import Problem
from tests.controller.site_files import SITES, TODAY, copy_site, edit


def huawei_site(folder: Path, url: str = "tcp://inverter.lan") -> Path:
    """The vegetable farm with a SUN2000 on a bus of its own."""
    path = copy_site(SITES / "vegetables.yaml", folder)
    edit(path, "growatt-tl-x, bus: panel", "huawei-sun2000, bus: dongle")
    edit(path, "buses:\n", f'buses:\n  - {{id: dongle, url: "{url}"}}\n')
    return path


def test_only_the_bus_of_a_single_client_knows(tmp_path: Path) -> None:
    """The bus of the SUN2000 is opened as one with a single place, the gateway beside it is not."""
    site, profiles = load_site(huawei_site(tmp_path))
    wires = open_wires(site, profiles, tmp_path)
    assert {name: bus.takes_one_client for name, bus in wires.modbus.items()} == {
        "dongle": True,
        "panel": False,
        "kebun": False,
    }


@pytest.mark.parametrize(
    "url", ["tcp://127.0.0.1:15021/", "tcp://127.0.0.1:15021", "rtu+tcp://127.0.0.1:15021"]
)
def test_a_second_bus_to_the_same_door_is_refused(url: str, tmp_path: Path) -> None:
    """However its URL is written, a second bus to one host and port is an error of the site file on both lines."""
    problems = _problems(huawei_site(tmp_path, url))
    twice = [problem.line for problem in problems if "127.0.0.1:15021" in problem.message]
    assert len(twice) == 2


def _problems(path: Path) -> list[Problem]:
    return list(load(path, today=TODAY).problems)


@pytest.mark.parametrize(
    ("language", "said", "help_"),
    [
        ("id", "hanya melayani satu sambungan", "Lepas logger atau aplikasi pabrik"),
        ("en", "serves one client only", "Take the maker's logger or app"),
    ],
)
def test_a_taken_place_in_words(language: Language, said: str, help_: str, tmp_path: Path) -> None:
    """The technician reads, in his language, that another client is inside and whom to send away."""
    site, _profiles = load_site(huawei_site(tmp_path))
    reason = wire_trouble(site, "dongle", WireState("one_client", 30.0), 1.0)
    assert said in render(reason, language)
    assert advice(reason.key, str(reason.params["cause"]), language).startswith(help_)
