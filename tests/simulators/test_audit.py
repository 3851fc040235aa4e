"""The world that watches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from controller.config import load_site
from simulators.audit import SAID, AuditedWorld, Broken
from simulators.season import local_midnight

Switch = Callable[[float, str, bool], None]


def _world(kind: str) -> tuple[AuditedWorld, Switch]:
    site, _ = load_site(f"simulators/sites/{kind}.yaml")
    start = local_midnight(site, "2026-11-10") + timedelta(hours=12)
    world = AuditedWorld(site, 1, start)

    def switch(minute: float, output: str, on: bool) -> None:
        world.advance(start.astimezone(UTC) + timedelta(minutes=minute))
        keys = {p.id: p.run.key for p in site.file.pumps} | {v.id: v.command.key for v in site.file.valves}
        world.apply(*keys[output], float(on))

    return world, switch


@pytest.mark.parametrize(
    ("second", "third", "what", "english", "indonesian"),
    [
        (2.0, 60.0, "short-run", "stopped after 120 s, sooner than 300 s",
         "mati sesudah 120 detik, padahal paling singkat 300 detik"),
        (30.0, 33.0, "short-rest", "rested for 180 s, less than 600 s", "istirahat 180 detik, padahal paling singkat 600 detik"),
        (301.0, 320.0, "long-run", "ran for 18060 s, longer than 14400 s",
         "menyala 18060 detik, padahal paling lama 14400 detik"),
    ],
)  # fmt: skip
def test_a_tank_pump_switched_too_soon_or_too_late_is_told(
    second: float, third: float, what: str, english: str, indonesian: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short run, a short rest and a run beyond the longest are each one violation, in the reader's language."""
    world, switch = _world("nursery")
    world.tanks["tandon"].tank = world.tanks["tandon"].tank.model_copy(
        update={"height_m": 99.0, "full_m": 98.0}
    )
    switch(0.0, "pompa", True)
    switch(second, "pompa", False)
    switch(third, "pompa", True)
    assert [one.what for one in world.broken] == [what]
    for language, words in (("en", english), ("id", indonesian)):
        monkeypatch.setenv("LC_ALL", f"{language}_ID.UTF-8")
        (said,) = world.violations
        assert said.endswith(f"pompa: {words}")


def test_a_direct_pump_needs_an_open_way() -> None:
    """Starting against closed gates, and closing the last gate before the pump, are violations; the right order is none."""
    world, switch = _world("paddy")
    switch(0.0, "pompa-sungai", True)
    assert len(world.violations) == 1
    world, switch = _world("paddy")
    switch(0.0, "pintu-hulu", True)
    switch(2.0, "pompa-sungai", True)
    switch(20.0, "pompa-sungai", False)
    switch(21.0, "pintu-hulu", False)
    assert world.violations == []
    world, switch = _world("paddy")
    switch(0.0, "pintu-hulu", True)
    switch(2.0, "pompa-sungai", True)
    switch(20.0, "pintu-hulu", False)
    assert len(world.violations) == 1


def test_too_many_starts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fifth start within an hour breaks the nursery's limit of four; it has its sentence in both languages."""
    world, switch = _world("nursery")
    world.tanks["tandon"].tank = world.tanks["tandon"].tank.model_copy(
        update={"height_m": 99.0, "full_m": 98.0}
    )
    for start in range(5):
        switch(start * 11.0, "pompa", True)
        switch(start * 11.0 + 6.0, "pompa", False)
    told = {one.what: one for one in world.broken}
    assert set(told) == {"short-rest", "starts"}
    for language, words in (
        ("en", "5 starts within an hour, more than 4"),
        ("id", "5 kali dinyalakan dalam sejam"),
    ):
        monkeypatch.setenv("LC_ALL", f"{language}_ID.UTF-8")
        assert words in told["starts"].sentence()


def test_every_limit_has_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind reads as a sentence in both languages, other in each, with no placeholder left over."""
    for what in SAID:
        said = []
        for language in ("en", "id"):
            monkeypatch.setenv("LC_ALL", f"{language}_ID.UTF-8")
            said.append(Broken(datetime(2026, 11, 10, tzinfo=UTC), "pompa", what, 1.0, 2.0).sentence())
        assert said[0] != said[1]
        assert not {"{", "}"} & set("".join(said))
