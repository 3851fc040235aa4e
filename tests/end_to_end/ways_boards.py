"""How boards and drives on a wire stop when the controller dies; joined into `tests.end_to_end.ways`."""

from __future__ import annotations

from collections.abc import Mapping

from tests.end_to_end.way import Way

WAYS: Mapping[str, Way] = {}
