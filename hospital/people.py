"""Where people belong, when the plan that says so changes."""

from __future__ import annotations

from collections.abc import Mapping

from hospital.models import User


def move_people(*, successors: Mapping[int, int]) -> int:
    """Whose unit was a retired zone gets the one in its place; how many moved."""
    people = list(User.objects.filter(home_zone__in=successors))
    for person in people:
        person.home_zone_id = successors[person.home_zone_id or 0]
        person.save()
    return len(people)
