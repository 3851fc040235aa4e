"""Take the README's two pictures from a running page: `scripts/screenshot.py [URL] [--lang id] [--dark] [--out docs]`.

Writes page.png (a phone, 360 wide) and page-wide.png (a desk). Needs the development environment and Debian's chromium.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

PICTURES = {"page.png": (360, 740, 2.0), "page-wide.png": (1280, 860, 1.0)}
"""Name -> width and height in CSS pixels, and how many real pixels one of them has."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


def main() -> int:
    """Take the pictures; 0 good, 2 when the page or the browser is not there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8080/")
    parser.add_argument("--lang", choices=("id", "en"), default="id")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--full", action="store_true", help="the whole length of the page, not one screen")
    parser.add_argument("--out", type=Path, default=Path("docs"))
    options = parser.parse_args()
    browser = shutil.which("chromium")
    if browser is None:
        print("chromium is not installed: sudo apt-get install chromium", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    return take(browser, options)


def take(browser: str, options: argparse.Namespace) -> int:
    """Open the page once per picture."""
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=browser, args=ARGUMENTS)
        for name, (width, height, scale) in PICTURES.items():
            page = chromium.new_page(
                viewport={"width": width, "height": height},
                device_scale_factor=scale,
                color_scheme="dark" if options.dark else "light",
            )
            try:
                page.goto(f"{options.url}?lang={options.lang}")
            except Error as error:
                print(f"{options.url}: {error.message.splitlines()[0]}", file=sys.stderr)
                return 2
            page.wait_for_timeout(2500)  # the first event, and transitions
            page.screenshot(path=options.out / name, full_page=options.full)
            print(options.out / name)
        chromium.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
