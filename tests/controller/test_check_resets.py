"""What `tirta check` says of drives that trip: nobody may reset them, nobody sees it, or there is nothing to reset."""

from __future__ import annotations

from typing import Any

import pytest

from controller.check import check
from controller.check_base import Finding, Severity, Subject
from controller.check_resets import resets_of
from controller.check_texts import render
from controller.config import load_site
from controller.core.site import Output, Protect
from drivers.profile import load_profile
from tests.controller.site_files import SITES

KEYS = ("reset-impossible", "reset-forbidden", "fault-unseen")


def told(drive: str, pump: dict[str, Any] | None = None, **protect: Any) -> list[Finding]:
    """What is said of a pump that this drive runs itself."""
    file = load_site(SITES / "paddy.yaml")[0].file
    changes = {"run": Output(output="penggerak.running"), "protect": Protect(**protect)} | (pump or {})
    file = file.model_copy(update={"pumps": (file.pumps[0].model_copy(update=changes),)})
    found = check(Subject(file, {}, {"penggerak": load_profile(drive)}))
    return [finding for finding in found if finding.key in KEYS]


UNSEEN = {"fault": None, "status": None}


@pytest.mark.parametrize(
    ("drive", "pump", "protect", "key"),
    [
        ("abb-acs355", {}, {}, ""),
        ("abb-acs355", {}, {"reset_faults": False}, "reset-forbidden"),
        ("abb-acs355", UNSEEN, {}, "fault-unseen"),
        ("danfoss-fc102", {}, {"reset_faults": False}, ""),  # it stops without a fault
        ("waveshare-relay-8ch", {}, {}, ""),
        ("waveshare-relay-8ch", {}, {"reset_faults": True}, "reset-impossible"),
    ],
)
def test_drives_that_trip(drive: str, pump: dict[str, Any], protect: dict[str, Any], key: str) -> None:
    """Told as a warning with the pump's name and what to do, in both languages; what works by itself is not."""
    findings = told(drive, pump, **protect)
    assert [finding.key for finding in findings] == ([key] if key else [])
    for finding in findings:
        assert finding.severity is Severity.WARNING
        texts = [render(finding.key, finding.params, language) for language in ("en", "id")]  # type: ignore[arg-type]
        assert all(str(finding.params["pump"]) in message and hint for message, hint in texts)


def test_which_device_is_reset() -> None:
    """The device that tells the fault is the drive, whatever switches it; without one it is the device that runs the motor."""
    site, profiles = load_site(SITES / "paddy.yaml")
    assert site.fault_resets == {site.file.pumps[0].id: ("penggerak", "fault_reset")}
    assert site.file.pumps[0].run.device == "relay"
    blind = site.file.pumps[0].model_copy(update=UNSEEN)
    assert resets_of(site.file.model_copy(update={"pumps": (blind,)}), profiles) == {}
    direct = blind.model_copy(update={"run": Output(output="penggerak.running")})
    assert resets_of(site.file.model_copy(update={"pumps": (direct,)}), profiles) == site.fault_resets
