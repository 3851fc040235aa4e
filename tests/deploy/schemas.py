"""Where the schema packages are, and how to ask them. scripts/schemas.sh fetches them; without them tests are skipped visibly."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.services import RUN_S, in_ci, require

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent / "schema"
CACHE = ROOT / ".cache" / "schemas"


def packages() -> Path:
    """The folder with node_modules, else skips (fails with CI=true)."""
    same = (CACHE / "package-lock.json").exists() and (
        (CACHE / "package-lock.json").read_bytes() == (HERE / "package-lock.json").read_bytes()
    )
    if same and (CACHE / "node_modules" / "typescript").is_dir():
        return CACHE
    require("npm")
    reason = "the schema packages are not fetched: run scripts/schemas.sh"
    if in_ci():
        pytest.fail(f"with CI=true nothing may be missing: {reason}")
    pytest.skip(reason)


def typescript_errors(source: str, folder: Path) -> list[str]:
    """What TypeScript says to a source that imports from ./dashboard; nothing when it is right."""
    (folder / "node_modules").symlink_to(packages() / "node_modules")
    (folder / "dashboard.ts").write_bytes((HERE / "dashboard.ts").read_bytes())
    (folder / "all.ts").write_text(source, "utf-8")
    options = "--noEmit --strict --moduleResolution bundler --module esnext --target es2022 --skipLibCheck"
    tsc = packages() / "node_modules" / ".bin" / "tsc"
    command = [str(tsc), *options.split(), "all.ts"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=RUN_S)
    found = done.stdout.splitlines()
    assert found or done.returncode == 0, done.stderr
    return found


def compose_errors(file: dict[str, Any], folder: Path) -> list[str]:
    """What the Compose Specification's schema says to a compose file. It is older than the top-level ``name``."""
    path, script = folder / "compose.json", folder / "compose.cjs"
    path.write_text(json.dumps({key: value for key, value in file.items() if key != "name"}), "utf-8")
    script.write_bytes((HERE / "compose.cjs").read_bytes())
    (folder / "node_modules").symlink_to(packages() / "node_modules")
    done = subprocess.run(
        [require("node"), str(script), str(path)], capture_output=True, text=True, check=True, timeout=RUN_S
    )
    return list(json.loads(done.stdout))
