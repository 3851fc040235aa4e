"""The page as a browser without JavaScript meets it: what it says, what it accepts, what it refuses."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from controller.config import load_site
from controller.core.site import Turns
from controller.core.snapshot import Order
from tests.controller.web.conftest import PIN, visit
from tests.controller.web.station import Station
from tests.end_to_end.sites import SITES

FORM = {"content-type": "application/x-www-form-urlencoded"}
SAME = {"origin": "http://127.0.0.1:8080"}


def token(text: str) -> str:
    """The form token in a page."""
    found = re.search(r'name="token" value="([0-9a-f]{40})"', text)
    assert found is not None, "no token in the page"
    return found[1]


class Words(HTMLParser):
    """The text of a page, and whether its tags close."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.open, self.wrong = "", [""], []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        self.wrong += [f"{tag} {name}" for name, _ in attrs if name == "style" or name.startswith("on")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """`<path/>` opens nothing."""

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data + " "


def obeyed(station: Station) -> tuple[Order, ...]:
    """The orders that wait for the next cycle, taken."""
    return tuple(order.order for order in station.live.take_orders())


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "id",
            "HENTI DARURAT|Pompa mengisi tandon|Waktu simulasi 60×|Petak cabai|Air tanah|14 Juli 2026|Siram 10 menit|1,8 kg|WIB",
        ),
        (
            "en",
            "EMERGENCY STOP|The pump fills the tank|Simulated time 60×|Petak cabai|Soil water|14 July 2026|Water 10 min|1.8 kg|WIB",
        ),
    ],
)
async def test_page_says_it_all(station: Station, language: str, expected: str) -> None:
    """Both languages tell state, numbers, reasons and what can be done, in HTML that closes its tags."""
    async with visit(station.context()) as browser:
        answer = await browser.get("/", params={"lang": language})
        again = await browser.get("/")
    words = Words(answer.text)
    assert answer.status_code == 200
    assert not words.wrong
    assert words.open == [""]
    assert [text for text in expected.split("|") if text not in words.text] == []
    assert f'lang="{language}"' in answer.text
    assert f'<html lang="{language}">' in again.text, "the language is not remembered"
    assert "None" not in words.text
    assert "@form-token@" not in answer.text


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_reason_is_on_the_page(station: Station, language: str) -> None:
    """Every reason of the decision stands on the page, in its language."""
    async with visit(station.context()) as browser:
        status = (await browser.get("/api/status")).json()
        page = Words((await browser.get("/", params={"lang": language})).text).text
    assert len(status["reasons"]) >= 5
    assert [one[language] for one in status["reasons"] if one[language] not in page] == []


async def test_before_the_first_decision() -> None:
    """A controller that has not decided yet has a page too, with a stop button."""
    async with visit(Station().context()) as browser:
        page = await browser.get("/")
        assert (await browser.get("/health")).json()["ok"] is False
    assert "sedang mulai" in page.text
    assert "HENTI DARURAT" in page.text


async def test_no_simulated_time_on_a_site(station: Station) -> None:
    """At the rate of real life nothing speaks of simulated time."""
    async with visit(station.context(rate=1.0)) as browser:
        assert "simulasi" not in (await browser.get("/")).text


async def test_alarm_comes_first_with_what_to_do(station: Station) -> None:
    """A pump that ran dry is told before everything else, with what a person should do."""
    station.cycle(12, world=lambda: station.values.update({("meter-air", "flow_m3_h"): 0.0}))
    async with visit(station.context()) as browser:
        text = Words((await browser.get("/", params={"lang": "en"})).text).text
    assert "Check the water in the well" in text
    assert text.index("Needs attention") < text.index("Something needs a look") < text.index("Petak cabai")


async def test_gap_is_told(station: Station) -> None:
    """After a restart the page says how long the controller was away, and stops saying so after an hour."""
    station.live.gap_s = 720.0
    async with visit(station.context()) as browser:
        assert "sempat mati 12 menit" in (await browser.get("/")).text
        station.cycle(130, seconds=30.0)
        assert "sempat mati" not in (await browser.get("/")).text


async def test_stale_controller_is_told(station: Station) -> None:
    """When decisions stop coming the page says so instead of showing an old truth as new."""
    context = station.context(rate=1.0)
    async with visit(context) as browser:
        station.at = replace(station.at, mono_s=station.at.mono_s + 600.0)
        station.live.cycles += 1  # not remembered from before
        page = await browser.get("/")
        health = (await browser.get("/health")).json()
    assert "Pengendali tidak bekerja" in page.text
    assert (health["ok"], health["decision_age_s"]) == (False, 600.0)


async def test_stop_stops(station: Station) -> None:
    """The stop button's form stops everything with the next cycle, and the page then offers to resume, with a second look."""
    async with visit(station.context(), headers=SAME) as browser:
        page = await browser.get("/")
        answer = await browser.post("/order", data={"order": "emergency_stop", "token": token(page.text)})
        assert (answer.status_code, answer.headers["location"]) == (303, "/?done=emergency_stop")
        station.cycle()
        assert set(station.outputs.values()) == {0.0}
        stopped = await browser.get("/?done=emergency_stop")
        assert "Semua dihentikan" in stopped.text
        assert "Henti darurat diterima." in stopped.text
        assert 'value="emergency_stop"' not in stopped.text
        resume = await browser.get("/resume")
        assert "Pastikan tidak ada orang" in resume.text
        answer = await browser.post("/order", data={"order": "resume", "token": token(resume.text)})
        assert answer.status_code == 303
    station.cycle()
    assert station.state.emergency is False


