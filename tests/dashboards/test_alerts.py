"""The alert rules, evaluated on a real InfluxDB as Grafana does: silent on sites that are well, calling for what is wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from dashboards.files import OUT
from tests.dashboards.filled import DEMO, GENSET, Filled
from tests.fixtures_influx import Influx

pytestmark = pytest.mark.slow

FILE = OUT / "provisioning" / "alerting" / "tirta-rules.yaml"
NOW_S = 1_792_700_000.0
Labels = frozenset[tuple[str, str]]
Numbers = dict[Labels, float]


def rules() -> list[dict[str, Any]]:
    """The rules of the file that Grafana reads."""
    (group,) = yaml.safe_load(FILE.read_text("utf-8"))["groups"]
    return list(group["rules"])


def asked(server: Influx, database: str, query: dict[str, Any], now_s: float) -> dict[Labels, list[float]]:
    """Each series of a query by its labels."""
    span = query["relativeTimeRange"]
    bounds = f"time >= {(now_s - span['from']) * 1000:.0f}ms and time <= {(now_s - span['to']) * 1000:.0f}ms"
    text = query["model"]["query"].replace("$timeFilter", bounds)
    assert "$" not in text
    tags = set(re.findall(r'"([a-z_]+)"', text.partition("GROUP BY")[2]))
    series: dict[Labels, list[float]] = {}
    for row in server.query(database, text):
        labels = frozenset((tag, row[tag]) for tag in tags)
        (value,) = (row[name] for name in row if name not in tags | {"time"})
        if value is not None:
            series.setdefault(labels, []).append(float(value))
    return series


REDUCERS = {"last": lambda values: values[-1], "max": max, "sum": sum}


def calling(server: Influx, database: str, rule: dict[str, Any], now_s: float) -> set[str]:
    """The sites for which the rule's condition is not 0 now ("-" where it calls because nothing came)."""
    numbers: dict[str, Numbers] = {}
    series: dict[str, dict[Labels, list[float]]] = {}
    for step in rule["data"]:
        model = step["model"]
        if step["datasourceUid"] == "tirta-influxql":
            series[step["refId"]] = asked(server, database, step, now_s)
        elif model["type"] == "reduce":
            found = series[model["expression"]]
            numbers[step["refId"]] = {
                labels: REDUCERS[model["reducer"]](values) for labels, values in found.items()
            }
        else:
            assert step["refId"] == rule["condition"]
            if not any(numbers.values()):
                return {"-"} if rule["noDataState"] == "Alerting" else set()
            return {dict(labels)["site"] for labels in joined(model["expression"], numbers)}
    raise AssertionError("no condition")


def joined(expression: str, numbers: dict[str, Numbers]) -> list[Labels]:
    """Labels for which the expression holds. Numbers meet where the labels of one contain those of the other."""
    names = sorted(set(re.findall(r"\$([A-C])", expression)))
    python = re.sub(r"\$([A-C])", r"\1", expression).replace("&&", "and")
    true = []
    for labels in numbers["A"]:
        values = {}
        for name in names:
            match = [value for other, value in numbers[name].items() if other <= labels or labels <= other]
            if match:
                values[name] = match[0]
        if len(values) == len(names) and eval(python, {}, values):
            true.append(labels)
    return true


# ------------------------------------------------------------------------------------------------------------- is well


def test_sites_that_are_well_call_nobody(filled: Filled) -> None:
    """On the demo site no rule calls; on the site whose intakes were blocked only the one that tells of the interlock does."""
    site = filled.sites[GENSET]
    trips = filled.ask(f"SELECT last(\"key\") FROM event WHERE site = '{GENSET}' AND kind = 'trip'")
    soon_s = trips[0]["time"] / 1e9 + 60.0
    assert site.start_s < soon_s < site.end_s + 60.0
    called = {rule["uid"]: calling(filled.server, filled.database, rule, soon_s) for rule in rules()}
    assert called.pop("tirta-pump-trip") == {GENSET}
    assert not {uid for uid, sites in called.items() if sites & {DEMO, GENSET}}, called


# ------------------------------------------------------------------------------------------------------------ is wrong


