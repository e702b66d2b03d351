"""Keys, codes and ciphers against the examples of the RFCs and against pysnmp; and the time window."""

from __future__ import annotations

import itertools

import pytest
from pyasn1.type import univ
from pysnmp.entity import config

from collectors.drivers.snmp_engines import AUTH as AUTH_IDS
from collectors.drivers.snmp_engines import PRIV as PRIV_IDS
from collectors.requests import SnmpUser
from collectors.snmp.ber import DecodeError
from collectors.snmp.usm import (
    AUTH,
    MAX_BOOTS,
    PRIV_KEY_OCTETS,
    EngineClock,
    Keys,
    localize,
    privacy_key,
    stretch,
)
from tests.every import for_every

RFC_ENGINE = bytes.fromhex("000000000000000000000002")
ENGINE = bytes.fromhex("80007ed904666972737400")
THEIR_AUTH = {name: config.AUTH_SERVICES[identifier] for name, identifier in AUTH_IDS.items()}
THEIR_PRIV = {name: config.PRIV_SERVICES[identifier] for name, identifier in PRIV_IDS.items()}
EVERY_PAIR = list(itertools.product(AUTH, PRIV_KEY_OCTETS))


def user(auth: str = "sha256", priv: str = "aes128") -> SnmpUser:
    return SnmpUser("poller", auth, "maplesyrup", priv, "another-secret")


# --- keys


def test_the_md5_key_of_rfc_3414_a_3_1():
    key = stretch("md5", b"maplesyrup")
    assert key.hex() == "9faf3283884e92834ebc9847d8edd963"
    assert localize("md5", key, RFC_ENGINE).hex() == "526f5eed9fcce26f8964c2930787d82b"


def test_the_sha_key_of_rfc_3414_a_3_2():
    key = stretch("sha1", b"maplesyrup")
    assert key.hex() == "9fb5cc0381497b3793528939ff788d5d79145211"
    assert localize("sha1", key, RFC_ENGINE).hex() == "6695febc9288e36282235fc7151f128497b38f3f"


@pytest.mark.parametrize("auth", AUTH)
def test_authentication_keys_are_those_of_pysnmp(auth):
    theirs = THEIR_AUTH[auth]
    stretched = theirs.hash_passphrase(b"maplesyrup")
    assert stretch(auth, b"maplesyrup") == bytes(stretched)
    ours = localize(auth, stretch(auth, b"maplesyrup"), ENGINE)
    assert ours == bytes(theirs.localize_key(stretched, univ.OctetString(ENGINE)))


@for_every(EVERY_PAIR)
def test_privacy_keys_are_those_of_pysnmp_in_both_extensions(auth, priv):
    ours = privacy_key(auth, priv, b"another-secret", ENGINE)
    assert len(ours) == PRIV_KEY_OCTETS[priv]
    assert ours == their_privacy_key(auth, priv)[: len(ours)]


def their_privacy_key(auth: str, priv: str) -> bytes:
    identifier = AUTH_IDS[auth]
    theirs = THEIR_PRIV[priv]
    stretched = theirs.hash_passphrase(identifier, b"another-secret")
    return bytes(theirs.localize_key(identifier, stretched, univ.OctetString(ENGINE)))


# --- codes


@pytest.mark.parametrize(("auth", "octets"), AUTH.items())
def test_codes_are_those_of_pysnmp(auth, octets):
    keys = Keys(user(auth), ENGINE)
    theirs = THEIR_AUTH[auth]
    key = theirs.localize_key(theirs.hash_passphrase(b"maplesyrup"), univ.OctetString(ENGINE))
    # pysnmp finds the place of the code by looking for zeros, the first of which are at the start here.
    message = bytes(octets) + b"\x30" + bytes(range(1, 200))
    signed = bytes(theirs.authenticate_outgoing_message(key, message))
    assert keys.mac_octets == octets
    assert keys.sign(message) == signed[:octets]
    assert keys.is_signed(signed, signed[:octets], 0)


@pytest.mark.parametrize("auth", AUTH)
def test_a_code_is_right_whole_or_not_at_all(auth):
    keys = Keys(user(auth), ENGINE)
    message = b"before" + bytes(keys.mac_octets) + b"after"
    mac = keys.sign(message)
    signed = message[:6] + mac + message[6 + len(mac) :]
    assert keys.is_signed(signed, mac, 6)
    for wrong in (b"", mac[:-1], mac + b"\x00", bytes(len(mac)), mac[:-1] + bytes((mac[-1] ^ 1,))):
        assert not keys.is_signed(signed, wrong, 6)
    for at in (0, 5, len(signed) - 1):
        altered = signed[:at] + bytes((signed[at] ^ 0x80,)) + signed[at + 1 :]
        assert not keys.is_signed(altered, mac, 6)


