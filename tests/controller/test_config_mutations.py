"""Random damage to configuration files never starts a daemon on something that nobody wrote."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from controller.core.site import Site
from tests.controller.mutations import KINDS, Mutation, mutate
from tests.controller.site_files import SHIPPED, copy_site, load_english

COUNT = 240
"""At least 200 (forty of each kind)."""


@cache
def original(path: Path) -> Site:
    """The undamaged site."""
    site = load_english(path).site
    assert site is not None
    return site


def leaves(value: object, at: tuple[object, ...] = ()) -> Iterator[tuple[tuple[object, ...], object]]:
    """Every (path, scalar) of a dumped model."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from leaves(item, (*at, i))
    else:
        yield at, value


def differences(before: Site, after: Site) -> set[tuple[object, ...]]:
    """Paths of the values in which two sites differ (hash left out)."""
    a, b = (dict(leaves(site.model_dump(exclude={"config_hash"}))) for site in (before, after))
    missing = object()
    return {path for path in a.keys() | b.keys() if a.get(path, missing) != b.get(path, missing)}


def harmless(site: Site, before: Site, mutation: Mutation, program: str | None) -> bool:
    """Equal, or different only in what stands at the place that was hit: a legal value, as anybody might have written it."""
    changed = differences(before, site)
    if not changed:
        return True
    if mutation.kind not in ("type", "range", "reference"):
        return False
    root: tuple[object, ...] = ("programs", program) if program else ("file",)
    place = (*root, *mutation.loc)
    # A signal (device.quantity) and its calibration stand in one word or list but are two or more values.
    stem = place[:-1] if mutation.loc[-1] in ("signal", "output") or "calibrate" in mutation.loc else place
    stem = stem[: stem.index("calibrate")] if "calibrate" in stem else stem
    return all(path[: len(stem)] == stem for path in changed)


@pytest.mark.parametrize("seed", range(COUNT))
def test_damage_is_refused_at_its_line_or_harmless(seed: int, tmp_path: Path) -> None:
    """Each mutation (type, key, duplicate, range, reference, indentation) of a site file or program is refused with the right
    file and line (within one), or the site that loads is equal or differs only in the one legal value that was hit.
    """
    rng = random.Random(seed)
    kind = list(KINDS)[seed % len(KINDS)]
    site = SHIPPED[1:][seed // len(KINDS) % 4]
    path = copy_site(site, tmp_path)
    programs = sorted((tmp_path / site.stem).glob("*.yaml"))
    file = path if rng.random() < 0.65 else rng.choice(programs)
    mutation = mutate(file.read_text(encoding="utf-8"), kind, rng)
    file.write_text(mutation.text, encoding="utf-8")
    loaded = load_english(path)
    story = f"{kind} {file.name}:{mutation.line} {mutation.what}\n" + "\n".join(map(str, loaded.problems))
    if loaded.site is None:
        right = [p for p in loaded.problems if p.file == str(file) and abs(p.line - mutation.line) <= 1]
        assert right, story
    else:
        program = None if file == path else file.stem
        assert harmless(loaded.site, original(site), mutation, program), story
