"""Whose a session is, as the live channel asks again and again: for many at once, and without touching any."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from assets.live.rights import signed_in_user, signed_in_users

pytestmark = [pytest.mark.django_db, pytest.mark.databases]


@pytest.fixture
def sessions(nurse, biomed):
    """Session keys: two of the nurse, one of the engineer, one of nobody."""
    browsers = [Client(), Client(), Client()]
    for browser, person in zip(browsers, (nurse, nurse, biomed), strict=True):
        browser.force_login(person)
    keys = [browser.session.session_key for browser in browsers]
    stranger = Session.objects.model.get_session_store_class()()
    stranger.create()
    return [*keys, stranger.session_key]


def test_each_session_is_its_account_s(sessions, nurse, biomed):
    first, second, third, stranger = sessions

    assert signed_in_users(sessions) == {first: nurse, second: nurse, third: biomed}
    assert signed_in_user(third) == biomed
    assert signed_in_user(stranger) is None
    assert signed_in_user("unheard-of") is None
    assert signed_in_user(None) is None


def test_it_takes_a_query_and_one_for_each_account(sessions, django_assert_num_queries):
    with django_assert_num_queries(3):
        signed_in_users(sessions)


def test_a_session_that_ended_is_nobody_s(sessions):
    Session.objects.filter(pk=sessions[0]).update(expire_date=timezone.now() - timedelta(seconds=1))

    assert set(signed_in_users(sessions)) == {*sessions[1:3]}


def test_a_new_password_and_a_closed_account_end_every_session(sessions, nurse, biomed):
    nurse.set_password("another long one")
    nurse.save()
    biomed.is_active = False
    biomed.save()

    assert signed_in_users(sessions) == {}


def test_under_a_new_secret_sessions_of_the_old_one_go_on_and_are_left_as_they_are(sessions, nurse, settings):
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret, longer than the one before it was"

    assert signed_in_user(sessions[0]) == nurse
    assert Session.objects.count() == len(sessions)
    assert Session.objects.filter(pk=sessions[0]).exists()


def test_what_was_changed_by_hand_is_nobody_s(sessions):
    Session.objects.filter(pk=sessions[0]).update(session_data="e30:nonsense")

    assert signed_in_user(sessions[0]) is None
