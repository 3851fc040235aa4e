"""Which file holds what: every generated file of deploy/grafana with its text."""

from __future__ import annotations

from pathlib import Path

from dashboards.alert_files import as_yaml
from dashboards.boards import csr, fleet, operator, sql, technician
from dashboards.model import LANGUAGES, Board
from dashboards.sdk_board import as_json

OUT = Path(__file__).resolve().parents[1] / "deploy" / "grafana"

BOARDS: tuple[Board, ...] = (operator.BOARD, technician.BOARD, csr.BOARD, fleet.BOARD, sql.CSR, sql.FLEET)


def files() -> dict[Path, str]:
    """Path -> text of everything that is generated."""
    made = {
        OUT / "dashboards" / board.dialect / language / f"tirta-{board.name}.json": as_json(board, language)
        for board in BOARDS
        for language in LANGUAGES
    }
    return {**made, OUT / "provisioning" / "alerting" / "tirta-rules.yaml": as_yaml()}
