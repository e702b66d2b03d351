"""What is not the hospital's own: told when it is to go back, until it has gone, stays longer or is owned."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from assets.alerts.models import Alert
from assets.alerts.rentals import look_at_rentals
from assets.models import Asset

pytestmark = [pytest.mark.django_db, pytest.mark.databases]

LAST_DAY = date(2026, 3, 10)


@pytest.fixture
def rented(make_pump, site):
    site.timezone = "Europe/Berlin"
    site.save()
    pump = make_pump("R-1")
    Asset.objects.filter(pk=pump.pk).update(ownership="rented", return_due_on=LAST_DAY)
    pump.refresh_from_db()
    return pump


def told() -> list[tuple[str, str]]:
    return [(alert.state, alert.words) for alert in Alert.objects.order_by("pk")]


def test_a_rental_is_alerted_when_its_last_day_is_over_at_its_site(make_rule, rented):
    make_rule("rental", days_before=0)
    midnight = datetime(2026, 3, 10, 23, tzinfo=UTC)

    look_at_rentals(now=midnight - timedelta(seconds=1))
    assert told() == []

    look_at_rentals(now=midnight)
    look_at_rentals(now=midnight + timedelta(seconds=10))
    assert told() == [("new", "Was to be returned by 10 Mar 2026")]


def test_a_rule_may_ask_days_ahead(make_rule, rented):
    make_rule("rental", days_before=7)
    look_at_rentals(now=datetime(2026, 3, 3, 23, tzinfo=UTC))
    assert told() == [("new", "Is to be returned by 10 Mar 2026")]


@pytest.mark.parametrize(
    "change",
    [
        {"return_due_on": date(2026, 5, 1)},
        {"ownership": "owned"},
        {"return_due_on": None},
        {"retired_at": datetime(2026, 3, 12, tzinfo=UTC)},
    ],
)
def test_it_is_over_when_it_stays_longer_is_owned_or_has_gone(make_rule, rented, change):
    make_rule("rental", days_before=0)
    later = datetime(2026, 3, 12, tzinfo=UTC)
    look_at_rentals(now=later)

    Asset.objects.filter(pk=rented.pk).update(**change)
    look_at_rentals(now=later + timedelta(minutes=1))

    assert [state for state, _ in told()] == ["resolved"]


def test_a_rule_about_another_ownership_says_nothing_of_it(make_rule, rented):
    make_rule("rental", days_before=0, ownerships=["leased"])
    look_at_rentals(now=datetime(2026, 3, 12, tzinfo=UTC))
    assert told() == []


def test_what_the_hospital_owns_has_no_day_of_return(rented):
    rented.ownership = "owned"
    with pytest.raises(ValidationError) as refused:
        rented.full_clean()
    assert list(refused.value.message_dict) == ["return_due_on"]


def test_a_rule_names_an_ownership_that_there_is(make_rule):
    with pytest.raises(ValidationError) as refused:
        make_rule("rental", days_before=0, ownerships=["stolen"])
    assert list(refused.value.message_dict) == ["ownerships"]
