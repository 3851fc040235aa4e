"""One panel of a description as Grafana's SDK builds it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grafana_foundation_sdk.builders import common, dashboard, stat, statetimeline, table, text, timeseries
from grafana_foundation_sdk.models import common as named
from grafana_foundation_sdk.models import dashboard as made
from grafana_foundation_sdk.models.text import TextMode

from dashboards.model import Column, Dialect, Language, Panel, Step, T, Word
from dashboards.sdk_query import Target, Targeted, source

NOTHING = T("tidak ada data", "no data")


def panel(what: Panel, number: int, language: Language, dialect: Dialect) -> Any:
    """The SDK's builder of one panel."""
    made_by = {
        "stat": _stat,
        "lines": _lines,
        "bars": _bars,
        "states": _states,
        "table": _table,
        "text": _text,
    }
    builder = made_by[what.kind](what, language)
    builder = builder.id(number).title(what.title.to(language)).span(what.width).height(what.height)
    if what.kind == "text":
        return builder
    builder = builder.description(what.why.to(language)).datasource(source(dialect))
    for index, query in enumerate(what.queries):
        builder = builder.with_target(Targeted(Target(chr(ord("A") + index), query, language, dialect)))
    for each in _transformations(what):
        builder = builder.with_transformation(each)
    return _columns(_field(builder, what, language), what, language)


def _field(builder: Any, what: Panel, language: Language) -> Any:
    """What holds for every series of the panel."""
    builder = builder.no_value(NOTHING.to(language)).thresholds(_thresholds(what.steps))
    builder = builder.unit(what.unit) if what.unit else builder
    builder = builder.decimals(what.decimals) if what.decimals is not None else builder
    builder = builder.min(what.minimum) if what.minimum is not None else builder
    builder = builder.max(what.maximum) if what.maximum is not None else builder
    if what.words:
        builder = builder.mappings([_words(what.words, language)])
    own = what.kind in ("lines", "bars")
    mode = made.FieldColorModeId.PALETTE_CLASSIC if own else made.FieldColorModeId.THRESHOLDS
    return builder.color_scheme(dashboard.FieldColor().mode(mode))


def _stat(what: Panel, _: Language) -> Any:
    reduce = common.ReduceDataOptions().calcs(["sum" if what.total else "lastNotNull"]).values(False)
    builder = stat.Panel().reduce_options(reduce)
    builder = builder.graph_mode(named.BigValueGraphMode.NONE).color_mode(named.BigValueColorMode.VALUE)
    return builder.text_mode(named.BigValueTextMode.AUTO).orientation(named.VizOrientation.AUTO)


def _legend(what: Panel) -> Any:
    legend = common.VizLegendOptions().show_legend(True).placement(named.LegendPlacement.BOTTOM)
    if not what.total:
        return legend.display_mode(named.LegendDisplayMode.LIST).calcs([])
    return legend.display_mode(named.LegendDisplayMode.TABLE).calcs(["sum"])


def _graph(what: Panel) -> Any:
    tooltip = common.VizTooltipOptions().mode(named.TooltipDisplayMode.MULTI).sort(named.SortOrder.NONE)
    builder = timeseries.Panel().legend(_legend(what)).tooltip(tooltip)
    builder = builder if what.soft is None else builder.axis_soft_max(what.soft)
    mode = named.StackingMode.NORMAL if what.stack else named.StackingMode.NONE
    return builder.stacking(common.StackingConfig().mode(mode).group("A"))


def _lines(what: Panel, _: Language) -> Any:
    builder = _graph(what).draw_style(named.GraphDrawStyle.LINE).line_width(1)
    # A gap in the graph is a gap in the measurement: lines are drawn over nothing but a probe's usual pauses.
    builder = builder.fill_opacity(30 if what.stack else 8)
    builder = builder.span_nulls(what.bridge_s * 1000.0 if what.bridge_s else False)
    return builder.show_points(named.VisibilityMode.AUTO).point_size(4)


def _bars(what: Panel, _: Language) -> Any:
    builder = _graph(what).draw_style(named.GraphDrawStyle.BARS).line_width(0).fill_opacity(80)
    # A closing is dated the last second of its day: its bar stands before that moment, on the day.
    side = named.BarAlignment.AFTER if what.from_start else named.BarAlignment.BEFORE
    return builder.bar_alignment(side).show_points(named.VisibilityMode.NEVER)


