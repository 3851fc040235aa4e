"""What an answer is worth: jumps need a second opinion, one impossible value spoils its packet, warmth takes time."""

from __future__ import annotations

from drivers.codec import Decoded
from drivers.device_guard import Guard
from drivers.profile_coding import Coding
from drivers.reading import Quality, Value

GOOD, ABSENT, SUSPECT = Quality.GOOD, Quality.ABSENT, Quality.SUSPECT


def guard(*codings: dict[str, object], warm_up_s: float = 0.0) -> Guard:
    """A guard of these quantities."""
    return Guard([Coding.model_validate(c) for c in codings], {}, warm_up_s)


def ask(it: Guard, *rows: tuple[str, Value | None], **when: float) -> dict[str, tuple[Value | None, Quality]]:
    """What it believes of good values."""
    decoded: list[Decoded] = [(name, value, GOOD if value is not None else ABSENT) for name, value in rows]
    return {name: (value, quality) for name, value, quality in it.judge(decoded, **when)[0]}


def test_a_jump_is_believed_when_the_next_reading_agrees() -> None:
    """The first reading after a jump is shown and not used; the second one near it is used."""
    it = guard({"quantity": "power_w", "max_step": 1000})
    assert ask(it, ("power_w", 100.0))["power_w"] == (100.0, GOOD)
    assert ask(it, ("power_w", 64_000.0))["power_w"] == (64_000.0, SUSPECT)
    assert ask(it, ("power_w", 64_100.0))["power_w"] == (64_100.0, GOOD)


def test_a_spike_alone_never_counts() -> None:
    """After one impossible number the old level is believed at once."""
    it = guard({"quantity": "power_w", "max_step": 1000})
    qualities = [ask(it, ("power_w", v))["power_w"][1] for v in (500.0, 64_000.0, 600.0, 0.0, -64_000.0, 0.0)]
    assert qualities == [GOOD, SUSPECT, GOOD, GOOD, SUSPECT, GOOD]


def test_the_same_words_again_are_looked_at_again() -> None:
    """While something is doubted the answer may not be taken from memory."""
    it = guard({"quantity": "power_w", "max_step": 1000})
    assert it.judge([("power_w", 1.0, GOOD)])[1] is False
    assert it.judge([("power_w", 9999.0, GOOD)])[1] is True
    assert it.judge([("power_w", 9999.0, GOOD)])[1] is False


def test_one_impossible_value_spoils_its_packet() -> None:
    """All values of the answer are suspect, those that are absent stay absent."""
    it = guard({"quantity": "power_w", "reject": "packet"})
    rows = [("power_w", 64_000.0, SUSPECT), ("voltage_v", 230.0, GOOD), ("temp_c", None, ABSENT)]
    judged, pending = it.judge(rows)
    assert judged == [("power_w", 64_000.0, SUSPECT), ("voltage_v", 230.0, SUSPECT), ("temp_c", None, ABSENT)]
    assert pending
    assert it.judge([("power_w", 64.0, GOOD), ("voltage_v", 230.0, GOOD)]) == (
        [("power_w", 64.0, GOOD), ("voltage_v", 230.0, GOOD)],
        False,
    )


def test_totals_of_the_glossary_are_watched_without_a_word() -> None:
    """energy_wh never falls, though the profile says nothing; as_told leaves it alone; the day's energy is left alone."""
    it = guard(
        {"quantity": "energy_wh"},
        {"quantity": "import_wh", "counter": "as_told"},
        {"quantity": "energy_today_wh"},
    )
    first = [(n, 100.0) for n in ("energy_wh", "import_wh", "energy_today_wh")]
    ask(it, *first)
    told = ask(it, *((n, 0.0) for n, _ in first))
    assert told == {"energy_wh": (0.0, SUSPECT), "import_wh": (0.0, GOOD), "energy_today_wh": (0.0, GOOD)}


def test_a_counter_that_was_reset_goes_on() -> None:
    """Readings carry the total, not the register."""
    it = guard({"quantity": "rain_mm", "counter": "restart"})
    assert [ask(it, ("rain_mm", v))["rain_mm"] for v in (12.0, 0.5, 0.75)] == [
        (12.0, GOOD),
        (12.5, GOOD),
        (12.75, GOOD),
    ]


def test_roll_over_is_in_raw_numbers() -> None:
    """65536 tips of 0.254 mm are 16646 mm: the total goes on over them."""
    it = guard({"quantity": "rain_mm", "unit": "mm", "scale": 0.254, "counter": {"rolls_at": 65536}})
    last = 65535 * 0.254
    assert ask(it, ("rain_mm", last))["rain_mm"] == (last, GOOD)
    assert ask(it, ("rain_mm", 0.254))["rain_mm"][0] == 65537 * 0.254


def test_warm_up() -> None:
    """So long after the device appeared its values are suspect: all of them, or those that need it."""
    whole, one = (
        guard({"quantity": "ph"}, warm_up_s=10),
        guard({"quantity": "ph", "warm_up_s": 300}, {"quantity": "temp_c"}),
    )
    rows = (("ph", 6.5), ("temp_c", 25.0))
    assert {q for _, q in ask(whole, *rows, awake_s=9.9).values()} == {SUSPECT}
    assert {q for _, q in ask(whole, *rows, awake_s=10.0).values()} == {GOOD}
    assert ask(one, *rows, awake_s=299) == {"ph": (6.5, SUSPECT), "temp_c": (25.0, GOOD)}
    assert ask(one, *rows, awake_s=300)["ph"] == (6.5, GOOD)


def test_requests_made_anew_keep_the_totals() -> None:
    """When the points of a device change, its totals go on."""
    rain = {"quantity": "rain_mm", "counter": "restart"}
    old, new = guard(rain), guard(rain, {"quantity": "ph"})
    for value in (12.0, 1.0):
        ask(old, ("rain_mm", value))
    new.follow(old)
    assert ask(new, ("rain_mm", 2.0))["rain_mm"] == (14.0, GOOD)
