"""Which profiles may fit a device, by what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from collectors.profiles.model import Profile


def matching_profiles(
    profiles: Iterable[Profile], *, sys_object_id: str, sys_descr: str = ""
) -> list[Profile]:
    """Proposals, best first: the longest prefix of ``sysObjectID``, then those that know the description."""
    scored = []
    for profile in profiles:
        known = [len(prefix) for prefix in profile.match.sys_object_id if is_below(sys_object_id, prefix)]
        describes = profile.match.sys_descr and re.search(profile.match.sys_descr, sys_descr)
        if known or describes:
            scored.append((-max(known, default=0), profile.name, profile))
    return [profile for _, _, profile in sorted(scored, key=lambda entry: entry[:2])]


def profiles_of_identity(profiles: Iterable[Profile], identity: Mapping[str, str]) -> list[Profile]:
    """Proposals for a Modbus device that says this of its vendor, product or revision: those first of which
    more is matched. A profile of which any part does not match is none of them."""
    scored = []
    for profile in profiles:
        patterns = profile.match.identity
        if patterns and all(re.search(pattern, identity.get(part, "")) for part, pattern in patterns.items()):
            scored.append((-len(patterns), profile.name, profile))
    return [profile for _, _, profile in sorted(scored, key=lambda entry: entry[:2])]


def is_below(oid: str, prefix: str) -> bool:
    return oid == prefix or oid.startswith(f"{prefix}.")
