"""Alarm fatigue: what is counted, and which rule is proposed for change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from assets.alerts.fatigue import Line, measure, proposals
from assets.alerts.lifecycle import acknowledge_alert

pytestmark = pytest.mark.django_db


def test_what_was_seen_in_time_came_back_and_nobody_acted_on_is_counted(
    raised, over, make_pump, biomed, noon, ward
):
    seen = raised(asset=make_pump("P-1", department=ward))
    acknowledge_alert(alert=seen, by=biomed, now=noon + timedelta(minutes=10))
    over(raised(tag="P-2"), 60)
    again = make_pump("P-3")
    over(raised(asset=again), 60)
    raised(noon + timedelta(seconds=90), asset=again)
    found = measure(user=biomed, now=noon + timedelta(hours=1))

    assert (found.total.count, found.total.ignored, found.total.flapping) == (3, 1, 1)
    assert [(minutes, round(share)) for minutes, share in found.total.seen_shares] == [
        (5, 0),
        (15, 33),
        (60, 33),
    ]
    assert [(line.name, line.count) for line in found.units] == [("no unit", 2), ("Ward 3 West", 1)]
    assert [(line.name, line.count) for line in found.rules] == [("Pump not heard of", 3)]


def test_what_is_older_than_four_weeks_or_held_back_is_not_counted(raised, biomed, noon):
    alert = raised()
    held = raised(tag="P-2")
    held.held = "maintenance"
    held.save()

    assert measure(user=biomed, now=noon + timedelta(days=27)).total.count == 1
    assert measure(user=biomed, now=noon + timedelta(days=29)).total.count == 0
    assert alert.held == ""


def test_a_rate_is_of_the_time_since_the_first_alert_and_there_is_none_before_a_day_has_passed(
    raised, biomed, noon
):
    raised()
    raised(tag="P-2")

    assert measure(user=biomed, now=noon).total.per_day is None
    assert measure(user=biomed, now=noon + timedelta(hours=23)).total.per_day is None
    assert measure(user=biomed, now=noon + timedelta(days=4)).total.per_day == 0.5
    assert measure(user=biomed, now=noon + timedelta(days=28)).total.per_day == 2 / 28


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ({"count": 9, "ignored": 9}, []),  # too few to judge
        ({"count": 10, "ignored": 5}, []),
        ({"count": 10, "ignored": 6}, ["lower its severity"]),
        ({"count": 10, "flapping": 4}, ["let it resolve later"]),
        ({"count": 10, "short": 6}, ["raise it later"]),
        ({"count": 281}, ["narrow what it is about"]),
        ({"count": 300, "ignored": 200, "short": 200}, ["lower", "raise it later", "narrow"]),
    ],
)
def test_a_rule_is_proposed_for_change_by_what_can_be_read_from_the_page(numbers, words):
    found = proposals(Line("rule", 28, **numbers))

    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def test_the_page_names_the_rule(sign_in, facilities, nurse, raised, over, noon, monkeypatch):
    monkeypatch.setattr("assets.alerts.views.fatigue.timezone.now", lambda: noon + timedelta(hours=1))
    for number in range(10):
        over(raised(tag=f"P-{number}"), 60)
    page = sign_in(facilities).get(reverse("alert-fatigue")).content.decode()

    assert 'data-testid="proposal"' in page
    assert "Pump not heard of" in page
    assert sign_in(nurse).get(reverse("alert-fatigue")).status_code == 403
