"""The map in a browser: 5,000 markers all moving, four frames a second, beside Leaflet's own canvas.

``python -m tests.bench.live.map ONLY`` prints a JSON list of rows. Headless Chromium without a GPU looks at the
product's own page, fed by the product's own server. The main thread's share is its processor time, so that other
programs on the same cores do not count. Three views: ``map`` is the whole floor of 300 rooms, where most
rooms are counted; ``map.shapes`` a floor of 20 halls on a large screen, where every marker stands for itself, and
``map.near`` a corner of the first. The peer draws as many circle markers on the same screen.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402  Django is set up first
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright  # noqa: E402

from tests.bench.live import hospital, processes  # noqa: E402
from tests.bench.meter import Result, quantile  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MARKERS = 5000
MEASURED_MS = 8000
SCREEN = {"width": 1280, "height": 800}
LARGE = {"width": 2560, "height": 1440}
SCRIPT = Path(__file__).parent / "in_page.js"
LEAFLET = processes.ROOT / "node_modules" / "leaflet" / "dist" / "leaflet.js"


@dataclass(frozen=True, slots=True)
class View:
    """One look at a floor: ``closer`` are clicks on the button of that name, a box is where to zoom to."""

    name: str
    floor: str
    screen: dict[str, int]
    closer: int = 0


VIEWS = (
    View("map", "rooms", SCREEN),
    View("map.near", "rooms", SCREEN, closer=4),
    View("map.shapes", "halls", LARGE),
)


def rows_of(page: Page, cdp: CDPSession, name: str) -> Iterator[Result]:
    page.wait_for_timeout(3000)
    begun, before = time.monotonic(), _metrics(cdp)
    page.wait_for_timeout(MEASURED_MS)
    passed, after = time.monotonic() - begun, _metrics(cdp)
    spent = after["TaskDuration"] - before["TaskDuration"]
    yield Result(f"{name}.main_thread", round(spent / passed, 4), "of a core")
    yield Result(
        f"{name}.script", round((after["ScriptDuration"] - before["ScriptDuration"]) / passed, 4), "of a core"
    )
    yield Result(f"{name}.fps", round(page.evaluate("bench.fps(2000)"), 1), "frames/s")
    latencies = []
    for n in range(40):
        page.mouse.move(300 + 7 * n, 300 + 3 * (n % 20))
        page.wait_for_timeout(60)
        latencies = page.evaluate("bench.latencies")
    yield Result(f"{name}.input_to_frame_ms", round(quantile(latencies, 0.5), 1), "ms")


def _metrics(cdp: CDPSession) -> dict[str, float]:
    return {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}


@contextmanager
def _page(browser: Browser, screen: Any, **extra: Any) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(viewport=screen, bypass_csp=True, **extra)
    page = context.new_page()
    page.on("pageerror", lambda error: print(f"page: {error}", file=sys.stderr))
    cdp = context.new_cdp_session(page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    yield page, cdp
    context.close()


def product_rows(browser: Browser, view: View, session: str) -> list[Result]:
    port = processes.free_port()
    environment = {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    with (
        processes.running("server", str(port), view.floor, str(MARKERS), environment=environment),
        _page(browser, view.screen) as (page, cdp),
    ):
        address = f"http://127.0.0.1:{port}"
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
        page.goto(f"{address}/map/{view.floor}/")
        page.evaluate(SCRIPT.read_text())
        page.wait_for_timeout(2500)
        for _ in range(view.closer):
            page.locator("[data-zoom=in]").click()
            page.wait_for_timeout(400)
        rows = list(rows_of(page, cdp, view.name))
        state = page.evaluate("bench.state()")
        rows.append(Result(f"{view.name}.frames", state["framesPerSecond"], "frames/s"))
        rows.append(Result(f"{view.name}.pictures", state["picturesPerSecond"], "pictures/s"))
        rows.append(Result(f"{view.name}.single", state["single"], "markers"))
        if picture := os.environ.get("BENCH_PICTURES"):
            page.screenshot(path=f"{picture}/{view.name}.png")
        return rows


def peer_rows(browser: Browser, name: str, screen: dict[str, int]) -> list[Result]:
    with _page(browser, screen) as (page, cdp):
        page.set_content('<div id="map" style="position:fixed;inset:0"></div>')
        page.evaluate(LEAFLET.read_text())
        page.evaluate(SCRIPT.read_text())
        page.evaluate(f"bench.leaflet({MARKERS})")
        return list(rows_of(page, cdp, name))


def main(only: str = "") -> None:
    if not CHROMIUM or not ("map".startswith(only) or only.startswith(("map", "peer.leaflet"))):
        print("[]")
        return
    call_command("migrate", verbosity=0)
    hospital.build("rooms", columns=20, rows=15, room_m=(6, 5), assets=MARKERS)
    hospital.build("halls", columns=5, rows=4, room_m=(100, 70), assets=MARKERS)
    session = hospital.session_of_a_viewer()
    rows: list[Result] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for view in VIEWS:
            if not only or view.name.startswith(only):
                rows += product_rows(browser, view, session)
        for name, screen in (("peer.leaflet", SCREEN), ("peer.leaflet.large", LARGE)):
            rows += peer_rows(browser, name, screen)
        browser.close()
    print(json.dumps([row.as_dict() for row in rows]))


if __name__ == "__main__":
    main(*sys.argv[1:])
