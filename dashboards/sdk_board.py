"""One dashboard as JSON text: the same description gives the same bytes, on every computer."""

from __future__ import annotations

import json

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard as made
from grafana_foundation_sdk.models import table

from dashboards.model import DAYS_ZONE, Board, Language
from dashboards.sdk_panel import panel
from dashboards.sdk_query import Annotated, Chosen

LINKS = {"id": "Dasbor lain", "en": "Other dashboards"}


def as_json(board: Board, language: Language) -> str:
    """The file that Grafana reads."""
    built = _board(board, language).build()
    for one in built.panels or []:
        if isinstance(one, made.Panel) and isinstance(one.options, table.Options):
            one.options.footer = None  # the SDK's default, which newer Grafanas do not know any more
    if not board.marks:
        built.annotations = made.AnnotationContainer(list_val=[])
    return json.dumps(built, cls=JSONEncoder, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _board(board: Board, language: Language) -> build.Dashboard:
    made_of = build.Dashboard(board.title.to(language)).uid(board.uid(language))
    made_of = made_of.description(board.why.to(language)).tags(["tirtasurya", language, *board.tags])
    made_of = made_of.time(board.since, "now").refresh(board.refresh).editable()
    made_of = made_of.timezone(DAYS_ZONE if "day" in board.tags else "browser")
    made_of = made_of.tooltip(made.DashboardCursorSync.CROSSHAIR).with_variable(Chosen(board, language))
    made_of = made_of.link(_link(language))
    if board.marks:
        made_of = made_of.annotation(Annotated(board, language))
    number = 0
    for row in board.rows:
        made_of = made_of.with_row(build.Row(row.title.to(language)).id(100 + number))
        for one in row.panels:
            number += 1
            made_of = made_of.with_panel(panel(one, number, language, board.dialect))
    return made_of


def _link(language: Language) -> build.DashboardLink:
    link = build.DashboardLink(LINKS[language]).type(made.DashboardLinkType.DASHBOARDS)
    return link.tags(["tirtasurya", language]).as_dropdown(True).include_vars(True).keep_time(True)
