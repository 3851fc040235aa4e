"""The way in for a provider's forecast: fetched over HTTP beside everything else, or told over MQTT; kept on disk with its records.

Nothing waits for it: the network may be dead for a season. A fetch has a bounded time, a bounded size, and a thread of its own that
may hang in a name server without holding anybody up. TLS is verified.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from controller.clock import real_mono_s, real_sleep, settled
from controller.core.instant import Instant
from controller.core.site import Site
from controller.core.site_power import Forecast
from controller.core.state_json import StateError, value_from, value_json
from controller.forecast_trouble import Failed, Kind, Trouble, kind_of
from controller.outlooks import Kept, Outlooks
from drivers.mqtt import MqttPort
from schedules.forecast_provider import MAX_BYTES, ForecastError, parse

log = logging.getLogger(__name__)

FIRST_S = 5.0
RETRY_S, RETRY_MAX_S = 60.0, 3600.0
"""A provider that failed is asked again after this long, doubling, real seconds."""

ASKED_MAX_S = 6 * 3600.0
"""A provider's own Retry-After is honoured up to this."""

KEEP_S = 3600.0
CHUNK = 16_384


def fetch(url: str, timeout_s: float) -> bytes:
    """The body behind ``url``, at most MAX_BYTES; no single wait is longer than ``timeout_s`` real seconds, nor is the body awaited
    beyond that. Blocks; raises Failed.
    """
    from http.client import HTTPException, InvalidURL
    from ssl import SSLError
    from urllib.error import HTTPError
    from urllib.request import Request, urlopen

    ends_s = real_mono_s() + timeout_s
    request = Request(url, headers={"User-Agent": "tirtasurya", "Accept": "application/json"})
    try:
        with urlopen(request, timeout=timeout_s) as answer:
            body = b""
            while chunk := answer.read1(CHUNK):
                body += chunk
                if len(body) > MAX_BYTES:
                    raise Failed(f"more than {MAX_BYTES} bytes", "unreadable")
                if real_mono_s() > ends_s:
                    raise Failed(f"not done within {timeout_s:g} s", "unreachable")
            return body
    except HTTPError as error:
        with error:
            wait_s = _wait(error.headers.get("Retry-After"))
            raise Failed(f"HTTP {error.code}", kind_of(error.code), wait_s) from None
    except (InvalidURL, ValueError) as error:  # their words repeat the address, which may hold a key
        raise Failed(type(error).__name__, "address") from None
    except (OSError, HTTPException) as error:
        unsafe = isinstance(getattr(error, "reason", error), SSLError)
        raise Failed(str(error) or repr(error), "tls" if unsafe else "unreachable") from None


def _wait(text: str | None) -> float:
    """Retry-After in seconds; a date (rare, and our clock may differ) is not read."""
    return min(ASKED_MAX_S, float(text)) if text is not None and text.strip().isdigit() else 0.0


def _told_by(error: Failed | ForecastError) -> tuple[Kind, str]:
    return (error.kind, error.why) if isinstance(error, Failed) else ("unreadable", str(error))


