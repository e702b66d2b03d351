"""``{% open_loan asset as loan %}``: who has it on loan, for its page and its card on the map."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from assets.loans.models import Loan
from assets.loans.queries import lent_out

register = template.Library()


@register.simple_tag
def open_loan(asset: Any) -> Loan | None:
    """The loan to others that is not back yet; one query."""
    return lent_out(assets=[asset.pk]).get(asset.pk)


@register.filter
def is_late(loan: Loan) -> bool:
    return loan.is_overdue(timezone.now())