async def test_watering_by_hand(station: Station) -> None:
    """The zone's button waters it for ten minutes, and then turns into one that ends it."""
    async with visit(station.context(), headers=SAME) as browser:
        page = await browser.get("/")
        form = {"order": "run_zone", "target": "bibit", "amount": "10", "token": token(page.text)}
        await browser.post("/order", data=form)
        station.cycle(6)
        irrigation = station.state.zones["bibit"].irrigation
        assert irrigation is not None
        assert (irrigation.group, irrigation.duration_s) == ("manual", 600.0)
        watering = await browser.get("/")
        assert "Sedang menyiram" in watering.text
        await browser.post("/order", data={"order": "stop", "target": "bibit", "token": token(watering.text)})
    station.cycle()
    assert station.state.zones["bibit"].irrigation is None


# ------------------------------------------------------------------------------------------------------- forgery, hosts


@pytest.mark.parametrize("order", ["emergency_stop", "run_zone"])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"origin": "http://127.0.0.1:9999"},
    ],
)
async def test_another_site_cannot_order(station: Station, headers: dict[str, str], order: str) -> None:
    """A form that another web site sends is refused, whatever it carries."""
    async with visit(station.context()) as browser:
        page = await browser.get("/")
        form = {"order": order, "target": "bibit", "amount": "10", "token": token(page.text)}
        if order == "emergency_stop":
            form = {"order": order, "token": token(page.text)}
        answer = await browser.post("/order", data=form, headers=headers)
        assert answer.status_code == 403
        answer = await browser.post("/api/orders", json={"order": "emergency_stop"}, headers=headers)
        assert answer.status_code == 403
    assert obeyed(station) == ()


async def test_form_without_token(station: Station) -> None:
    """A form without this visitor's token is refused; only a stop from our own page, older than the process, still works."""
    async with visit(station.context()) as browser:
        wanted = {"order": "run_zone", "target": "bibit", "amount": "10", "token": "0" * 40}
        assert (await browser.post("/order", data=wanted, headers=SAME)).status_code == 403
        assert obeyed(station) == ()
        assert (await browser.post("/order", data={"order": "emergency_stop"})).status_code == 403
        assert obeyed(station) == ()
        answer = await browser.post("/order", data={"order": "emergency_stop"}, headers=SAME)
        assert answer.status_code == 303
    assert obeyed(station) == (Order.EMERGENCY_STOP,)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("127.0.0.1:8080", 200),
        ("localhost", 200),
        ("[::1]:8080", 200),
        ("192.168.1.20", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("", 421),
    ],
)
async def test_host_header(station: Station, host: str, code: int) -> None:
    """A name that somebody may have pointed at us by DNS is refused; addresses and our own names are not."""
    async with visit(station.context()) as browser:
        assert (await browser.get("/health", headers={"host": host})).status_code == code


