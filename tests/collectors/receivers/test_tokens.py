"""Tokens of senders: made by hand or command, shown once, audited."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from collectors.models import Source, SourceToken
from collectors.receivers.http.tokens import find_token, make_token, revoke_token
from hospital.audit.context import acting_command
from hospital.audit.models import AuditRecord

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(site):
    return Source.objects.create(name="Pump server", kind="http", site=site)


def run(*words):
    out, err = io.StringIO(), io.StringIO()
    call_command("make_source_token", *words, stdout=out, stderr=err)
    return out.getvalue().strip(), err.getvalue()


def test_the_command_shows_the_token_once_and_says_how_long_it_is_taken(source, monkeypatch, noon):
    monkeypatch.setattr("django.utils.timezone.now", lambda: noon)
    text, remark = run("Pump server", "Its vendor", "--days", "30")
    token = find_token(text, now=noon)
    assert (token.name, token.source, token.expires_at) == ("Its vendor", source, noon + timedelta(days=30))
    assert "2026-04-01" in remark


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Nothing", "x"), "There is no way in named “Nothing”."),
        (("Pump server", "x", "--days", "0"), "A token lasts from one day to 3650 days."),
        (("Pump server", "x", "--days", "99999"), "A token lasts from one day to 3650 days."),
        (("Pump server", ""), "cannot be blank"),
        (("Broker", "x"), "“Broker” is no way in over HTTP, and needs no token."),
    ],
)
def test_the_command_names_what_is_wrong_and_makes_nothing(source, site, words, message):
    Source.objects.create(name="Broker", kind="mqtt", site=site)
    with pytest.raises(CommandError, match=message):
        run(*words)
    assert not SourceToken.objects.exists()


def test_the_trail_says_that_a_token_was_made_and_revoked_and_nothing_that_opens(source, noon):
    with acting_command("make_source_token"):
        token, text = make_token(source=source, name="Its vendor", lasts=timedelta(days=1), now=noon)
        assert revoke_token(token=token, now=noon)
        assert not revoke_token(token=token, now=noon + timedelta(hours=1))
    records = list(AuditRecord.objects.order_by("pk"))
    assert [record.action for record in records] == ["create", "change"]
    assert records[1].changes == {"revoked_at": [None, "2026-03-02T12:00:00Z"]}
    assert text not in str([vars(record) for record in records])
    assert token.digest not in str([vars(record) for record in records])


def test_no_two_tokens_are_alike(source, noon):
    texts = {make_token(source=source, name=str(n), lasts=timedelta(days=1), now=noon)[1] for n in range(20)}
    assert len(texts) == 20


def test_a_token_for_something_else_cannot_be_made(site, noon):
    other = Source.objects.create(name="Pumps", kind="hl7", site=site, networks=["10.0.0.0/8"])
    with pytest.raises(ValidationError, match="no way in over HTTP"):
        make_token(source=other, name="x", lasts=timedelta(days=1), now=noon)
