"""How I am told: a person's own channels, those of all, quiet hours, and what became of deliveries."""

from __future__ import annotations

import json
from datetime import time

import pytest
from django.urls import reverse

from assets.alerts.models import Channel, QuietHours, Subscription
from assets.alerts.sealing import unseal

pytestmark = pytest.mark.django_db
PAGE = "/alerts/subscriptions/"
EMAIL = {
    "kind": "email",
    "target": "nora@hospital.example",
    "severity": "critical",
    "rule": "",
    "department": "",
}
PUSH = {"endpoint": "https://fcm.googleapis.com/wp/secret-1", "keys": {"p256dh": "BPk", "auth": "a1"}}


@pytest.fixture(autouse=True)
def _keys_of_the_test(settings, tmp_path):
    settings.VAPID_KEY_FILE = str(tmp_path / "vapid.pem")


def test_a_nurse_is_told_by_e_mail_of_what_is_critical(sign_in, nurse):
    answer = sign_in(nurse).post(PAGE, EMAIL)

    channel, subscription = Channel.objects.get(), Subscription.objects.get()
    assert answer.status_code == 302
    assert (channel.kind, channel.target, channel.person) == ("email", "nora@hospital.example", nurse)
    assert (subscription.channel, subscription.severity, subscription.rule) == (channel, "critical", None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "nobody"}, "Enter a valid email address"),
        ({"target": ""}, "This field is required"),
        ({"kind": "webhook"}, "Select a valid choice"),  # administrators set those up
        ({"severity": "loud"}, "Select a valid choice"),
    ],
)
def test_a_way_that_is_wrong_names_the_field_and_is_not_made(sign_in, nurse, changes, words):
    answer = sign_in(nurse).post(PAGE, EMAIL | changes)

    assert (answer.status_code, Channel.objects.count()) == (400, 0)
    assert words in answer.content.decode()


def test_an_administrator_adds_a_webhook_and_sees_its_key_once(sign_in, administrator, settings):
    settings.ALERT_HOSTS = ["10.1.2.3"]
    client = sign_in(administrator)
    page = client.post(PAGE, EMAIL | {"kind": "webhook", "target": "https://10.1.2.3/hook"}).content.decode()

    channel = Channel.objects.get()
    assert channel.person is None
    assert unseal(channel)["key"] in page
    assert unseal(channel)["key"] not in client.get(PAGE).content.decode()


def test_a_person_sees_and_touches_no_channel_of_another(sign_in, nurse, biomed, make_channel):
    channel = make_channel(biomed)
    client = sign_in(nurse)

    assert "biomed@hospital.example" not in client.get(PAGE).content.decode()
    for name in ("alert-channel-test", "alert-channel-remove"):
        assert client.post(reverse(name, args=[channel.pk])).status_code == 404
    channel.refresh_from_db()
    assert channel.is_enabled
    assert not channel.deliveries.exists()


def test_a_test_is_on_its_way_and_a_removed_channel_tells_no_more(sign_in, nurse, make_channel):
    channel, client = make_channel(nurse), sign_in(nurse)
    client.post(reverse("alert-channel-test", args=[channel.pk]))
    assert channel.deliveries.get().transition is None

    client.post(reverse("alert-channel-remove", args=[channel.pk]))
    channel.refresh_from_db()
    assert not channel.is_enabled


def test_a_browser_subscribes_to_notifications(sign_in, nurse):
    answer = sign_in(nurse).post(reverse("alert-push"), json.dumps(PUSH), content_type="application/json")

    channel = Channel.objects.get()
    assert answer.status_code == 201
    assert (channel.kind, channel.target) == ("push", "fcm.googleapis.com")
    assert unseal(channel) == {"endpoint": PUSH["endpoint"], "p256dh": "BPk", "auth": "a1"}


@pytest.mark.parametrize(
    "told",
    ["", "[]", json.dumps(PUSH | {"endpoint": "https://evil.example/"}), json.dumps(PUSH | {"keys": {}})],
)
def test_a_subscription_that_is_none_is_refused(sign_in, nurse, told):
    answer = sign_in(nurse).post(reverse("alert-push"), told, content_type="application/json")

    assert (answer.status_code, Channel.objects.count()) == (400, 0)


def test_quiet_hours_are_set_and_taken_away(sign_in, nurse):
    client = sign_in(nurse)
    client.post(PAGE, {"quiet": "on", "time_from": "22:00", "time_to": "06:30", "critical_passes": "on"})
    quiet = QuietHours.objects.get()
    assert (quiet.person, quiet.time_from, quiet.time_to, quiet.critical_passes) == (
        nurse, time(22), time(6, 30), True,
    )  # fmt: skip

    client.post(PAGE, {"quiet": "off"})
    assert not QuietHours.objects.exists()


def test_deliveries_are_for_administrators(sign_in, nurse, administrator, raised, make_channel):
    make_channel(nurse)
    raised()

    assert sign_in(nurse).get(reverse("alert-deliveries")).status_code == 403
    page = sign_in(administrator).get(reverse("alert-deliveries"), {"state": "waiting"})
    assert "Infusion pump P-1" in page.content.decode()
    assert sign_in(administrator).get(reverse("alert-deliveries"), {"state": "lost"}).status_code == 400


def test_a_browser_that_subscribes_again_is_one_channel(sign_in, nurse):
    client = sign_in(nurse)
    answers = [
        client.post(reverse("alert-push"), json.dumps(PUSH), content_type="application/json")
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert Channel.objects.filter(kind="push").count() == 1
