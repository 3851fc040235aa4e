"""People see why a provider's forecast stays away, since when, and what to do: on the page, for programs, and at the terminal."""

from __future__ import annotations

import socket
from dataclasses import replace
from threading import Thread
from typing import get_args

import pytest

from controller.commands.remote import show
from controller.forecast_trouble import Failed, Kind, Trouble, kind_of, reason
from controller.forecasts import fetch
from controller.web.advice import advice
from controller.web.render import Renderer
from controller.web.status import status
from tests.controller.web.station import Station


@pytest.mark.parametrize(
    ("http", "kind"), [(401, "refused"), (404, "refused"), (429, "busy"), (408, "busy"), (500, "busy"), (503, "busy")]
)  # fmt: skip
def test_who_can_mend_it(http: int, kind: str) -> None:
    """What is wrong with our question is ours to mend; what the provider cannot do now passes."""
    assert kind_of(http) == kind


@pytest.mark.parametrize("kind", get_args(Kind))
@pytest.mark.parametrize("language", ["id", "en"])
def test_page_terminal_and_programs_say_it(
    kind: Kind, language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sentence with its time, and the same advice, beside the forecast; it rings no alarm."""
    station = Station()
    station.cycle()
    trouble = Trouble(kind, "HTTP 401", station.at.mono_s - 7200.0)
    context = replace(station.context(), forecast_trouble=lambda: trouble)
    told = status(context)
    said = told["forecast_trouble"]
    assert ("2 jam" if language == "id" else "2 h") in said[language]
    assert ("HTTP 401" in said[language]) == (kind != "clock")
    assert said["help"][language] == advice(f"forecast_{kind}", "", language)  # type: ignore[arg-type]
    assert not [one for one in told["alarms"] if one["key"].startswith("forecast_")]
    page = Renderer(context).parts(language)["sun"]  # type: ignore[arg-type]
    monkeypatch.setenv("LC_ALL", f"{language}_ID.UTF-8")
    show(told)
    terminal = capsys.readouterr().out
    for words in (said[language], said["help"][language]):
        assert words in terminal
        assert words.split("'")[0] in page


def test_nothing_is_said_while_it_comes() -> None:
    """Without a provider, or while its word comes, neither the status nor the page speaks of it."""
    station = Station()
    station.cycle()
    context = replace(station.context(), forecast_trouble=lambda: None)
    assert status(context)["forecast_trouble"] is status(station.context())["forecast_trouble"] is None
    assert "Prakiraan dari luar" not in Renderer(context).parts("id")["sun"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/v1?key=RAHASIA kunci", "http://127.0.0.1:x/v1?key=RAHASIA"]
)
def test_a_key_in_the_address_is_never_shown(url: str) -> None:
    """An address that is none is told as such, without a letter of it."""
    with pytest.raises(Failed) as caught:
        fetch(url, 1.0)
    assert caught.value.kind == "address"
    assert "RAHASIA" not in str(reason(Trouble("address", caught.value.why, 0.0), 1.0).params)
    assert "RAHASIA" not in caught.value.why


def test_a_line_that_is_not_safe_is_no_dead_network() -> None:
    """Somebody answers without TLS: people are sent to the date and the certificates, not to the modem."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(1024)
                line.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\n")

        thread = Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(Failed) as caught:
            fetch(f"https://127.0.0.1:{server.getsockname()[1]}/", 5.0)
        thread.join(5.0)
    assert caught.value.kind == "tls"


def test_a_dead_network_is_unreachable() -> None:
    """Nobody listens there: people are sent to the internet connection, not to the configuration."""
    with pytest.raises(Failed) as caught:
        fetch("http://127.0.0.1:1/", 1.0)
    assert caught.value.kind == "unreachable"
