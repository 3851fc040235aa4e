"""Reaching the running daemon over HTTP."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from controller.commands.console import language, t, text_of
from controller.errors import TirtaError, Unreachable

DEFAULT = "http://127.0.0.1:8080"
TIMEOUT_S = 5.0
PIN_HEADER = "X-Tirta-Pin"


class PinNeeded(TirtaError):
    """The daemon wants a PIN, or another one."""

    def __init__(self, *, given: bool) -> None:
        super().__init__(
            t("this PIN is wrong", "PIN itu salah")
            if given
            else t("the daemon wants the PIN", "layanan meminta PIN"),
            t("give it with --pin-file FILE or TIRTA_PIN", "berikan dengan --pin-file BERKAS atau TIRTA_PIN"),
        )


def base_url(args: argparse.Namespace) -> str:
    """Where the daemon listens: --url, TIRTA_URL, the web section of -c FILE, or the default."""
    if args.url or os.environ.get("TIRTA_URL"):
        return str(args.url or os.environ["TIRTA_URL"]).rstrip("/")
    if args.config is None:
        return DEFAULT
    from drivers.marked_yaml import YamlError, load

    try:
        data, _ = load(Path(args.config))
    except YamlError as e:
        raise TirtaError(str(e.problems[0])) from None
    web = data.get("web") if isinstance(data, dict) else None
    port = web.get("port", 8080) if isinstance(web, dict) else 8080
    return f"http://127.0.0.1:{port}"


def request(base: str, method: str, path: str, body: object = None, pin: str = "") -> dict[str, Any]:
    """One JSON request to the daemon. Raises Unreachable, PinNeeded or TirtaError with the daemon's own words."""
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(base if "//" in base else f"http://{base}")
    headers = {"Accept": "application/json", "Accept-Language": language()}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if pin:
        headers[PIN_HEADER] = pin
    try:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        try:
            connection.request(
                method, parts.path.rstrip("/") + path, None if body is None else json.dumps(body), headers
            )
            response = connection.getresponse()
            status, raw = response.status, response.read()
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise Unreachable(
            t(f"the daemon does not answer at {base}: {e}", f"layanan tidak menjawab di {base}: {e}"),
            t("is it running? systemctl status tirtasurya", "apakah berjalan? systemctl status tirtasurya"),
        ) from None
    if status in (401, 403):
        raise PinNeeded(given=bool(pin))
    return _answer(base, status, raw)


def _answer(base: str, status: int, raw: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(raw)
    except ValueError:
        answer = None
    if status >= 500 or not isinstance(answer, dict):
        raise Unreachable(
            t(
                f"{base} answered {status}, not as Tirtasurya does",
                f"{base} menjawab {status}, bukan Tirtasurya",
            )
        )
    if status >= 400:
        raise TirtaError(
            text_of(answer, language())
            or str(answer.get("error") or answer.get("detail") or f"HTTP {status}")
        )
    return answer
