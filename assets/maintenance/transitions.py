"""Every way that a work order may go, who may send it there, and what that takes: the one table behind pages, API and
tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assets.maintenance.words import REPAIRS, UNDONE, Kind, State, WaitsFor
from assets.transitions import Transition

MOVE = "maintenance.move_workorder"


@dataclass(frozen=True, slots=True)
class WorkTransition(Transition):
    """``takes``: the order becomes the person's own, or somebody's whom the person names. ``closes``: nothing is left
    to do.

    ``confirms``: what a stranger reported counts from now on, and the asset is out of service. ``gives_back``: the
    asset is ready again, if this order is what held it. ``waits_for``: what its clock stands still for.
    ``needs_outcome`` and ``needs_signature``: what was the matter, and who says that it is done, have to be told.
    """

    takes: bool = False
    closes: bool = False
    confirms: bool = False
    gives_back: bool = False
    waits_for: str = ""
    needs_outcome: bool = False
    needs_signature: bool = False


def _is_unverified(order: Any, _person: Any) -> bool:
    return bool(order.is_unverified)


def _is_verified(order: Any, _person: Any) -> bool:
    return not order.is_unverified


def _is_work(order: Any, _person: Any) -> bool:
    return order.kind != Kind.CLEANING and not order.is_unverified


def _is_repair(order: Any, _person: Any) -> bool:
    return order.kind in REPAIRS and not order.is_unverified


def _is_other_work(order: Any, _person: Any) -> bool:
    return _is_work(order, _person) and order.kind not in REPAIRS


def _is_cleaning(order: Any, _person: Any) -> bool:
    return order.kind == Kind.CLEANING and not order.is_unverified


def _is_report(order: Any, _person: Any) -> bool:
    return order.kind in (*REPAIRS, Kind.CLEANING)


def _holds_nothing(order: Any, _person: Any) -> bool:
    """What is out of service comes back by somebody's word that it is well, not by a word about paper."""
    return order.down_percent == 0 and _is_work(order, _person)


def _waiting(key: str, label: Any, waits_for: WaitsFor) -> WorkTransition:
    from_where = frozenset({State.TRIAGE, State.ASSIGNED, State.IN_PROGRESS, State.WAITING})

    def is_new(order: Any, person: Any) -> bool:
        return _is_verified(order, person) and order.waits_for != waits_for

    return WorkTransition(
        key, label, from_where, State.WAITING, MOVE, is_new, needs_note=True, waits_for=waits_for
    )


def _from(*states: State) -> frozenset[str]:
    return frozenset(states)


TRANSITIONS: tuple[WorkTransition, ...] = (
    WorkTransition(
        "confirm", _("It is so: take it in"), _from(State.REQUEST), State.TRIAGE, MOVE, _is_unverified,
        confirms=True,
    ),
    WorkTransition("triage", _("Take it in"), _from(State.REQUEST), State.TRIAGE, MOVE, _is_verified),
    WorkTransition(
        "assign", _("I take it"), _from(State.REQUEST, State.TRIAGE), State.ASSIGNED, MOVE, _is_verified, takes=True
    ),
    WorkTransition(
        "begin", _("Begin"), _from(State.REQUEST, State.TRIAGE, State.ASSIGNED), State.IN_PROGRESS, MOVE,
        _is_verified, takes=True,
    ),
    WorkTransition("resume", _("Go on"), _from(State.WAITING), State.IN_PROGRESS, MOVE, _is_verified),
    _waiting("wait_parts", _("Wait for parts"), WaitsFor.PARTS),
    _waiting("wait_vendor", _("Wait for the vendor"), WaitsFor.VENDOR),
    _waiting("wait_location", _("Wait for the equipment"), WaitsFor.LOCATION),
    WorkTransition(
        "finish", _("Done"), _from(*UNDONE), State.DONE, MOVE, _is_repair, needs_outcome=True, needs_signature=True
    ),
    WorkTransition("finish", _("Done"), _from(*UNDONE), State.DONE, MOVE, _is_other_work, needs_signature=True),
    WorkTransition(
        "clean", _("Cleaned"), _from(*UNDONE), State.DONE, MOVE, _is_cleaning, closes=True, gives_back=True
    ),
    WorkTransition(
        "verify", _("Verified: ready for use"), _from(State.DONE), State.VERIFIED, MOVE, _is_work,
        closes=True, gives_back=True,
    ),
    WorkTransition("reopen", _("Not mended"), _from(State.DONE), State.IN_PROGRESS, MOVE, _is_work),
    WorkTransition(
        "decline", _("Nothing is wrong"), _from(*UNDONE), State.WITHDRAWN, MOVE, _is_report, needs_note=True,
        closes=True, gives_back=True,
    ),
    WorkTransition(
        "cancel", _("Cancel"), _from(*UNDONE), State.CANCELLED, MOVE, _holds_nothing, needs_note=True, closes=True
    ),
)  # fmt: skip
"""In the order in which their buttons stand. A cleaning is closed when it is done, other work when it is verified."""
