"""What `tirta run` hands to the daemon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunOptions:
    """``config``: config.yaml. ``state``: the directory of ledger, telemetry and state. ``record``: keep what replay needs.

    Plant time (demo, training): ``plant_start`` (aware), ``plant_rate`` plant seconds per second, ``plant_anchor`` the real
    monotonic second at which it is ``plant_start``; None: the system's own time.
    """

    config: Path
    state: Path
    plant_start: datetime | None = None
    plant_rate: float = 1.0
    plant_anchor: float | None = None
    record: bool = False
