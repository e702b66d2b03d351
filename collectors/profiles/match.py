"""Which profiles may fit a device, by what it says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from collectors.profiles.model import Profile


def matching_profiles(
    profiles: Iterable[Profile], *, sys_object_id: str, sys_descr: str = ""
) -> list[Profile]:
    """Proposals, best first: the longest prefix of ``sysObjectID``, then those that know the description."""
    scored = []
    for profile in profiles:
        known = [len(prefix) for prefix in profile.match.sys_object_id if _is_below(sys_object_id, prefix)]
        describes = profile.match.sys_descr and re.search(profile.match.sys_descr, sys_descr)
        if known or describes:
            scored.append((-max(known, default=0), profile.name, profile))
    return [profile for _, _, profile in sorted(scored, key=lambda entry: entry[:2])]


def _is_below(oid: str, prefix: str) -> bool:
    return oid == prefix or oid.startswith(f"{prefix}.")
