"""The few files that the browser loads, read once from the package and named by their content so that phones keep them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: its bytes, media type, and a digest of its content."""

    content: bytes
    media_type: str
    digest: str


@lru_cache(maxsize=1)
def assets() -> Mapping[str, Asset]:
    """All files of ``static`` that a browser may have, by name."""
    found = {}
    for entry in files("controller.web").joinpath("static").iterdir():
        media_type = TYPES.get(entry.name.rpartition(".")[2])
        if media_type is not None:
            content = entry.read_bytes()
            found[entry.name] = Asset(content, media_type, hashlib.sha256(content).hexdigest()[:12])
    return found


def url(name: str) -> str:
    """The address of a file, which changes with its content. Raises KeyError when there is no such file."""
    return f"/static/{name}?v={assets()[name].digest}"
