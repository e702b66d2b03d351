"""``make lighthouse``: Lighthouse's accessibility and best-practice audits of the pages that people look at most.

Starts a demo hospital of its own, signs in as each person, and fails where a page scores below ``LEAST``, naming the
audits that it fails. Needs Debian's chromium; Lighthouse itself comes from npm, into build/lighthouse.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.product import ROOT, Product, free_port
from tests.lighthouse.scores import CATEGORIES, LEAST, Scores, scored

PAGES = (
    ("nurse", "/"),
    ("biomed", "/"),
    ("facilities", "/"),
    ("nurse", "/find/?q=infusion+pump"),
    ("nurse", "/map/main-1/"),
    ("nurse", "/scan/"),
    ("nurse", "/assets/INF-001/"),
    ("nurse", "/requests/"),
    ("nurse", "/par/"),
    ("nurse", "/alerts/"),
    ("biomed", "/alerts/rules/1/"),
    ("biomed", "/work/"),
)
"""Who looks, and at what."""
PLACE = ROOT / "build" / "lighthouse"
PATIENCE_S = 300


def main() -> int:
    if not CHROMIUM:
        print("Lighthouse needs Chromium (Debian: apt install chromium)")
        return 1
    lighthouse = installed()
    with tempfile.TemporaryDirectory() as state:
        product = Product(Path(state))
        try:
            results = list(audited(product, lighthouse))
        finally:
            product.stop()
    for scores in results:
        shown = ", ".join(f"{name} {score}" for name, score in scores.of.items())
        print(f"{scores.page:40} {shown}{'' if scores.is_enough else '   below ' + str(LEAST)}")
        for audit in scores.failed:
            print(f"    {audit}")
    return 0 if all(scores.is_enough for scores in results) else 1


def installed() -> Path:
    """The program, fetched by npm as the lock file says if it is not there yet."""
    program = PLACE / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        PLACE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(Path(__file__).parent / name, PLACE / name)
        subprocess.run(["npm", "ci", "--silent", "--ignore-scripts"], cwd=PLACE, check=True)
    return program


def audited(product: Product, lighthouse: Path) -> Iterator[Scores]:
    for person in dict.fromkeys(person for person, _path in PAGES):
        with signed_in(product.url, person) as port:
            for path in (path for name, path in PAGES if name == person):
                yield scored(f"{person} {path}", report_of(lighthouse, product.url + path, port))


@contextmanager
def signed_in(url: str, person: str) -> Iterator[int]:
    """A browser in which one has signed in, and the port on which it lets itself be led: Chromium sends no cookies
    but its own, whatever Lighthouse is told."""
    port = free_port()
    arguments = [*ARGUMENTS, f"--remote-debugging-port={port}"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=arguments
        )
        page = context.new_page()
        page.goto(f"{url}/sign-in/")
        page.get_by_label("User name").fill(person)
        page.get_by_label("Password").fill("demo")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda address: "/sign-in/" not in address)
        page.close()
        yield port
        context.close()


def report_of(lighthouse: Path, address: str, port: int) -> dict[str, Any]:
    command = [
        str(lighthouse), address, "--quiet", "--output=json", "--output-path=stdout",
        f"--only-categories={','.join(CATEGORIES)}", f"--port={port}", "--disable-storage-reset",
    ]  # fmt: skip
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=PATIENCE_S)
    report: dict[str, Any] = json.loads(finished.stdout)
    return report


if __name__ == "__main__":
    sys.exit(main())
