"""The register: of what has to be tested or calibrated, how each piece stands on a day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import Case, CharField, Count, F, FilteredRelation, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from assets.maintenance.filters import floors_of
from assets.models import Asset, Category
from assets.procedures.models import Requirement, TestRecord
from assets.procedures.words import Standing
from assets.tables import safe_cell
from locations.queries import in_sites_of

SOON_DAYS = 30
HEADINGS = (
    "Standing", "Due on", "Done on", "Result", "Certificate", "Tag", "Serial number", "Manufacturer", "Model",
    "Category", "Site",
)  # fmt: skip


def registered(user: Any, kind: str, today: date) -> QuerySet[Asset]:
    """Equipment in service that has to be tested or calibrated, or once was, with ``standing`` and, of the last record,
    ``last_pk``, ``last_due``, ``last_done`` and ``last_passed``: overdue first, then by the day."""
    required = Requirement.objects.filter(kind=kind)
    is_required = Q(model__in=required.filter(model__isnull=False).values("model")) | Q(
        model__category__in=required.filter(category__isnull=False).values("category")
    )
    soon = today + timedelta(days=SOON_DAYS)
    rows: QuerySet[Asset] = (
        Asset.objects.filter(in_sites_of(user, "site"), retired_at__isnull=True)
        .annotate(
            last=FilteredRelation(
                "test_records", condition=Q(test_records__kind=kind, test_records__is_latest=True)
            )
        )
        .annotate(
            last_pk=F("last__pk"), last_due=F("last__due_on"), last_done=F("last__done_on"),
            last_passed=F("last__has_passed"),
            standing=Case(
                When(last__due_on__gt=soon, then=Value(Standing.GREEN.value)),
                When(last__due_on__gte=today, then=Value(Standing.AMBER.value)),
                default=Value(Standing.RED.value),
                output_field=CharField(),
            ),
        )
        .filter(is_required | Q(last__isnull=False))
        .select_related("model__category", "site", "now__zone", "now__floor__building", "home_zone")
    )  # fmt: skip
    return rows.order_by(F("last_due").asc(nulls_first=True), "asset_tag")


class RegisterFilter(django_filters.FilterSet):  # type: ignore[misc]  # django-filter has no types
    q = django_filters.CharFilter(method="filter_text", label="Tag, serial number or model")
    category = django_filters.ModelChoiceFilter(
        queryset=Category.objects.all(), to_field_name="slug", field_name="model__category"
    )
    place = django_filters.ModelChoiceFilter(
        queryset=floors_of, to_field_name="slug", field_name="now__floor",
        label="Slug of the floor on which the equipment is now",
    )  # fmt: skip
    standing = django_filters.ChoiceFilter(choices=Standing.choices)

    class Meta:
        model = Asset
        fields: list[str] = []

    def filter_text(self, queryset: Any, _name: str, text: str) -> Any:
        wanted = text.strip()[:100]
        return queryset.filter(
            Q(asset_tag__icontains=wanted)
            | Q(serial_number__icontains=wanted)
            | Q(model__name__icontains=wanted)
            | Q(model__manufacturer__icontains=wanted)
        )


def standing_counts(rows: Any) -> dict[str, int]:
    counted = dict(rows.order_by().values_list("standing").annotate(Count("pk")))
    return {each.value: counted.get(each.value, 0) for each in Standing}


def why(row: Any, today: date) -> str:
    """Why it stands so, in words."""
    if row.last_pk is None:
        return _("never done")
    if not row.last_passed:
        return _("failed")
    return _("overdue") if row.last_due < today else ""


def register_csv(rows: Iterable[Any], kind: str) -> Iterator[str]:
    """For a spreadsheet, without cells that it would run; numbers of certificates as on paper."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for row in rows:
        number = ""
        if row.last_pk is not None:
            number = TestRecord(pk=row.last_pk, kind=kind, done_on=row.last_done).number
        result = "" if row.last_pk is None else ("passed" if row.last_passed else "failed")
        cells = (
            row.standing, row.last_due or "", row.last_done or "", result, number, row.asset_tag, row.serial_number,
            row.model.manufacturer, row.model.name, row.model.category.name, row.site.name,
        )  # fmt: skip
        writer.writerow([safe_cell(str(cell)) for cell in cells])
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