async def test_headers(station: Station) -> None:
    """Every answer forbids foreign scripts, frames and sniffing; pages are not kept, assets are."""
    async with visit(station.context()) as browser:
        page = await browser.get("/")
        asset = re.search(r'href="(/static/style\.css\?v=\w+)"', page.text)
        assert asset is not None
        style = await browser.get(asset[1])
        for answer in (page, style, await browser.get("/health"), await browser.get("/nowhere")):
            assert answer.headers["content-security-policy"].startswith("default-src 'self'")
            assert "unsafe" not in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["x-frame-options"] == "DENY"
    assert page.headers["cache-control"] == "no-store"
    assert "immutable" in style.headers["cache-control"]
    for cookie in page.headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()


async def test_everything_is_served_here(station: Station) -> None:
    """The page loads nothing from anywhere else, and all that it names is there."""
    async with visit(station.context()) as browser:
        page = (await browser.get("/")).text
        names = set(re.findall(r'(?:href|src)="([^"#]+)', page))
        assert not [name for name in names if not name.startswith("/")]
        for name in names:
            assert (await browser.get(name)).status_code == 200, name


async def test_bodies_are_small(station: Station) -> None:
    """A body of a megabyte is refused before it is read."""
    async with visit(station.context()) as browser:
        answer = await browser.post("/order", content=b"x" * 1_000_000, headers={**FORM, **SAME})
        assert answer.status_code == 413


@pytest.mark.parametrize("body", ["", "order=", "order=dance", "order=run_zone&amount=many", "%%%=&&&"])
async def test_unreadable_forms(station: Station, body: str) -> None:
    """A form that makes no sense is refused in words."""
    async with visit(station.context()) as browser:
        answer = await browser.post("/order", content=body, headers={**FORM, **SAME})
        assert answer.status_code == 400
        assert "text/html" in answer.headers["content-type"]


# ------------------------------------------------------------------------------------------------------------------- PIN


async def test_reading_needs_no_pin_here(station: Station, pin_hash: str) -> None:
    """On this computer anybody reads; changing asks for the PIN, and carries out what was wished once it is right."""
    async with visit(station.context(pin_hash), headers=SAME) as browser:
        page = await browser.get("/")
        assert page.status_code == 200
        asked = await browser.post("/order", data={"order": "emergency_stop", "token": token(page.text)})
        assert asked.status_code == 403
        assert "langsung dihentikan" in asked.text
        assert obeyed(station) == ()
        hidden = {"order": "emergency_stop", "token": token(asked.text), "next": "/"}
        wrong = await browser.post("/pin", data={**hidden, "pin": "000000"})
        assert (wrong.status_code, "PIN salah" in wrong.text) == (403, True)
        assert 'value="emergency_stop"' in wrong.text, "the wish is forgotten"
        assert obeyed(station) == ()
        right = await browser.post("/pin", data={**hidden, "pin": PIN})
        assert (right.status_code, right.headers["location"]) == (303, "/?done=emergency_stop")
        assert obeyed(station) == (Order.EMERGENCY_STOP,)
        page = await browser.get("/")
        assert "Keluar" in page.text
        answer = await browser.post("/order", data={"order": "emergency_stop", "token": token(page.text)})
        assert answer.status_code == 303
        await browser.post("/sign-out", data={"token": token(page.text)})
        obeyed(station)
        answer = await browser.post("/order", data={"order": "emergency_stop", "token": token(page.text)})
        assert answer.status_code == 403
    assert obeyed(station) == ()


@pytest.mark.parametrize("path", ["/", "/resume", "/api/status", "/events", "/api/openapi.json", "/nowhere"])
async def test_reading_needs_the_pin_elsewhere(station: Station, pin_hash: str, path: str) -> None:
    """Bound to a network, nothing but health, the PIN's page and its style can be read without the PIN."""
    async with visit(station.context(pin_hash, host="0.0.0.0")) as browser:
        answer = await browser.get(path)
        assert answer.status_code in (303, 403)
        assert "Petak cabai" not in answer.text
        assert (await browser.get("/health")).status_code == 200
        form = await browser.get("/pin")
        assert (form.status_code, "Masukkan PIN" in form.text) == (200, True)
        data = {"pin": PIN, "next": "/?lang=en", "token": token(form.text)}
        signed = await browser.post("/pin", data=data, headers=SAME)
        assert (signed.status_code, signed.headers["location"]) == (303, "/?lang=en")
        assert "Petak cabai" in (await browser.get("/")).text


