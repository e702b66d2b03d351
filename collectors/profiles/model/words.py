"""The words of which a profile may choose, and what each stands for."""

from __future__ import annotations

from typing import Literal

from assets.observation import Evidence

Protocol = Literal["snmp", "modbus", "dicom"]
SNMP_TYPES: dict[str, frozenset[str]] = {
    "integer": frozenset({"integer", "gauge32"}),
    "counter": frozenset({"counter32", "counter64"}),
    "timeticks": frozenset({"timeticks"}),
    "text": frozenset({"octets"}),
    "number-text": frozenset({"octets"}),
    "oid": frozenset({"oid"}),
}
"""What a profile may call a type, and the ASN.1 types that it stands for."""
REGISTER_TYPES: dict[str, int] = {
    "uint16": 1, "int16": 1, "uint32": 2, "int32": 2, "float32": 2, "uint64": 4, "int64": 4, "float64": 4,
    "bcd16": 1, "bcd32": 2, "bit": 1, "bits": 1, "ascii": 0, "digits16": 1, "digits32": 2, "version16": 1,
    "flags": 0, "flags16": 1, "flags32": 2, "flags-float32": 2,
}  # fmt: skip
"""Types of register values and how many registers each fills; a text, and flags that are coils or inputs, say
their own length."""
FLAGS: dict[str, int] = {"flags": 32, "flags16": 16, "flags32": 32, "flags-float32": 31}
"""Types of several flags taken together, and how many each may have."""
ORDERS = ("abcd", "cdab", "badc", "dcba")
"""How the octets of a 32-bit value travel; 64-bit values order their words and octets alike."""
SHORT_ORDERS = ("ab", "ba")
"""How the two octets of each register travel, for values of one register and for texts."""
IDENTITY_PARTS = ("vendor", "product", "revision")
ECHO_PARTS = ("status", "implementation_version")
GRADES = ("vendor-verified", "standard", "capture", "community", "reference")
"""What stands behind a map, best first: the maker's word for this very device; a public standard; what such a device
was seen to answer; what others wrote down and nobody of us saw; or, without any of these, a map of our own."""
ACTIVITIES = {
    "in_use": Evidence.IN_USE, "idle": Evidence.IDLE, "charging": Evidence.IDLE, "fault": Evidence.FAULT,
}  # fmt: skip
"""What an activity rule may say, and what it is to the timeline: a device that charges is ready."""
SEVERITIES = ("information", "warning", "critical")
"""Of alarms, the mildest first."""
PICKS = ("first", "max", "min", "mean", "sum", "count", "worst")
PICKS_OF = {"number": PICKS[:6], "state": ("first", "worst"), "text": ("first",)}
"""How one value is made of a column, by what kind it is; the worst state is the last that the vocabulary names."""
FORMS = ("text", "mac")
"""How the name of a receiver is written where it is found."""
QUIRKS = ("single-gets", "single-rows", "no-getbulk", "unordered-rows", "hang-up")
ORDINARY = ""
"""The group of readings that every poll brings."""
