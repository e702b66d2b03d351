"""Reports by e-mail: when, of which days, once, and what is said if not."""

from __future__ import annotations

import smtplib
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from hypothesis import given
from hypothesis import strategies as st

from assets.utilisation.models import RolledUntil, ScheduledReport, SentReport
from assets.utilisation.scheduling import MOST_TRIES, Every, days_before, next_day, send_what_is_due

pytestmark = pytest.mark.django_db

ORDERED = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday, as a report is ordered."""
FIRST = datetime(2026, 4, 1, 4, tzinfo=UTC)
"""Six in Berlin, in summer time."""


@pytest.fixture
def mail_server(settings):
    settings.EMAIL_HOST = "mail.example"
    settings.PUBLIC_URL = "https://whereabouts.example"


@pytest.fixture
def manager(facilities):
    facilities.email = "farida@example.org"
    facilities.save()
    return facilities


@pytest.fixture
def rolled_up(site):
    return RolledUntil.objects.create(site=site, until_s=int((FIRST + timedelta(days=400)).timestamp()))


@pytest.fixture
def order(sign_in, manager, site, monkeypatch):
    """Orders a report by the page: ``order("month", basis="confirmed")``."""
    monkeypatch.setattr("assets.utilisation.schedule_views.timezone.now", lambda: ORDERED)

    def do(every: str, **asked: str):
        sign_in(manager).post(
            "/utilisation/by-mail/add/",
            {"site": site.slug, "from": "2026-02-01", "to": "2026-02-28", "every": every, **asked},
        )
        return ScheduledReport.objects.order_by("pk").last()

    return do


@given(st.dates(date(2024, 1, 1), date(2030, 1, 1)))
def test_the_next_day_follows_and_what_is_told_ended_the_day_before(day):
    monday, first = next_day(Every.WEEK, day), next_day(Every.MONTH, day)
    assert (monday.weekday(), first.day) == (0, 1)
    assert day < monday <= day + timedelta(days=7)
    assert day < first <= day + timedelta(days=31)
    for every, due in ((Every.WEEK, monday), (Every.MONTH, first)):
        begin, end = days_before(every, due)
        assert end == due - timedelta(days=1)
        assert next_day(every, begin) == due


def test_a_month_is_sent_on_the_first_at_six_with_a_link_and_a_pdf(order, rolled_up, mail_server, mailoutbox):
    report = order("month", basis="confirmed", category="")
    assert report.next_on == date(2026, 4, 1)
    assert send_what_is_due(now=FIRST - timedelta(minutes=1)) == 0
    assert send_what_is_due(now=FIRST) == 1
    assert send_what_is_due(now=FIRST + timedelta(days=1)) == 0

    (mail,) = mailoutbox
    assert mail.to == ["farida@example.org"]
    assert mail.subject == "Utilisation, St. Elmo, 1 March 2026 to 31 March 2026"
    assert (
        "https://whereabouts.example/utilisation/?basis=confirmed&site=st-elmo&from=2026-03-01&to=2026-03-31"
        in mail.body
    )
    assert "confirmed use · installed" in mail.body
    ((name, content, kind),) = mail.attachments
    assert (name, kind, content[:5]) == (
        "utilisation-all-2026-03-01-2026-03-31.pdf",
        "application/pdf",
        b"%PDF-",
    )
    report.refresh_from_db()
    assert report.next_on == date(2026, 5, 1)


def test_a_week_is_sent_on_monday_of_one_category(order, pumps, rolled_up, mail_server, mailoutbox):
    assert order("week", category="infusion-pump").next_on == date(2026, 3, 9)
    assert send_what_is_due(now=datetime(2026, 3, 9, 5, tzinfo=UTC)) == 1
    assert "No figure, because" in mailoutbox[0].body
    assert "/utilisation/infusion-pump/?site=st-elmo&from=2026-03-02&to=2026-03-08" in mailoutbox[0].body


def test_it_waits_until_its_days_are_rolled_up(order, rolled_up, mail_server, mailoutbox):
    order("month")
    rolled_up.until_s = int((FIRST - timedelta(days=1)).timestamp())
    rolled_up.save()
    assert send_what_is_due(now=FIRST) == 0
    rolled_up.until_s = int(FIRST.timestamp())
    rolled_up.save()
    assert send_what_is_due(now=FIRST + timedelta(hours=1)) == 1


def test_after_weeks_of_standstill_the_last_is_sent_and_not_each(order, rolled_up, mail_server, mailoutbox):
    order("month")
    late = FIRST + timedelta(days=75)
    assert send_what_is_due(now=late) == 1
    assert "1 March 2026 to 31 March 2026" in mailoutbox[0].subject
    assert ScheduledReport.objects.get().next_on == date(2026, 7, 1)


def test_a_mail_server_that_is_away_is_asked_again_and_what_was_wrong_is_shown(
    order, rolled_up, mail_server, mailoutbox, monkeypatch, sign_in, manager
):
    order("month")
    with monkeypatch.context() as away:
        away.setattr(
            EmailMessage, "send", lambda _mail: (_ for _ in ()).throw(smtplib.SMTPServerDisconnected("gone"))
        )
        assert send_what_is_due(now=FIRST) == 0
    assert (
        "The mail server did not take it: gone"
        in sign_in(manager).get("/utilisation/by-mail/").content.decode()
    )
    assert send_what_is_due(now=FIRST + timedelta(minutes=9)) == 0
    assert send_what_is_due(now=FIRST + timedelta(minutes=10)) == 1
    assert len(mailoutbox) == 1


def test_the_attempts_end(order, rolled_up, mail_server, monkeypatch):
    order("month")
    calls = []

    def fail(_mail):
        calls.append(1)
        raise OSError("no route")

    monkeypatch.setattr(EmailMessage, "send", fail)
    for days in range(20):
        send_what_is_due(now=FIRST + timedelta(days=days))
    assert len(calls) == MOST_TRIES


def test_whoever_may_not_see_it_any_more_is_not_sent_it(order, rolled_up, mail_server, mailoutbox, manager):
    order("month")
    manager.role = "nurse"
    manager.save()
    assert send_what_is_due(now=FIRST) == 0
    assert SentReport.objects.get().error == "This account may not see utilisation."
    assert mailoutbox == []


def test_without_an_address_nothing_is_ordered_and_the_page_says_what_to_do(order, manager, sign_in):
    manager.email = ""
    manager.save()
    assert order("month") is None
    assert "An administrator can enter one." in sign_in(manager).get("/utilisation/by-mail/").content.decode()


def test_ordered_twice_is_sent_once(order):
    assert order("month", basis="confirmed") == order("month", basis="confirmed")
    assert order("month", basis="presumed") != order("week", basis="presumed")


def test_it_is_sent_at_once_and_ended_by_its_person_alone(
    order, rolled_up, mail_server, mailoutbox, sign_in, manager, biomed
):
    report = order("month")
    stranger = sign_in(biomed)
    for act in ("send", "remove"):
        assert stranger.post(f"/utilisation/by-mail/{report.pk}/{act}/").status_code == 404
    browser = sign_in(manager)
    browser.post(f"/utilisation/by-mail/{report.pk}/send/")
    assert "1 February 2026 to 28 February 2026" in mailoutbox[0].subject
    browser.post(f"/utilisation/by-mail/{report.pk}/remove/")
    assert not ScheduledReport.objects.exists()
