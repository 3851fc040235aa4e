"""One database for all tests of the dashboards: its filling takes longer than any of them."""

from __future__ import annotations

import pytest

from tests.dashboards.filled import Filled, fill
from tests.fixtures_influx import Influx


@pytest.fixture(scope="session")
def filled(influxdb: Influx, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """InfluxDB 1.6.7 with some days of three simulated sites."""
    return fill(influxdb, tmp_path_factory.mktemp)
