"""What traps are called: the section ``traps`` of a profile, and the names that all devices share.

A name is a few words for people. It never decides anything: whatever a trap is called, the device is asked.
"""

from __future__ import annotations

import re

from collectors.profiles.sources import OID
from collectors.profiles.strict import Section

STANDARD: dict[str, str] = {
    "1.3.6.1.6.3.1.1.5.1": "started anew (coldStart)",
    "1.3.6.1.6.3.1.1.5.2": "restarted (warmStart)",
    "1.3.6.1.6.3.1.1.5.3": "a link went down (linkDown)",
    "1.3.6.1.6.3.1.1.5.4": "a link came up (linkUp)",
    "1.3.6.1.6.3.1.1.5.5": "somebody used a wrong credential (authenticationFailure)",
    "1.3.6.1.6.3.1.1.5.6": "lost a neighbour (egpNeighborLoss)",
}
"""RFC 3418 and RFC 1215."""
LONGEST_WORDS = 60


def plain_oid(oid: str) -> str:
    """The identifier without the zero before its last arc, which is there or not as the version of SNMP has it
    (RFC 3584, 3)."""
    head, _, last = oid.rpartition(".")
    return f"{head.removesuffix('.0')}.{last}"


def read_traps(section: Section | None) -> dict[str, str]:
    """A profile's names of traps; an absent section has none."""
    if section is None:
        return {}
    names: dict[str, str] = {}
    oids = section.keys()
    for key in oids:
        if not isinstance(key, str) or not re.fullmatch(OID, key):
            section.fail(key, "is no object identifier")
        words = section.text(key)
        if len(words) > LONGEST_WORDS:
            section.fail(key, f"has more than {LONGEST_WORDS} characters")
        if plain_oid(key) in names:
            section.fail(key, "stands twice, with and without the zero before its last arc")
        names[plain_oid(key)] = words
    return names
