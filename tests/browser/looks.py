"""Every page in a browser: readable by everybody, within its width, and pictured for the eye."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import Visit
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
    "fleet-size": "/utilisation/infusion-pump/fleet-size/?pieces=20",
    "fleet-prices": "/utilisation/infusion-pump/fleet-size/prices/",
    "fleet-forecast": "/utilisation/infusion-pump/forecast/",
    "utilisation-reports": "/utilisation/reports/",
    "utilisation-report-units": "/utilisation/reports/units/",
    "utilisation-report-flow": "/utilisation/reports/flow/",
    "utilisation-report-searches": "/utilisation/reports/searches/",
    "utilisation-report-par": "/utilisation/reports/par/",
    "utilisation-report-modalities": "/utilisation/reports/modalities/",
    "utilisation-report-rentals": "/utilisation/reports/rentals/",
    "utilisation-report-shrinkage": "/utilisation/reports/shrinkage/",
    "utilisation-by-mail": "/utilisation/by-mail/",
    "utilisation-asset": "/utilisation/assets/INF-001/",
    "par": "/par/",
    "par-level": "/par/1/",
    "par-new": "/par/new/",
    "rounds": "/rounds/",
    "home-choice": "/home/choose/",
    "scan": "/scan/",
    "labels": "/labels/?tag=INF-001",
    "report": "/report/AAAAAAAAAAAAAAAA/",
    "stocktakes": "/stocktakes/",
    "stocktake-new": "/stocktakes/new/",
    "stocktake": "/stocktakes/1/",
    "stocktake-room": "/stocktakes/1/rooms/1/",
    "stocktake-report": "/stocktakes/1/report/",
    "parts": "/parts/",
    "part": "/parts/1/",
    "part-new": "/parts/new/",
    "parts-import": "/parts/import/",
    "part-stores": "/parts/stores/",
    "contracts": "/maintenance/contracts/",
    "contract": "/maintenance/contracts/1/",
    "contract-new": "/maintenance/contracts/new/",
    "contract-renew": "/maintenance/contracts/new/?renew=1",
    "replacement": "/maintenance/replacement/",
    "replacement-of-asset": "/maintenance/replacement/of/INF-001/",
    "replacement-plan": "/maintenance/replacement/plan/",
    "replacement-weights": "/maintenance/replacement/weights/",
    "loans": "/loans/",
    "loan": "/loans/1/",
    "loan-new": "/loans/new/?kind=home",
    "loan-costs": "/loans/costs/",
    "loan-programmes": "/loans/programmes/",
    "loan-programme": "/loans/programmes/1/",
    "loan-programme-new": "/loans/programmes/new/",
    "bookings": "/loans/calendar/?category=infusion-pump",
    "bookings-month": "/loans/calendar/?view=month",
    "booking": "/loans/bookings/1/",
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
ALL_RULES = {"type": "tag", "values": RULES}
OF_COLOUR = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""What may differ between the schemes: their style sheets change colours and nothing else."""
SCHEMES = {"light": ALL_RULES, "dark": OF_COLOUR}
OPENED_ANEW = {"plan-editor"}
"""Where rows out of sight keep the style of the scheme before, until they are scrolled to (``content-visibility``)."""


def picture(page: Page, name: str) -> None:
    """Kept for the eye."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def faults(page: Page, rules: dict[str, object] = ALL_RULES) -> list[str]:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules
    )
    return [
        f"{v['id']}: {v['nodes'][0]['html']} ({v['nodes'][0]['failureSummary']})" for v in found["violations"]
    ]


def faults_of_pages(person: Visit, width: str, pages: dict[str, str] = PAGES) -> dict[str, list[str]]:
    """By page, what is wrong with it in light and dark; each is pictured under its name and ``width``."""
    return {
        name: found for name, path in pages.items() if (found := _faults_of_page(person, name, path, width))
    }


def _faults_of_page(person: Visit, name: str, path: str, width: str) -> list[str]:
    page = person.page
    _open(person, path)
    found = []
    for scheme, rules in SCHEMES.items():
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        if name in OPENED_ANEW and scheme == "dark":
            _open(person, path)
        page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished))")
        picture(page, f"{name}-{width}-{scheme}")
        found += [f"{scheme}: {fault}" for fault in faults(page, rules)]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


def _open(person: Visit, path: str) -> None:
    person.open(path)
    person.page.wait_for_load_state("networkidle")
