"""The pages of alerts: who sees which, what a person does with them, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from assets.alerts.lifecycle import raise_alert
from assets.alerts.models import Alert
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


def listed(client, **filters) -> list[str]:
    page = client.get(reverse("alerts"), filters)
    return [alert.title for alert in page.context["page"]]


@pytest.fixture
def endpoint_alert(make_rule, site, noon):
    return raise_alert(
        rule=make_rule("endpoint"), subject="endpoint:1", title="UPS 3", site=site, key="k", at=noon, now=noon
    )


def test_the_list_shows_what_is_open_first(sign_in, biomed, raised, over, make_pump):
    over(raised(tag="P-1"), 60)
    raised(tag="P-2")

    assert listed(sign_in(biomed)) == ["Infusion pump P-2"]
    assert listed(sign_in(biomed), state="resolved") == ["Infusion pump P-1"]
    assert len(listed(sign_in(biomed), state="all")) == 2


def test_filters_are_the_address(sign_in, biomed, raised, make_rule, make_pump):
    raised(tag="P-1")
    raised(tag="P-2", rule=make_rule("fault", severity="critical"))
    client = sign_in(biomed)

    assert listed(client, severity="critical") == ["Infusion pump P-2"]
    assert listed(client, q="P-1") == ["Infusion pump P-1"]
    assert listed(client, kind="missing") == ["Infusion pump P-1"]
    assert client.get(reverse("alerts"), {"severity": "loud"}).status_code == 400


def test_a_nurse_sees_those_of_her_unit_and_an_engineer_all_of_the_site(
    sign_in, nurse, biomed, raised, make_pump, make_zone, ward, site, endpoint_alert
):
    icu = site.departments.create(name="ICU", code="icu")
    nurse.home_zone = make_zone("Base", department=ward)
    nurse.save()
    raised(asset=make_pump("P-1", department=ward))
    raised(asset=make_pump("P-2", department=icu))
    raised(asset=make_pump("P-3"))

    assert listed(sign_in(nurse)) == ["Infusion pump P-3", "Infusion pump P-1"]
    assert set(listed(sign_in(biomed))) == {"UPS 3", *(f"Infusion pump P-{n}" for n in (1, 2, 3))}


def test_nobody_sees_another_site(sign_in, biomed, raised, make_pump, other_site):
    alert = raised(asset=make_pump("F-1", site=other_site))
    client = sign_in(biomed)

    assert listed(client) == []
    assert client.get(reverse("alert", args=[alert.pk])).status_code == 404
    client.post(reverse("alerts-act"), {"action": "acknowledge", "ids": [alert.pk]})
    alert.refresh_from_db()
    assert alert.state == "new"


def test_one_is_acknowledged_and_that_can_be_undone(sign_in, nurse, raised):
    alert, client = raised(), sign_in(nurse)

    page = client.post(reverse("alerts-act"), {"one": alert.pk, "next": "/alerts/?q=P"}, follow=True)
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", nurse)
    assert page.redirect_chain[0][0] == f"/alerts/?q=P&done=acknowledge&ids={alert.pk}"
    assert b"Undo" in page.content

    client.post(reverse("alerts-act"), {"action": "take-back", "ids": [alert.pk]})
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("new", None)


def test_several_are_resolved_with_a_note(sign_in, nurse, raised):
    alerts = [raised(tag=f"P-{n}") for n in range(3)]
    sign_in(nurse).post(
        reverse("alerts-act"), {"action": "resolve", "ids": [a.pk for a in alerts], "note": "All found"}
    )

    assert set(Alert.objects.values_list("state", flat=True)) == {"resolved"}
    assert {a.transitions.last().note for a in alerts} == {"All found"}
    assert AuditRecord.objects.filter(object_type="alerts.alert", actor_id=nurse.pk).count() == 3


@pytest.mark.parametrize(
    "told", [{"action": "delete", "ids": "1"}, {"action": "resolve", "ids": "1", "note": "x" * 201}]
)
def test_what_cannot_be_done_is_refused_in_words(sign_in, nurse, raised, told):
    alert = raised()
    answer = sign_in(nurse).post(reverse("alerts-act"), told)

    alert.refresh_from_db()
    assert (answer.status_code, alert.state) == (400, "new")


def test_the_way_back_never_leads_elsewhere(sign_in, nurse, raised):
    answer = sign_in(nurse).post(
        reverse("alerts-act"), {"one": raised().pk, "next": "https://elsewhere.example/"}
    )
    assert answer.url.startswith("/alerts/")


def test_an_alert_shows_its_steps_and_where_it_is_now(sign_in, biomed, raised, over):
    alert = over(raised(words="Not heard of for 10 min"), 60)
    page = sign_in(biomed).get(reverse("alert", args=[alert.pk])).content.decode()

    for text in ("Not heard of for 10 min", "Raised", "Resolved", "P-1", "Pump not heard of"):
        assert text in page


def test_readings_around_an_alert_are_there_for_who_may_see_them(
    sign_in, nurse, biomed, raised, make_rule, make_pump, noon
):
    pump = make_pump()
    pump.readings.create(name="temperature", at=noon + timedelta(seconds=1), value=9.25)
    alert = raised(asset=pump, rule=make_rule("reading", reading="temperature", above=8))
    address = reverse("alert", args=[alert.pk])

    assert '<td class="is-number">9.3</td>' in sign_in(biomed).get(address).content.decode()
    assert "readings-title" not in sign_in(nurse).get(address).content.decode()


def test_the_bell_counts_what_nobody_has_seen(sign_in, nurse, raised, make_rule, over):
    client = sign_in(nurse)
    assert client.get(reverse("alerts-bell")).json() == {"count": 0, "critical": 0, "newest": None}

    over(raised(tag="P-0"), 60)
    alert = raised(tag="P-1", rule=make_rule("fault", severity="critical"), words="A fault")
    told = client.get(reverse("alerts-bell")).json()

    assert (told["count"], told["critical"]) == (1, 1)
    assert told["newest"] == {
        "id": alert.pk, "revision": 1, "severity": "critical", "title": "Infusion pump P-1", "words": "A fault",
        "url": f"/alerts/{alert.pk}/",
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_as_many_queries_whatever_it_holds(
    sign_in, biomed, raised, count, django_assert_max_num_queries
):
    for n in range(count):
        raised(tag=f"P-{n}")
    client = sign_in(biomed)
    with django_assert_max_num_queries(9):
        assert client.get(reverse("alerts")).status_code == 200


def test_every_page_has_the_bell_for_who_may_see_alerts(sign_in, nurse):
    page = sign_in(nurse).get(reverse("find")).content.decode()

    assert 'data-bell="/alerts/bell.json"' in page
    assert 'data-key="a"' in page


# --- For the map ----------------------------------------------------------------------------------------------


def test_the_map_is_told_which_equipment_has_an_open_alert_that_the_person_may_see(
    sign_in, biomed, raised, over, make_pump
):
    raised(asset=make_pump("P-1"))
    over(raised(asset=make_pump("P-2")), 60)
    held = raised(asset=make_pump("P-3"))
    held.held = "maintenance"
    held.save()

    assert sign_in(biomed).get("/alerts/tags.json").json() == {"tags": ["P-1"]}
