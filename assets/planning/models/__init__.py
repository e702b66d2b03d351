"""Planned maintenance as data."""

from assets.planning.models.occurrences import Attempt, Occurrence, PlanningRun
from assets.planning.models.plans import Plan

__all__ = ["Attempt", "Occurrence", "Plan", "PlanningRun"]
