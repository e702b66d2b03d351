"""Who gets in, how guessing is slowed down, and when a session ends."""

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.urls import reverse

from hospital import demo_access, throttle
from hospital.audit.models import Action, AuditRecord
from hospital.auth_views import demo_accounts
from hospital.models import SignInAttempts, User
from hospital.tasks import forget_sessions

PASSWORD = "correct horse battery staple"


QUICK = "django.contrib.auth.hashers.MD5PasswordHasher"


@pytest.fixture(autouse=True)
def _quick_passwords(request, settings):
    """Argon2 is slow by design; what it is for is asked in one test."""
    if "argon2" not in request.node.name:
        settings.PASSWORD_HASHERS = [QUICK]


@pytest.fixture
def anna(nurse):
    nurse.password = make_password(PASSWORD)
    nurse.save()
    return nurse


@pytest.fixture
def clock(monkeypatch, noon):
    """The time that signing in sees: ``clock(minutes=5)`` moves it on."""

    class Clock:
        now = noon

        def __call__(self, **step):
            self.now += timedelta(**step)

    moved = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: moved.now)
    return moved


@pytest.fixture
def on_loopback():
    demo_access.listening_on("127.0.0.1")
    yield
    demo_access.listening_on(None)


def attempt(client, username="nurse", password=PASSWORD, address="10.1.1.1", **extra):
    return client.post(
        reverse("sign-in"), {"username": username, "password": password, **extra}, REMOTE_ADDR=address
    )


def is_signed_in(client):
    """The sign-in page sends those home who are in."""
    return client.get(reverse("sign-in")).status_code == 302


def test_the_right_password_leads_home(client, anna):
    answer = attempt(client)
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert is_signed_in(client)


def test_signing_in_leads_to_where_one_wanted_to_go(client, anna):
    assert attempt(client, next="/find/?q=pump")["Location"] == "/find/?q=pump"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_signing_in_never_leads_to_another_site(client, anna, elsewhere):
    assert attempt(client, next=elsewhere)["Location"] == reverse("home")


def test_a_wrong_password_says_the_same_as_a_wrong_name(client, anna):
    wrong_password, wrong_name = attempt(client, password="x"), attempt(client, username="nobody")
    assert wrong_password.status_code == wrong_name.status_code == 200
    words = [str(answer.context["form"].non_field_errors()) for answer in (wrong_password, wrong_name)]
    assert words[0] == words[1] != ""
    assert not is_signed_in(client)


def test_the_session_gets_a_new_key_at_sign_in(client, anna):
    client.get(reverse("sign-in"))
    session = client.session
    session["planted"] = True
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    attempt(client)
    assert client.session.session_key != before


def test_signing_out_takes_a_post(client, anna):
    attempt(client)
    assert client.get(reverse("sign-out")).status_code == 405
    assert is_signed_in(client)
    assert client.post(reverse("sign-out"))["Location"] == reverse("sign-in")
    assert not is_signed_in(client)


def test_the_form_refuses_a_post_from_another_page(anna, client):
    client.handler.enforce_csrf_checks = True
    answer = attempt(client)
    assert answer.status_code == 403
    assert b"came from another page" in answer.content


@pytest.mark.parametrize(
    "change",
    [{"is_active": False}, {"password": make_password("another long password")}],
    ids=["disabled", "password"],
)
def test_every_session_ends_when_the_account_is_disabled_or_its_password_changes(client, anna, change):
    attempt(client)
    User.objects.filter(pk=anna.pk).update(**change)
    assert not is_signed_in(client)


def test_five_wrong_attempts_make_the_next_one_wait(client, anna, clock):
    for _ in range(5):
        assert attempt(client, password="x").status_code == 200
    answer = attempt(client)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert b"Too many attempts. Try again in 1 second." in answer.content
    assert not is_signed_in(client)


def test_each_further_attempt_waits_twice_as_long_and_never_more_than_a_minute(client, anna, clock):
    waits = []
    for _ in range(12):
        answer = attempt(client, password="x")
        if answer.status_code == 429:
            waits.append(int(answer["Retry-After"]))
            clock(seconds=waits[-1])
            attempt(client, password="x")
    assert waits == [1, 2, 4, 8, 16, 32, 60][: len(waits)]
    assert max(waits) <= 60


def test_twenty_wrong_attempts_do_not_keep_the_right_person_out(client, anna, clock):
    attempt(client)
    client.post(reverse("sign-out"))
    for _ in range(20):
        clock(seconds=60)
        attempt(client, password="x")
    clock(seconds=60)
    assert attempt(client).status_code == 302


def test_attempts_from_everywhere_do_not_keep_the_person_out_where_they_signed_in_before(client, anna, clock):
    attempt(client, address="10.1.1.1")
    client.post(reverse("sign-out"))
    answers = [attempt(client, password="x", address=f"192.0.2.{n}").status_code for n in range(30)]
    assert answers == [200] * 20 + [429] * 10
    assert attempt(client, address="10.1.1.1").status_code == 302


