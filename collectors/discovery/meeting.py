"""What one place answers when it is asked what it is: a few reads, one after the other, nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from assets.identifiers import canonical
from assets.observation import Subject, SubjectKind
from collectors.decode import decode_poll
from collectors.discovery.places import Place
from collectors.planner import plan_requests
from collectors.profiles.match import matching_profiles, profiles_of_identity
from collectors.profiles.model import Profile
from collectors.requests import (
    Answer,
    Driver,
    Failure,
    ModbusIdentify,
    ModbusIdentity,
    SnmpGet,
    SnmpTable,
    SnmpUser,
    SnmpValue,
    Target,
)

SYS_DESCR, SYS_OBJECT_ID, SYS_NAME = (f"1.3.6.1.2.1.1.{number}.0" for number in (1, 2, 5))
IF_PHYS_ADDRESS = "1.3.6.1.2.1.2.2.1.6"
MOST_CARDS = 16
TIMEOUT_S = 1.0
UNITS = (1, 255)
"""Unit numbers that a Modbus device of its own answers to; what is behind a gateway is entered by hand."""
IDENTITY = ("serial_number", "model_name", "firmware_version", "device_name", "part_number")
"""Readings that say what a device is."""
_NOTHING = frozenset({"no_such_object", "no_such_instance", "end_of_mib", "null"})
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Key:
    """A credential to try: its row, the protocol that it goes with, and the secret."""

    credential_id: str
    protocol: str
    secret: SnmpUser | bytes


@dataclass(frozen=True, slots=True)
class Met:
    """A device that answered. ``facts`` are texts; ``profiles`` fit it, best first."""

    place: Place
    protocol: str
    unit_id: int
    credential_id: str | None
    facts: Mapping[str, str]
    macs: tuple[str, ...] = ()
    profiles: tuple[Profile, ...] = field(default=())


class Scout:
    """Asks through these drivers, by protocol, and knows these profiles. ``keys`` are tried in their order."""

    def __init__(
        self, drivers: Mapping[str, Driver], profiles: Sequence[Profile], keys: Sequence[Key]
    ) -> None:
        self._drivers, self._profiles, self._keys = drivers, profiles, keys
        self._probes = {p.match.probe: p for p in profiles if p.protocol == "snmp" and p.match.probe}
        self._numbers = 0

    async def meet(self, place: Place) -> Met | None:
        """Who is there, or None if nobody answers."""
        if place.may_speak_snmp:
            for key in self._keys:
                met = await self._meet_snmp(place, key)
                if met is not None:
                    return met
        return await self._meet_modbus(place) if place.may_speak_modbus else None

    # --- SNMP

    async def _meet_snmp(self, place: Place, key: Key) -> Met | None:
        target = self._target(place, key.protocol, key=key)
        about = await self._get(target, (SYS_DESCR, SYS_OBJECT_ID, SYS_NAME))
        if about is None:
            return None
        facts = {
            name: text
            for name, oid in (("description", SYS_DESCR), ("object_id", SYS_OBJECT_ID), ("name", SYS_NAME))
            if (text := _text(about.get(oid)))
        }
        profiles = await self._profiles_for(target, facts)
        facts |= await self._identity(target, profiles)
        return Met(
            place, key.protocol, 1, key.credential_id, facts, await self._macs(target), tuple(profiles)
        )

    async def _profiles_for(self, target: Target, facts: Mapping[str, str]) -> list[Profile]:
        """By what it says of itself, then those whose probe it answers."""
        snmp = [profile for profile in self._profiles if profile.protocol == "snmp"]
        found = matching_profiles(
            snmp, sys_object_id=facts.get("object_id", ""), sys_descr=facts.get("description", "")
        )
        for oid, profile in self._probes.items():
            if profile not in found:
                answer = await self._get(target, (oid,))
                if answer and (value := answer.get(oid)) is not None and value.type not in _NOTHING:
                    found.append(profile)
        return found

    async def _identity(self, target: Target, profiles: Sequence[Profile]) -> dict[str, str]:
        """What the best of the profiles reads of it, as far as that says what it is."""
        if not profiles:
            return {}
        profile = profiles[0]
        raw = await self._drivers[target.protocol].poll(target, plan_requests(profile))
        observations = decode_poll(
            profile, raw, source="discovery", subject=_NOBODY, received_at=max(raw.at, datetime.now(UTC))
        )
        own = (each for each in observations if each.subject == _NOBODY)
        return {
            reading.name: reading.value
            for observation in own
            for reading in observation.readings
            if reading.name in IDENTITY and isinstance(reading.value, str)
        }

    async def _macs(self, target: Target) -> tuple[str, ...]:
        request = SnmpTable((IF_PHYS_ADDRESS,), max_rows=MOST_CARDS)
        answer = (await self._drivers[target.protocol].poll(target, [request])).answers.get(request)
        if not isinstance(answer, Mapping):
            return ()
        return tuple(dict.fromkeys(mac for value in answer.values() if (mac := _mac(value))))

    async def _get(self, target: Target, oids: tuple[str, ...]) -> Mapping[str, SnmpValue] | None:
        request = SnmpGet(oids)
        answer: Answer | None = (await self._drivers[target.protocol].poll(target, [request])).answers.get(
            request
        )
        return answer if isinstance(answer, Mapping) else None

    # --- Modbus

    async def _meet_modbus(self, place: Place) -> Met | None:
        """Only a device that says what it is: what else listens on the port may be anything."""
        for unit_id in UNITS:
            target = self._target(place, "modbus_tcp", unit_id=unit_id)
            answer = (await self._drivers["modbus_tcp"].poll(target, [ModbusIdentify()])).answers.get(
                ModbusIdentify()
            )
            if isinstance(answer, ModbusIdentity):
                return self._met_modbus(place, unit_id, answer)
            if isinstance(answer, Failure) and answer.quality in _NOBODY_THERE:
                return None
        return None

    def _met_modbus(self, place: Place, unit_id: int, identity: ModbusIdentity) -> Met:
        parts = {
            name: text
            for name in ("vendor", "product", "revision")
            if (text := _plain(getattr(identity, name) or b""))
        }
        modbus = [profile for profile in self._profiles if profile.protocol == "modbus"]
        return Met(
            place, "modbus_tcp", unit_id, None, parts, profiles=tuple(profiles_of_identity(modbus, parts))
        )

    def _target(self, place: Place, protocol: str, *, key: Key | None = None, unit_id: int = 1) -> Target:
        self._numbers -= 1  # no endpoint's: what a driver remembers of one, it must not take for another's
        secret = key.secret if key else None
        return Target(
            endpoint_id=self._numbers,
            protocol=protocol,
            host=place.host,
            port=place.port,
            timeout_s=TIMEOUT_S,
            unit_id=unit_id,
            community=secret if isinstance(secret, bytes) else None,
            user=secret if isinstance(secret, SnmpUser) else None,
            hangs_up=True,
        )


_NOBODY = Subject(SubjectKind.ASSET, "0")
_NOBODY_THERE = frozenset({"no_answer", "refused"})
_MAC_OCTETS = 6


def _text(value: SnmpValue | None) -> str:
    if value is None or value.value is None:
        return ""
    return _plain(value.value) if isinstance(value.value, bytes) else str(value.value)[:_LONGEST]


def _plain(octets: bytes) -> str:
    """As text; empty if it is none."""
    text = " ".join(octets.decode("utf-8", errors="replace").replace("\0", "").split())
    return re.sub(r"[^\x20-\x7e\u00a0-\ufffc]", "", text)[:_LONGEST].strip()


def _mac(value: SnmpValue) -> str:
    if not isinstance(value.value, bytes) or len(value.value) != _MAC_OCTETS:
        return ""
    try:
        return canonical("mac", value.value.hex())
    except ValueError:
        return ""
