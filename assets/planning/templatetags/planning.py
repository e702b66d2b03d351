"""Plans in words."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assets.planning.models import Plan
from assets.planning.words import Unit

register = template.Library()


@register.filter
def how_often(plan: Plan) -> str:
    """As in “every 6 months, or each 500 of Operating hours”."""
    parts = []
    if plan.unit and plan.every is not None:
        parts.append(_calendar(plan, plan.every))
    if plan.meter and plan.meter_every:
        words = _("each %(many)s of %(meter)s")
        many = number_format(plan.meter_every, 0, force_grouping=True)
        parts.append(words % {"many": many, "meter": plan.get_meter_display()})
    return _(", or ").join(parts)


def _calendar(plan: Plan, every: int) -> str:
    if plan.unit == Unit.DAY:
        return ngettext("every day", "every %(n)s days", every) % {"n": every}
    if plan.unit == Unit.WEEK:
        return ngettext("every week", "every %(n)s weeks", every) % {"n": every}
    months = ngettext("every month", "every %(n)s months", every) % {"n": every}
    if plan.unit == Unit.MONTH:
        return months
    return f"{months}: {plan.get_nth_display()} {plan.get_weekday_display()}"
