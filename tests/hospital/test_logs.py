"""Log lines cannot be forged, hold no secret, and tell the time in UTC."""

import logging
import time

import pytest
from django.conf import settings as product

from hospital.audit.context import Actor, acting
from hospital.logs import LONGEST_LINE, MASK, LineFormatter, escape, mask_secrets, passwords_of

NOON = 1_772_452_800.25  # 2026-03-02T12:00:00.250Z


def line(message, *args, secrets=(), **extra) -> str:
    record = logging.LogRecord("collectors.engine.loop", logging.WARNING, "", 0, message, args, None)
    record.created = NOON
    for name, value in extra.items():
        setattr(record, name, value)
    return LineFormatter(secrets).format(record)


def test_a_line_tells_when_in_utc_how_bad_where_and_what():
    assert (
        line("UPS %s is silent", 7)
        == "2026-03-02T12:00:00.250Z WARNING collectors.engine.loop: UPS 7 is silent"
    )


def test_lines_of_a_request_carry_its_name():
    with acting(lambda: Actor(name="anna"), request_id="r1"):
        assert " collectors.engine.loop [r1]: silent" in line("silent")


@pytest.mark.parametrize(
    "attack",
    [
        "x\n2026-03-02T12:00:00.250Z ERROR root: forged",
        "x\r\nforged",
        "x\x1b[31mred\x1b[0m",
        "x\x00y",
        "x\x85forged",
        "x\u2028forged",
        "x\u202eforged",
        "x\x9b31m",
        "\x08\x08\x08",
    ],
)
@pytest.mark.parametrize("how", ["in the message", "as an argument"])
def test_nothing_in_a_message_makes_a_second_line_or_moves_the_cursor(attack, how):
    text = line(attack) if how == "in the message" else line("name: %s", attack)
    assert len(text.splitlines()) == 1
    assert text.isprintable()


def test_control_characters_are_spelled_out():
    assert escape("a\r\nb\x1b[0m\u202e") == r"a\x0d\x0ab\x1b[0m\u202e"


def test_umlauts_and_arrows_stay_as_they_are():
    assert escape("Gerät → Flur") == "Gerät → Flur"


def test_a_traceback_stands_on_lines_that_are_no_events():
    def fail():
        raise ValueError("bad\n2026-03-02T12:00:00.250Z ERROR root: forged")

    try:
        fail()
    except ValueError as error:
        text = line("failed", exc_info=(type(error), error, error.__traceback__))
    first, *rest = text.splitlines()
    assert first.endswith(": failed")
    assert all(each.startswith("    | ") for each in rest)
    assert rest[-1] == "    | 2026-03-02T12:00:00.250Z ERROR root: forged"


@pytest.mark.parametrize(
    "text",
    [
        "community=canary",
        "community: canary",
        "'community': 'canary'",
        '{"community": "canary", "port": 161}',
        "{'community': b'canary'}",
        "SnmpUser(name='x', auth_key='canary')",
        "auth_key=canary priv_key=canary",
        "priv_key = canary",
        "password=canary&next=/",
        "Password: canary",
        "Authorization: Bearer canary",
        "Authorization: Basic canary",
        "Cookie: sessionid=canary; csrftoken=canary",
        "csrfmiddlewaretoken=canary",
        "api_key=canary",
        "api-token=canary",
        "client_secret=canary",
        "passphrase=canary",
        "postgresql://whereabouts:canary@db.example/whereabouts",
        "redis://:canary@redis:6379/0",
    ],
)
def test_what_stands_behind_the_name_of_a_secret_is_masked(text):
    masked = mask_secrets(text)
    assert "canary" not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "community mismatch at 10.20.0.7",
        "the password was changed by anna",
        "https://whereabouts.example/find/?q=pump",
        "token ring: none",
        "floor=main-1 asset=P-1",
    ],
)
def test_other_words_are_left_alone(text):
    assert mask_secrets(text) == text


def test_known_secrets_are_masked_wherever_they_stand():
    assert line("sent %r to it", "canary-4711", secrets=("canary-4711",)).endswith(f"sent '{MASK}' to it")


def test_an_empty_or_short_secret_does_not_mask_everything():
    assert line("polled", secrets=("", "p")).endswith(": polled")


def test_the_passwords_of_the_services_are_found():
    assert passwords_of("postgres://u:canary-1@h/n", "redis://:canary-2@h", "memory://", "") == (
        "canary-1",
        "canary-2",
    )


@pytest.mark.parametrize("part", ["a", "token", 'token="', "://", "a.", "x:y@", "password=b'"])
def test_no_message_takes_long(part):
    begun = time.process_time()
    text = line(part * 100_000)
    assert time.process_time() - begun < 1
    assert len(text) < LONGEST_LINE * 2


def test_the_product_logs_in_this_form_with_its_own_secrets_masked(product_formatter):
    assert isinstance(product_formatter, LineFormatter)
    for secret in (product.SECRET_KEY, *product.CREDENTIAL_KEYS):
        assert secret not in product_formatter.format(logging.makeLogRecord({"msg": f"it was {secret}"}))
