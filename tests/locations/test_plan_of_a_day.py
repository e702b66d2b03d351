"""The plan of a past day: what was retired since, and not what took its place."""

from datetime import timedelta

import pytest

from locations.models import Zone

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


def codes(moment):
    return sorted(Zone.objects.as_of(moment).values_list("name", flat=True))


def test_a_day_before_a_room_was_divided_has_the_room_and_not_its_parts(make_zone, noon):
    hour = timedelta(hours=1)
    bay, store = make_zone("Bay"), make_zone("Store", x=10)
    left, right = make_zone("Left", x=0, width=5), make_zone("Right", x=5, width=5)
    Zone.objects.filter(pk__in=[bay.pk, store.pk]).update(created_at=noon)
    Zone.objects.filter(pk=bay.pk).update(retired_at=noon + hour)
    Zone.objects.filter(pk__in=[left.pk, right.pk]).update(created_at=noon + hour)

    assert codes(noon + hour / 2) == ["Bay", "Store"]
    assert codes(noon + 2 * hour) == ["Left", "Right", "Store"]
    # Before anybody had entered a plan, the building stood as the first one has it.
    assert codes(noon - hour) == ["Bay", "Store"]


def test_the_page_of_the_plan_takes_a_moment(make_zone, sign_in, nurse, noon):
    Zone.objects.filter(pk=make_zone("Bay").pk).update(retired_at=noon)
    browser = sign_in(nurse)
    before = browser.get("/floors/main-1/plan.geojson?at=2026-03-02T11:00:00Z").json()
    assert [feature["properties"]["name"] for feature in before["features"]] == ["Bay"]
    assert browser.get("/floors/main-1/plan.geojson").json()["features"] == []
    for nonsense in ("yesterday", "2026-03-02T11:00:00", "2026-13-02T11:00:00Z"):
        assert browser.get("/floors/main-1/plan.geojson", {"at": nonsense}).status_code == 400
