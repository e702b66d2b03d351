"""The plan of a past day: what was retired since is on it."""

from datetime import timedelta

import pytest

from locations.models import Zone

pytestmark = pytest.mark.django_db


def test_the_plan_of_a_moment_has_what_was_retired_after_it(make_zone, sign_in, nurse, noon):
    Zone.objects.filter(pk=make_zone("Bay").pk).update(retired_at=noon)
    browser = sign_in(nurse)
    before = browser.get(
        "/floors/main-1/plan.geojson", {"at": (noon - timedelta(hours=1)).isoformat()}
    ).json()
    assert [feature["properties"]["name"] for feature in before["features"]] == ["Bay"]
    assert browser.get("/floors/main-1/plan.geojson").json()["features"] == []
    for nonsense in ("yesterday", "2026-03-02T11:00:00", "2026-13-02T11:00:00Z"):
        assert browser.get("/floors/main-1/plan.geojson", {"at": nonsense}).status_code == 400
