"""The PIN, cookies and form tokens: what is ours is known, what is not is not, and guessing gets slow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.web import access
from controller.web.access import Keeper, Tries, hash_pin, pin_matches
from tests.controller.web.conftest import PIN


def test_pin_file_of_the_installer(pin_hash: str) -> None:
    """The line that the installer writes lets its PIN in and no other, and `hash_pin` writes the same."""
    assert pin_matches(PIN, pin_hash + "\n")
    assert not pin_matches("270832", pin_hash)
    assert hash_pin(PIN, bytes(range(16))) == pin_hash


@pytest.mark.parametrize("line", ["", "scrypt$", "scrypt$zz$zz", "plain$00$00", "scrypt$00$", "scrypt$00$ff"])
def test_damaged_pin_file(line: str) -> None:
    """A PIN file that cannot be read lets nobody in."""
    assert not pin_matches("", line)
    assert not pin_matches(PIN, line)


def test_five_tries_then_waiting() -> None:
    """After five wrong PINs an address waits, longer with each further one, up to 16 minutes; a right one forgives."""
    tries, now = Tries(), 1000.0
    for _ in range(4):
        tries.wrong("10.0.0.7", now)
    assert tries.wait_s("10.0.0.7", now) == 0.0
    waits = []
    for _ in range(8):
        tries.wrong("10.0.0.7", now)
        waits.append(tries.wait_s("10.0.0.7", now))
        now += waits[-1]
        assert tries.wait_s("10.0.0.7", now) == 0.0
    assert waits == [60.0, 120.0, 240.0, 480.0, 960.0, 960.0, 960.0, 960.0]
    assert tries.wait_s("10.0.0.8", now) == 0.0
    tries.right("10.0.0.7")
    tries.wrong("10.0.0.7", now)
    assert tries.wait_s("10.0.0.7", now) == 0.0


def test_many_addresses_share_a_limit() -> None:
    """Guessing from many addresses at once is limited too: 60 wrong PINs in an hour."""
    tries = Tries()
    for number in range(access.TRIES_ALL):
        tries.wrong(f"10.0.{number // 200}.{number % 200}", 1000.0)
    assert tries.wait_s("192.168.1.5", 1001.0) == pytest.approx(3599.0)
    assert tries.wait_s("192.168.1.5", 1000.0 + 3600.0) == 0.0


def test_one_ipv6_network_is_one_address() -> None:
    """Who owns a whole IPv6 network gains nothing by it."""
    tries = Tries()
    for number in range(5):
        tries.wrong(f"fd00::1:{number:x}", 0.0)
    assert tries.wait_s("fd00::2:7", 0.0) == 60.0
    assert tries.wait_s("fd00:0:0:1::1", 0.0) == 0.0


def test_memory_is_bounded() -> None:
    """However many addresses try, the table of tries stays small."""
    tries = Tries()
    for number in range(3 * access.ADDRESSES_MAX):
        tries.wrong(f"10.{number % 7}.{number // 250}.{number % 250}", float(number * 100))
    assert len(tries._wrong) <= access.ADDRESSES_MAX
    assert len(tries._all) <= access.TRIES_ALL_S / 100 + 2 or tries.wait_s("1.1.1.1", 150_000.0) >= 0.0


def test_sessions(pin_hash: str) -> None:
    """A session holds for a week, in this process only."""
    keeper = Keeper(pin_hash)
    cookie = keeper.session(500.0)
    assert keeper.known_session(cookie, 500.0)
    assert keeper.known_session(cookie, 500.0 + access.SESSION_S - 1.0)
    assert not keeper.known_session(cookie, 500.0 + access.SESSION_S + 1.0)
    assert not Keeper(pin_hash).known_session(cookie, 500.0)


def test_tokens_belong_to_one_visitor(pin_hash: str) -> None:
    """A form token is good for the visitor that it was given to, and for nobody else."""
    keeper = Keeper(pin_hash)
    mine, other = keeper.visit(), keeper.visit()
    assert keeper.known_token(keeper.token(mine), mine)
    assert not keeper.known_token(keeper.token(mine), other)
    assert not keeper.known_token("", mine)
    assert not keeper.known_token(keeper.token("made-up.00"), "made-up.00")


def test_right_pin_is_remembered_and_wrong_is_not(pin_hash: str) -> None:
    """Only the first use of the right PIN costs the slow hash, and remembering it lets no other in."""
    keeper = Keeper(pin_hash)
    assert keeper.is_right(PIN)
    keeper.pin_hash = "scrypt$00$00"  # the slow way now fails: only memory can say yes
    assert keeper.is_right(PIN)
    assert not keeper.is_right("270832")
    assert not Keeper(None).is_right("")


@given(st.text(max_size=200))
def test_made_up_cookies_are_unknown(text: str) -> None:
    """No text that this process did not sign is a session or a visitor."""
    keeper = Keeper("scrypt$00$00")
    assert not keeper.known_session(text, 0.0)
    assert not keeper.known_visit(text)
    assert not keeper.known_token(text, keeper.visit())


def test_changed_cookie_is_unknown() -> None:
    """A session whose time was changed by hand is no session."""
    keeper = Keeper("scrypt$00$00")
    body, _, mark = keeper.session(500.0).partition(".")
    later = body.replace("-500", "-900")
    assert later != body
    assert not keeper.known_session(f"{later}.{mark}", 900.0)
