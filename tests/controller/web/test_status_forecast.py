"""People and programs see what is expected, and how far such words were off."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controller.commands.remote import show
from controller.core.decide import decide
from controller.core.state import initial_state
from controller.outlooks import Kept
from controller.telemetry.groups import groups_of
from controller.web.render import Renderer
from controller.web.status_forecast import errors, forecast
from schedules.forecast_skill import Skill, judged, promised
from schedules.outlook import HOLDS_S, Outlook, RainDay
from tests.controller.little_world import LittleWorld, demo_site
from tests.controller.web.station import Station

RAIN = (RainDay(0.0, 86_400.0, 6.0, (0.4, 0.2, 0.1, 0.0, 0.0, 0.0)),)


def seen(now_s: float, rain: tuple[RainDay, ...] = RAIN) -> Outlook:
    begin = now_s // 900.0 * 900.0
    return Outlook(
        now_s, "persistence", begin, (800.0,) * 192, (500.0,) * 192, (1100.0,) * 192, (412.0,) * 192, rain
    )


def kept() -> Kept:
    own = both = Skill()
    for i in range(50):
        own = judged(promised(own, i * 900.0, "1h", 150.0, 150.0, 150.0), i * 900.0, "1h", 100.0)
        both = judged(promised(both, i * 900.0, "3h", 150.0, 110.0, 120.0), i * 900.0, "3h", 100.0)
    return Kept(skill=both, own=own)


def test_the_next_hour_and_the_record() -> None:
    """Watts of the next hour with their band, energy of a day, rain, and each record in its own units."""
    snapshot, _ = LittleWorld(demo_site()).step()
    now_s = snapshot.at.epoch_s
    rain = (replace(RAIN[0], begin_s=now_s, end_s=now_s + 86_400.0),)
    found = forecast(replace(snapshot, outlook=seen(now_s, rain)), kept())
    assert found is not None
    assert (found["next_w"], found["low_w"], found["high_w"]) == (800, 500, 1100)
    assert found["left_kwh"] == pytest.approx(19.2)
    assert (found["rain_chance"], found["rain_3d_mm"]) == (0.4, 6.0)
    assert found["errors"]["1h"]["own_mae"] == pytest.approx(50.0)
    assert found["errors"]["3h"]["told_rmse"] == pytest.approx(10.0)
    assert found["errors"]["3h"]["weight"] > 0.8
    assert errors(None) == {}


def test_nothing_is_said_of_what_is_too_old() -> None:
    """Without an outlook, or with one that no longer holds, there is no forecast and no point of it."""
    snapshot, _ = LittleWorld(demo_site()).step()
    assert forecast(snapshot, None) is None
    assert forecast(replace(snapshot, outlook=seen(snapshot.at.epoch_s - HOLDS_S - 900.0)), None) is None


def test_the_expected_irradiance_is_a_point() -> None:
    """The measurement `weather` carries what the outlook expects of this quarter."""
    site = demo_site()
    snapshot, _ = LittleWorld(site).step()
    shown = replace(snapshot, outlook=seen(snapshot.at.epoch_s))
    decision = decide(site, initial_state(site), shown)
    (group,) = [one for one in groups_of(site) if "forecast_ghi_w_m2" in one.names]
    assert group.derive is not None
    assert dict(zip(group.names, group.derive(shown, decision), strict=True))["forecast_ghi_w_m2"] == 412.0
    assert dict(zip(group.names, group.derive(snapshot, decision), strict=True))["forecast_ghi_w_m2"] is None


def test_the_terminal_says_it_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`tirta status` has a line with power, rain and the usual error, in either language; none without a forecast."""
    found = {"next_w": 800, "low_w": 500, "high_w": 1100, "rain_chance": 0.4, "rain_3d_mm": 12.0,
             "errors": {"1h": {"own_mae": 50.0}}}  # fmt: skip
    for language, words in (("en", "next hour about 800 W"), ("id", "satu jam ke depan kira-kira 800 W")):
        monkeypatch.setenv("LC_ALL", f"{language}_ID.UTF-8")
        show({"forecast": found})
        said = capsys.readouterr().out
        assert words in said
        assert "40 %" in said
        assert "50 W/m2" in said
    show({"forecast": None})
    assert "W" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "record", [{}, {"1h": {"own_mae": 50.0}}, {"3h": {"own_mae": 40.0}}, {"1h": {"own_mae": None}}]
)
def test_the_page_stands_whatever_the_record_holds(
    station: Station, record: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forecast without any record yet, as in the first hour of every daemon, or with a part of one, does not break the page."""
    renderer = Renderer(station.context())
    values = renderer._values("en")
    shown = {
        "next_w": 800,
        "low_w": 500,
        "high_w": 1100,
        "rain_chance": 0.4,
        "rain_3d_mm": 12.0,
        "errors": record,
    }
    monkeypatch.setattr(renderer, "_values", lambda _: values | {"s": values["s"] | {"forecast": shown}})
    assert "800" in renderer.parts("en")["sun"]
