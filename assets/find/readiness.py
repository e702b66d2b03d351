"""Whether one can take it: by what it does, where it is, and whether anything was heard of it lately."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.words import Activity, Basis
from locations.zones import ZoneKind


class Readiness(StrEnum):
    """Whether one can take it: now, probably soon, or not."""

    READY = "ready"
    SOON = "soon"
    NOT = "not"


ORDER = list(Readiness)
PATIENT_CARE = [kind for kind in ZoneKind if kind.is_patient_care]

_SOON: tuple[tuple[str, Promise], ...] = (
    ("cleaning", _("being cleaned")),
    ("moving", _("on its way")),
    ("presumed", _("perhaps not in use")),
    ("idle", _("idle in a room")),
)
SOON_WORDS = dict(_SOON)


def readiness_of(
    activity: str | None,
    basis: str | None,
    zone_kind: str | None,
    stale_at: datetime | None,
    now: datetime,
    *,
    is_fixed: bool = False,
) -> Readiness:
    """Ready: available, and heard of recently enough to believe it. Soon: being cleaned, on its way, idle in a
    patient's room, or in use for no better reason than its place."""
    is_heard = stale_at is not None and stale_at > now
    return readiness_in(activity, basis, zone_kind, is_fixed, is_heard)


@lru_cache(maxsize=4096)
def readiness_in(
    activity: str | None,
    basis: str | None,
    zone_kind: str | None,
    is_fixed: bool,  # noqa: FBT001 as a row has it
    is_heard: bool,  # noqa: FBT001
) -> Readiness:
    """:func:`readiness_of` by what the clock comes to. There are few cases, and searches ask thousands of times."""
    if activity is None or not is_heard:
        return Readiness.NOT
    if why_soon(activity, basis, zone_kind, is_fixed=is_fixed):
        return Readiness.SOON
    return Readiness.READY if activity == Activity.AVAILABLE else Readiness.NOT


def why_soon(
    activity: str | None, basis: str | None, zone_kind: str | None, *, is_fixed: bool = False
) -> Promise | None:
    """In words, why it is not ready but probably will be."""
    if activity == Activity.DIRTY and zone_kind == ZoneKind.CLEANING:
        return SOON_WORDS["cleaning"]
    if activity == Activity.IN_TRANSIT:
        return SOON_WORDS["moving"]
    if activity == Activity.IN_USE and basis == Basis.PRESUMED:
        return SOON_WORDS["presumed"]
    is_idle = activity == Activity.AVAILABLE and zone_kind in PATIENT_CARE
    return SOON_WORDS["idle"] if is_idle and basis != Basis.PERSON and not is_fixed else None
