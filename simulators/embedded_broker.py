"""A small MQTT broker in this process for the demonstration, where no other listens."""

from __future__ import annotations

import asyncio
import logging

from controller.commands.console import t


class ServeError(Exception):
    """A bus of the site file cannot be simulated here: which and why, and in ``hint`` what to do, in the terminal's language."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def _no_visit(record: logging.LogRecord) -> bool:
    """A look whether the port is taken says nothing, and the library calls that an error on the reader's terminal."""
    return not record.getMessage().startswith("No data from")


class EmbeddedBroker:
    """A small broker in this process, for the demonstration only (no offline queues, no time-outs)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._broker: object = None

    async def start(self) -> None:
        """Listen on 127.0.0.1. Raises ServeError when there is no broker to embed or the port is taken."""
        try:
            from amqtt.broker import Broker as Amqtt
        except ImportError:
            raise ServeError(
                t(
                    f"no MQTT broker listens on port {self.port}, and the small one is not installed",
                    f"tidak ada broker MQTT pada port {self.port}, dan broker kecilnya belum dipasang",
                ),
                t("start mosquitto, or run make demo", "jalankan mosquitto, atau make demo"),
            ) from None
        for name in ("amqtt", "transitions"):
            logging.getLogger(name).setLevel(logging.ERROR)
        logging.getLogger("amqtt.broker").addFilter(_no_visit)
        broker = Amqtt(
            {
                "listeners": {
                    "default": {"type": "tcp", "bind": f"127.0.0.1:{self.port}", "max_connections": 50}
                },
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        await broker.start()
        self._broker = broker

    async def stop(self) -> None:
        """Close the port."""
        if self._broker is not None:
            await self._broker.shutdown()  # type: ignore[attr-defined]
            self._broker = None


async def listens(port: int) -> bool:
    """Whether something accepts connections on this port of 127.0.0.1."""
    try:
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
