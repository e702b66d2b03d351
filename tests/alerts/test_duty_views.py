"""The roster and the maintenance windows, as engineers keep them on their pages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from assets.alerts.models import MaintenanceWindow, OnCall, QuietHours

pytestmark = pytest.mark.django_db
PAGES = ["alert-on-call", "alert-windows"]


@pytest.fixture
def berlin(site):
    site.timezone = "Europe/Berlin"
    site.save()
    return site


@pytest.fixture
def duty(biomed, site):
    """For an hour yet."""
    now = timezone.now()
    return OnCall.objects.create(
        person=biomed, role="biomed", site=site, begin=now - timedelta(hours=1), end=now + timedelta(hours=1)
    )


def test_a_duty_is_entered_in_the_time_of_its_site(sign_in, biomed, nurse, berlin):
    told = {
        "person": nurse.pk, "role": "nurse", "site": berlin.pk, "begin": "2036-07-01T07:00", "end": "2036-07-01T19:30",
    }  # fmt: skip
    answer = sign_in(biomed).post(reverse("alert-on-call"), told)

    assert (answer.status_code, answer["Location"]) == (302, reverse("alert-on-call"))
    made = OnCall.objects.get()
    assert (made.person, made.role) == (nurse, "nurse")
    assert (made.begin, made.end) == (
        datetime(2036, 7, 1, 5, tzinfo=UTC),
        datetime(2036, 7, 1, 17, 30, tzinfo=UTC),
    )


def test_a_duty_of_every_week_names_its_days(sign_in, biomed, site):
    told = {
        "person": biomed.pk, "role": "biomed", "site": site.pk, "weekdays": ["0", "4"], "time_from": "22:00",
        "time_to": "06:00",
    }  # fmt: skip
    client = sign_in(biomed)
    client.post(reverse("alert-on-call"), told)

    made = OnCall.objects.get()
    assert (made.weekdays, made.time_from, made.time_to) == ([0, 4], time(22), time(6))
    page = client.get(reverse("alert-on-call")).content.decode()
    assert "Mon, Fri 22:00" in page


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({}, "begin"),
        ({"begin": "2036-07-01T07:00"}, "end"),
        ({"end": "2036-07-01T07:00"}, "begin"),
        ({"begin": "2036-07-01T07:00", "end": "2036-07-01T06:00"}, "end"),
        ({"begin": "tomorrow", "end": "2036-07-01T06:00"}, "begin"),
        ({"weekdays": ["1"], "time_to": "06:00"}, "time_from"),
        ({"time_from": "22:00", "time_to": "06:00"}, "weekdays"),
        ({"weekdays": ["9"], "time_from": "22:00", "time_to": "06:00"}, "weekdays"),
        ({"begin": "2036-07-01T07:00", "end": "2036-07-01T08:00", "weekdays": ["1"]}, "weekdays"),
    ],
)
@pytest.mark.parametrize("name", PAGES)
def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_is_kept(
    sign_in, biomed, site, name, told, field
):
    base = {"site": site.pk, "person": biomed.pk, "role": "biomed", "name": "UPS service"}
    answer = sign_in(biomed).post(reverse(name), base | told)

    assert answer.status_code == 400
    assert field in answer.context["form"].errors
    assert not OnCall.objects.exists()
    assert not MaintenanceWindow.objects.exists()
    if "time_to" in told:
        assert b'value="06:00"' in answer.content


def test_a_window_is_about_one_piece_of_equipment(sign_in, biomed, make_pump, site):
    pump = make_pump("P-7")
    told = {
        "name": "Filter changed", "site": site.pk, "asset": "P-7", "begin": "2036-07-01T07:00",
        "end": "2036-07-01T08:00",
    }  # fmt: skip
    client = sign_in(biomed)
    client.post(reverse("alert-windows"), told)

    made = MaintenanceWindow.objects.get()
    assert (made.name, made.asset) == ("Filter changed", pump)
    assert "P-7" in client.get(reverse("alert-window", args=[made.pk])).content.decode()
    assert "P-7" in client.get(reverse("alert-windows")).content.decode()


def test_a_window_is_about_one_zone_and_one_rule(sign_in, biomed, make_zone, rule, site):
    bay = make_zone("Bay 1")
    told = {
        "name": "Painting", "site": site.pk, "zone": bay.pk, "rule": rule.pk, "weekdays": ["0"], "time_from": "08:00",
        "time_to": "12:00",
    }  # fmt: skip
    client = sign_in(biomed)
    client.post(reverse("alert-windows"), told)

    made = MaintenanceWindow.objects.get()
    assert (made.zone, made.rule, made.weekdays) == (bay, rule, [0])
    assert (
        f'<option value="{bay.pk}" selected>'
        in client.get(reverse("alert-window", args=[made.pk])).content.decode()
    )


def test_equipment_that_is_not_there_is_said_at_its_field(sign_in, biomed, site):
    told = {
        "name": "X",
        "site": site.pk,
        "asset": "P-404",
        "begin": "2036-07-01T07:00",
        "end": "2036-07-01T08:00",
    }
    answer = sign_in(biomed).post(reverse("alert-windows"), told)
    assert list(answer.context["form"].errors) == ["asset"]


def test_a_duty_is_changed(sign_in, biomed, nurse, duty):
    client = sign_in(biomed)
    page = client.get(reverse("alert-on-call-one", args=[duty.pk]))
    told = {name: page.context["form"][name].value() for name in ("person", "role", "site")}
    told |= {"person": nurse.pk, "begin": "2036-07-01T07:00", "end": "2036-07-01T19:00"}
    assert client.post(reverse("alert-on-call-one", args=[duty.pk]), told).status_code == 302

    duty.refresh_from_db()
    assert duty.person == nurse


def test_what_has_begun_is_kept_with_its_end_and_leaves_the_list(sign_in, biomed, duty):
    client = sign_in(biomed)
    client.post(reverse("alert-on-call-end", args=[duty.pk]))

    duty.refresh_from_db()
    assert duty.end <= timezone.now()
    assert b'data-testid="duty"' not in client.get(reverse("alert-on-call")).content


def test_what_comes_every_week_is_taken_away(sign_in, biomed, site):
    window = MaintenanceWindow.objects.create(
        name="Backup", site=site, weekdays=[6], time_from=time(2), time_to=time(4)
    )
    sign_in(biomed).post(reverse("alert-window-end", args=[window.pk]))
    assert not MaintenanceWindow.objects.exists()


@pytest.mark.parametrize("name", PAGES)
def test_a_nurse_keeps_neither(sign_in, nurse, site, name):
    told = {"name": "X", "site": site.pk, "begin": "2036-07-01T07:00", "end": "2036-07-01T08:00"}
    assert sign_in(nurse).post(reverse(name), told).status_code == 403
    assert not MaintenanceWindow.objects.exists()


def test_what_is_of_another_site_is_not_there(sign_in, biomed, other_site):
    window = MaintenanceWindow.objects.create(
        name="Elsewhere", site=other_site, weekdays=[6], time_from=time(2), time_to=time(4)
    )
    client = sign_in(biomed)
    assert client.post(reverse("alert-window-end", args=[window.pk])).status_code == 404


@pytest.mark.parametrize("name", PAGES)
def test_a_list_takes_the_same_queries_however_long_it_is(
    sign_in, biomed, site, name, django_assert_max_num_queries
):
    for number in range(5):
        times = {"weekdays": [number], "time_from": time(2), "time_to": time(4), "site": site}
        MaintenanceWindow.objects.create(name=f"W{number}", **times)
        OnCall.objects.create(person=biomed, role="biomed", **times)
    client = sign_in(biomed)
    with django_assert_max_num_queries(20):
        client.get(reverse(name))


def test_quiet_hours_are_of_some_days(sign_in, nurse):
    told = urlencode(
        {"quiet": "on", "time_from": "22:00", "time_to": "06:00", "weekdays": ["5", "6"]}, doseq=True
    )
    sign_in(nurse).post(
        reverse("alert-subscriptions"), told, content_type="application/x-www-form-urlencoded"
    )
    assert QuietHours.objects.get().weekdays == [5, 6]
