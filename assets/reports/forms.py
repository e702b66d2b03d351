"""What one of these reports is asked for, as its address says it: all that a report of utilisation is, "
"and a little."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from assets.models import Category
from assets.reports.report import Asked, Report
from assets.utilisation.forms import HOW, NAMES, ReportForm
from locations.models import Site

OWN = ("category", "by", "missing")
SHOWN = ("of", "sort", "table", "as")
"""How an answer is shown, which asks for nothing else."""
ALL_NAMES = (*NAMES, "least", *OWN)
ALWAYS = frozenset({"site", "from", "to"})
MOST_DAYS = 3650


class AskedForm(ReportForm):
    """Filters that do not matter to a report are not shown, and do nothing."""

    category = forms.ModelChoiceField(
        Category.objects.none(),
        to_field_name="slug",
        label=_("Category"),
        required=False,
        empty_label=_("All categories"),
    )
    by = forms.ChoiceField(
        label=_("Grouped by"),
        choices=[("kind", _("kind of room")), ("unit", _("unit"))],
        required=False,
    )
    missing = forms.IntegerField(
        label=_("Not heard for days"), min_value=1, max_value=MOST_DAYS, required=False
    )

    def __init__(self, data: Any, *, user: Any, today: date, report: Report) -> None:
        self.report = report
        asked = {"by": "kind", "missing": "90", **{key: value for key, value in data.items() if value}}
        sites = Site.objects.visible_to(user)
        site = sites.filter(slug=asked.get("site", "")).first() or sites.first()
        kinds = categories_at(site)
        if report.wants_category and "category" not in asked and (first := _largest(site)) is not None:
            asked["category"] = first.slug
        super().__init__(
            asked, user=user, today=today, category=kinds.filter(slug=asked.get("category")).first()
        )
        field: Any = self.fields["category"]
        field.queryset = kinds
        if report.wants_category:
            field.empty_label = None
        self.order_fields(["site", "category", "by", *NAMES])

    def about(self) -> list[forms.BoundField]:
        shown = ALWAYS | self.report.asks | ({"category"} if self.report.wants_category else set())
        return [field for field in super().about() if field.name in shown]

    def how(self) -> list[forms.BoundField]:
        return [self[name] for name in HOW if name in self.report.counts_by]

    def asked(self, *, now: datetime, of: str = "") -> Asked:
        cleaned = self.cleaned_data
        return Asked(
            self.choice(cleaned["category"]), now, by=cleaned["by"], missing_days=cleaned["missing"], of=of
        )


def categories_at(site: Site | None) -> Any:
    """Those that there is, or was, anything of at the site, by name."""
    return Category.objects.filter(models__assets__site=site).distinct().order_by("name")


def _largest(site: Site | None) -> Category | None:
    """Of what moves, the category with the most pieces; what is asked about when nothing else is."""
    counted = Category.objects.filter(models__assets__site=site).annotate(count=Count("models__assets"))
    first: Category | None = counted.order_by("-is_mobile", "-count", "name").first()
    return first
