"""Spoiled traps and informs, of every version and level: anybody's octets, and what a sender with the key signs."""

from __future__ import annotations

import random

from collectors.snmp.exchange import RefusedError
from collectors.snmp.hearing import AnsweredError, Hearing, Told
from collectors.snmp.own_engine import OwnEngine
from collectors.snmp.senders import Senders
from tests.collectors.receivers.traps.senders import (
    COMMUNITY,
    DES,
    ON_BATTERY,
    PLAIN,
    SIGNED,
    notification_pdu,
    v1,
    v2c,
    v3_message,
)
from tests.collectors.test_snmp_hostile import spoiled
from tests.collectors.v3_agent import USER, V3Agent
from tests.fuzz import witness
from tests.fuzz.faults import MADE_UP, UNUSABLE, require
from tests.fuzz.witness import UnreadableError

ENGINE_ID = bytes.fromhex("80007ed905") + bytes(range(12))
USERS = (USER, SIGNED, PLAIN, DES)
_NAME = "1.3.6.1.6.3.1.1.4.1.0"
_MOST_MESSAGES = 64


class Traps:
    """One way in that lives as long as the target, so that what it remembers is tried too."""

    def __init__(self) -> None:
        self.sent, self.taken = b"", 0
        engine = OwnEngine(ENGINE_ID, 3, lambda: 0.0)
        self._senders = Senders(lambda: 0.0, most_engines=8, most_messages=_MOST_MESSAGES)
        self._hearing = Hearing(engine, [COMMUNITY, *USERS], lambda: 0.0, self._senders)
        self._number = 0

    def try_one(self, chance: random.Random) -> None:
        kind = chance.choice(("v1", "v2c", "v2c-inform", "v3", "v3-inform"))
        user = chance.choice(USERS)
        honest = self._honest(kind, user, chance, spoils=False)
        signs = kind.startswith("v3") and user is not PLAIN and chance.randrange(3) == 0
        self.sent = self._honest(kind, user, chance, spoils=True) if signs else spoiled(honest, chance)
        told = self._hear(self.sent)
        if isinstance(told, Told):
            self.taken += 1
            self._check(told, is_honest=self.sent == honest, signs=signs)
        again = self._hear(self._honest(kind, user, chance, spoils=False))
        require(isinstance(again, Told), UNUSABLE, "an honest notification was not taken")
        require(len(self._senders) <= 8, UNUSABLE, "more engines are remembered than there is room for")

    def _hear(self, datagram: bytes) -> Told | bytes | None:
        try:
            return self._hearing.hear(datagram)
        except AnsweredError as refusal:
            require(len(refusal.answer) < 200, UNUSABLE, "a report that is larger than it needs to be")
        except RefusedError:
            pass
        return None

    def _honest(self, kind: str, user, chance: random.Random, *, spoils: bool) -> bytes:
        self._number += 1
        if kind == "v1":
            return v1("1.3.6.1.4.1.318", 6, self._number)
        is_inform = kind.endswith("inform")
        pdu = notification_pdu(tag=0xA6 if is_inform else 0xA7, number=self._number)
        if spoils:
            pdu = spoiled(pdu, chance)
        if kind.startswith("v2c"):
            return v2c(pdu)
        if is_inform:
            agent = V3Agent({}, user, engine_id=ENGINE_ID, boots=3, time=0)
        else:
            agent = V3Agent({}, user, time=self._number)
        return v3_message(agent, pdu, number=self._number, reportable=is_inform)

    def _check(self, told: Told, *, is_honest: bool, signs: bool) -> None:
        require(
            not told.is_authenticated or is_honest or signs, MADE_UP, "authenticated, and nobody signed it"
        )
        if told.version == "v2c" or (told.version == "v3" and not told.is_authenticated):
            require(_says(self.sent, told), MADE_UP, f"{told.what.oid}, which the octets do not say")
        elif told.version == "v3" and is_honest:
            require(told.what.oid == ON_BATTERY, MADE_UP, f"{told.what.oid}, which was not sent")
        require(bool(told.answer) == told.what.is_inform, MADE_UP, "an answer to what asks for none, or none")


def _says(octets: bytes, told: Told) -> bool:
    """Whether a second reader finds the same name in them."""
    try:
        if told.version == "v2c":
            _, community, said = witness.read_community(octets)
            if community != COMMUNITY:
                return False
        else:
            said = witness.read_plain_v3(octets)
    except UnreadableError:
        return False
    # The second reader takes no bindings of an error; in a notification the status means nothing.
    return bool(said.status) or any(
        name == _NAME and value.value == told.what.oid for name, value in said.bindings
    )
