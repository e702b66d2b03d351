"""What a rule is about: which equipment, and which places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from assets.alerts.models import Rule

RELATIONS = ("sites", "departments", "categories", "zones")


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, as far as rules ask about it."""

    zone: int
    kind: str
    building: int


@dataclass(frozen=True, slots=True)
class Thing:
    """What a rule may be about, as far as scopes ask; ``home`` is where it belongs."""

    site: int
    category: int | None = None
    department: int | None = None
    home: Place | None = None
    ownership: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Empty sets mean everything."""

    sites: frozenset[int] = frozenset()
    departments: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    zones: frozenset[int] = frozenset()
    zone_kinds: frozenset[str] = frozenset()
    ownerships: frozenset[str] = frozenset()

    @classmethod
    def of(cls, rule: Rule) -> Scope:
        """From the rule's relations, prefetched or not."""
        return cls(
            frozenset(each.pk for each in rule.sites.all()),
            frozenset(each.pk for each in rule.departments.all()),
            frozenset(each.pk for each in rule.categories.all()),
            frozenset(each.pk for each in rule.zones.all()),
            frozenset(rule.zone_kinds),
            frozenset(rule.ownerships),
        )

    @classmethod
    def of_each(cls, rules: Collection[Rule]) -> dict[int, Scope]:
        """Rule → its scope: as :meth:`of`, in a query for each relation, however many rules."""
        members: dict[str, dict[int, set[int]]] = {}
        for name in RELATIONS:
            relation: Any = getattr(Rule, name)
            column = f"{relation.field.m2m_reverse_name()}"
            rows = relation.through.objects.filter(rule__in=[rule.pk for rule in rules])
            found = members[name] = defaultdict(set)
            for rule_id, member in rows.values_list("rule_id", column):
                found[rule_id].add(member)
        return {
            rule.pk: cls(
                **{name: frozenset(members[name][rule.pk]) for name in RELATIONS},
                zone_kinds=frozenset(rule.zone_kinds),
                ownerships=frozenset(rule.ownerships),
            )
            for rule in rules
        }

    @property
    def names_places(self) -> bool:
        return bool(self.zones or self.zone_kinds)

    def has_thing(self, thing: Thing) -> bool:
        """Whether the rule is about that equipment, leaving places aside."""
        return (
            (not self.sites or thing.site in self.sites)
            and (not self.departments or thing.department in self.departments)
            and (not self.categories or thing.category in self.categories)
            and (not self.ownerships or thing.ownership in self.ownerships)
        )

    def has_place(self, place: Place | None) -> bool:
        """Whether that place is one of the rule's; every place is, where it names none."""
        if not self.names_places:
            return True
        return place is not None and (place.zone in self.zones or place.kind in self.zone_kinds)


class RuleBook:
    """The enabled rules of some kinds, read once: for whoever raises alerts of the kinds in
    :data:`assets.alerts.words.TOLD`."""

    def __init__(self, kinds: Collection[str]) -> None:
        rules = list(Rule.objects.enabled().filter(kind__in=kinds))
        scopes = Scope.of_each(rules)
        self._rules = [(rule, scopes[rule.pk]) for rule in rules]

    def about(self, *, kind: str, thing: Thing) -> list[Rule]:
        """Those of a kind that are about ``thing``, its home among the places they name."""
        return [
            rule
            for rule, scope in self._rules
            if rule.kind == kind and scope.has_thing(thing) and scope.has_place(thing.home)
        ]
