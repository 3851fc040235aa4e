"""What `tirta check` says of outputs that nothing ends: every profile of the library is tried as the run output of a pump."""

from __future__ import annotations

from functools import cache

import pytest

from controller.check import check
from controller.check_base import Finding, Severity, Subject
from controller.check_texts import render
from controller.config import load_site
from controller.core.site import Output, SiteFile
from drivers.profile import Profile, library, load_profile
from drivers.profile_commands import CommandEntry
from tests.controller.site_files import SITES

KEYS = ("pump-without-fail-safe", "output-returns-on")


@cache
def paddy() -> SiteFile:
    """A site with one pump."""
    return load_site(SITES / "paddy.yaml")[0].file


def findings(profile: Profile, quantity: str) -> dict[str, Finding]:
    """What is said of a pump that is run by this output directly, by text key."""
    pump = (
        paddy().pumps[0].model_copy(update={"run": Output(output=f"penggerak.{quantity}"), "lease_s": None})
    )
    file = paddy().model_copy(update={"pumps": (pump,)})
    told = check(Subject(file, {}, {"penggerak": profile}))
    return {finding.key: finding for finding in told if finding.key in KEYS and finding.loc[-1] == "run"}


def switches() -> list[tuple[Profile, str, CommandEntry]]:
    """Everything in the library that can be switched on and off; of a group of like channels the first."""
    found: dict[tuple[str, str], tuple[Profile, str, CommandEntry]] = {}
    for profile in map(load_profile, library()):
        for quantity, entry in profile.commands.items():
            if entry.on:
                found.setdefault((profile.name, quantity.rstrip("0123456789")), (profile, quantity, entry))
    return list(found.values())


def test_no_pump_hangs_on_an_output_that_nothing_ends() -> None:
    """Exactly the outputs without a fail-safe are refused, drives above all, with the way out in both languages."""
    refused = set()
    for profile, quantity, entry in switches():
        said = findings(profile, quantity).get("pump-without-fail-safe")
        assert (said is not None) == (entry.fail_safe.kind == "none"), (profile.name, quantity)
        if said is None:
            continue
        refused.add(profile.name)
        assert said.severity is Severity.ERROR
        message, hint = render(said.key, said.params, "en")
        assert f"penggerak.{quantity}" in message
        assert "contactor on a timed-on relay" in hint
        assert "kontaktor pada relay berpengatur waktu" in render(said.key, said.params, "id")[1]
    assert {"invt-gd100-pv"} <= refused
    assert "waveshare-relay-8ch" not in refused


@pytest.mark.parametrize(("returns", "told"), [("off", False), (None, False), ("last", True), ("on", True)])
def test_an_output_that_comes_back_on_is_told(returns: str | None, told: bool) -> None:
    """A relay that is on again after a power failure runs without a timer: a warning at the output, which does not block."""
    profile = load_profile("waveshare-relay-8ch")
    entries = {
        quantity: entry.model_copy(update={"power_on": returns})
        for quantity, entry in profile.command_entries.items()
    }
    profile = profile.model_copy(update={"command_entries": entries}).fresh()
    said = findings(profile, "switch_1").get("output-returns-on")
    assert (said is not None) is told
    if said is not None:
        assert said.severity is Severity.WARNING
        assert "penggerak.switch_1" in render(said.key, said.params, "en")[0]
