"""Every way that a request for delivery may go, and who may send it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from assets.pool.words import DeliveryState
from assets.transitions import Transition

ASK, SERVE = "pool.ask_delivery", "pool.serve_delivery"


@dataclass(frozen=True, slots=True)
class DeliveryTransition(Transition):
    """``names_assets``: which pieces are brought has to be told. ``hands_over``: they are in the room now."""

    names_assets: bool = False
    hands_over: bool = False
    closes: bool = False


def _is_own(request: Any, person: Any) -> bool:
    return bool(request.asked_by_id == person.pk) or person.has_perm(SERVE)


def _from(*states: DeliveryState) -> frozenset[str]:
    return frozenset(states)


_S = DeliveryState

TRANSITIONS: tuple[DeliveryTransition, ...] = (
    DeliveryTransition("accept", _("Accept"), _from(_S.ASKED), _S.ACCEPTED, SERVE),
    DeliveryTransition(
        "send", _("On the way"), _from(_S.ASKED, _S.ACCEPTED), _S.ON_THE_WAY, SERVE, names_assets=True
    ),
    DeliveryTransition(
        "deliver", _("Delivered"), _from(_S.ON_THE_WAY), _S.DELIVERED, SERVE, hands_over=True
    ),
    DeliveryTransition("confirm", _("It came"), _from(_S.DELIVERED), _S.CONFIRMED, ASK, closes=True),
    DeliveryTransition("give_up", _("Put back"), _from(_S.ACCEPTED), _S.ASKED, SERVE),
    DeliveryTransition(
        "cancel", _("Cancel"), _from(_S.ASKED, _S.ACCEPTED), _S.CANCELLED, ASK, _is_own, closes=True
    ),
)  # fmt: skip
