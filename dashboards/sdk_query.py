"""Queries, variables and annotations as Grafana's SDK wants them."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models import dashboard as made

from dashboards.model import Board, Dialect, Language, Query, T

UIDS: dict[Dialect, str] = {"influxql": "tirta-influxql", "sql": "tirta-sql"}
"""The data sources that deploy/grafana/provisioning makes."""

SITES = {
    "influxql": 'SHOW TAG VALUES FROM "controller" WITH KEY = "site"',
    "sql": "SELECT DISTINCT site FROM controller",
}
MARKS = T("Kejadian", "Events")


def source(dialect: Dialect) -> made.DataSourceRef:
    """The data source for queries of that language."""
    return made.DataSourceRef(type_val="influxdb", uid=UIDS[dialect])


class Target(Dataquery):
    """One query of a panel; the SDK has no type of its own for InfluxDB."""

    def __init__(self, ref: str, query: Query, language: Language, dialect: Dialect) -> None:
        self.ref, self.query, self.language, self.dialect = ref, query, language, dialect

    def to_json(self) -> dict[str, Any]:
        """As Grafana's InfluxDB data source reads it."""
        text, shape = self.query.to(self.language), "table" if self.query.table else "time_series"
        common = {"refId": self.ref, "datasource": source(self.dialect)}
        if self.dialect == "sql":
            return {**common, "rawSql": text, "rawQuery": True, "format": shape, "editorMode": "code"}
        alias = self.query.alias
        name = alias.to(self.language) if isinstance(alias, T) else alias
        told = {"alias": name} if name and not self.query.table else {}
        return {**common, "query": text, "rawQuery": True, "resultFormat": shape, **told}


class Targeted(Builder[Dataquery]):
    """A target where the SDK asks for a builder."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def build(self) -> Target:
        """The target itself."""
        return self.target


class Marked(made.AnnotationTarget):
    """The query of an annotation: one column is its text, others its tags."""

    def __init__(self, kinds: str, language: Language) -> None:
        super().__init__()
        self.kinds, self.language = kinds, language

    def to_json(self) -> dict[str, object]:
        """As Grafana's InfluxDB data source reads it."""
        text = f"text_{self.language}"
        condition = f'"site" =~ /^${{site:regex}}$/ AND "kind" =~ /^({self.kinds})$/ AND $timeFilter'
        return {
            "refId": "Anno",
            "query": f'SELECT "{text}", "kind", "device", "zone" FROM "event" WHERE {condition}',
            "rawQuery": True,
            "fromAnnotations": True,
            "textEditor": True,
            "textColumn": text,
            "tagsColumn": "kind,device,zone",
        }


class Annotated(Builder[made.AnnotationQuery]):
    """The site's events as marks in every graph."""

    def __init__(self, board: Board, language: Language) -> None:
        self.board, self.language = board, language

    def build(self) -> made.AnnotationQuery:
        """The SDK's model; its builder knows no queries of InfluxDB."""
        return made.AnnotationQuery(
            name=MARKS.to(self.language),
            datasource=source("influxql"),
            icon_color="orange",
            target=Marked(self.board.marks, self.language),
            built_in=None,
        )


class Chosen(Builder[made.VariableModel]):
    """Which site, or which ones on a board of many."""

    def __init__(self, board: Board, language: Language) -> None:
        self.board, self.language = board, language

    def build(self) -> made.VariableModel:
        """The SDK's model, without what belongs to variables of intervals only."""
        many = self.board.many
        variable = build.QueryVariable("site").label(T("Lokasi", "Site").to(self.language))
        variable = variable.datasource(source(self.board.dialect)).multi(many).include_all(many)
        variable = variable.refresh(made.VariableRefresh.ON_TIME_RANGE_CHANGED)
        variable = variable.sort(made.VariableSort.ALPHABETICAL_ASC).query(self._query())
        model = variable.build()
        model.auto = model.auto_min = model.auto_count = None
        if many:
            model.current = made.VariableOption(selected=True, text=["All"], value=["$__all"])
        return model

    def _query(self) -> str | dict[str, object]:
        if self.board.dialect == "influxql":
            return SITES["influxql"]
        return {"refId": "site", "rawSql": SITES["sql"], "rawQuery": True, "format": "table"}
