"""The small MQTT broker of the demonstration."""

from __future__ import annotations

import asyncio
import gc

import pytest

from simulators.embedded_broker import EmbeddedBroker, listens
from tests.services import free_port


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # the library forgets to close visits
async def test_a_look_at_the_port_is_no_error(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whoever only looks whether it listens leaves no line on the terminal, and it goes on serving."""
    broker = EmbeddedBroker(free_port())
    await broker.start()
    try:
        for _ in range(3):
            assert await listens(broker.port)
            await asyncio.sleep(0.1)
    finally:
        await broker.stop()
    assert not await listens(broker.port)
    gc.collect()  # here, and not in somebody else's test
    assert [record.getMessage() for record in caplog.records if record.name.startswith("amqtt")] == []
    assert "No data" not in capfd.readouterr().err
