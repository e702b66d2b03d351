"""The outbox: who is told of what, over a real mail server and a real webhook, once and whatever fails between."""

from __future__ import annotations

import json
import socket
import threading
from datetime import time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller
from django.core.exceptions import ValidationError

from assets.alerts import channels, postman
from assets.alerts.lifecycle import acknowledge_alert, escalate_alert, resolve_alert
from assets.alerts.models import Channel, Delivery, MaintenanceWindow, OnCall, QuietHours
from assets.alerts.sealing import SealedError, unseal
from assets.alerts.sending.errors import SendingError
from assets.alerts.sending.guard import checked_target
from assets.alerts.sending.webhook import signature
from assets.alerts.upkeep import forget_old, keep_up

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.databases,
    # Apprise's own shim for Python 3.13 asks for it on 3.11.
    pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning"),
]


class Mailbox:
    """What a mail server took in; ``refuses`` is what it answers instead."""

    def __init__(self) -> None:
        self.mails: list = []
        self.refuses = ""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802  aiosmtpd names it
        if self.refuses:
            return self.refuses
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 taken"


@pytest.fixture
def mailbox(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield box
    controller.stop()


class Hooks:
    """What a webhook's server was sent; ``statuses`` are its next answers, then 200."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []


@pytest.fixture
def hooks(settings):
    told = Hooks()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.calls.append((dict(self.headers), body))
            status = told.statuses.pop(0) if told.statuses else 200
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ALERT_HOSTS = ["127.0.0.1"]
    told.url = f"http://127.0.0.1:{server.server_port}/hook?unit=3w"
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def webhook(hooks):
    """A channel for all to the server of ``hooks``, and the key it is signed with."""
    return channels.add_channel(kind="webhook", name="Nurse call", target=hooks.url, severity="info")


def states(channel) -> list[str]:
    return list(channel.deliveries.order_by("pk").values_list("state", flat=True))


# --- Who is told ---------------------------------------------------------------------------------------------


def test_a_transition_and_its_deliveries_are_one(raised, make_channel, nurse, noon):
    channel = make_channel(nurse)
    alert = raised()

    delivery = Delivery.objects.get()
    assert (delivery.channel, delivery.transition) == (channel, alert.transitions.get())
    assert (delivery.state, delivery.next_at) == ("waiting", noon)


def test_a_person_is_told_of_what_they_subscribed_to(make_channel, nurse, raised, make_rule, ward, make_pump):
    wanted = [
        make_channel(nurse, severity="warning", name="all"),
        make_channel(nurse, department=ward, name="ward"),
        make_channel(nurse, rule=make_rule("fault"), name="rule"),
    ]
    make_channel(nurse, severity="critical", name="critical")
    raised(asset=make_pump(department=ward))

    told = set(Delivery.objects.values_list("channel__name", flat=True))
    assert told == {"all", "ward"}
    assert len(wanted) == 3


def test_a_person_is_not_told_of_what_they_may_not_see(make_channel, nurse, raised, make_pump, other_site):
    make_channel(nurse)
    raised(asset=make_pump("F-1", site=other_site))

    assert not Delivery.objects.exists()


def test_who_was_told_hears_that_it_is_over(make_channel, nurse, raised, over, noon, mailbox):
    channel = make_channel(nurse)
    alert = raised()
    postman.deliver_due(now=noon)
    over(alert, 60)
    postman.deliver_due(now=noon + timedelta(seconds=60))

    assert [mail.split("Subject: ")[1].splitlines()[0] for _, mail in mailbox.mails] == [
        "Warning: Infusion pump P-1", "Over: Infusion pump P-1",
    ]  # fmt: skip
    assert states(channel) == ["sent", "sent"]


def test_what_was_over_before_it_could_be_told_is_not_told(make_channel, nurse, raised, over, noon, mailbox):
    channel = make_channel(nurse)
    over(raised(), 1)
    postman.deliver_due(now=noon + timedelta(seconds=5))

    assert (mailbox.mails, states(channel)) == ([], ["dropped"])


def test_an_acknowledgement_calls_nobody(make_channel, nurse, biomed, raised, noon):
    channel = make_channel(nurse)
    acknowledge_alert(alert=raised(), by=biomed, now=noon)

    assert states(channel) == ["waiting"]


def test_what_flaps_is_told_three_times_and_then_only_shown(
    make_channel, nurse, raised, over, make_pump, noon
):
    channel, pump = make_channel(nurse), make_pump()
    for minute in range(0, 12, 2):
        alert = raised(noon + timedelta(minutes=minute), asset=pump)
        Delivery.objects.update(state="sent")
        over(alert, minute * 60 + 60)
        Delivery.objects.update(state="sent")

    alert.refresh_from_db()
    told = channel.deliveries.order_by("pk").values_list("transition__step", flat=True)
    assert alert.flaps == 5
    assert list(told) == ["raised", "resolved", *["reopened", "resolved"] * 3]


def test_escalation_reaches_who_is_on_call_whatever_they_subscribed_to(
    make_channel, make_rule, raised, nurse, biomed, site, noon
):
    on_call = make_channel(biomed, severity="critical")
    rule = make_rule(name="slow", escalate_after_s=300, escalate_to="biomed")
    OnCall.objects.create(
        person=biomed, role="biomed", site=site, weekdays=[0], time_from=time(8), time_to=time(20)
    )
    raised(rule=rule)

    keep_up(now=noon + timedelta(seconds=299))
    assert states(on_call) == []
    keep_up(now=noon + timedelta(seconds=300))
    keep_up(now=noon + timedelta(seconds=310))
    assert list(on_call.deliveries.values_list("transition__step", flat=True)) == ["escalated"]


def test_nobody_is_called_whose_duty_is_over(make_channel, make_rule, raised, biomed, site, noon):
    channel = make_channel(biomed, severity="critical")
    rule = make_rule(name="slow", escalate_after_s=300, escalate_to="biomed")
    end = noon - timedelta(hours=1)
    OnCall.objects.create(person=biomed, role="biomed", site=site, begin=end - timedelta(hours=8), end=end)
    escalate_alert(alert=raised(rule=rule), now=noon)

    assert states(channel) == []


def test_quiet_hours_hold_back_what_is_not_critical(make_channel, make_rule, raised, nurse, noon):
    make_channel(nurse)
    # Noon in UTC is one o'clock on the site.
    QuietHours.objects.create(person=nurse, time_from=time(12), time_to=time(14, 30))
    raised(tag="P-1")
    raised(tag="P-2", rule=make_rule("fault", severity="critical"))

    waits = Delivery.objects.order_by("pk").values_list("next_at", flat=True)
    assert list(waits) == [noon + timedelta(minutes=90), noon]


def test_during_maintenance_nobody_is_called_and_afterwards_of_what_lasts(
    make_channel, nurse, raised, over, site, noon, pumps
):
    channel = make_channel(nurse)
    MaintenanceWindow.objects.create(
        name="Pumps", site=site, category=pumps, begin=noon, end=noon + timedelta(hours=1)
    )
    lasting, short = raised(tag="P-1"), raised(tag="P-2")
    over(short, 60)
    assert (lasting.held, states(channel)) == ("maintenance", [])

    keep_up(now=noon + timedelta(minutes=59))
    assert states(channel) == []
    keep_up(now=noon + timedelta(hours=1))
    keep_up(now=noon + timedelta(hours=2))
    assert list(channel.deliveries.values_list("transition__step", "transition__alert")) == [
        ("released", lasting.pk)
    ]


def test_a_window_of_something_else_holds_nothing_back(raised, site, noon, make_zone):
    MaintenanceWindow.objects.create(
        name="Elsewhere", site=site, zone=make_zone("Lab"), begin=noon, end=noon + timedelta(hours=1)
    )
    assert raised().held == ""


def test_a_cause_holds_back_what_it_explains(
    make_rule, make_channel, biomed, raised, over, site, noon, make_pump
):
    channel, pump = make_channel(biomed), make_pump()
    early = raised(asset=pump)
    segment = raised(
        rule=make_rule("segment"), subject="segment:1", title="Ward network", site=site, asset=make_pump("SW-1"),
        covers=[f"asset:{pump.pk}", "asset:999"],
    )  # fmt: skip
    early.refresh_from_db()
    assert (early.held, early.parent) == ("parent", segment)
    Delivery.objects.update(state="sent")

    resolve_alert(rule=segment.rule, subject="segment:1", at=noon, now=noon + timedelta(minutes=5))
    early.refresh_from_db()
    assert (early.held, early.parent) == ("", None)
    last = channel.deliveries.order_by("pk").last()
    assert (last.transition.step, last.transition.alert) == ("released", early)


# --- Sending -------------------------------------------------------------------------------------------------


def test_an_e_mail_says_what_where_and_leads_to_the_page(
    make_channel, nurse, raised, noon, mailbox, make_zone, make_pump
):
    make_channel(nurse)
    alert = raised(asset=make_pump(home_zone=make_zone("Bay 7")), words="Not heard of for 10 min")
    assert postman.deliver_due(now=noon) == 1

    ((recipients, mail),) = mailbox.mails
    assert recipients == ["nurse@hospital.example"]
    assert "Not heard of for 10 min. Since 2 Mar 13:00. Where: Bay 7." in mail
    assert f"/alerts/{alert.pk}/" in mail
    assert f"Message-ID: <{Delivery.objects.get().token}@whereabouts>" in mail


def test_nothing_is_sent_twice(make_channel, nurse, raised, noon, mailbox):
    make_channel(nurse)
    raised()
    for seconds in (0, 1, 500, 5000):
        postman.deliver_due(now=noon + timedelta(seconds=seconds))

    assert len(mailbox.mails) == 1


def test_a_webhook_is_signed(webhook, hooks, raised, noon):
    channel, key = webhook
    raised(words="Not heard")
    postman.deliver_due(now=noon)

    headers, body = hooks.calls[0]
    expected = signature(key, headers["X-Whereabouts-Timestamp"], body)
    assert headers["X-Whereabouts-Signature"] == f"sha256={expected}"
    assert headers["X-Whereabouts-Delivery"] == str(Delivery.objects.get().token)
    told = json.loads(body)
    assert (told["asset_tag"], told["step"], told["severity"], told["words"]) == (
        "P-1", "raised", "warning", "Not heard",
    )  # fmt: skip
    assert states(channel) == ["sent"]


def test_what_fails_is_tried_again_under_the_same_token_ever_more_slowly(webhook, hooks, raised, noon):
    hooks.statuses = [500, 503]
    raised()
    moment = noon
    for _ in range(3):
        postman.deliver_due(now=moment)
        delivery = Delivery.objects.get()
        moment = max(moment, delivery.next_at)

    assert (delivery.state, delivery.attempts) == ("sent", 3)
    assert len({headers["X-Whereabouts-Delivery"] for headers, _ in hooks.calls}) == 1
    assert timedelta(seconds=15) <= moment - noon <= timedelta(seconds=30)


@pytest.mark.parametrize("status", [302, 400, 404])
def test_what_will_never_work_is_given_up_at_once(webhook, hooks, raised, noon, status):
    hooks.statuses = [status]
    raised()
    postman.deliver_due(now=noon)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts, len(hooks.calls)) == ("dead", 1, 1)
    assert delivery.error


def test_after_eight_attempts_it_is_given_up(webhook, hooks, raised, noon):
    hooks.statuses = [500] * 20
    raised()
    for hour in range(20):
        postman.deliver_due(now=noon + timedelta(hours=hour))

    assert (Delivery.objects.get().state, len(hooks.calls)) == ("dead", 8)


def test_one_that_fails_stops_no_other(make_channel, nurse, biomed, raised, noon, mailbox, webhook, hooks):
    hooks.statuses = [500]
    make_channel(nurse)
    raised()
    assert postman.deliver_due(now=noon) == 1
    assert len(mailbox.mails) == 1


def test_who_dies_with_a_delivery_leaves_it_to_the_next(make_channel, nurse, raised, noon, mailbox):
    make_channel(nurse)
    raised()
    assert len(postman._claim(noon)) == 1  # and nothing more is heard of this one

    postman.deliver_due(now=noon + timedelta(seconds=119))
    assert mailbox.mails == []
    postman.deliver_due(now=noon + timedelta(seconds=120))
    assert len(mailbox.mails) == 1


def test_who_comes_late_does_not_undo_what_another_did(make_channel, nurse, raised, noon, mailbox):
    make_channel(nurse)
    raised()
    (late,) = postman._claim(noon)
    postman.deliver_due(now=noon + timedelta(seconds=121))
    postman._mark(late, SendingError("too late"), noon)

    assert Delivery.objects.get().state == "sent"


def test_without_a_mail_server_the_log_says_so(make_channel, nurse, raised, noon, settings):
    settings.EMAIL_HOST = ""
    make_channel(nurse)
    raised()
    postman.deliver_due(now=noon)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("dead", "No mail server is set: EMAIL_URL names it.")


def test_a_test_is_a_delivery_too(make_channel, nurse, noon, mailbox):
    channels.test_channel(channel=make_channel(nurse), now=noon)
    postman.deliver_due(now=noon)

    assert "This is a test." in mailbox.mails[0][1]


def test_old_deliveries_are_forgotten_and_what_waits_is_not(make_channel, nurse, raised, over, noon):
    make_channel(nurse)
    over(raised(tag="P-1"), 1)
    raised(tag="P-2")
    assert forget_old(now=noon + timedelta(days=401)) == 1
    assert Delivery.objects.get().state == "waiting"


# --- Where to ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "allowed", "words"),
    [
        ("http://127.0.0.1/", [], "has not allowed"),
        ("http://localhost/", ["localhost"], "leads to"),  # a name does not open this machine
        ("http://[::1]/", ["example.org"], "has not allowed"),
        ("http://169.254.169.254/latest/", ["*"], "has not allowed"),
        ("http://0.0.0.0/", ["0.0.0.1"], "has not allowed"),
        ("ftp://10.0.0.1/", ["10.0.0.1"], "begins with https"),
        ("http://user:secret@10.0.0.1/", ["10.0.0.1"], "holds no password"),
        ("http://10.0.0.1:99999/", ["10.0.0.1"], "not an address"),
        ("https://evil.example/?hooks.example.org", ["hooks.example.org"], "has not allowed"),
        ("https://hooks.example.org.evil.example/", ["*.example.org"], "has not allowed"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused(url, allowed, words):
    with pytest.raises(SendingError, match=words) as refused:
        checked_target(url, allowed)
    assert refused.value.is_permanent


def test_an_address_of_this_machine_has_to_be_named_itself():
    assert checked_target("http://127.0.0.1:81/", ["127.0.0.1"]) == ("127.0.0.1", "127.0.0.1", 81)
    assert checked_target("http://10.1.2.3/", ["10.1.2.3"]) == ("10.1.2.3", "10.1.2.3", 80)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("email", "nobody"),
        ("webhook", "https://elsewhere.example/"),
        ("gateway", "json://localhost/"),
        ("gateway", "sinch://nonsense"),
        ("push", ""),
    ],
)
def test_a_channel_that_cannot_be_is_not_made(kind, target, nurse, settings):
    settings.ALERT_GATEWAYS = ["sinch"]
    with pytest.raises(ValidationError) as refused:
        channels.add_channel(kind=kind, name="x", target=target, person=nurse)

    assert "target" in refused.value.message_dict
    assert not Channel.objects.exists()


def test_an_unencrypted_gateway_is_refused(nurse, settings):
    settings.ALERT_GATEWAYS = ["json"]
    with pytest.raises(ValidationError, match="unencrypted"):
        channels.add_channel(kind="gateway", name="x", target="json://chat.example/", person=nurse)


def test_the_address_of_a_gateway_is_sealed(settings, administrator):
    settings.ALERT_GATEWAYS = ["jsons"]
    channel, _ = channels.add_channel(kind="gateway", name="Chat", target="jsons://token@chat.example/")

    assert channel.target == "jsons://…"
    assert b"token" not in bytes(channel.sealed)
    assert unseal(channel) == {"url": "jsons://token@chat.example/"}


def test_a_secret_opens_for_its_own_channel_alone(webhook, hooks):
    channel, key = webhook
    assert unseal(channel) == {"key": key}
    other = Channel.objects.create(kind="webhook", name="Other", sealed=channel.sealed)
    with pytest.raises(SealedError):
        unseal(other)
