"""The end of `tirta scan`: lines for config.yaml, and the same as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from controller.commands.console import t
from controller.commands.scan_advice import actions
from controller.commands.scan_texts import meaning

if TYPE_CHECKING:
    from drivers.scan import Hit, Report
    from drivers.scan_judge import Candidate


def snippet(hits: list[Hit]) -> Iterator[str]:
    """``buses:`` and ``devices:`` to paste. What is not decided stays a comment: nothing of it works before someone decides."""
    urls = dict.fromkeys(hit.connection.url for hit in hits)
    buses = {url: f"bus-{number}" for number, url in enumerate(urls, 1)}
    yield "# " + t(
        "where buses and devices stand already, only the lines below each",
        "bila buses dan devices sudah ada, hanya baris di bawah masing-masing",
    )
    yield "buses:"
    for url, name in buses.items():
        yield f'  - {{id: {name}, url: "{url}"}}'
    if len({hit.connection.device for hit in hits if hit.connection.device}) < sum(
        "rtu:" in url for url in urls
    ):
        yield "  # " + t(
            "one cable has one speed and format: set all its devices alike, then one of these buses is enough",
            "satu kabel hanya satu kecepatan dan format: samakan semua alatnya, lalu cukup satu bus dari ini",
        )
    yield "devices:"
    names: set[str] = set()
    for hit in hits:
        yield from _device(hit, buses[hit.connection.url], names)


def _device(hit: Hit, bus: str, names: set[str]) -> Iterator[str]:
    verdict = hit.verdict
    if hit.find:
        yield "  # " + t(
            f"give it an address of its own first (tirta readdress --unit {hit.unit})",
            f"beri alamat sendiri dulu (tirta readdress --unit {hit.unit})",
        )
    if verdict.chosen is not None and not hit.find:
        one = verdict.chosen
        yield f"  - {_entry(_name(one, names), one, bus, hit.unit)}"
        for setting in _open(one):
            yield f"    # {setting}"
        return
    if not hit.looked:
        yield "  # " + t(
            f"{bus} address {hit.unit}: not looked at", f"{bus} alamat {hit.unit}: belum dikenali"
        )
        return
    if not verdict.rivals and verdict.chosen is None:
        yield "  # " + t(
            f"{bus} address {hit.unit}: no profile fits",
            f"{bus} alamat {hit.unit}: tidak ada profil yang cocok",
        )
        return
    yield "  # " + t(
        "only one of these is right, see above:", "hanya satu dari ini yang benar, lihat di atas:"
    )
    for rival in [verdict.chosen] if verdict.chosen is not None else verdict.rivals:
        yield f"  # - {_entry(f'alat-{hit.unit}', rival, bus, hit.unit)}"


def _entry(name: str, one: Candidate, bus: str, unit: int) -> str:
    words = [f"id: {name}", f"profile: {one.profile.name}", f"bus: {bus}", f"unit: {unit}"]
    settings = settings_of(one)
    if settings:
        inner = ", ".join(f"{key}: {value}" for key, value in settings.items())
        words.append(f"settings: {{{inner}}}")
    return "{" + ", ".join(words) + "}"


def settings_of(one: Candidate) -> dict[str, str]:
    """Settings that the entry needs: the variant that was found, and ``?`` where only the site knows."""
    from drivers.scan_plan import open_questions

    found = {"variant": one.variant} if one.variant else {}
    return found | dict.fromkeys(open_questions(one.profile), '"?"')


def _open(one: Candidate) -> Iterator[str]:
    from drivers.scan_plan import open_questions

    for name in open_questions(one.profile):
        entry = one.profile.settings[name]
        allowed = (
            f" ({', '.join(entry.choices)})" if entry.choices else f" ({entry.unit})" if entry.unit else ""
        )
        yield f"{name}: {t(entry.label.en, entry.label.id)}{allowed}"


def _name(one: Candidate, names: set[str]) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", one.profile.kind.replace("_", "-"))
    number = next(n for n in range(1, 1000) if f"{base}-{n}" not in names)
    names.add(f"{base}-{number}")
    return f"{base}-{number}"


def as_json(report: Report) -> dict[str, Any]:
    """Everything for a program: ``profile`` is null while it is not decided."""
    return {
        "devices": [_hit(hit) for hit in report.hits],
        "garbled": [{"connection": connection.url, "unit": unit} for connection, unit in report.noise],
        "unreachable": [
            {"connection": connection.url, "reason": error.what, "case": error.params.get("case", "failed")}
            for connection, error in report.unreachable
        ],
        "asked": report.asked,
        "seconds": round(report.seconds, 1),
        "config": "\n".join(snippet(report.hits)) if report.hits else "",
    }


def _hit(hit: Hit) -> dict[str, Any]:
    verdict = hit.verdict
    return {
        "connection": hit.connection.url,
        "unit": None if hit.find else hit.unit,
        "found_at": hit.unit,
        "also": hit.also,
        "answers_to_all": hit.any_unit,
        "looked_at": hit.looked,
        "profile": verdict.chosen.profile.name if verdict.chosen else None,
        "variant": (verdict.chosen.variant or None) if verdict.chosen else None,
        "candidates": [_candidate(c) for c in ([verdict.chosen] if verdict.chosen else verdict.rivals)],
        "same_values": [c.label for c in verdict.also],
        "differences": [
            {
                "table": d.table, "address": d.address, "raw": list(d.raw),
                "says": [{"profile": o.label, "quantity": o.quantity, "value": o.value, "unit": o.unit} for o in d.opinions],
            }
            for d in verdict.differences
        ],
        "to_decide": [] if verdict.chosen else list(actions(hit)),
        "excluded": [
            {"profile": c.label, "reason": None if c.misfit is None else c.misfit.value, "detail": c.why} for c in verdict.out
        ],
    }  # fmt: skip


def _candidate(one: Candidate) -> dict[str, Any]:
    return {
        "profile": one.profile.name,
        "variant": one.variant or None,
        "confidence": one.profile.confidence,
        "evidence_bits": round(one.bits, 1),
        "identity_proven": one.proven,
        "values": [
            {"quantity": s.quantity, "meaning": meaning(s.quantity), "value": s.value, "unit": s.unit, "quality": str(s.quality)}
            for s in one.seen
        ],
    }  # fmt: skip
