"""How to tell look-alikes apart by hand: derived from what the remaining profiles say differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from controller.commands.console import t

if TYPE_CHECKING:
    from drivers.scan import Hit

ACTIONS: Mapping[str, tuple[str, str]] = {
    "vwc": (
        "hold the probe in dry air: moisture must fall to 0-5 %",
        "angkat probe ke udara kering: kelembapan harus turun ke 0-5 %",
    ),
    "temp_c": (
        "close your hand around the probe for two minutes: a temperature rises slowly towards 34 °C",
        "genggam probe dua menit: suhu naik pelan ke arah 34 °C",
    ),
    "temp_air_c": ("breathe on it: a temperature rises slowly", "hembus napas ke sensor: suhu naik pelan"),
    "rh_pct": ("breathe on it: humidity jumps up at once", "hembus napas ke sensor: kelembapan udara langsung naik"),
    "ec_us_cm": (
        "put the probe into water with a pinch of salt: conductivity rises at once",
        "celupkan probe ke air dengan sejumput garam: daya hantar langsung naik",
    ),
    "ph": ("dip the probe into vinegar: pH falls towards 3", "celupkan probe ke cuka: pH turun ke arah 3"),
    "irradiance_w_m2": (
        "cover the sensor with your hand: irradiance falls to 0",
        "tutup sensor dengan tangan: sinar matahari turun ke 0",
    ),
    "rain_mm": (
        "tip the rain gauge's bucket by hand: only the rain count grows",
        "jungkitkan penakar hujan dengan tangan: hanya hitungan hujan bertambah",
    ),
    "wind_m_s": ("turn the cups by hand: wind speed rises", "putar mangkuk angin dengan tangan: kecepatan angin naik"),
    "wind_dir_deg": ("turn the vane by hand: the direction follows", "putar sirip angin dengan tangan: arah ikut berubah"),
    "level_m": (
        "lift the transmitter out of the water: the level falls to 0",
        "angkat sensor dari air: tinggi air turun ke 0",
    ),
    "pressure_bar": ("open the pipe: the pressure falls to 0", "buka pipa: tekanan turun ke 0"),
    "flow_m3_h": ("close the valve: the flow falls to 0", "tutup katup: debit turun ke 0"),
    "voltage_v": ("measure the voltage with a multimeter", "ukur tegangan dengan multimeter"),
    "soc_pct": ("compare with the battery's display", "bandingkan dengan layar baterai"),
    "switch": (
        "read the board's label: the maker's name and the number of relays",
        "baca label papan: nama pembuat dan jumlah relai",
    ),
}  # fmt: skip
"""By quantity: what shows that a register is (or is not) that quantity. Nothing is written, nothing is switched."""

DISPLAY = (
    "compare with the device's own display, label or app at the same moment",
    "bandingkan dengan layar, label, atau aplikasi alat pada saat yang sama",
)


def actions(hit: Hit) -> Iterator[str]:
    """What to do to tell the remaining profiles apart: derived from where their values differ."""
    rivals = hit.verdict.rivals
    opinions = [o for d in hit.verdict.differences for o in d.opinions]
    names = dict.fromkeys(_base(o.quantity) for o in opinions)
    if not opinions:
        names = dict.fromkeys(_base(q) for rival in rivals for q in rival.profile.quantities)
        names = dict.fromkeys(name for name in names if name == "switch")
    found = [ACTIONS[name] for name in names if name in ACTIONS]
    for english, indonesian in (*dict.fromkeys(found), DISPLAY):
        yield t(english, indonesian)


def _base(quantity: str) -> str:
    """Without the index of a channel."""
    from drivers.quantities import split_channel

    return split_channel(quantity)[0]
