"""For all tests: the real services as fixtures, and no silent skip with CI=true."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.services import NO_DATA, NO_SERVER, in_ci

pytest_plugins = ["tests.fixtures_influx", "tests.fixtures_mqtt", "tests.fixtures_serial"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true a skipped test fails, but for data and servers that may be absent by design."""
    report = yield
    if not hasattr(report, "wasxfail"):
        _fail_if_skipped_in_ci(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole file that skips itself."""
    report = yield
    _fail_if_skipped_in_ci(report, collector.nodeid)
    return report


def _fail_if_skipped_in_ci(report: pytest.TestReport | pytest.CollectReport, name: str) -> None:
    if not (in_ci() and report.skipped):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if NO_DATA not in reason and NO_SERVER not in reason:
        report.outcome = "failed"
        report.longrepr = f"{name}: with CI=true nothing is skipped: {reason}"
