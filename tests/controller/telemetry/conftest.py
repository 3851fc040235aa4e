"""Fixtures of the telemetry tests."""

from __future__ import annotations

from tests.controller.telemetry.server import scripted

__all__ = ["scripted"]