class Forecasts:
    """``offer`` goes to ``outlooks``. ``path``: where the last word and the records are kept."""

    def __init__(self, site: Site, outlooks: Outlooks, now: Callable[[], Instant], path: Path) -> None:
        self._entry: Forecast | None = site.file.weather.forecast
        self._where = {"latitude": site.file.site.latitude, "longitude": site.file.site.longitude}
        self._outlooks, self._now, self._path = outlooks, now, path
        self._written: Kept = outlooks.kept
        self._told = ""
        self._thread: threading.Thread | None = None
        self._load()

    def listen(self, ports: Mapping[str, MqttPort]) -> None:
        """Hear a topic where the site names one."""
        entry = self._entry
        if entry is not None and entry.bus is not None and entry.topic is not None and entry.bus in ports:
            ports[entry.bus].subscribe(entry.topic, self._heard)

    async def run(self) -> None:
        """Fetch for ever where the site names an address, and keep what is worth keeping; cancelled at the end."""
        keeper = asyncio.create_task(self._keep_on(), name="forecast kept")
        try:
            wait_s, failures = FIRST_S, 0
            while True:
                await real_sleep(wait_s)
                if self._entry is None or self._entry.url is None:
                    wait_s = RETRY_S
                    continue
                if not self._now().trusted:
                    self._show("clock", "")
                    wait_s = RETRY_S
                    continue
                try:
                    self._take(await self._fetched(self._entry))
                    wait_s, failures = self._entry.every_s, 0
                except (Failed, ForecastError) as error:
                    failures += 1
                    asked = error.wait_s if isinstance(error, Failed) else 0.0
                    wait_s = max(asked, min(RETRY_MAX_S, RETRY_S * 2.0 ** (failures - 1)))
                    self._failed(*_told_by(error))
                except Exception as error:
                    log.exception("a forecast could not be taken; it is asked for again")
                    self._show("unreadable", type(error).__name__)
                    wait_s = RETRY_MAX_S
        finally:
            keeper.cancel()
            self.keep()

    async def _fetched(self, entry: Forecast) -> bytes:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bytes] = loop.create_future()
        url = (entry.url or "").replace("{latitude}", f"{self._where['latitude']:.4f}")
        url = url.replace("{longitude}", f"{self._where['longitude']:.4f}")

        def work() -> None:
            try:
                body = fetch(url, entry.timeout_s)
            except Failed as error:
                _hand(loop, done, error)
            else:
                _hand(loop, done, body)

        if self._thread is not None and self._thread.is_alive():
            raise Failed("the fetch before has not come back yet", "unreachable")
        self._thread = threading.Thread(target=work, name="forecast", daemon=True)
        self._thread.start()
        if not await settled(2.0 * entry.timeout_s, done) and not done.done():
            done.cancel()
            raise Failed(f"not done within {2.0 * entry.timeout_s:g} s", "unreachable")
        return done.result()

    def _heard(self, topic: str, payload: bytes, ack: Callable[[], None]) -> None:
        ack()
        try:
            self._take(payload)
        except ForecastError as error:
            self._failed("unreadable", f"{topic}: {error}")
        except Failed as error:
            self._failed(error.kind, error.why)

    def _take(self, text: bytes) -> None:
        at, entry = self._now(), self._entry
        if entry is None or not at.trusted:
            raise Failed("the clock here is not trusted yet", "clock")
        self._outlooks.offer(parse(entry.kind, text, at.epoch_s))
        if self._told:
            log.info("the forecast comes again")
        self._told, self._outlooks.trouble = "", None

    def _failed(self, kind: Kind, why: str) -> None:
        """Logged once until it works again or fails otherwise; the old word is used until it is too old."""
        self._show(kind, why)
        if why != self._told:
            log.warning("no forecast from outside (%s); the site's own is used", why)
        self._told = why

    def _show(self, kind: Kind, why: str) -> None:
        """What people see of it, since when it has not come."""
        old, now_s = self._outlooks.trouble, self._now().mono_s
        self._outlooks.trouble = Trouble(kind, why, now_s if old is None else old.since_s)

    async def _keep_on(self) -> None:
        while True:
            await real_sleep(KEEP_S)
            self.keep()

    def keep(self) -> None:
        """Write what is worth keeping, if it changed; a disk that refuses costs only that."""
        kept = self._outlooks.kept
        if kept is self._written:
            return
        self._written = kept
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(value_json(kept))
            fresh.replace(self._path)
        except (OSError, StateError) as error:
            log.warning("%s cannot be written: %s", self._path, error)

    def _load(self) -> None:
        try:
            self._outlooks.kept = self._written = value_from(Kept, self._path.read_text())
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            log.warning("%s cannot be read, the forecasts' record begins anew: %s", self._path, error)


def _hand(loop: asyncio.AbstractEventLoop, done: asyncio.Future[bytes], result: bytes | Failed) -> None:
    """Give a result to the loop, if it still runs and anybody still waits."""

    def give() -> None:
        if done.cancelled():
            return
        if isinstance(result, Failed):
            done.set_exception(result)
        else:
            done.set_result(result)

    try:
        loop.call_soon_threadsafe(give)
    except RuntimeError:
        log.debug("a fetch ended after the daemon")
