"""Secrets towards devices: sealed, bound to their row, never shown."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from collectors.credentials import (
    CredentialUnreadableError,
    open_credential,
    register_credential,
    rotate_credentials,
    seal_credential,
)
from collectors.models import Credential, Endpoint, Segment
from collectors.requests import Login, SnmpUser, Target

KEY, NEXT_KEY = "k" * 40, "n" * 40
CANARIES = ("canary-auth-secret", "canary-priv-secret", "canary-community", "canary-password")
USER = {
    "name": "poller",
    "auth_protocol": "sha256",
    "auth_key": CANARIES[0],
    "priv_protocol": "aes128",
    "priv_key": CANARIES[1],
}

WITHOUT_PRIVACY = {"priv_protocol": "none", "priv_key": ""}
WITHOUT_AUTHENTICATION = {"auth_protocol": "none", "auth_key": ""}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_key(settings):
    settings.CREDENTIAL_KEYS = [KEY]


def usm(name: str = "usm") -> Credential:
    return register_credential(name=name, kind=Credential.Kind.SNMP_USM, secret=USER)


def community(name: str = "community") -> Credential:
    return register_credential(
        name=name, kind=Credential.Kind.SNMP_COMMUNITY, secret={"community": CANARIES[2]}
    )


def login(**changes) -> Credential:
    secret = {"name": "whereabouts", "password": CANARIES[3]} | changes
    return register_credential(name="broker", kind=Credential.Kind.LOGIN, secret=secret)


def test_a_user_name_and_password_are_sealed_and_do_not_print():
    stored = Credential.objects.get(pk=login().pk)
    opened = open_credential(stored)
    assert opened == Login("whereabouts", "canary-password")
    assert (stored.protocols, b"canary" in bytes(stored.sealed)) == ("login", False)
    assert repr(opened) == "Login('whereabouts', password masked)"


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"name": ""}, "name"), ({"password": ""}, "password"), ({"password": "x" * 201}, "password"),
     ({"name": "a\0b"}, "name")],
)  # fmt: skip
def test_a_login_that_no_broker_takes_is_refused(changes, field):
    with pytest.raises(ValidationError) as caught:
        login(**changes)
    assert list(caught.value.message_dict) == [field]
    assert not Credential.objects.exists()


def test_what_was_sealed_opens_again():
    stored = Credential.objects.get(pk=usm().pk)
    assert open_credential(stored) == SnmpUser("poller", "sha256", CANARIES[0], "aes128", CANARIES[1])
    assert open_credential(Credential.objects.get(pk=community().pk)) == b"canary-community"


def test_the_protocols_are_kept_beside_for_people_to_see():
    assert usm().protocols == "sha256/aes128"
    assert community().protocols == "community"


def test_the_same_secret_sealed_twice_looks_different():
    assert bytes(usm("one").sealed)[17:] != bytes(usm("two").sealed)[17:]


@pytest.mark.parametrize("position", [0, 1, 4, 5, 16, 17, 60, -1])
def test_a_flipped_byte_fails_loudly(position):
    credential = usm()
    sealed = bytearray(credential.sealed)
    sealed[position] ^= 1
    credential.sealed = bytes(sealed)
    with pytest.raises(CredentialUnreadableError, match="usm"):
        open_credential(credential)


def test_the_sealed_bytes_of_another_row_do_not_open():
    one, two = usm("one"), usm("two")
    one.sealed, two.sealed = two.sealed, one.sealed
    for credential in (one, two):
        with pytest.raises(CredentialUnreadableError, match="another row"):
            open_credential(credential)


def test_the_kind_cannot_be_changed_under_a_sealed_secret():
    credential = usm()
    credential.kind = Credential.Kind.SNMP_COMMUNITY
    with pytest.raises(CredentialUnreadableError):
        open_credential(credential)


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 17, b"plain text secret in the column"])
def test_what_is_no_sealed_secret_fails_loudly(sealed):
    credential = usm()
    credential.sealed = sealed
    with pytest.raises(CredentialUnreadableError):
        open_credential(credential)


def test_without_the_key_nothing_opens(settings):
    credential = usm()
    settings.CREDENTIAL_KEYS = [NEXT_KEY]
    with pytest.raises(CredentialUnreadableError, match="no longer holds"):
        open_credential(credential)


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_a_missing_or_short_key_is_refused(settings, keys):
    settings.CREDENTIAL_KEYS = keys
    with pytest.raises(ValueError, match="CREDENTIAL_KEYS"):
        usm()


# --- rotation


def test_rotation_seals_everything_with_the_first_key_and_then_the_old_one_can_go(settings):
    usm(), community()
    settings.CREDENTIAL_KEYS = [NEXT_KEY, KEY]
    opened_meanwhile = [open_credential(credential) for credential in Credential.objects.all()]
    assert rotate_credentials() == 2
    settings.CREDENTIAL_KEYS = [NEXT_KEY]
    assert [open_credential(credential) for credential in Credential.objects.all()] == opened_meanwhile
    settings.CREDENTIAL_KEYS = [KEY]
    with pytest.raises(CredentialUnreadableError):
        open_credential(Credential.objects.first())


def test_rotation_leaves_alone_what_the_first_key_sealed():
    sealed = bytes(usm().sealed)
    assert rotate_credentials() == 0
    assert bytes(Credential.objects.get().sealed) == sealed


def test_rotation_changes_nothing_if_one_secret_does_not_open(settings):
    broken, good = usm("broken"), usm("good")
    Credential.objects.filter(pk=broken.pk).update(sealed=bytes(broken.sealed)[:-1])
    settings.CREDENTIAL_KEYS = [NEXT_KEY, KEY]
    with pytest.raises(CommandError, match="broken"):
        call_command("rotate_credentials", stdout=io.StringIO())
    assert bytes(Credential.objects.get(pk=good.pk).sealed) == bytes(good.sealed)


def test_the_command_says_how_many(settings):
    usm()
    settings.CREDENTIAL_KEYS = [NEXT_KEY, KEY]
    said = io.StringIO()
    call_command("rotate_credentials", stdout=said)
    assert said.getvalue() == "1 credentials sealed anew.\n"


# --- nothing shows a secret


def test_a_dump_of_the_database_holds_no_secret():
    usm(), community()
    dump = io.StringIO()
    call_command("dumpdata", "collectors", stdout=dump)
    rows = [list(row) for row in Credential.objects.values_list()]
    for canary in CANARIES:
        assert canary not in dump.getvalue()
        assert canary.encode().hex() not in repr(rows)
        assert canary.encode() not in b"".join(bytes(row[-1]) for row in rows)
    assert len(json.loads(dump.getvalue())) == 2


def test_neither_users_nor_targets_nor_credentials_print_a_secret(caplog):
    user = open_credential(usm())
    target = Target(1, "snmp_v3", "10.0.0.7", 161, 2.0, community=b"canary-community", user=user)
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("test").warning("%s %r %s %r %s", user, user, target, target, [target, user])
    for canary in CANARIES:
        assert canary not in caplog.text
    assert "masked" in caplog.text


def test_a_failure_to_open_names_the_credential_and_not_its_bytes():
    credential = usm()
    credential.sealed = bytes(credential.sealed)[:-1] + b"\x00"
    with pytest.raises(CredentialUnreadableError) as failure:
        open_credential(credential)
    assert str(failure.value).startswith("Credential “usm”")
    assert not any(canary in repr(failure.value) for canary in CANARIES)


# --- what may be sealed


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"auth_key": "short"}, "auth_key"),
        ({"priv_key": "seven77"}, "priv_key"),
        ({"auth_protocol": "sha3"}, "auth_protocol"),
        ({"auth_protocol": ""}, "auth_protocol"),
        ({"priv_protocol": "rot13"}, "priv_protocol"),
        ({"priv_protocol": ""}, "priv_protocol"),
        ({"priv_protocol": "none"}, "priv_key"),
        ({"auth_protocol": "none", "auth_key": ""}, "priv_protocol"),
        ({"auth_protocol": "none", "priv_protocol": "none", "priv_key": ""}, "auth_key"),
    ],
)
def test_a_user_that_snmp_would_not_take_is_refused_by_field(change, field):
    with pytest.raises(ValidationError) as refusal:
        register_credential(name="usm", kind=Credential.Kind.SNMP_USM, secret={**USER, **change})
    assert set(refusal.value.message_dict) == {field}
    assert not Credential.objects.exists()


@pytest.mark.parametrize(
    ("less", "protocols", "user"),
    [
        (WITHOUT_PRIVACY, "sha256/none", SnmpUser("poller", "sha256", CANARIES[0], "", "")),
        (WITHOUT_PRIVACY | WITHOUT_AUTHENTICATION, "none/none", SnmpUser("poller", "", "", "", "")),
    ],
)
def test_a_user_may_go_without_privacy_or_without_both(less, protocols, user):
    credential = register_credential(name="usm", kind=Credential.Kind.SNMP_USM, secret={**USER, **less})
    assert credential.protocols == protocols
    assert open_credential(Credential.objects.get()) == user


def test_a_user_may_be_called_none():
    secret = {**USER, "name": "none"}
    assert open_credential(register_credential(name="usm", kind="snmp_usm", secret=secret)).name == "none"


def test_a_secret_does_not_become_weak_under_an_endpoint_that_gives_no_reason(site):
    credential = usm()
    segment = Segment.objects.create(name="Ward", site=site, networks=["10.1.0.0/16"])
    endpoint = Endpoint.objects.create(
        name="UPS 1", segment=segment, host="10.1.0.7", port=161, profile="ups-rfc1628", credential=credential
    )
    with pytest.raises(ValidationError, match=r"Without privacy .* the endpoints that use it: UPS 1\."):
        seal_credential(credential=credential, secret={**USER, **WITHOUT_PRIVACY})
    assert Credential.objects.get().protocols == "sha256/aes128"
    endpoint.exception_reason = "Its firmware has no ciphers."
    endpoint.save()
    assert (
        seal_credential(credential=credential, secret={**USER, **WITHOUT_PRIVACY}).protocols == "sha256/none"
    )


@pytest.mark.parametrize(
    "secret", [{}, {"community": ""}, {"community": "x", "other": "y"}, {"community": None}]
)
def test_a_community_that_is_none_is_refused(secret):
    with pytest.raises(ValidationError):
        register_credential(name="c", kind=Credential.Kind.SNMP_COMMUNITY, secret=secret)
    assert not Credential.objects.exists()


def test_a_secret_can_be_replaced():
    credential = usm()
    seal_credential(credential=credential, secret={**USER, "auth_key": "another-secret"})
    assert open_credential(Credential.objects.get()).auth_key == "another-secret"
