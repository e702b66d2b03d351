"""Whether a device is what a profile takes it for, as far as one poll can tell.

Asked of profiles that nobody tried on a device (``grade: community``) before their readings drive anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assets.observation import Observation
from assets.vocabulary import VOCABULARY
from assets.words import Quality
from collectors.profiles.match import is_below
from collectors.profiles.model import Match, Profile
from collectors.requests import Answer, ModbusIdentity, RawPoll, SnmpValue

UNTRIED = "community"
NOT_CONFIRMED = "Not confirmed yet: "
"""How the remark on an endpoint begins while what it reads drives nothing."""

_SYS_DESCR = "1.3.6.1.2.1.1.1.0"
_SYS_OBJECT_ID = "1.3.6.1.2.1.1.2.0"
_ABSENT = frozenset({"no_such_object", "no_such_instance", "end_of_mib", "null"})


def doubt_about(profile: Profile, raw: RawPoll, observations: Sequence[Observation]) -> str | None:
    """Why the device is not believed to be of this type; None if at least half of its numbers are good, and what
    it says of itself, as far as it was read, does not contradict the profile's match rules.

    Numbers that the device says it has no value for count neither way. A profile without numbers is judged by all
    of its readings.
    """
    contradiction = next(_contradictions(profile.match, raw.answers.values()), None)
    if contradiction is not None:
        return contradiction
    readings = [r for o in observations for r in o.readings if r.quality is not Quality.NO_VALUE]
    numbers = [r for r in readings if VOCABULARY[r.name].kind == "number"] or readings
    good = sum(reading.quality is Quality.GOOD for reading in numbers)
    if numbers and 2 * good >= len(numbers):
        return None
    return f"only {good} of {len(numbers)} readings have a value that can be"


def _contradictions(match: Match, answers: Iterable[Answer]) -> Iterator[str]:
    asked = [oid for oid in (_SYS_DESCR, _SYS_OBJECT_ID, match.probe) if oid is not None]
    objects: dict[str, SnmpValue] = {}
    for answer in answers:
        if isinstance(answer, Mapping):
            objects.update((oid, answer[oid]) for oid in asked if oid in answer)
        elif isinstance(answer, ModbusIdentity):
            yield from _of_identity(match, answer)
    if match.probe and match.probe in objects and objects[match.probe].type in _ABSENT:
        yield f"it does not answer {match.probe}, as such a device does"
    told = {oid: value for oid, value in objects.items() if value.type not in _ABSENT}
    if told and not any(_fits(match, told)) and _is_told(match, told):
        yield "it says of itself that it is another device"


def _fits(match: Match, told: Mapping[str, SnmpValue]) -> Iterator[bool]:
    """Either rule is enough, as when profiles are proposed."""
    if _SYS_OBJECT_ID in told:
        yield any(is_below(str(told[_SYS_OBJECT_ID].value), prefix) for prefix in match.sys_object_id)
    if _SYS_DESCR in told and match.sys_descr:
        yield re.search(match.sys_descr, _text(told[_SYS_DESCR].value)) is not None


def _is_told(match: Match, told: Mapping[str, SnmpValue]) -> bool:
    """Whether something was read that a rule speaks of."""
    return (_SYS_OBJECT_ID in told and bool(match.sys_object_id)) or (
        _SYS_DESCR in told and match.sys_descr is not None
    )


def _of_identity(match: Match, identity: ModbusIdentity) -> Iterator[str]:
    for part, pattern in match.identity.items():
        said = getattr(identity, part)
        if said is not None and not re.search(pattern, _text(said)):
            yield f"it names another {part}"


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
