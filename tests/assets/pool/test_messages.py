"""What the equipment pool lets a unit know, and how the nurse's home says it."""

from datetime import timedelta

import pytest

from assets.pool.deliveries import ask_delivery, move_delivery
from assets.pool.messages import TOLD_FOR, messages_for
from assets.pool.words import DeliveryState

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(station, pumps, facilities, noon):
    """Somebody asks for two pumps for the station."""

    def make(by=facilities, to=station, at=noon):
        return ask_delivery(category=pumps, quantity=2, to=to, by=by, now=at)

    return make


@pytest.fixture
def accept(biomed):
    def move(request, at, note=""):
        return move_delivery(request=request, transition="accept", by=biomed, now=at, note=note)

    return move


def test_a_unit_hears_of_what_was_asked_for_it_whoever_asked(nurse, station, store, ask, noon):
    ask()
    ask(to=store)
    assert [message.request.to_zone for message in messages_for(nurse, station, noon)] == [station]
    assert messages_for(nurse, None, noon) == []


def test_a_person_hears_of_what_they_asked_for_wherever_they_stand(nurse, store, ask, noon):
    ask(by=nurse, to=store)
    (message,) = messages_for(nurse, None, noon)
    assert (message.event.target, message.is_own) == (DeliveryState.ASKED, True)


def test_the_latest_word_comes_first_and_says_who_said_it(nurse, station, ask, accept, biomed, noon):
    first, second = ask(), ask(at=noon + timedelta(minutes=1))
    accept(first, noon + timedelta(minutes=2), note="from the cellar")
    found = messages_for(nurse, station, noon + timedelta(minutes=3))
    assert [message.request for message in found] == [first, second]
    assert (found[0].event.by, found[0].event.note) == (biomed, "from the cellar")


def test_what_was_closed_is_spoken_of_for_some_hours(nurse, station, ask, noon):
    request = ask()
    type(request).objects.update(closed_at=noon)
    assert len(messages_for(nurse, station, noon + TOLD_FOR - timedelta(seconds=1))) == 1
    assert messages_for(nurse, station, noon + TOLD_FOR) == []


def test_another_site_s_requests_are_not_heard_of(nurse, make_zone, station, ask, noon, other_site):
    station.floor.building.site = other_site
    station.floor.building.save()
    ask()
    assert messages_for(nurse, station, noon) == []


def test_it_costs_the_same_for_more_requests(nurse, station, ask, noon, django_assert_num_queries):
    ask()
    messages_for(nurse, station, noon)
    for _ in range(4):
        ask()
    with django_assert_num_queries(4):
        assert len(messages_for(nurse, station, noon)) == 5


def test_the_home_of_a_nurse_says_it_and_says_when_there_is_nothing(
    sign_in, nurse, station, ask, accept, noon, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon + timedelta(minutes=5))
    nurse.home_zone = station
    nurse.save()
    home = sign_in(nurse).get
    assert "Nothing is under way for your unit" in home("/").content.decode()
    request = accept(ask(), noon, note="from the cellar")
    page = home("/").content.decode()
    assert "Nothing is under way for your unit" not in page
    panel = " ".join(page.split('data-testid="home-messages"')[1].split("</section>")[0].split())
    assert "<strong>Accepted</strong>: 2 Infusion pumps" in panel
    assert "“from the cellar”" in panel
    assert f'href="{request.get_absolute_url()}"' in panel
