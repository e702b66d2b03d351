"""Playback in the real product: the slider, playing, the address, following one asset, and who was in its room."""

from __future__ import annotations

from tests.browser.conftest import PHONE
from tests.browser.test_river import wait_until

PLAYBACK = "window.whereabouts?.playback"
ARE_THERE = f"Object.keys({PLAYBACK}?.states ?? {{}}).length > 20"


def open_playback(visit):
    """The page tells of the time until it was opened: it is opened anew until there is a past."""
    for _ in range(20):
        page = visit.open("/map/main-1/playback/")
        page.wait_for_timeout(3000)
        if page.evaluate(ARE_THERE):
            return page
    raise AssertionError("no past within a minute")


def test_a_day_is_played_an_asset_followed_and_its_room_asked(visit):
    engineer = visit("facilities")
    page = open_playback(engineer)
    now = page.evaluate(f"{PLAYBACK}.t")

    page.keyboard.press("ArrowLeft")
    wait_until(page, f"{PLAYBACK}.t === {now - 60}")
    page.keyboard.press(" ")
    wait_until(page, f"!{PLAYBACK}.isPlaying && {PLAYBACK}.t === {now}")
    wait_until(
        page, "new URL(location.href).searchParams.get('at') === document.querySelector('[data-clock]').value"
    )

    tag = page.evaluate(f"Object.values({PLAYBACK}.states).find((s) => !s.fixed && s.zone_id).tag")
    zone = page.evaluate(f"{PLAYBACK}.states['{tag}'].zone_id")
    page.locator(f'[data-rows] [data-tag="{tag}"]').click()
    page.get_by_role("link", name="Follow its day").click()
    page.wait_for_url("**asset=**")
    wait_until(page, ARE_THERE)
    assert f"asset={tag}" in page.url
    assert page.locator("[data-followed] tbody tr").count() >= 1

    engineer.open(f"/rooms/{zone}/history/")
    assert tag in page.locator("[data-testid=room-stays]").inner_text()
    wait_until(page, "document.querySelector('[data-testid=occupancy]').dataset.drawn === 'yes'")
    assert engineer.complaints == []


def test_on_a_phone_the_bar_of_time_fits_and_the_list_opens(visit):
    engineer = visit("biomed", PHONE)
    page = open_playback(engineer)
    page.get_by_role("button", name="List of the equipment").click()
    wait_until(page, "document.querySelectorAll('[data-rows] .map-row').length > 20")
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert page.get_by_test_id("play").bounding_box()["height"] >= 44
