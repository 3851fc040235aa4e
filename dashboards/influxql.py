"""The few shapes of InfluxQL that the dashboards need. Understood by InfluxDB 1.x, by 2.x with a DBRP mapping, and by 3.x."""

from __future__ import annotations

from dashboards.model import Query, T

SITE = '"site" =~ /^${site:regex}$/'
"""Of the chosen site, or of any of the chosen ones."""


def where(extra: str = "") -> str:
    """The chosen sites, the time shown, and a further condition."""
    more = f" AND {extra}" if extra else ""
    return f"WHERE {SITE}{more} AND $timeFilter"


def group(*tags: str, every: str = "", fill: str = "") -> str:
    """``GROUP BY`` time and tags."""
    parts = [f"time({every})"] if every else []
    parts += [f'"{tag}"' for tag in tags]
    filled = f" fill({fill})" if every and fill else ""
    return f" GROUP BY {', '.join(parts)}{filled}" if parts else ""


def course(
    measurement: str, what: str, *tags: str, alias: T | str = "", extra: str = "", fill: str = "null"
) -> Query:
    """``what`` (an aggregate of a field) over time. A gap stays a gap unless ``fill`` says otherwise."""
    query = f'SELECT {what} FROM "{measurement}" {where(extra)}{group(*tags, every="$__interval", fill=fill)}'
    return Query(query, alias or " ".join(f"$tag_{tag}" for tag in tags))


def state(measurement: str, field: str, *tags: str, alias: T | str = "", extra: str = "") -> Query:
    """A state that holds until the next point says otherwise: what is told only when it changes."""
    return course(measurement, f'last("{field}")', *tags, alias=alias, extra=extra, fill="previous")


def newest(measurement: str, what: str, *tags: str, alias: T | str = "", extra: str = "") -> Query:
    """The newest value in the time shown, one for each combination of tags."""
    query = f'SELECT {what} FROM "{measurement}" {where(extra)}{group(*tags)}'
    return Query(query, alias or " ".join(f"$tag_{tag}" for tag in tags))


def rows(measurement: str, what: str, *tags: str, extra: str = "", tail: str = "") -> Query:
    """A table: one row for each point, or for each combination of tags where ``what`` aggregates."""
    return Query(f'SELECT {what} FROM "{measurement}" {where(extra)}{group(*tags)}{tail}', table=True)


def counted(
    measurement: str, counter: str, *tags: str, every: str, alias: T | str = "", fill: str = "none"
) -> Query:
    """What a counter moved in each ``every``: steps backwards (a reset, a replaced meter) count nothing."""
    inner = (
        f'SELECT non_negative_difference("{counter}") AS "moved" FROM "{measurement}" {where()}{group(*tags)}'
    )
    outer = f'SELECT sum("moved") FROM ({inner}) WHERE $timeFilter{group(*tags, every=every, fill=fill)}'
    return Query(outer, alias or " ".join(f"$tag_{tag}" for tag in tags))
