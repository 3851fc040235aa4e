"""What `tirta scan` says: the verdict on each device in the reader's language, and what to do where several profiles remain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from controller.commands.console import language, t
from controller.commands.scan_advice import actions
from controller.commands.wire_words import why_not

if TYPE_CHECKING:
    from drivers.scan import Hit, Report
    from drivers.scan_decide import Difference, Opinion
    from drivers.scan_judge import Candidate

UNVERIFIED = ("S", "U")
"""Confidences of a profile that nobody has checked against a second source."""


def difference(one: Difference) -> str:
    """``holding 0 (281 = 0x0119): profile-a: moisture 0.281 m3/m3; profile-b: temperature 28.1 °C``."""
    raw = " ".join(str(word) for word in one.raw)
    hexa = " ".join(f"0x{word:04X}" for word in one.raw)
    said = "; ".join(f"{o.label}: {_opinion(o)}" for o in one.opinions)
    return f"{one.table} {one.address} ({raw} = {hexa}): {said}"


def _opinion(one: Opinion) -> str:
    return f"{meaning(one.quantity)} {value_text(one.quantity, one.value, one.unit)}"


def value_text(quantity: str, value: float | str | None, unit: str) -> str:
    """A value as people say it: soil moisture in percent."""
    if value is None:
        return t("no value", "tanpa nilai")
    if isinstance(value, str):
        return value
    if _base(quantity) == "vwc":
        return f"{value * 100:.4g} %"
    return f"{value:.5g} {unit}".rstrip()


def meaning(name: str) -> str:
    """What a quantity is, in a few words."""
    from drivers.quantities import quantity

    row = quantity(name)
    if row is None:
        return name
    text = row.description_id if language() == "id" else row.description_en
    return re.split(r"[,;:]| \(", text)[0]


def _base(quantity: str) -> str:
    from drivers.quantities import split_channel

    return split_channel(quantity)[0]


def confidence_note(candidate: Candidate) -> str:
    """Said of profiles that nobody has checked."""
    unsure = candidate.profile.confidence in UNVERIFIED
    return t(" [profile unverified]", " [profil belum diverifikasi]") if unsure else ""


def reasons(one: Candidate) -> str:
    """Why a candidate is plausible, in one line."""
    parts = [
        t(f"{one.answered} points answered", f"{one.answered} titik dijawab"),
        t(f"{one.plausible} values plausible", f"{one.plausible} nilai masuk akal"),
    ]
    if one.refused:
        parts.append(t(f"{one.refused} points missing", f"{one.refused} titik tidak ada"))
    if one.odd:
        parts.append(t(f"{one.odd} values impossible", f"{one.odd} nilai mustahil"))
    if one.proven:
        parts.insert(0, t("its identity registers fit", "register identitasnya cocok"))
    if one.line_fits:
        parts.append(t("factory line settings", "setelan saluran bawaan pabrik"))
    return ", ".join(parts)


def values_line(one: Candidate, most: int = 6) -> str:
    """What it would be reading now."""
    shown = [s for s in one.seen if isinstance(s.value, float | int) and s.value] or one.seen
    return "; ".join(f"{meaning(s.quantity)} {value_text(s.quantity, s.value, s.unit)}" for s in shown[:most])


def hit_lines(hit: Hit) -> Iterator[str]:
    """Everything about one device."""
    yield f"{hit.connection.url}  {_address(hit)}"
    if hit.also:
        yield "  " + t(
            f"answers at {', '.join(hit.also)} too: it finds out by itself, or two alike hang there; unplug one to see",
            f"menjawab juga pada {', '.join(hit.also)}: menyesuaikan diri, atau ada dua yang sama; cabut satu untuk melihat",
        )
    verdict = hit.verdict
    if not hit.looked:
        yield "  " + t(
            "it answers; the scan ended before it was looked at: scan again",
            "menjawab; pencarian berakhir sebelum dikenali: cari lagi",
        )
        return
    if verdict.chosen is not None:
        one = verdict.chosen
        yield (
            "  "
            + t("this is: ", "ini: ")
            + f"{one.label} - {one.profile.maker} {one.profile.model}{confidence_note(one)}"
        )
        yield f"    {reasons(one)}"
        yield f"    {values_line(one)}"
        if verdict.also:
            fits = ", ".join(c.label for c in verdict.also)
            yield "    " + t(
                f"fits as well, with the same values: {fits}", f"cocok juga, nilainya sama: {fits}"
            )
        return
    yield from _open_lines(hit)


def _address(hit: Hit) -> str:
    if hit.find:
        return t(
            f"answers at the any-address {hit.unit}; its own is not known",
            f"menjawab di alamat umum {hit.unit}; alamatnya sendiri belum diketahui",
        )
    text = t(f"address {hit.unit}", f"alamat {hit.unit}")
    return text + (t(" (answers to every address)", " (menjawab di semua alamat)") if hit.any_unit else "")


def _open_lines(hit: Hit) -> Iterator[str]:
    verdict = hit.verdict
    if not verdict.rivals:
        yield "  " + t(
            "something answers, but no profile fits: see docs/devices.md, one file adds a model",
            "ada yang menjawab, tetapi tidak ada profil yang cocok: lihat docs/devices.md, satu berkas menambah model",
        )
        yield from _nearest(verdict.out)
        return
    if len(verdict.rivals) == 1:
        yield "  " + t(
            "too little to be sure; the only profile that fits:",
            "belum cukup pasti; satu-satunya profil yang cocok:",
        )
    else:
        yield "  " + t("not decided, these remain:", "belum pasti, yang mungkin:")
    for rival in verdict.rivals:
        yield f"    {rival.label} - {rival.profile.maker} {rival.profile.model}{confidence_note(rival)}"
        yield f"      {reasons(rival)}"
        if rival.seen:
            yield f"      {values_line(rival)}"
    if verdict.differences:
        yield "  " + t("they read the same register differently:", "register yang sama dibaca berbeda:")
        for one in verdict.differences:
            yield f"    {difference(one)}"
    yield "  " + t("to decide:", "untuk memastikan:")
    for action in actions(hit):
        yield f"    - {action}"


def _nearest(out: Iterable[Candidate]) -> Iterator[str]:
    best = sorted((c for c in out if c.answered), key=lambda c: -c.bits)[:3]
    for one in best:
        yield f"    {one.label}: {reasons(one)}"


def noise_lines(report: Report) -> Iterator[str]:
    """Addresses where bytes came that nobody can read, by connection."""
    known = {(hit.connection.host, hit.connection.port) for hit in report.hits if hit.connection.host}
    places: dict[str, list[int]] = {}
    for connection, unit in report.noise:
        if (connection.host, connection.port) not in known:
            places.setdefault(connection.url, []).append(unit)
    for url, units in places.items():
        listed = ", ".join(map(str, units))
        if url.startswith("tcp:"):
            yield t(
                f"{url}  something answers, but not in Modbus TCP: another service uses this port, or it needs another port",
                f"{url}  ada yang menjawab, tetapi bukan Modbus TCP: port ini dipakai layanan lain, atau port alatnya lain",
            )
            continue
        yield t(
            f"{url}  address {listed}: garbled answers. Two devices share an address: unplug all but one, "
            "then `tirta readdress`; if there is only one: cable, ground, another speed",
            f"{url}  alamat {listed}: jawaban kacau. Dua alat memakai alamat yang sama: cabut semua kecuali satu, "
            "lalu `tirta readdress`; bila hanya ada satu: kabel, ground, kecepatan lain",
        )


def lost_lines(report: Report) -> Iterator[str]:
    """Places that could not be opened, or were lost in the middle; the same reason is said once."""
    told: set[tuple[str, str]] = set()
    for connection, error in report.unreachable:
        case = str(error.params.get("case", "failed"))
        if (connection.host and report.hits) or (connection.host or connection.device, case) in told:
            continue
        told.add((connection.host or connection.device, case))
        message, hint = why_not(error)
        if connection.device and report.opened:
            yield t(
                "the port was lost in the middle of the scan: what came after it was not searched",
                "port terputus di tengah pencarian: sesudah itu tidak ada yang dicari",
            )
        elif connection.host and case == "closed":
            hint = t(
                "It takes the connection and ends it: perhaps no Modbus there, or its place is taken by another program",
                "Sambungan diterima lalu ditutup: mungkin itu bukan Modbus, atau tempatnya dipakai program lain",
            )
        yield message + (f"\n       {hint}" if hint else "")


def nothing_lines(*, serial: bool) -> Iterator[str]:
    """Advice when nobody answered at all."""
    yield t("nothing answered", "tidak ada yang menjawab")
    if serial:
        yield t(
            "  swap A and B; check the supply; leave one device on the cable; inverters sleep at night; then --full",
            "  tukar A dan B; periksa listrik; sisakan satu alat pada kabel; inverter tidur malam hari; lalu --full",
        )
    else:
        yield t(
            "  switch Modbus TCP on in the device; check address and port; some take one client only; then --full",
            "  nyalakan Modbus TCP pada alat; periksa alamat dan port; sebagian hanya menerima satu klien; lalu --full",
        )
