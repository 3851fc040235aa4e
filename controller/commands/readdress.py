"""`tirta readdress`: give a device that came with address 1 one of its own. The only command here that writes to a device."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from controller.commands.console import err, json_option, out, out_json, t
from controller.commands.target import Target, target_of, target_options
from controller.commands.wire_words import INTERRUPTED, WRONG_WORDS, quiet, why_not
from controller.errors import GOOD, UNREACHABLE, WRONG_INPUT, TirtaError, Unreachable

if TYPE_CHECKING:
    from drivers.errors import DriverError
    from drivers.modbus_url import Connection
    from drivers.profile_model import Profile
    from drivers.readdress_guard import Move


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    move = commands.add_parser(
        "readdress", help=t("give a device another Modbus address", "beri alat alamat Modbus lain")
    )
    target_options(move)
    new = t(
        "the new address; that of config.yaml when DEVICE is named",
        "alamat baru; dari config.yaml bila ALAT disebut",
    )
    move.add_argument("--to", type=int, metavar="N", help=new)
    move.add_argument("--yes", action="store_true", help=t("do not ask", "jangan bertanya dulu"))
    wait = t(
        "for the supply to be cut and given back (120)", "menunggu listrik alat dicabut dan disambung (120)"
    )
    move.add_argument("--wait", type=float, default=120.0, metavar="S", help=wait)
    move.add_argument(
        "--url", help=t("of the daemon, which must not run", "alamat layanan, yang harus berhenti")
    )
    json_option(move)
    move.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when the new address is proven, 1 when it was refused (nothing was written), 2 when the device or the proof failed."""
    import asyncio

    from drivers.errors import DriverError
    from drivers.modbus_url import parse_connection

    if args.json and not args.yes:
        raise TirtaError(t("--json asks nobody: add --yes", "--json tidak bertanya: tambahkan --yes"))
    target = target_of(args)
    profile = _variant(target.load(), target)
    move = _move(args, target, profile)
    serial = profile.serial
    connection = parse_connection(target.connection, baud=serial.baud, parity=serial.parity, stop=serial.stop)
    if connection.kind != "rtu":
        _daemon_must_not_run(args)
    quiet()
    told: set[str] = set()
    try:
        agreed = asyncio.run(_carry_out(args, move, connection, told))
    except KeyboardInterrupt:
        err(_interrupted(written="write" in told))
        return INTERRUPTED
    except DriverError as error:
        return _ended(args, move, error)
    if not agreed:
        err(t("nothing was written", "tidak ada yang ditulis"))
        return WRONG_INPUT
    _done(args, move)
    return GOOD


def _variant(profile: Profile, target: Target) -> Profile:
    """The profile as the variant that the settings name."""
    from drivers.profile_variants import as_variant

    name = target.settings.get("variant")
    return as_variant(profile, str(name)) if name in [v.name for v in profile.variants] else profile


def _move(args: argparse.Namespace, target: Target, profile: Profile) -> Move:
    """Old and new address. With DEVICE, the new one is what config.yaml says, the old one the factory's."""
    from drivers.readdress_guard import Move

    new = (
        args.to
        if args.to is not None
        else target.unit
        if args.device is not None and args.unit is None
        else None
    )
    if profile.mqtt is not None:
        raise TirtaError(t("an MQTT device has no Modbus address", "alat MQTT tidak punya alamat Modbus"))
    if new is None:
        raise TirtaError(t("which address shall it get? --to N", "alamat barunya berapa? --to N"))
    old = args.unit if args.unit is not None else profile.serial.unit
    return Move(profile, old, new, args.wait)


def _daemon_must_not_run(args: argparse.Namespace) -> None:
    """A network port is not locked as a serial one is: ask the daemon itself. Raises TirtaError while it runs."""
    from controller.commands.daemon import base_url, request

    try:
        request(base_url(args), "GET", "/health")
    except Unreachable:
        return
    except TirtaError:
        pass
    raise TirtaError(
        t("the daemon runs and speaks on this bus too", "layanan sedang berjalan dan juga memakai bus ini"),
        t("sudo systemctl stop tirtasurya, and start it again afterwards",
          "sudo systemctl stop tirtasurya, lalu nyalakan lagi sesudahnya"),
    )  # fmt: skip


def _interrupted(*, written: bool) -> str:
    if not written:
        return t("interrupted; nothing was written", "dihentikan; tidak ada yang ditulis")
    return t(
        "interrupted in the middle; look with `tirta scan` where the device is now",
        "dihentikan di tengah jalan; cari dengan `tirta scan` di alamat mana alat itu sekarang",
    )


async def _carry_out(args: argparse.Namespace, move: Move, connection: Connection, told: set[str]) -> bool:
    """False when the person says no. ``told``: the steps that were begun. Raises DriverError."""
    from drivers.readdress_guard import carry_out, check
    from drivers.scan_line import MoveLine

    on = MoveLine(connection, max(0.3, move.profile.limits.timeout_ms / 1000))

    def tell(step: str, unit: int) -> None:
        told.add(step)
        _tell(step, unit)

    try:
        await on.open()
        move = await check(on, move, tell)
        if not args.yes and not _agreed(move, connection):
            return False
        await carry_out(on, move, tell)
    finally:
        on.close()
    return True


