"""Words to systemd, over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from controller.notify import notify


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A service manager's socket that NOTIFY_SOCKET names."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.settimeout(2.0)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield server


def test_words_arrive(manager: socket.socket) -> None:
    """Each word is one datagram."""
    notify("READY=1")
    notify("WATCHDOG=1")
    assert [manager.recv(64), manager.recv(64)] == [b"READY=1", b"WATCHDOG=1"]


def test_an_abstract_address_works(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """systemd writes abstract addresses with a leading @."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(f"\0{tmp_path}")
        server.settimeout(2.0)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{tmp_path}")
        notify("STOPPING=1")
        assert server.recv(64) == b"STOPPING=1"


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a manager, or with one that has gone, nothing happens."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify("READY=1")
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    notify("READY=1")


def test_a_manager_that_does_not_read_never_holds_us_up(manager: socket.socket) -> None:
    """With its queue full for ever, a word is lost instead of waited for."""
    for _ in range(5000):
        notify("WATCHDOG=1")
    assert manager.recv(64) == b"WATCHDOG=1"
