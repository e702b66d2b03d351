"""Every page in a browser: readable by everybody, within the width of a phone, and pictured for the eye."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.product import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / "build" / "screenshots"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PAGES = {
    "home": "/",
    "map": "/map/main-1/",
    "playback": "/map/main-1/playback/",
    "playback-of-asset": "/map/main-1/playback/?asset=INF-001",
    "room": "/rooms/1/history/",
    "map-chosen": "/map/main-1/?asset=INF-001",
    "map-beside": "/map/main-1/?with=main-2,main-0",
    "wall": "/map/main-1/wall/",
    "find": "/find/?q=infusion+pump",
    "find-way": "/find/way/INF-001/",
    "locate": "/assets/INF-001/locate/",
    "equipment": "/assets/",
    "asset": "/assets/INF-001/",
    "alerts": "/alerts/?state=all",
    "alert-rules": "/alerts/rules/",
    "alert-rule": "/alerts/rules/1/",
    "alert-subscriptions": "/alerts/subscriptions/",
    "alert-fatigue": "/alerts/fatigue/",
    "alert-on-call": "/alerts/on-call/",
    "alert-windows": "/alerts/windows/",
    "collectors": "/collectors/",
    "endpoint": "/collectors/1/",
    "segment": "/collectors/segments/1/",
    "pause": "/collectors/segments/1/pause/",
    "risks": "/collectors/risks/",
    "ways-in": "/collectors/ways-in/",
    "way-in": "/collectors/ways-in/1/",
    "profiles": "/collectors/profiles/",
    "profile": "/collectors/profiles/wired-location-switch/",
    "discovery": "/collectors/discovery/",
    "surveys": "/surveys/",
    "survey": "/surveys/main-1/",
    "plans": "/plans/",
    "plan-editor": "/plans/main-1/edit/",
    "plan-import": "/plans/import/",
    "utilisation": "/utilisation/",
    "utilisation-fleet": "/utilisation/infusion-pump/",
    "utilisation-times": "/utilisation/infusion-pump/times/",
    "utilisation-idle": "/utilisation/infusion-pump/idle/",
    "utilisation-asset": "/utilisation/assets/INF-001/",
    "par": "/par/",
    "par-level": "/par/1/",
    "par-new": "/par/new/",
    "rounds": "/rounds/",
    "home-choice": "/home/choose/",
    "scan": "/scan/",
    "labels": "/labels/?tag=INF-001",
    "report": "/report/AAAAAAAAAAAAAAAA/",
    "requests": "/requests/",
    "ask-delivery": "/requests/ask/",
    "reservations": "/reservations/infusion-pump/",
    "hand-over": "/assets/INF-001/hand-over/",
    "work": "/work/",
    "procedures": "/procedures/",
    "procedure": "/procedures/1/",
    "procedure-version": "/procedures/1/versions/1/",
    "procedure-run": "/work/runs/1/",
    "certificate": "/certificates/1/",
    "calibration-register": "/calibration/",
}
WIDTHS = {"desktop": DESKTOP, "phone": PHONE}
SCHEMES = ("light", "dark")
OPENED_ANEW = {"plan-editor"}
"""Where rows out of sight keep the style of the scheme before, until they are scrolled to (``content-visibility``)."""


@pytest.fixture(scope="module")
def picture():
    PICTURES.mkdir(parents=True, exist_ok=True)

    def take(page, name: str) -> Path:
        path = PICTURES / f"{name}.png"
        page.screenshot(path=path)
        return path

    return take


def faults(page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", RULES)
    return [
        f"{v['id']}: {v['nodes'][0]['html']} ({v['nodes'][0]['failureSummary']})" for v in found["violations"]
    ]


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_in_light_and_dark_and_fits(visit, picture, width):
    engineer = visit("biomed", WIDTHS[width], reduced_motion="reduce", bypass_csp=True)
    page = engineer.page
    found = {}
    for name, path in PAGES.items():
        engineer.open(path)
        page.wait_for_load_state("networkidle")
        found[name] = []
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if name in OPENED_ANEW and scheme != SCHEMES[0]:
                engineer.open(path)
                page.wait_for_load_state("networkidle")
            page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
            picture(page, f"{name}-{width}-{scheme}")
            found[name] += [f"{scheme}: {fault}" for fault in faults(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[name].append("scrolls sideways")
    assert {name: faulty for name, faulty in found.items() if faulty} == {}


def test_sign_in_is_accessible(visit):
    stranger = visit(bypass_csp=True)
    assert faults(stranger.open("/sign-in/")) == []


@pytest.mark.parametrize("person", ["nurse", "biomed", "facilities", "admin"])
def test_each_role_lands_on_a_home_of_its_own(visit, picture, person):
    page = visit(person).page
    page.wait_for_load_state("networkidle")
    picture(page, f"home-of-{person}")
    assert page.locator(f"[data-home={person}]").count() == 1
