"""What alerts can be filtered by: one set for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from assets.alerts.models import Alert, Rule
from assets.alerts.words import Kind, Severity, State, at_least
from assets.filters import departments_of

OPEN, ALL = "open", "all"
_STATES = [(OPEN, "Open"), *State.choices, (ALL, "All")]


class AlertFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    """``state`` is open unless told; ``severity`` means that and graver; ``q`` is looked for in what it is about."""

    q = django_filters.CharFilter(method="filter_text", label="Text")
    state = django_filters.ChoiceFilter(choices=_STATES, method="filter_state", label="State")
    severity = django_filters.ChoiceFilter(
        choices=Severity.choices, method="filter_severity", label="At least so grave"
    )
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Kind of rule")
    rule = django_filters.ModelChoiceFilter(queryset=Rule.objects.all(), label="Rule")
    department = django_filters.ModelChoiceFilter(
        queryset=departments_of, field_name="department", to_field_name="code", label="Department"
    )
    asset = django_filters.CharFilter(field_name="asset__asset_tag", label="Asset tag")

    class Meta:
        model = Alert
        fields: list[str] = []

    def filter_text(self, queryset: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        for word in value.split()[:8]:
            queryset = queryset.filter(
                Q(title__icontains=word) | Q(words__icontains=word) | Q(rule__name__icontains=word)
            )
        return queryset

    def filter_state(self, queryset: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        if value == ALL:
            return queryset
        return queryset.exclude(state=State.RESOLVED) if value == OPEN else queryset.filter(state=value)

    def filter_severity(self, queryset: QuerySet[Alert], _name: str, value: str) -> QuerySet[Alert]:
        return queryset.filter(severity__in=at_least(value))

    def filter_queryset(self, queryset: Any) -> QuerySet[Alert]:
        found: QuerySet[Alert] = super().filter_queryset(queryset)
        is_told = self.form.cleaned_data["state"]
        return found if is_told else found.exclude(state=State.RESOLVED)
