"""What an asset is doing (definitions, 1): a pure state machine over evidence in the order of its times.

Times are whole microseconds since 1970, so that a fold gives the same to the last digit wherever it runs. The
table of precedence is :func:`decide`; everything else here only remembers what was said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assets.observation import Evidence
from assets.words import Activity, Basis
from locations.zones import ZoneKind

SECOND = 1_000_000
STILL_AFTER = 30 * SECOND
"""How long after its last movement equipment still counts as moving."""

Verdict = tuple[Activity, Basis]

_PATIENT_CARE = frozenset(kind.value for kind in ZoneKind if kind.is_patient_care)
_CLEAN = frozenset(kind.value for kind in ZoneKind if kind.is_clean)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the category and the installation of an asset say about it."""

    stale_us: int
    presumed_us: int  # 0: never presumed
    is_stationary: bool


@dataclass(slots=True)
class Known:
    """What is known of an asset at a moment. All times are microseconds; ``None`` is never."""

    heard: int | None = None
    telemetry: dict[str, tuple[str, int]] = field(default_factory=dict)  # source → what it said, when
    idle_at: int | None = None
    kind: str | None = None  # of the zone it is in
    entered: int | None = None
    moved: int | None = None
    soiled: str | None = None  # by what it counts as not clean
    stated: str | None = None
    stated_at: int | None = None


def hear(known: Known, at: int) -> None:
    """Something good came from it, whatever it was."""
    known.heard = at


def note_telemetry(known: Known, source: str, said: Evidence, at: int) -> None:
    """The device says what it does; that holds until it says otherwise or falls silent."""
    known.telemetry[source] = (said.value, at)
    if said is Evidence.IDLE:
        known.idle_at = at
    elif known.stated in (Activity.AVAILABLE, Activity.DIRTY):
        known.stated = None


def note_zone(known: Known, rules: Rules, kind: str | None, at: int) -> None:
    """It has come into a zone of this kind, or (``None``) it is in no zone any more."""
    known.kind, known.entered = kind, at
    if kind is None or rules.is_stationary:
        return
    zone_kind = ZoneKind(kind)
    if zone_kind.is_soiled:
        known.soiled = known.soiled or Basis.ZONE.value
        if known.stated == Activity.AVAILABLE:
            known.stated = None
    elif (
        zone_kind.is_clean and known.stated != Activity.DIRTY and not _says(known, rules, Evidence.IN_USE, at)
    ):
        known.soiled = None


def note_movement(known: Known, at: int) -> None:
    known.moved = at


def note_statement(known: Known, activity: Activity, at: int) -> None:
    """A person says: cleaned (AVAILABLE), DIRTY or broken (DOWN)."""
    known.stated, known.stated_at = activity.value, at
    if activity is Activity.DIRTY:
        known.soiled = Basis.PERSON.value
    elif activity is Activity.AVAILABLE:
        known.soiled = None


def note_withdrawal(
    known: Known, stated_at: int, stated: str | None, before_at: int | None, soiled: str | None
) -> None:
    """A person takes back what was stated at ``stated_at``: what was known before it counts again.

    Nothing changes where that statement does not stand any more.
    """
    if known.stated is not None and known.stated_at == stated_at:
        known.stated, known.stated_at, known.soiled = stated, before_at, soiled


def decide(known: Known, rules: Rules, at: int) -> Verdict:
    """The table of precedence, highest row first."""
    if known.stated == Activity.DOWN:
        return Activity.DOWN, Basis.PERSON
    if _says(known, rules, Evidence.FAULT, at):
        return Activity.DOWN, Basis.CONFIRMED
    if _says(known, rules, Evidence.IN_USE, at):
        return Activity.IN_USE, Basis.CONFIRMED
    if _is_dwelling(known, rules, at):
        return Activity.IN_USE, Basis.PRESUMED
    if known.stated == Activity.DIRTY:
        return Activity.DIRTY, Basis.PERSON
    if known.stated == Activity.AVAILABLE:
        return Activity.AVAILABLE, Basis.PERSON
    if _is_silent(known, rules, at):
        return Activity.UNKNOWN, Basis.SILENCE
    if known.soiled is not None:
        return Activity.DIRTY, Basis(known.soiled)
    return _decide_clean(known, rules, at)


def _decide_clean(known: Known, rules: Rules, at: int) -> Verdict:
    """For equipment that is heard and that nothing says is broken, in use or dirty."""
    if not rules.is_stationary and known.kind in _CLEAN:
        return Activity.AVAILABLE, Basis.ZONE
    if rules.is_stationary or _says(known, rules, Evidence.IDLE, at):
        return Activity.AVAILABLE, Basis.CONFIRMED
    if known.moved is not None and at < known.moved + STILL_AFTER:
        return Activity.IN_TRANSIT, Basis.MOVEMENT
    return Activity.AVAILABLE, Basis.PRESUMED


def settle(known: Known, rules: Rules, at: int) -> Verdict:
    """Decide, and take over what follows from the decision: use soils, and outranks what a person said before."""
    if known.telemetry:
        known.telemetry = {s: said for s, said in known.telemetry.items() if at < said[1] + rules.stale_us}
    verdict = decide(known, rules, at)
    if verdict[0] is Activity.IN_USE and not rules.is_stationary:
        known.soiled = verdict[1].value
        known.stated = None
    return verdict


def next_decision(known: Known, rules: Rules, at: int) -> int | None:
    """The next moment after ``at`` when the clock alone may change the activity."""
    moments = [said[1] + rules.stale_us for said in known.telemetry.values()] if known.telemetry else []
    if known.heard is not None:
        moments.append(known.heard + rules.stale_us)
    if known.moved is not None:
        moments.append(known.moved + STILL_AFTER)
    dwelt = _dwelt_from(known, rules)
    if dwelt is not None:
        moments.append(dwelt)
    soonest: int | None = None
    for moment in moments:
        if moment > at and (soonest is None or moment < soonest):
            soonest = moment
    return soonest


def stale_at(known: Known, rules: Rules) -> int | None:
    """When silence begins, if nothing more is heard."""
    return None if known.heard is None else known.heard + rules.stale_us


def _is_silent(known: Known, rules: Rules, at: int) -> bool:
    return known.heard is None or at >= known.heard + rules.stale_us


def _says(known: Known, rules: Rules, said: Evidence, at: int) -> bool:
    if not known.telemetry:
        return False
    return any(what == said and at < when + rules.stale_us for what, when in known.telemetry.values())


def _dwelt_from(known: Known, rules: Rules) -> int | None:
    """When presence in its zone amounts to presumed use, were no telemetry to speak.

    Presence that a person's statement came after says nothing: the person saw it there.
    """
    if rules.is_stationary or not rules.presumed_us or known.kind is None or known.entered is None:
        return None
    if known.kind not in _PATIENT_CARE:
        return None
    if known.stated is not None and known.stated_at is not None and known.entered <= known.stated_at:
        return None
    return max(known.entered, known.idle_at or 0) + rules.presumed_us


def _is_dwelling(known: Known, rules: Rules, at: int) -> bool:
    dwelt = _dwelt_from(known, rules)
    if dwelt is None or at < dwelt or _is_silent(known, rules, at):
        return False
    return not any(at < when + rules.stale_us for _, when in known.telemetry.values())