async def test_pin_header(station: Station, pin_hash: str) -> None:
    """A program gives the PIN in a header; a wrong one is refused even for reading, and counted."""
    async with visit(station.context(pin_hash, host="0.0.0.0")) as client:
        assert (await client.get("/api/status", headers={"x-tirta-pin": PIN})).status_code == 200
        codes = [
            (await client.get("/api/status", headers={"x-tirta-pin": "1111"})).status_code for _ in range(6)
        ]
        assert codes == [403] * 5 + [429]
        waiting = await client.get("/api/status", headers={"x-tirta-pin": PIN})
        assert waiting.status_code == 429
        assert 0 < int(waiting.headers["retry-after"]) <= 60


async def test_five_wrong_pins(station: Station, pin_hash: str) -> None:
    """After five wrong PINs even the right one waits, and the page says how long."""
    async with visit(station.context(pin_hash), headers=SAME) as browser:
        form = await browser.get("/pin")
        data = {"token": token(form.text), "next": "/"}
        for guess in range(5):
            assert (await browser.post("/pin", data={**data, "pin": f"{guess}"})).status_code == 403
        answer = await browser.post("/pin", data={**data, "pin": PIN})
        assert answer.status_code == 429
        assert re.search(r"Tunggu (\d+ detik|1 menit)", answer.text)
        assert "tirta_session" not in browser.cookies


@pytest.mark.parametrize(
    "wanted", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x"]
)
async def test_sign_in_leads_nowhere_else(station: Station, pin_hash: str, wanted: str) -> None:
    """After the PIN nobody is sent to another site."""
    async with visit(station.context(pin_hash), headers=SAME) as browser:
        form = await browser.get("/pin", params={"next": wanted})
        data = {"pin": PIN, "next": wanted, "token": token(form.text)}
        assert (await browser.post("/pin", data=data)).headers["location"] == "/"


async def test_whose_turn_it_is_stands_above_the_plots() -> None:
    """Where members take turns the page says above the plots whose turn it is, without anything being opened."""
    site = Station().site
    zones = tuple(
        zone.model_copy(update={"member": f"anggota-{n % 2}"}) for n, zone in enumerate(site.file.zones)
    )
    turns = Turns(members=("anggota-0", "anggota-1"))
    station = Station(
        site.model_copy(update={"file": site.file.model_copy(update={"zones": zones, "turns": turns})})
    )
    station.cycle(2)
    async with visit(station.context()) as browser:
        text = (await browser.get("/?lang=id")).text
    assert '<p class="turn">Giliran' in text.split('id="part-zones"')[1].split("<article")[0]


@pytest.mark.parametrize("kind", SITES)
async def test_shipped_zones_have_a_name_that_the_page_shows(kind: str) -> None:
    """Each zone of each bundled site is called by the words of the people who work there, not by its id."""
    site, _ = load_site(SITES[kind])
    station = Station(site)
    station.cycle()
    async with visit(station.context()) as client:
        page = (await client.get("/")).text
    for zone in site.file.zones:
        assert zone.name is not None, zone.id
        assert html.escape(zone.name) in page, zone.id


async def test_a_tank_is_never_told_to_hold_more_than_it_can(station: Station) -> None:
    """A level a hair above the full mark reads as the full tank, in the page's words and for a screen reader."""
    tank = station.site.file.tanks[0]
    station.values[tank.level.key] = tank.full_m + 0.003
    station.cycle()
    async with visit(station.context()) as client:
        page = (await client.get("/?lang=en")).text
    assert "4,572 litres of 4,572 litres" in " ".join(Words(page).text.split())
    assert "4,572 litres" in re.findall(r'<svg class="tank"[^>]*aria-label="([^"]*)"', page)[0]
