"""One filter for notices, for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q

from assets.recalls.models import Match, Notice
from assets.recalls.words import Class, Stage, Status


class NoticeFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Number, product, firm, or an asset tag")
    status = django_filters.ChoiceFilter(choices=Status.choices)
    classification = django_filters.TypedChoiceFilter(choices=Class.choices, coerce=int)
    stage = django_filters.ChoiceFilter(
        choices=Stage.choices, method="filter_stage", label="How far it has got here"
    )

    class Meta:
        model = Notice
        fields: list[str] = []

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        wanted = text.strip()[:100]
        return queryset.filter(
            Q(number__icontains=wanted)
            | Q(event__iexact=wanted)
            | Q(description__icontains=wanted)
            | Q(firm__icontains=wanted)
            | Q(pk__in=self._of_asset(wanted))
        )

    def _of_asset(self, tag: str) -> Any:
        matches = Match.objects.visible_to(self.request.user)
        return matches.filter(asset__asset_tag__iexact=tag).values("notice")

    def filter_stage(self, queryset: Any, _name: str, stage: str) -> Any:
        return queryset.at_stage(stage, self.request.user)


class NoticeListFilter(NoticeFilter):
    """What the pages filter by, and what programs need besides."""

    authority = django_filters.CharFilter(lookup_expr="iexact")
    number = django_filters.CharFilter(lookup_expr="iexact")
    changed_after = django_filters.IsoDateTimeFilter(field_name="changed_at", lookup_expr="gte")