def every(
    measurement: str, tags: str, step_s: float, back_s: float, until_s: float, fields: str
) -> list[str]:
    """Lines of one series; ``{i}`` in the fields counts."""
    count = int((back_s - until_s) // step_s)
    return [
        f"{measurement},{tags} {fields.replace('{i}', str(i))} {(NOW_S - back_s + i * step_s) * 1000:.0f}"
        for i in range(count)
    ]


def controller(site: str, fields: str, until_s: float = 0.0, step_s: float = 60.0) -> list[str]:
    """A day and more of controller points."""
    whole = 'cycle_ms=0.3,lag_s=0,backlog_points=0,dropped_points=0,rss_mb=80,clock_trusted=1,ledger_head="{i}:ab"'
    given = dict(part.split("=") for part in whole.split(","))
    given |= dict(part.split("=") for part in fields.split(",") if part)
    return every(
        "controller",
        f"site={site}",
        step_s,
        27 * 3600.0,
        until_s,
        ",".join(f"{k}={v}" for k, v in given.items()),
    )


def zone(site: str, depletion_mm: float, valve: float, surplus_w: float) -> list[str]:
    """A zone's last three hours, and the power that was left over."""
    fields = f"depletion_mm={depletion_mm},raw_mm=20,valve={valve}"
    return every("zone", f"site={site},zone=z", 900.0, 3 * 3600.0, 0.0, fields) + every(
        "power", f"site={site}", 60.0, 3 * 3600.0, 0.0, f"surplus_w={surplus_w}"
    )


def soil(site: str, until_s: float) -> list[str]:
    """A probe that reports every 20 minutes."""
    return every("soil", f"site={site},zone=z,device=p", 1200.0, 48 * 3600.0, until_s, "vwc=0.3")


def once(measurement: str, tags: str, fields: str) -> list[str]:
    """One point, two minutes ago."""
    return [f"{measurement},{tags} {fields} {(NOW_S - 120.0) * 1000:.0f}"]


WRONG = {
    "site-silent": (controller("sakit", "", until_s=3600.0), controller("sehat", "")),
    "pump-trip": (once("event", "site=sakit,kind=trip,device=pompa,zone=-,seq=5", 'key="no_flow"'),
                  once("event", "site=sehat,kind=start,device=pompa,zone=-,seq=5", 'key="sun"')),
    "backlog-growing": (controller("sakit", "backlog_points={i}000"), controller("sehat", "backlog_points=1900")),
    "points-dropped": (controller("sakit", "dropped_points={i}"), controller("sehat", "dropped_points=7")),
    "clock-untrusted": (controller("sakit", "clock_trusted=0"), controller("sehat", "")),
    "ledger-still": (controller("sakit", 'ledger_head="7:ab"'), controller("sehat", "")),
    "dry-while-sun": (zone("sakit", 26.0, 0.0, 900.0),
                      zone("sehat", 26.0, 1.0, 900.0) + zone("basah", 10.0, 0.0, 900.0) + zone("mendung", 26.0, 0.0, 100.0)),
    "probe-silent": (soil("sakit", 9 * 3600.0), soil("sehat", 0.0)),
    "inverter-fault": (once("pv", "site=sakit,device=inv", 'status="fault"'),
                       once("pv", "site=sehat,device=inv", 'status="running"')),
    "cycle-late": (controller("sakit", "lag_s=14"), controller("sehat", "lag_s=3")),
    "memory": (controller("sakit", "rss_mb=140"), controller("sehat", "rss_mb=100")),
}  # fmt: skip
"""Rule -> points of a site that it must call for, and of sites that it must not call for."""


def test_every_rule_has_its_case() -> None:
    """No rule is without a site that it must call for."""
    assert {rule["uid"].removeprefix("tirta-") for rule in rules()} == set(WRONG)


@pytest.mark.parametrize("name", WRONG)
def test_a_rule_calls_for_what_is_wrong_and_for_nothing_else(name: str, influxdb: Influx) -> None:
    """The rule calls for the site where its case is so, and for none of those beside it."""
    (rule,) = (rule for rule in rules() if rule["uid"] == f"tirta-{name}")
    wrong, right = WRONG[name]
    database = influxdb.fresh_database()
    influxdb.write(database, "\n".join([*wrong, *right]), "ms")
    assert calling(influxdb, database, rule, NOW_S) == {"sakit"}


def test_an_empty_database_calls() -> None:
    """A database that nobody writes to is a call by itself: the rule of silent sites says so."""
    states = {rule["uid"]: rule["noDataState"] for rule in rules()}
    assert {uid for uid, state in states.items() if state == "Alerting"} == {"tirta-site-silent"}


def test_texts_are_in_both_languages_and_hold_no_variables() -> None:
    """Each rule says what it means and what to do in both languages, without a sign that Grafana would replace."""
    for rule in rules():
        told = [rule["title"], *rule["annotations"].values()]
        assert all(" / " in text for text in told), rule["uid"]
        assert not any("$" in text for text in told), rule["uid"]
        assert not re.search(r"\bsolar\b", " ".join(told), re.IGNORECASE)
