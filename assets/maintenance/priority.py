"""How soon: from what a failure of the category may do, and from what this one does to care now."""

from __future__ import annotations

from collections.abc import Mapping

from assets.maintenance.models import RiskClass
from assets.maintenance.words import Impact, Priority, Risk
from assets.models import Asset

_U, _H, _N, _L = Priority.URGENT, Priority.HIGH, Priority.NORMAL, Priority.LOW
MATRIX: Mapping[Risk, Mapping[Impact, Priority]] = {
    Risk.LIFE_SUPPORT: {Impact.STOPS: _U, Impact.HINDERS: _U, Impact.NONE: _H},
    Risk.HIGH: {Impact.STOPS: _U, Impact.HINDERS: _H, Impact.NONE: _N},
    Risk.MEDIUM: {Impact.STOPS: _H, Impact.HINDERS: _N, Impact.NONE: _L},
    Risk.LOW: {Impact.STOPS: _N, Impact.HINDERS: _L, Impact.NONE: _L},
}


def risk_of(asset: Asset) -> Risk:
    """Of its category; one that nobody classed counts as medium."""
    own = RiskClass.objects.filter(category__models__assets=asset).values_list("risk", flat=True).first()
    return Risk(own) if own else Risk.MEDIUM


def suggested_priority(asset: Asset, impact: str = "") -> Priority:
    """While nobody told the impact, care counts as hindered."""
    return MATRIX[risk_of(asset)][Impact(impact) if impact else Impact.HINDERS]
