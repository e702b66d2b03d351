"""Every way that a piece of a campaign may go: the one table behind pages and API."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assets.recalls.words import OPEN_STATES, State
from assets.transitions import Transition

WORK = "recalls.work_campaign"


@dataclass(frozen=True, slots=True)
class ItemTransition(Transition):
    """``holds``: out of service from then on. ``frees``: back in service, if this recall is what kept it."""

    holds: bool = False
    frees: bool = False


def _from(*states: State) -> frozenset[str]:
    return frozenset(states)


TRANSITIONS: tuple[ItemTransition, ...] = (
    ItemTransition("locate", _("It is here"), _from(State.TODO), State.LOCATED, WORK),
    ItemTransition(
        "quarantine", _("Quarantine"), _from(State.TODO, State.LOCATED), State.QUARANTINED, WORK, holds=True
    ),
    ItemTransition(
        "correct", _("Corrected"), _from(*OPEN_STATES, State.RETURNED), State.CORRECTED, WORK, frees=True
    ),
    # What went back to its maker is not here to be used.
    ItemTransition("return", _("Returned to the maker"), _from(*OPEN_STATES), State.RETURNED, WORK, holds=True),
    ItemTransition(
        "exempt", _("Exempt"), _from(*OPEN_STATES), State.EXEMPT, WORK, needs_note=True, frees=True
    ),
    ItemTransition(
        "reopen", _("Open again"), _from(State.CORRECTED, State.EXEMPT), State.TODO, WORK, needs_note=True
    ),
    # It is back as it went: not to be used before it is corrected.
    ItemTransition(
        "reopen", _("Open again"), _from(State.RETURNED), State.QUARANTINED, WORK, needs_note=True, holds=True
    ),
)  # fmt: skip
"""In the order in which their buttons stand."""
