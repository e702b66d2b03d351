"""From pysnmp's objects to our own values, and back for identifiers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from pysnmp.proto import rfc1902, rfc1905

from collectors.requests import SnmpValue

Oid = tuple[int, ...]

_NUMBERS = {
    rfc1902.Counter32.tagSet: "counter32",
    rfc1902.Gauge32.tagSet: "gauge32",
    rfc1902.TimeTicks.tagSet: "timeticks",
    rfc1902.Counter64.tagSet: "counter64",
    rfc1902.Integer32.tagSet: "integer",
}
_OCTETS = {
    rfc1902.OctetString.tagSet: "octets",
    rfc1902.Opaque.tagSet: "opaque",
}
_NOTHING = {
    rfc1905.NoSuchObject.tagSet: "no_such_object",
    rfc1905.NoSuchInstance.tagSet: "no_such_instance",
    rfc1905.EndOfMibView.tagSet: "end_of_mib",
    rfc1902.Null.tagSet: "null",
}
END_OF_MIB = "end_of_mib"
ABSENT = frozenset({"no_such_object", "no_such_instance", END_OF_MIB})


def snmp_value(value: Any) -> SnmpValue:
    """The value that pysnmp decoded; ValueError for a type that SNMP does not have."""
    tags = value.tagSet
    if kind := _NUMBERS.get(tags):
        return SnmpValue(kind, int(value))
    if kind := _OCTETS.get(tags):
        return SnmpValue(kind, bytes(value))
    if tags == rfc1902.ObjectIdentifier.tagSet:
        return SnmpValue("oid", dotted(tuple(value)))
    if tags == rfc1902.IpAddress.tagSet:
        return SnmpValue("ipaddress", dotted(tuple(bytes(value))))
    if kind := _NOTHING.get(tags):
        return SnmpValue(kind, None)
    raise ValueError(f"not an SNMP type: {tags}")


@lru_cache(maxsize=20_000)
def parse_oid(text: str) -> Oid:
    return tuple(int(part) for part in text.split("."))


def dotted(oid: Oid) -> str:
    return ".".join(map(str, oid))