def test_a_user_without_authentication_proves_nothing():
    keys = Keys(user("", ""), ENGINE)
    assert keys.sign(b"message") == b""
    assert not keys.is_signed(b"message", b"", 0)
    with pytest.raises(DecodeError):
        keys.decrypt(b"12345678", b"12345678", 1, 1)


# --- ciphers


@for_every([(*pair, size) for pair in EVERY_PAIR for size in (1, 15, 16, 17, 200)])
def test_each_cipher_opens_what_pysnmp_sealed_and_the_other_way(auth, priv, size):
    keys, theirs = Keys(user(auth, priv), ENGINE), THEIR_PRIV[priv]
    their_key = univ.OctetString(their_privacy_key(auth, priv))
    plain = bytes(range(size))
    boots, time = 3, 70_000

    sealed, salt = theirs.encrypt_data(their_key, (boots, time, None), plain)
    assert keys.decrypt(bytes(sealed), bytes(salt), boots, time)[:size] == plain

    ours, our_salt = keys.encrypt(plain, boots, time)
    opened = theirs.decrypt_data(their_key, (boots, time, univ.OctetString(our_salt)), univ.OctetString(ours))
    assert bytes(opened)[:size] == plain
    assert len(opened) - size <= keys.padding


@pytest.mark.parametrize("priv", PRIV_KEY_OCTETS)
def test_the_same_message_never_looks_the_same_twice(priv):
    keys = Keys(user(priv=priv), ENGINE)
    assert len({keys.encrypt(b"the same message", 1, 1) for _ in range(100)}) == 100


@pytest.mark.parametrize("priv", PRIV_KEY_OCTETS)
def test_a_salt_of_another_length_opens_nothing(priv):
    keys = Keys(user(priv=priv), ENGINE)
    for salt in (b"", bytes(7), bytes(9)):
        with pytest.raises(DecodeError):
            keys.decrypt(bytes(16), salt, 1, 1)


@pytest.mark.parametrize("priv", ["des", "3des"])
def test_a_broken_block_opens_nothing(priv):
    with pytest.raises(DecodeError):
        Keys(user(priv=priv), ENGINE).decrypt(bytes(15), bytes(8), 1, 1)


# --- time


class Stopwatch:
    def __init__(self):
        self.now = 5000.0

    def __call__(self):
        return self.now


@pytest.fixture
def stopwatch():
    return Stopwatch()


@pytest.fixture
def clock(stopwatch):
    clock = EngineClock(stopwatch)
    assert clock.accept(7, 1000)
    return clock


def test_the_devices_time_goes_on_between_polls(clock, stopwatch):
    stopwatch.now += 90.7
    assert (clock.boots, clock.time) == (7, 1090)


@pytest.mark.parametrize(
    ("boots", "time", "is_timely"),
    [
        (7, 1300, True),
        (7, 1001, True),  # newer than all that was heard: so RFC 3414, 3.2 (7b), even though it is late
        (7, 1000, False),
        (7, 0, False),
        (7, MAX_BOOTS, True),
        (8, 0, True),
        (6, 1300, False),
        (0, 1300, False),
        (MAX_BOOTS, 1300, False),
    ],
)
def test_300_s_later_only_a_message_that_is_newer_is_timely(clock, stopwatch, boots, time, is_timely):
    stopwatch.now += 300
    assert clock.accept(boots, time) is is_timely


def test_an_older_message_is_timely_for_150_s(clock, stopwatch):
    stopwatch.now += 140
    assert clock.accept(7, 1000)
    assert clock.accept(7, 990)
    assert not clock.accept(7, 989)
    assert clock.time == 1140


def test_a_newer_message_sets_the_clock_and_an_older_one_does_not(clock, stopwatch):
    assert clock.accept(7, 1500)
    assert clock.time == 1500
    assert clock.accept(7, 1400)
    assert clock.time == 1500
    assert clock.accept(8, 3)
    assert (clock.boots, clock.time) == (8, 3)
    assert not clock.accept(7, 1500)


def test_a_hint_is_taken_only_while_nothing_is_proven(stopwatch):
    clock = EngineClock(stopwatch)
    clock.hint(9, 900)
    assert (clock.boots, clock.time) == (9, 900)
    assert clock.accept(2, 50)
    assert (clock.boots, clock.time) == (2, 50)
    clock.hint(9, 900)
    assert (clock.boots, clock.time) == (2, 50)


def test_an_authentic_answer_of_the_moment_sets_the_clock_back(clock):
    clock.resynchronize(1, 10)
    assert (clock.boots, clock.time) == (1, 10)
    assert not clock.accept(0, 1000)
