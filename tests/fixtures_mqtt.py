"""A real Mosquitto on 127.0.0.1: `mosquitto` for the whole run, `own_mosquitto` for a test that stops or freezes it."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services import Program, free_port, require, speaks_mqtt

CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
user {user}
persistence {persistence}
persistence_location {folder}/
max_queued_messages 20000
log_type all
connection_messages true
"""


class Mosquitto(Program):
    """The broker: `host`, `port`, `url` (mqtt://127.0.0.1:port) and what `Program` can do; `log` names each client."""

    host = "127.0.0.1"

    def __init__(self, folder: Path, *, persistence: bool = False) -> None:
        self.port = free_port()
        self.url = f"mqtt://{self.host}:{self.port}"
        config = folder / "mosquitto.conf"
        config.write_text(
            CONFIG.format(
                port=self.port,
                user=getpass.getuser(),
                folder=folder,
                persistence="true" if persistence else "false",
            )
        )
        super().__init__(
            "mosquitto",
            [require("mosquitto"), "-c", str(config)],
            folder / "mosquitto.log",
            lambda: speaks_mqtt(self.port),
        )


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """One broker for all tests of this process: use topics of your own (a prefix per test), and do not stop it."""
    yield from _running(Mosquitto(tmp_path_factory.mktemp("mosquitto")))


@pytest.fixture
def own_mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker of this test's own, which keeps queues and retained messages over a restart: stop, kill or freeze it."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    yield from _running(Mosquitto(folder, persistence=True))


def _running(broker: Mosquitto) -> Iterator[Mosquitto]:
    broker.start()
    yield broker
    broker.stop()
