"""Numbers as people type and read them."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assets.procedures.models.procedures import DIGITS, PLACES

_MOST = Decimal(10) ** (DIGITS - PLACES)
_LEAST = Decimal(1).scaleb(-PLACES)


class NumberRefusedError(ValueError):
    """It is no number that can be kept; the text says why, after the name of the field."""


def read_number(text: str) -> Decimal | None:
    """With a point or a comma; nothing for an empty text. Raises :class:`NumberRefusedError`.

    Digits that could not be kept are refused, not rounded away: a limit might lie between.
    """
    plain = text.replace("\u202f", "").replace("\xa0", "").replace("−", "-").strip()
    if not plain:
        return None
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        number = Decimal(plain) if plain.isascii() and "_" not in plain else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise NumberRefusedError(_("“%s” is no number.") % text.strip()[:40])
    if abs(number) >= _MOST or number != number.quantize(_LEAST):
        raise NumberRefusedError(_("a number has at most 12 digits before the point and 6 after it."))
    return number


def number_words(number: Decimal | None) -> str:
    """Without zeros that nobody wrote; empty for nothing."""
    if number is None:
        return ""
    plain = format(number.normalize(), "f")
    return number_format(plain if plain != "-0" else "0", use_l10n=True, force_grouping=False)


def limit_words(low: Decimal | None, high: Decimal | None, unit: str = "") -> str:
    """“9.5 to 10.5 ml/h”, “at least 2 MΩ”, “at most 500 µA”; empty without limits."""
    least, most, behind = number_words(low), number_words(high), f" {unit}" if unit else ""
    if low is not None and high is not None:
        return _("%(low)s to %(high)s") % {"low": least, "high": most} + behind
    if low is not None:
        return _("at least %s") % least + behind
    return _("at most %s") % most + behind if high is not None else ""


def is_within(number: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    """Both limits included."""
    return (low is None or number >= low) and (high is None or number <= high)