def _states(_: Panel, __: Language) -> Any:
    builder = statetimeline.Panel().show_value(named.VisibilityMode.NEVER).merge_values(True)
    legend = common.VizLegendOptions().show_legend(True).placement(named.LegendPlacement.BOTTOM)
    return builder.row_height(0.8).legend(legend.display_mode(named.LegendDisplayMode.LIST).calcs([]))


def _table(_: Panel, __: Language) -> Any:
    return table.Panel().show_header(True).cell_height(named.TableCellHeight.SM)


def _text(what: Panel, language: Language) -> Any:
    return text.Panel().mode(TextMode.MARKDOWN).content(what.body.to(language))


def _transformations(what: Panel) -> list[made.DataTransformerConfig]:
    if what.kind != "table":
        return []
    steps = _by_month(what) if what.month else _joined(what.join) if what.join else []
    return [*steps, _ordered(what.columns)]


def _joined(field: str) -> list[made.DataTransformerConfig]:
    """Several queries as one table. Their times differ, so they are left out first."""
    return [
        made.DataTransformerConfig(id_val="filterFieldsByName", options={"exclude": {"names": ["Time"]}}),
        made.DataTransformerConfig(id_val="joinByField", options={"byField": field, "mode": "outer"}),
    ]


def _ordered(columns: tuple[Column, ...]) -> made.DataTransformerConfig:
    """The columns as described, whatever order the data source gives them (it does not keep one for tags)."""
    shown = [column.name for column in columns if column.title is not None]
    hidden = {column.name: True for column in columns if column.title is None}
    order = {name: index for index, name in enumerate(shown)}
    options = {"excludeByName": hidden, "indexByName": order, "renameByName": {}}
    return made.DataTransformerConfig(id_val="organize", options=options)


def _by_month(what: Panel) -> list[made.DataTransformerConfig]:
    """Sums of daily rows by calendar month: InfluxQL itself knows no months."""
    summed = {"aggregations": ["sum"], "operation": "aggregate"}
    names = [column.name.removesuffix(" (sum)") for column in what.columns if column.name.endswith(" (sum)")]
    fields: dict[str, Any] = dict.fromkeys(names, summed)
    fields[what.month] = {"aggregations": [], "operation": "groupby"}
    as_month = {"timeField": what.month, "outputFormat": "YYYY-MM", "useTimezone": True}
    return [
        made.DataTransformerConfig(id_val="formatTime", options=as_month),
        made.DataTransformerConfig(id_val="groupBy", options={"fields": fields}),
    ]


def _columns(builder: Any, what: Panel, language: Language) -> Any:
    for column in what.columns:
        if column.title is not None:
            found = _properties(column, column.title, language)
            several = column.name.startswith("/")
            builder = (builder.override_by_regexp if several else builder.override_by_name)(
                column.name, found
            )
    return builder


def _properties(column: Column, title: T, language: Language) -> list[made.DynamicConfigValue]:
    found: dict[str, Any] = {"displayName": title.to(language)} if title.to(language) else {}
    found |= {
        name: value
        for name, value in (("unit", column.unit), ("noValue", column.empty), ("custom.width", column.width))
        if value
    }
    if column.decimals is not None:
        found["decimals"] = column.decimals
    if column.words:
        found["mappings"] = [_words(column.words, language)]
    if column.steps:
        found |= {
            "thresholds": _thresholds(column.steps).build(),
            "custom.cellOptions": {"type": "color-text"},
        }
    if column.colour:
        found["color"] = {"mode": "fixed", "fixedColor": column.colour}
    return [made.DynamicConfigValue(name, value) for name, value in found.items()]


def _thresholds(steps: tuple[Step, ...]) -> dashboard.ThresholdsConfig:
    given = [made.Threshold(value=step.above, color=step.colour) for step in steps or (Step(None, "blue"),)]
    return dashboard.ThresholdsConfig().mode(made.ThresholdsMode.ABSOLUTE).steps(given)


def _words(words: Mapping[float | str, Word], language: Language) -> made.ValueMap:
    results = {
        (value if isinstance(value, str) else f"{value:g}"): made.ValueMappingResult(
            text=word.text.to(language), color=word.colour, index=index
        )
        for index, (value, word) in enumerate(words.items())
    }
    return made.ValueMap(options=results)
