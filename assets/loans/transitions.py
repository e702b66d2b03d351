"""Every way that a loan may go, and who may send it there."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from assets.loans.words import LoanState
from assets.transitions import Transition

LEND, MANAGE = "loans.lend_equipment", "loans.manage_loans"


@dataclass(frozen=True, slots=True)
class LoanTransition(Transition):
    """``needs_due``: until when has to be told. ``needs_condition``: how it came back. ``closes``: it is over."""

    needs_due: bool = False
    needs_condition: bool = False
    closes: bool = False


def _from(*states: LoanState) -> frozenset[str]:
    return frozenset(states)


_S = LoanState

TRANSITIONS: tuple[LoanTransition, ...] = (
    LoanTransition(
        "return", _("Take it back"), _from(_S.OUT, _S.LOST), _S.RETURNED, LEND, needs_condition=True, closes=True
    ),
    LoanTransition("extend", _("Prolong"), _from(_S.OUT), _S.OUT, LEND, needs_due=True),
    LoanTransition("lose", _("It cannot be found"), _from(_S.OUT), _S.LOST, MANAGE),
    LoanTransition("find", _("It was found, still on loan"), _from(_S.LOST), _S.OUT, MANAGE),
    LoanTransition("strike", _("Entered by mistake"), _from(_S.OUT), _S.STRUCK, MANAGE, closes=True),
)  # fmt: skip
