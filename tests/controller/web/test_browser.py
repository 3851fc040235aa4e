"""The page in a real Chromium: it fits a cheap phone, lives by events, stops the pump, and works without JavaScript."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from controller.core.snapshot import Order
from controller.web.server import WebServer
from tests.controller.web.conftest import PIN, serve
from tests.controller.web.station import Station
from tests.services import require

expect.set_options(
    timeout=20_000
)  # ms; a browser on a busy machine takes seconds for what takes none by hand

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
]
PHONE = {"width": 360, "height": 740}
TOO_SMALL = """[...document.querySelectorAll('button, a.button, summary, .head-nav a')]
    .filter(e => e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"""
OUTSIDE = """[...document.querySelectorAll('main *')]
    .filter(e => e.getBoundingClientRect().right > 361 && !e.closest('svg')).map(e => e.outerHTML.slice(0, 200))"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A headless Chromium of the system."""
    path = require("chromium")
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def phone(browser: Browser, server: WebServer, **options: Any) -> AsyncIterator[Page]:
    """A phone of 360 x 740 on the page. Everything that the browser complains of, or asks of others, fails the test."""
    context = await browser.new_context(viewport=PHONE, **options)  # type: ignore[arg-type]
    page = await context.new_page()
    wrong: list[str] = []
    home = f"http://127.0.0.1:{server.bound_port}"
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(home) else wrong.append(asked.url))
    await page.goto(f"{home}/")
    yield page
    await context.close()
    assert not wrong


async def test_fits_a_cheap_phone(station: Station) -> None:
    """In both languages, calm, in alarm and stopped, light and dark, nothing is wider than a 360 pixel phone, the stop button
    is in sight, and what is to be pressed is at least 44 pixels high.
    """
    async with chromium() as browser, serve(station.context()) as server:
        for language in ("id", "en"):
            for scheme in ("light", "dark"):
                async with phone(browser, server, color_scheme=scheme) as page:
                    await page.goto(f"http://127.0.0.1:{server.bound_port}/?lang={language}")
                    await fits(page)
                    await expect(page.locator("button.stop")).to_be_in_viewport(ratio=1.0)
                    await expect(page.locator("svg.scene")).to_be_in_viewport(ratio=0.5)
        station.cycle(12, world=lambda: station.values.update({("meter-air", "flow_m3_h"): 0.0}))
        async with phone(browser, server) as page:
            await fits(page)
        station.order(Order.EMERGENCY_STOP)
        station.cycle()
        async with phone(browser, server) as page:
            await fits(page)
            await expect(page.locator(".banner.alarm")).to_be_in_viewport(ratio=1.0)


async def test_long_names_stay_on_the_phone() -> None:
    """Names of forty letters without a blank break instead of pushing the page off the screen."""
    name = "Petakpembibitanreklamasibekastambangutara"
    site = Station().site
    changes = {
        "zones": tuple(one.model_copy(update={"name": f"{name} {one.id}"}) for one in site.file.zones),
        "pumps": tuple(one.model_copy(update={"name": name}) for one in site.file.pumps),
        "tanks": tuple(one.model_copy(update={"name": name}) for one in site.file.tanks),
        "site": site.file.site.model_copy(update={"name": name}),
    }
    station = Station(site.model_copy(update={"file": site.file.model_copy(update=changes)}))
    station.plan_for("cabai", "melon")
    station.cycle(90)
    station.order(Order.RUN_ZONE, "bibit", 10.0)
    station.cycle(12)
    station.cycle(12, world=lambda: station.values.update({("meter-air", "flow_m3_h"): 0.0}))
    async with (
        chromium() as browser,
        serve(station.context()) as server,
        phone(browser, server) as page,
    ):
        await fits(page)


async def fits(page: Page) -> None:
    """No sideways scrolling, no text cut off, big enough targets."""
    await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert await page.evaluate(TOO_SMALL) == []
    assert await page.evaluate(OUTSIDE) == []


async def test_events_update_the_page(station: Station) -> None:
    """What the next cycle changes appears by itself, without a reload, and an open fold stays open."""
    async with chromium() as browser, serve(station.context()) as server, phone(browser, server) as page:
        await page.evaluate("window.notReloaded = true")
        await expect(page.locator("#part-clock")).to_contain_text("09.55")
        await page.locator("#why summary").click()
        station.values[("level-tandon", "level_m")] = 1.7
        station.cycle(6)
        await expect(page.locator("#part-clock")).to_contain_text("09.56")
        await expect(page.locator("#part-tanks .big")).to_have_text("85 %")
        await expect(page.locator("#why")).to_have_attribute("open", "")
        assert await page.evaluate("window.notReloaded")


