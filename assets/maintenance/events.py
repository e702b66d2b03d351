"""What happened to an order, as it is kept; and the refusals that people read."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from assets.maintenance.models import NOTE_LENGTH, Mention, WorkEvent, WorkOrder
from assets.maintenance.words import Happening
from assets.transitions import TransitionRefusedError

MOST_MENTIONS = 20
_NAMED = re.compile(r"(?<![\w.@+-])@([\w.@+-]{1,150})")


class WorkRefusedError(ValueError):
    """It cannot be done with this order; the text says why, for whoever tried."""


class MovedMeanwhileError(TransitionRefusedError):
    """Somebody else was quicker; the text says who, what happened meanwhile, and how the order is now."""


def lock_order(number: int) -> WorkOrder:
    """The order as it is now, kept from others until the transaction ends."""
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("asset__site")
    found: WorkOrder = locked.get(pk=number)
    return found


def lock_as_seen(number: int, *, seen: str | None = None, version: int | None = None) -> WorkOrder:
    """The order, locked, if it still is as the person saw it: by its state, by its version, or either way.

    Raises :class:`MovedMeanwhileError`, with what happened since.
    """
    current = lock_order(number)
    is_other = seen is not None and seen != current.state
    if is_other or (version is not None and version != current.version):
        raise MovedMeanwhileError(_meanwhile(current, version))
    return current


def note_event(
    order: WorkOrder, what: Happening, *, by: Any, now: datetime, is_by_device: bool = False, **told: Any
) -> WorkEvent:
    """Adds it, and remembers whom it names. Within the caller's transaction.

    ``is_by_device``: nobody told it, but a rule that watches the equipment.
    """
    is_unverified = by is None and not is_by_device
    event = WorkEvent.objects.create(
        order=order, what=what, by=by, at=now, is_unverified=is_unverified, version=order.version, **told
    )
    if by is not None and "@" in event.note:
        _mention(event, by)
    return event


def plain_note(text: str) -> str:
    """As it is kept: one line of at most 500 characters. Refused, not cut, where it is longer."""
    plain = " ".join(text.replace("\0", "").split())
    if len(plain) > NOTE_LENGTH:
        raise WorkRefusedError(_("note: at most %s characters.") % NOTE_LENGTH)
    return plain


def named_in(note: str) -> list[str]:
    """User names after an @, in order, without the full stop that ends a sentence."""
    return list(dict.fromkeys(name.rstrip(".-+") for name in _NAMED.findall(note)))[:MOST_MENTIONS]


def _mention(event: WorkEvent, by: Any) -> None:
    people = get_user_model().objects.filter(username__in=named_in(event.note), is_active=True)
    Mention.objects.bulk_create(
        Mention(event=event, person=person)
        for person in people.exclude(pk=by.pk)
        if person.has_perm("maintenance.view_workorder")
        and WorkOrder.objects.visible_to(person).filter(pk=event.order_id).exists()
    )


def _meanwhile(order: WorkOrder, version: int | None) -> str:
    decisive = order.events.filter(
        what__in=[
            Happening.MOVED, Happening.TAKEN_BACK, Happening.PRIORITY, Happening.ASSIGNED, Happening.DOWN, Happening.UP
        ]
    ).select_related("by")  # fmt: skip
    since = list(decisive if version is None else decisive.filter(version__gt=version))
    last = since[-1] if since else None
    words = _("%(who)s was quicker: it is “%(state)s” now.") % {
        "who": _who(last.by) if last and last.by else _("Somebody else"),
        "state": order.get_state_display(),
    }
    if version is None or not since:
        return words
    return f"{words} {_('Meanwhile:')} {'; '.join(_line(event) for event in since)}."


def _line(event: WorkEvent) -> str:
    said = event.get_target_display() if event.target else event.note
    return f"{event.get_what_display()} {said}".strip() + f" ({_who(event.by)})"


def _who(person: Any) -> str:
    return (person.get_full_name() or person.get_username()) if person else _("Somebody else")