def test_a_ward_that_shares_an_address_waits_half_a_minute_at_most(anna, noon):
    for n in range(80):
        throttle.claim_attempt(username=f"guess{n}", address="10.1.1.1", now=noon + timedelta(seconds=31 * n))
    wait = throttle.claim_attempt(username="nurse", address="10.1.1.1", now=noon + timedelta(seconds=31 * 79))
    assert wait == timedelta(seconds=30)


def test_right_attempts_count_for_nothing(client, anna, clock):
    for _ in range(60):
        assert attempt(client).status_code == 302
        client.post(reverse("sign-out"))
    assert not SignInAttempts.objects.filter(attempts__gt=0).exists()


def test_a_quarter_of_an_hour_without_attempts_forgets_them(client, anna, clock):
    for _ in range(5):
        attempt(client, password="x")
    clock(minutes=15, seconds=1)
    assert attempt(client, password="x").status_code == 200
    assert set(SignInAttempts.objects.values_list("attempts", flat=True)) == {1}


def test_another_spelling_of_the_same_name_is_no_new_account(client, anna, clock):
    for name in ("nurse", " nurse ", "ｎｕｒｓｅ", "nurse", "nurse"):
        attempt(client, username=name, password="x")
    assert attempt(client).status_code == 429


def test_names_that_were_typed_are_not_stored(client, anna):
    attempt(client, username="hunter2-typed-in-the-wrong-field", password="x")
    assert not SignInAttempts.objects.filter(key__contains="hunter2").exists()
    assert AuditRecord.objects.get().actor_name == "unknown account"


@pytest.mark.parametrize("username", ["nur\0se", "", "x" * 10_000, "🛏"])
def test_no_name_breaks_the_form(client, anna, username):
    assert attempt(client, username=username).status_code == 200


def test_a_demo_account_gets_in_only_while_the_server_listens_on_loopback(client, anna, on_loopback):
    User.objects.update(is_demo=True)
    demo_access.listening_on("0.0.0.0")  # noqa: S104  that is what must be refused
    assert attempt(client).status_code == 200
    demo_access.listening_on("127.0.0.1")
    assert attempt(client).status_code == 302


def test_the_session_of_a_demo_account_ends_when_the_server_is_opened_to_others(client, anna, on_loopback):
    User.objects.update(is_demo=True)
    attempt(client)
    assert is_signed_in(client)
    demo_access.listening_on("10.1.1.5")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("10.1.1.5", False),
        ("localhost.example", False),
        ("", False),
        (None, False),
    ],
)
def test_what_counts_as_loopback(on_loopback, host, accepted):
    demo_access.listening_on(host)
    assert demo_access.accepts_demo_accounts() is accepted


def test_a_public_name_in_front_of_loopback_ends_the_demo(on_loopback, settings):
    settings.PUBLIC_URL = "https://whereabouts.example.org"
    assert not demo_access.accepts_demo_accounts()


def test_the_sign_in_page_offers_demo_accounts_only_where_they_work(client, anna, on_loopback):
    User.objects.update(is_demo=True)
    assert demo_accounts() == [{"username": "nurse", "role": "Nurse"}]
    assert b'value="nurse"' in client.get(reverse("sign-in")).content
    demo_access.listening_on(None)
    assert b'value="nurse"' not in client.get(reverse("sign-in")).content


def test_passwords_are_kept_as_argon2id():
    assert make_password(PASSWORD).startswith("argon2$argon2id$")


@pytest.mark.parametrize("password", ["short", "elevenchars", "password1234", "123456789012", "nurse-nurse-"])
def test_short_common_and_personal_passwords_are_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, User(username="nurse-nurse"))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (lambda client: attempt(client), [Action.SIGN_IN]),
        (lambda client: attempt(client, password="x"), [Action.SIGN_IN_FAILED]),
        (
            lambda client: (attempt(client), client.post(reverse("sign-out"))),
            [Action.SIGN_IN, Action.SIGN_OUT],
        ),
    ],
    ids=["in", "failed", "out"],
)
def test_signing_in_and_out_is_in_the_trail(client, anna, action, expected):
    action(client)
    records = list(AuditRecord.objects.order_by("id"))
    assert [record.action for record in records] == expected
    assert {record.actor_id for record in records} == {anna.pk}
    assert {record.actor_name for record in records} == {"nurse"}
    assert records[0].address == "10.1.1.1"


def test_delayed_attempts_are_in_the_trail_once_a_minute(client, anna, clock):
    for _ in range(5):
        attempt(client, password="x")
    for _ in range(50):
        assert attempt(client, password="x").status_code == 429
    record = AuditRecord.objects.get(action=Action.SIGN_IN_DELAYED)
    assert (record.actor_name, record.result) == ("nurse", "refused")


def test_a_session_lasts_a_shift_however_much_is_clicked(client, anna, clock):
    attempt(client)
    clock(hours=11, minutes=59)
    assert is_signed_in(client)
    clock(minutes=2)
    assert not is_signed_in(client)


def test_sessions_that_are_over_are_deleted(client, anna, clock):
    attempt(client)
    forget_sessions()
    assert Session.objects.count() == 1
    clock(hours=12, seconds=1)
    forget_sessions()
    assert Session.objects.count() == 0
