"""A server that answers what a test wants: status, headers, silence, garbage; and remembers what it took."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


@dataclass
class Request:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    lines: list[str]


@dataclass
class Reply:
    """One answer; ``hang`` keeps the client waiting until the server ends, ``raw`` goes out as it is."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    raw: bytes = b""


class Scripted:
    """``answer`` decides; ``stored`` are the lines of all requests that were answered 204, ``requests`` all that came."""

    def __init__(self) -> None:
        self.answer: Callable[[Request], Reply] = lambda _: Reply()
        self.requests: list[Request] = []
        self.stored: list[str] = []
        self._over = threading.Event()
        scripted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                scripted.serve(self)

            def do_GET(self) -> None:
                scripted.serve(self)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def serve(self, handler: BaseHTTPRequestHandler) -> None:
        """One request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        if handler.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        request = Request(handler.command, handler.path, dict(handler.headers), body.decode().splitlines())
        self.requests.append(request)
        reply = self.answer(request)
        if reply.hang:
            self._over.wait(30)
            handler.close_connection = True
            return
        if reply.raw:
            handler.wfile.write(reply.raw)
            handler.close_connection = True
            return
        if reply.status == 204 and request.method == "POST":
            self.stored += request.lines
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body.encode())

    @property
    def writes(self) -> list[Request]:
        """The requests that carried lines."""
        return [request for request in self.requests if request.method == "POST"]

    def close(self) -> None:
        """End it."""
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """A scripted server on 127.0.0.1."""
    server = Scripted()
    yield server
    server.close()
