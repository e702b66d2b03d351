"""Objects that tell of people: who is signed in where, and with which browser. No profile may ask for them."""

from __future__ import annotations

from collectors.profiles.strict import Section

PERSONAL: dict[str, str] = {
    "sysContact": "1.3.6.1.2.1.1.4",
    "bsnMobileStationUserName": "1.3.6.1.4.1.14179.2.1.4.1.3",
    "cldcClientUsername": "1.3.6.1.4.1.9.9.599.1.3.1.1.27",
    "nUserName": "1.3.6.1.4.1.14823.2.2.1.4.1.2.1.3",
    "nUserDeviceID": "1.3.6.1.4.1.14823.2.2.1.4.1.2.1.37",
    "aiClientName": "1.3.6.1.4.1.14823.2.3.3.1.2.4.1.5",
    "aiClientOperatingSystem": "1.3.6.1.4.1.14823.2.3.3.1.2.4.1.6",
    "ruckusZDWLANStaUser": "1.3.6.1.4.1.25053.1.2.2.1.1.3.1.1.5",
}
"""Names and object identifiers: user names, names that people gave their own devices, user agents, contacts."""


def asked_oid(section: Section, key: str, oid: str) -> str:
    """``oid``, unless asking for it would bring personal data: then the profile is refused."""
    for name, personal in PERSONAL.items():
        if f"{oid}.".startswith(f"{personal}.") or f"{personal}.".startswith(f"{oid}."):
            section.fail(key, f"{name} is personal data, which is never asked for")
    return oid