def _tell(step: str, unit: int) -> None:
    said = {
        "old": t(f"who answers at address {unit}?", f"siapa yang menjawab di alamat {unit}?"),
        "new": t(f"is address {unit} free?", f"apakah alamat {unit} kosong?"),
        "model": t("is it the right model?", "apakah modelnya benar?"),
        "neighbours": t("is it alone on the cable? (a minute or so)", "apakah sendirian pada kabel? (sekitar satu menit)"),
        "write": t("writing", "menulis"),
        "power": t("now cut the device's supply for some seconds and give it back; waiting ...",
                   "sekarang cabut listrik alat beberapa detik, lalu sambung lagi; menunggu ..."),
        "proof": t(f"does it answer at {unit}, and nobody at the old one?",
                   f"apakah menjawab di {unit}, dan alamat lama sepi?"),
    }  # fmt: skip
    err(said[step])


def _agreed(move: Move, connection: Connection) -> bool:
    from drivers.readdress import writes_of

    profile, recipe = move.profile, move.profile.readdress
    out(t(f"{profile.maker} {profile.model} on {connection.url}: address {move.old} becomes {move.new}",
          f"{profile.maker} {profile.model} di {connection.url}: alamat {move.old} menjadi {move.new}"))  # fmt: skip
    for write in writes_of(profile, move.old, move.new):
        out(f"  {t('unit', 'alamat')} {write.unit}: {write.registers}")
    if recipe is not None and recipe.note is not None:
        out(f"  {t(recipe.note.en, recipe.note.id)}")
    if not sys.stdin.isatty():
        raise TirtaError(
            t("nobody is here to say yes", "tidak ada orang untuk menjawab ya"),
            t(
                "add --yes when only this device is on the cable",
                "tambahkan --yes bila hanya alat ini pada kabel",
            ),
        )
    sys.stdout.write(t("Is it the only one with this address on the cable? Write it? [y/N] ",
                       "Apakah hanya alat ini yang memakai alamat itu? Tulis sekarang? [y/T] "))  # fmt: skip
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes", "ya")


INDONESIAN = {
    "same": ("alamat baru sama dengan alamat sekarang", "Pilih alamat lain"),
    "taken": ("alamat {new} sudah dipakai alat lain", "Pilih alamat yang kosong"),
    "garbled": ("beberapa alat menjawab di alamat {old}", "Cabut semua alat kecuali satu"),
    "nobody": ("tidak ada yang menjawab di alamat {old}", "Periksa listrik, kabel, dan kecepatan; tirta scan mencarinya"),
    "stranger": ("alat ini bukan {profile}: {sign}", "tirta scan menunjukkan profil yang cocok"),
    "moved": (
        "tidak ada yang menjawab di alamat {old}, tetapi ada di {new}", "Mungkin alamatnya sudah diganti: lihat dengan tirta probe"
    ),
    "no_way": (
        "alamat {profile} tidak dapat diganti lewat kabel", "Atur pada alatnya (saklar, tombol), atau dengan program pembuatnya"
    ),
    "range": ("alamat {profile} hanya {least} sampai {most}, bukan {new}", "Pilih alamat yang kosong di antaranya"),
    "variant": (
        "varian yang mana? Register alamat tidak menunjukkannya dengan jelas",
        "Sebutkan: --set variant=NAMA (catatan profil menjelaskan bedanya)",
    ),
    "neighbours": (
        "ada alat lain di kabel, sedangkan alamat model ini ditulis ke semua sekaligus", "Cabut semua alat kecuali satu"
    ),
    "not_there": (
        "tidak ada yang menjawab di alamat baru {new}",
        "Cabut listriknya beberapa detik, sambung lagi, lalu cari dengan tirta scan",
    ),
    "still_old": (
        "alamat lama {old} masih menjawab",
        "Ada dua alat pada kabel, atau listriknya perlu dicabut: cabut semua kecuali satu, lalu tirta scan",
    ),
}  # fmt: skip
"""Cases of `drivers.readdress_guard` and `drivers.readdress`: what happened, and what to do."""

SIGNS = {
    "identity": "tanda pengenalnya lain",
    "refused": "register yang diperlukan tidak ada",
    "silent": "pertanyaan profil itu tidak dijawab",
    "implausible": "nilainya mustahil",
    "address": "register {register} seharusnya berisi alamat {old}, tetapi berisi {shows}",
}
"""By what a stranger is known."""


def _ended(args: argparse.Namespace, move: Move, error: DriverError) -> int:
    message, hint = _words(move, error)
    if args.json:
        out_json({"ok": False, "case": str(error.params.get("case", "")), "error": message, "hint": hint})
    err(f"{move.profile.name}: {message}" + (f"\n       {hint}" if hint else ""))
    return WRONG_INPUT if error.key in WRONG_WORDS else UNREACHABLE


def _words(move: Move, error: DriverError) -> tuple[str, str]:
    params: dict[str, Any] = error.params
    found = INDONESIAN.get(str(params.get("case", "")))
    if found is None:
        return why_not(error)
    words = {**params, "old": move.old, "new": move.new, "profile": move.profile.name}
    words["sign"] = SIGNS.get(str(params.get("sign")), "").format_map(words)
    return t(error.what, found[0].format_map(words)), t(error.hint, found[1])


def _done(args: argparse.Namespace, move: Move) -> None:
    if args.json:
        out_json({"ok": True, "profile": move.profile.name, "from": move.old, "to": move.new})
        return
    out(t(f"proven: it answers at {move.new}, and no longer at {move.old}. Write {move.new} on the device now.",
          f"terbukti: menjawab di {move.new}, tidak lagi di {move.old}. Tulis {move.new} pada badan alat sekarang.")
        if not move.stays_at_old else
        t(f"proven: it answers at {move.new}. Write {move.new} on the device now.",
          f"terbukti: menjawab di {move.new}. Tulis {move.new} pada badan alat sekarang."))  # fmt: skip
    out(f"  unit: {move.new}")
