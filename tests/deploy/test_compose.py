"""deploy/compose.yaml and the Dockerfile: valid, complete, nothing in them that a stranger could guess. No engine runs here."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.commands.report import NEEDS
from dashboards.sdk_query import UIDS
from tests.deploy.schemas import ROOT, compose_errors

DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


def test_it_is_a_compose_file(tmp_path: Path) -> None:
    """The Compose Specification's schema finds nothing to complain about, and finds a misspelt key."""
    assert compose_errors(COMPOSE, tmp_path) == []
    (tmp_path / "node_modules").unlink()
    wrong = {**COMPOSE, "services": {**SERVICES, "grafana": {**SERVICES["grafana"], "volume": []}}}
    assert compose_errors(wrong, tmp_path)


def test_what_it_names_is_there() -> None:
    """Every file that is mounted exists, every volume is declared and used, every service waited for is one."""
    used = set()
    for name, service in SERVICES.items():
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), (name, source)
            else:
                used.add(source)
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        if "build" in service:
            assert f"AS {service['build']['target']}\n" in DOCKERFILE, name
            assert (DEPLOY / service["build"]["context"] / "Dockerfile").exists()
    assert used == set(COMPOSE["volumes"])


def test_nothing_is_open_by_itself() -> None:
    """Published ports listen on this computer alone unless somebody says otherwise; the broker's plain port is not published."""
    ports = [port for service in SERVICES.values() for port in service.get("ports", [])]
    assert len(ports) >= 3
    assert all(re.fullmatch(r"\$\{TIRTA_[A-Z]+_LISTEN:-127\.0\.0\.1\}:\d+:\d+", port) for port in ports), (
        ports
    )
    assert not any(port.endswith(":1883") for port in ports)
    assert not any(service.get("privileged") for service in SERVICES.values())


def test_no_password_stands_in_the_files() -> None:
    """Every secret comes from a file that the first start makes; none is written in compose.yaml or the data sources."""
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", key):
                assert key.endswith("_FILE"), (name, key)
                assert value.startswith("/run/tirta/"), (name, key)
    for path in (DEPLOY / "grafana" / "datasources").glob("*.yaml"):
        for source in yaml.safe_load(path.read_text("utf-8"))["datasources"]:
            assert source["uid"] in UIDS.values(), path.name
            for key, value in source.get("secureJsonData", {}).items():
                assert re.fullmatch(r"(Token )?\$__file\{/[a-z/-]+\}", value), (path.name, key)


def test_the_dashboards_find_their_data_source() -> None:
    """The data source that compose.yaml mounts has the identity that dashboards and alert rules name, and reads the same bucket."""
    (source,) = yaml.safe_load((DEPLOY / "grafana/datasources/influxdb-2.yaml").read_text("utf-8"))[
        "datasources"
    ]
    assert source["uid"] == UIDS["influxql"]
    assert source["jsonData"]["dbName"] == SERVICES["influxdb"]["environment"]["DOCKER_INFLUXDB_INIT_BUCKET"]
    providers = yaml.safe_load((DEPLOY / "grafana/provisioning/dashboards/tirta.yaml").read_text("utf-8"))[
        "providers"
    ]
    for provider in providers:
        folder = Path(provider["options"]["path"]).relative_to("/etc/tirta-dashboards")
        assert list((DEPLOY / "grafana/dashboards" / folder).glob("*.json")), provider["name"]
    home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert (DEPLOY / "grafana/dashboards" / Path(home).relative_to("/etc/tirta-dashboards")).exists()


@pytest.mark.parametrize("name", ["mosquitto", "influxdb", "grafana"])
def test_images_are_pinned(name: str) -> None:
    """Each image has a full version and can be replaced by the environment."""
    assert re.fullmatch(r"\$\{[A-Z]+_IMAGE:-[a-z/-]+:\d+\.\d+\.\d+\}", SERVICES[name]["image"])


# ---------------------------------------------------------------------------------------------------------- Dockerfile


def stages() -> dict[str, list[str]]:
    """Stage -> its instructions, continuation lines joined."""
    found: dict[str, list[str]] = {}
    for line in re.sub(r"\\\n", " ", DOCKERFILE).splitlines():
        if match := re.match(r"FROM \S+ AS (\S+)$", line):
            found[match[1]] = []
        elif found and line and not line.startswith("#"):
            found[list(found)[-1]].append(line)
    return found


def ignored(path: str) -> bool:
    """Whether .dockerignore leaves the path out of the build's context."""
    out = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").split():
        pattern = line.lstrip("!")
        if fnmatch(path, pattern) or path == pattern or path.startswith(f"{pattern}/"):
            out = not line.startswith("!")
    return out


def test_what_is_copied_is_there() -> None:
    """Every file and folder that the Dockerfile copies is in the tree and in the build's context."""
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]
    assert len(copied) > 8
    for path in copied:
        assert (ROOT / path).exists(), path
        assert not ignored(path), path
    assert all(ignored(path) for path in (".git", "tests", "deploy/compose.yaml", ".demo", "pin"))


def test_the_image_is_small_locked_and_nobodys_root() -> None:
    """Packages come by hash, tools for building stay behind, it runs as its own user and tells whether it is well."""
    every = stages()
    for name in ("tirta", "demo"):
        final = every[name]
        assert "USER tirta" in final
        assert final.index("USER tirta") > max(i for i, line in enumerate(final) if line.startswith("COPY"))
        assert not [line for line in final if line.startswith("RUN")], name
        assert [line for line in final if line.startswith("HEALTHCHECK")], name
    installs = re.findall(r"pip install [^\n]*", DOCKERFILE)
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert not re.search(r":latest|apt-get|curl |ADD ", DOCKERFILE)
    assert re.search(r"^ARG PYTHON=3\.\d+-slim-[a-z]+$", DOCKERFILE, re.MULTILINE)


def test_both_images_make_every_format_of_the_report() -> None:
    """Whatever `tirta report` imports for PDF and spreadsheet is in the lock that both images install their packages from."""
    every = stages()
    final = {name: "\n".join(every[name]) for name in ("tirta", "demo")}
    assert "COPY --from=packages /opt/venv" in final["tirta"]
    assert "COPY --from=demo-packages /opt/venv" in final["demo"]
    assert re.search(r"^FROM packages AS demo-packages$", DOCKERFILE, re.MULTILINE)
    (install,) = [line for line in every["packages"] if "--require-hashes" in line]
    (lock,) = re.findall(r"-r (\S+)", install)
    pinned = (ROOT / lock).read_text("utf-8")
    brought_by = {"fpdf": "fpdf2", "xlsxwriter": "xlsxwriter"}
    assert set(brought_by) == set(NEEDS.values())
    for package in brought_by.values():
        assert re.search(rf"^{package}==", pinned, re.MULTILINE), package