async def test_stop_button_stops(station: Station) -> None:
    """One press on the red button, and the order arrives; the page tells it without a reload and then offers to resume."""
    async with chromium() as browser, serve(station.context()) as server, phone(browser, server) as page:
        await page.locator("button.stop").click()
        await expect(page.locator("#toast")).to_contain_text("Henti darurat diterima")
        assert [order.order for order in station.live._orders] == [Order.EMERGENCY_STOP]
        station.cycle()
        assert set(station.outputs.values()) == {0.0}
        await expect(page.locator(".banner.alarm")).to_contain_text("Semua dihentikan")
        await expect(page.locator("button.stop")).to_have_count(0)
        await page.locator(".banner a.button").click()
        await expect(page.locator("h1")).to_have_text("Jalankan lagi?")
        await page.locator("button.strong").click()
        station.cycle()
        await expect(page.locator("button.stop")).to_be_visible()
    assert station.state.emergency is False


async def test_stop_works_when_the_server_was_restarted(station: Station) -> None:
    """A page that is older than the controller's process still stops the pump: its events bring it a new token, and the stop
    needs none.
    """
    async with chromium() as browser:
        async with serve(station.context()) as server:
            port = server.bound_port
            context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{port}/")
        second = WebServer(station.context(), port=port)
        await second.start()
        await page.locator("button.stop").click()
        await expect(page.locator("#toast")).to_contain_text("Henti darurat diterima")
        assert [order.order for order in station.live.take_orders()] == [Order.EMERGENCY_STOP]
        await expect(page.locator("#offline")).to_be_hidden(timeout=15_000)
        station.cycle(6)
        await expect(page.locator("#part-clock")).to_contain_text("09.56", timeout=15_000)
        await page.locator("article.zone button").first.click()
        await expect(page.locator("#toast")).to_contain_text("petak akan disiram")
        await context.close()
        await second.stop()


@pytest.mark.slow
async def test_lost_connection_is_told(station: Station) -> None:
    """An order that does not arrive says so loudly, and points to the panel."""
    async with chromium() as browser:
        async with serve(station.context()) as server:
            context = await browser.new_context(viewport=PHONE)  # type: ignore[arg-type]
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{server.bound_port}/")
        await page.locator("button.stop").click()
        await expect(page.locator("#toast .bad")).to_contain_text("matikan di panel")
        await expect(page.locator("#offline")).to_be_visible(timeout=20_000)
        await context.close()


async def test_without_javascript(station: Station) -> None:
    """Without JavaScript everything is there: state, language, the stop button, the way back."""
    async with (
        chromium() as browser,
        serve(station.context()) as server,
        phone(browser, server, java_script_enabled=False) as page,
    ):
        await expect(page.locator("#part-pumps")).to_contain_text("menyala")
        await page.get_by_role("link", name="English").click()
        await expect(page.locator("#part-pumps")).to_contain_text("running")
        await page.locator("button.stop").click()
        await expect(page.locator("#toast")).to_contain_text("Emergency stop received")
        station.cycle()
        await page.goto(page.url.partition("?")[0])
        await expect(page.locator(".banner.alarm")).to_contain_text("Everything is stopped")
        assert await page.locator("meta[http-equiv=refresh]").count() == 1
    assert station.state.emergency is True


@pytest.mark.parametrize("script", [True, False])
async def test_stop_asks_for_the_pin_and_stops(station: Station, pin_hash: str, script: bool) -> None:
    """With a PIN set, the stop button leads to the PIN and the right PIN stops, with and without JavaScript."""
    async with chromium() as browser, serve(station.context(pin_hash)) as server:
        context = await browser.new_context(viewport=PHONE, java_script_enabled=script)  # type: ignore[arg-type]
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{server.bound_port}/")
        await page.locator("button.stop").click()
        await expect(
            page.get_by_role("heading", name="Masukkan PIN")
        ).to_be_visible()  # the page before has many
        assert station.live.take_orders() == ()
        await page.locator("#pin").fill(PIN)
        await page.locator("button.stop").click()
        await expect(page.locator("#toast")).to_contain_text("Henti darurat diterima")
        await context.close()
    assert [order.order for order in station.live.take_orders()] == [Order.EMERGENCY_STOP]
