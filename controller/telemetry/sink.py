"""One InfluxDB behind influxdb-client, used synchronously: one batch, one answer, never an exception.

v2: the client's write API on ``/api/v2/write`` (InfluxDB 1.8, 2, 3, VictoriaMetrics). v1: ``/write`` by the same client's
generic call, because 1.6 and 1.7 know no other. Bodies are gzip, precision is always sent. Blocks: run it in a worker thread.
"""

from __future__ import annotations

import base64
import gzip
from pathlib import Path
from typing import Any, Protocol

from controller.core.site import Sink as SinkEntry
from controller.telemetry.answers import Answer, Verdict, retry_after

TIMEOUT_MS = 10_000
"""For one request, real milliseconds, connection and answer."""


class Sink(Protocol):
    """Where batches go."""

    name: str

    def send(self, body: bytes) -> Answer:
        """Send lines (joined by newlines) and tell what the server said."""
        ...

    def healthy(self) -> bool:
        """True when the server answers a health call."""
        ...


class InfluxSink:
    """``name`` identifies the target: another database is another cursor, so it gets the history too."""

    def __init__(self, entry: SinkEntry, timeout_ms: int = TIMEOUT_MS) -> None:
        target = entry.database if entry.api == "v1" else f"{entry.org}/{entry.bucket or entry.database}"
        self.name = f"{entry.api} {entry.url} {target}"
        self._entry, self._timeout_ms = entry, timeout_ms
        self._client: Any = None
        self._write: Any = None

    def send(self, body: bytes) -> Answer:
        """Send one batch; whatever happens comes back as an Answer."""
        import urllib3
        from influxdb_client.rest import ApiException

        try:
            client = self._connected()
            if self._entry.api == "v1":
                self._send_v1(client, body)
            else:
                bucket = self._entry.bucket or self._entry.database
                self._write.write(bucket=bucket, org=self._entry.org, record=body, write_precision="ms")
            return Answer(int(client.api_client.last_response.status))
        except ApiException as error:
            answer = Answer(int(error.status or 0), _words(error), retry_after(error.headers))
            if answer.verdict is Verdict.HOLD:
                self.close()  # the password files are read again: somebody may have mended them
            return answer
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            self.close()
            return Answer(0, f"{type(error).__name__}: {error}")

    def healthy(self) -> bool:
        """Ask ``/ping`` (v1) or ``/health`` (v2); any answer below 500 but 429 is good enough."""
        import urllib3
        from influxdb_client.rest import ApiException

        path = "/ping" if self._entry.api == "v1" else "/health"
        try:
            self._connected().api_client.call_api(path, "GET", _request_timeout=self._timeout_ms)
        except ApiException as error:
            return Answer(int(error.status or 0)).verdict is not Verdict.WAIT
        except (urllib3.exceptions.HTTPError, OSError, ValueError):
            self.close()
            return False
        return True

    def close(self) -> None:
        """Let the connections go; the next ``send`` opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connected(self) -> Any:
        if self._client is None:
            from influxdb_client.client.influxdb_client import InfluxDBClient
            from influxdb_client.client.write_api import SYNCHRONOUS

            entry = self._entry
            token = _secret(entry.token_file) if entry.api == "v2" else ""
            if entry.api == "v2" and not token and entry.username:
                token = f"{entry.username}:{_secret(entry.password_file)}"  # InfluxDB 1.8's way
            self._client = InfluxDBClient(
                entry.url, token, timeout=self._timeout_ms, enable_gzip=True, org=entry.org
            )
            self._write = self._client.write_api(write_options=SYNCHRONOUS)
        return self._client

    def _send_v1(self, client: Any, body: bytes) -> None:
        entry = self._entry
        headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Encoding": "gzip"}
        if entry.username:
            pair = f"{entry.username}:{_secret(entry.password_file)}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
        query = [("db", entry.database or entry.bucket or ""), ("precision", "ms")]
        client.api_client.call_api(
            "/write", "POST", query_params=query, header_params=headers, body=gzip.compress(body, 1)
        )


def _secret(path: str | None) -> str:
    return Path(path).read_text(encoding="utf-8").strip() if path else ""


def _words(error: Any) -> str:
    """What the server said, in one line."""
    message = error.message if error.body or not error.reason else error.reason
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    return " ".join(text.split())[:500]
