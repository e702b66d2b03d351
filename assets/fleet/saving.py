"""What fewer pieces save a year, and what it costs to rent those that are then lacking. Money in the hospital's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assets.fleet.models import Prices
from assets.utilisation.reports import Choice

CENT = Decimal("0.01")
YEAR_S = 365 * 86_400
NAMES = ("purchase", "life_years", "service", "rental")
UNTOLD_PIECE = _("nobody has told purchase price, expected life and service of one")
UNTOLD_RENTAL = _("nobody has told what renting one costs a day")


@dataclass(frozen=True, slots=True)
class Amount:
    """``value``, or ``None`` and why."""

    value: Decimal | None
    reason: str | Promise = ""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What one piece costs; ``None`` is not told. ``tried`` names what the address tries instead of the site's."""

    purchase: Decimal | None = None
    life_years: Decimal | None = None
    service: Decimal | None = None
    rental: Decimal | None = None
    tried: frozenset[str] = frozenset()

    @property
    def a_year(self) -> Decimal | None:
        """Of having one: its price spread over its life, and service."""
        if self.purchase is None or self.life_years is None or self.service is None:
            return None
        return self.purchase / self.life_years + self.service


def assumed(choice: Choice, tried: Mapping[str, Decimal | None]) -> Assumed:
    """The site's prices, and those of the address where it has any."""
    told = Prices.objects.filter(site=choice.site, category=choice.category).first()
    asked = {name: tried[name] for name in NAMES if tried.get(name) is not None}
    site = {name: getattr(told, name) if told else None for name in NAMES}
    return Assumed(**{**site, **asked}, tried=frozenset(asked))


@dataclass(frozen=True, slots=True)
class Saving:
    """``released`` pieces less than there are (less than none: so many more); ``piece_days`` of renting in ``seconds``
    that were looked at."""

    assumed: Assumed
    released: int
    piece_days: int
    seconds: int

    @property
    def owning(self) -> Amount:
        """A year, of what is released."""
        each = self.assumed.a_year
        if not self.released:
            return Amount(Decimal(0))
        return Amount(None, UNTOLD_PIECE) if each is None else Amount((self.released * each).quantize(CENT))

    @property
    def rented_days(self) -> Decimal:
        """Piece-days a year, if every year is like this period."""
        return (Decimal(self.piece_days) * YEAR_S / self.seconds).quantize(Decimal("0.1"))

    @property
    def renting(self) -> Amount:
        """A year, for what is lacking then."""
        if not self.piece_days:
            return Amount(Decimal(0))
        if self.assumed.rental is None:
            return Amount(None, UNTOLD_RENTAL)
        a_year = Decimal(self.piece_days) * YEAR_S / self.seconds
        return Amount((a_year * self.assumed.rental).quantize(CENT))

    @property
    def whole(self) -> Amount:
        """What is saved less what is rented."""
        for part in (self.owning, self.renting):
            if part.value is None:
                return part
        return Amount((self.owning.value or Decimal(0)) - (self.renting.value or Decimal(0)))
