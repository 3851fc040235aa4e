"""The web server inside the daemon's own event loop. It may fail to open its port, or fall: the controller goes on.

It takes no signals (that is the daemon's work), ends open streams at once when told to stop, and tries again
when its port is taken.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from controller.clock import settled
from controller.web.context import LOOPBACK, WebContext
from controller.web.stream import Streams

if TYPE_CHECKING:
    from uvicorn import Server

log = logging.getLogger(__name__)

RETRY_S = 10.0
"""Real seconds between two tries to open the port."""

GRACE_S = 1
"""Real seconds that open requests get at the end."""

CONNECTIONS_MAX = 96
BACKLOG = 64

PORT_TAKEN = (
    "Halaman web belum bisa dibuka: port {host}:{port} dipakai program lain ({why}). Pengendali tetap bekerja dan akan mencoba "
    "lagi. / The web page cannot open yet: another program uses port {host}:{port} ({why}). The controller keeps running "
    "and tries again."
)
NO_PIN = (
    "Halaman web hanya dibuka untuk komputer ini karena PIN belum dipasang (pin_file). / The web page is open to this computer "
    "only, because no PIN is set (pin_file)."
)
FELL = "Halaman web berhenti karena galat dan dibuka lagi. / The web page stopped because of an error and is opened again."


class WebServer:
    """The page on ``host``:``port`` (default: the site file's; port 0: any free one)."""

    def __init__(self, context: WebContext, host: str | None = None, port: int | None = None) -> None:
        entry = context.live.site.file.web
        self._host = host if host is not None else entry.host
        self._port = entry.port if port is None else port
        if self._host not in LOOPBACK and context.pin_hash is None:
            self._host = LOOPBACK[0]
            self._tell(context, NO_PIN)
        self._context = replace(context, host=self._host)
        self._task: asyncio.Task[None] | None = None
        self._server: Server | None = None
        self._streams: Streams | None = None
        self._stopping = asyncio.Event()
        self.bound_port: int | None = None
        """The port that is open now, None while none is."""

    async def start(self, retry_s: float = RETRY_S) -> None:
        """Open the port and serve beside the caller. Returns when it serves, or when the first try failed (it goes on trying)."""
        tried = asyncio.Event()
        self._task = asyncio.create_task(self._run(tried, retry_s), name="web")
        await tried.wait()

    async def stop(self) -> None:
        """End all streams, finish what is being answered (a second at most), close the port."""
        self._stopping.set()
        if self._streams is not None:
            self._streams.stop()
        if self._server is not None:
            self._server.should_exit = True
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _run(self, tried: asyncio.Event, retry_s: float) -> None:
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._stopping.wait())
        told = ""
        while not self._stopping.is_set():
            try:
                opened = _open(self._host, self._port)
            except OSError as error:
                text = PORT_TAKEN.format(host=self._host, port=self._port, why=error.strerror or error)
                if text != told:
                    self._tell(self._context, text)
                told = text
            else:
                told = ""
                await self._serve(opened, tried)
            tried.set()
            await settled(retry_s, stopping)
        stopping.cancel()

    async def _serve(self, opened: socket.socket, tried: asyncio.Event) -> None:
        self._streams = Streams()
        try:
            self._server = make_server(self._context, self._streams)
            self.bound_port = int(opened.getsockname()[1])
            serving: asyncio.Future[Any] = asyncio.create_task(
                self._guarded(self._server, opened), name="uvicorn"
            )
            while not serving.done() and not self._server.started:
                await settled(0.01, serving)
            log.info("page on http://%s:%d/", self._host, self.bound_port)
            tried.set()
            await serving
        finally:
            self._streams.stop()
            self._server, self.bound_port = None, None
            opened.close()

    async def _guarded(self, server: Server, opened: socket.socket) -> None:
        """Serve; a web server that falls, or exits as uvicorn does, must not take the pump's controller with it."""
        if self._stopping.is_set():
            return
        try:
            await server.serve(sockets=[opened])
        except (Exception, SystemExit):
            log.exception("the web server fell")
            self._tell(self._context, FELL)
        finally:
            for listener in getattr(server, "servers", ()):
                listener.close()

    @staticmethod
    def _tell(context: WebContext, text: str) -> None:
        log.error("%s", text)
        context.live.notice(text)


def make_server(context: WebContext, streams: Streams) -> Server:
    """A uvicorn server for the page that leaves signals alone. Heavy: it brings the web framework in."""
    import uvicorn

    from controller.web.app import create_app

    class Embedded(uvicorn.Server):
        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

    config = uvicorn.Config(
        create_app(context, streams),
        log_config=None,
        log_level="warning",
        access_log=False,
        lifespan="off",
        http="h11",
        ws="none",
        server_header=False,
        proxy_headers=False,
        limit_concurrency=CONNECTIONS_MAX,
        backlog=BACKLOG,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_S,
    )
    return Embedded(config)


def _open(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the port is taken or the host is not ours."""
    family, kind, proto, _, where = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    opened = socket.socket(family, kind, proto)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(where)
        opened.listen(BACKLOG)
        opened.setblocking(False)
    except OSError:
        opened.close()
        raise
    return opened
